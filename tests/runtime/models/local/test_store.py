"""Models are put into the store from a hub, an address or a file, and taken out again."""

from __future__ import annotations

import errno
from pathlib import Path

import attrs
import pytest

from llmspell.config.schema import Models as ModelSettings
from llmspell.config.schema import Provider as ProviderSettings
from llmspell.errors import LLMSpellError, NetworkError, ProviderError, ResourceError
from llmspell.models.info import PullProgress
from llmspell.models.local import download as downloading
from llmspell.models.local import store
from llmspell.models.local.catalogue import catalogue, known
from llmspell.models.local.download import Remote, download
from llmspell.models.local.files import find, installed
from llmspell.models.model import wait_for
from llmspell.models.provider import Setup
from tests.runtime.models.local import tiny
from tests.runtime.models.local.hub import MODEL, REPOSITORY, Hub
from tests.runtime.tools.builtin.site import Site

Q4 = "tiny-Q4_K_M.gguf"
Q8 = "tiny-q8_0.gguf"


@pytest.fixture
def hub(server: Site) -> Hub:
    made = Hub(server)
    made.add(Q4, MODEL)
    return made


@pytest.fixture
def setup(server: Site, tmp_path: Path) -> Setup:
    environ = {"HOME": str(tmp_path), "HF_ENDPOINT": server.url}
    folder = tmp_path / "store"
    return Setup(
        name="local",
        settings=ProviderSettings(provider_type="local"),
        environ=environ,
        models=ModelSettings(directory=str(folder)),
        folder=str(tmp_path),
    )


def pull(setup: Setup, model: str, *, force: bool = False) -> list[PullProgress]:
    async def steps() -> list[PullProgress]:
        return [step async for step in store.pull(setup, model, force=force)]

    return wait_for(steps())


def names(setup: Setup) -> list[str]:
    return [name for name, _ in installed(setup)]


def test_a_model_of_the_hub_is_fetched_checked_and_named_by_its_quantization(
    hub: Hub, setup: Setup
) -> None:
    steps = pull(setup, REPOSITORY)
    assert names(setup) == ["tiny-Q4_K_M"]
    path = find("tiny:q4_k_m", setup)
    assert path is not None
    assert path.read_bytes() == MODEL
    assert list(path.parent.iterdir()) == [path]
    assert steps[0].status == "starting"
    assert [step.status for step in steps][-2:] == ["verifying", "complete"]
    assert steps[-1].percent == 100.0
    assert {step.total for step in steps} == {len(MODEL)}


def test_the_wanted_quantization_is_taken_else_the_best_balance(hub: Hub, setup: Setup) -> None:
    hub.add(Q8, MODEL)
    pull(setup, f"{REPOSITORY}:Q8_0")
    pull(setup, REPOSITORY)
    assert names(setup) == ["tiny-Q4_K_M", "tiny-Q8_0"]


def test_the_configuration_says_which_quantization_is_wanted(hub: Hub, setup: Setup) -> None:
    hub.add(Q8, MODEL)
    settings = ProviderSettings(options={"default_quantization": "Q8_0"})
    pull(attrs.evolve(setup, settings=settings), REPOSITORY)
    assert names(setup) == ["tiny-Q8_0"]


def test_a_quantization_that_is_not_there_is_an_error_with_those_that_are(
    hub: Hub, setup: Setup
) -> None:
    with pytest.raises(ProviderError, match="has no Q2_K; there are Q4_K_M"):
        pull(setup, f"{REPOSITORY}:Q2_K")


def test_the_token_goes_to_the_hub_only_and_into_no_error(
    hub: Hub, setup: Setup, server: Site
) -> None:
    environ = {**setup.environ, "HF_TOKEN": "hf_secret"}
    pull(
        Setup(name="local", settings=setup.settings, environ=environ, models=setup.models),
        REPOSITORY,
    )
    assert server.asked[0].headers["authorization"] == "Bearer hf_secret"
    assert "hf_secret" not in repr(Remote(url="u", headers={"Authorization": "hf_secret"}))


def test_a_pull_goes_on_where_the_connection_was_dropped(hub: Hub, setup: Setup) -> None:
    hub.drops = [300_000, 200_000]
    pull(setup, REPOSITORY)
    path = find("tiny", setup)
    assert path is not None
    assert path.read_bytes() == MODEL
    assert hub.asked_for(Q4) == ["", "bytes=300000-", "bytes=500000-"]


def test_a_pull_that_failed_is_gone_on_with_by_the_next(
    hub: Hub, setup: Setup, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(downloading, "ATTEMPTS", 1)
    hub.drops = [300_000]
    with pytest.raises(NetworkError, match="the next pull goes on from there"):
        pull(setup, REPOSITORY)
    assert names(setup) == []
    pull(setup, REPOSITORY)
    assert hub.asked_for(Q4)[-1] == "bytes=300000-"
    assert names(setup) == ["tiny-Q4_K_M"]


def test_a_file_that_changed_meanwhile_is_fetched_from_its_beginning(
    hub: Hub, setup: Setup, tmp_path: Path
) -> None:
    to = tmp_path / "m.gguf"
    (tmp_path / "m.gguf.part").write_bytes(b"old content")
    (tmp_path / "m.gguf.part.etag").write_text('"old"')

    async def steps() -> list[PullProgress]:
        remote = Remote(url=f"{hub.site.url}/cdn/{Q4}")
        return [step async for step in download(remote, to, "m", pause=0)]

    wait_for(steps())
    assert to.read_bytes() == MODEL


def test_a_file_that_is_not_the_announced_one_is_refused(hub: Hub, setup: Setup) -> None:
    hub.add(Q4, MODEL, digest="0" * 64)
    with pytest.raises(ProviderError, match="not the file that was announced"):
        pull(setup, REPOSITORY)
    assert list((Path(str(setup.models.directory))).iterdir()) == []


def test_a_disk_without_room_is_said_before_anything_is_fetched(hub: Hub, setup: Setup) -> None:
    hub.promised = 10**17
    with pytest.raises(ResourceError, match="has room for only"):
        pull(setup, REPOSITORY)


def test_a_disk_that_becomes_full_is_said(hub: Hub, setup: Setup) -> None:
    folder = Path(str(setup.models.directory))
    folder.mkdir()
    (folder / f"{Q4}.part").symlink_to("/dev/full")
    with pytest.raises(ResourceError, match="is full"):
        pull(setup, REPOSITORY)


def test_what_is_there_is_not_fetched_again_unless_told(hub: Hub, setup: Setup) -> None:
    pull(setup, REPOSITORY)
    assert [step.status for step in pull(setup, f"{REPOSITORY}:Q4_K_M")] == ["complete"]
    assert len(hub.asked_for(Q4)) == 1
    pull(setup, REPOSITORY, force=True)
    assert len(hub.asked_for(Q4)) == 2


def test_two_who_pull_the_same_do_not_write_into_one_file(hub: Hub, setup: Setup) -> None:
    folder = Path(str(setup.models.directory))
    folder.mkdir()
    import fcntl

    with (folder / f"{Q4}.part").open("ab") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(ProviderError, match="by another process"):
            pull(setup, REPOSITORY)


def test_an_unknown_repository_and_an_unknown_name_say_what_to_do(hub: Hub, setup: Setup) -> None:
    with pytest.raises(ProviderError, match="no repository 'someone/other'"):
        pull(setup, "someone/other")
    with pytest.raises(ProviderError, match="there are qwen2"):
        pull(setup, "unheard-of")


def test_a_hub_that_is_not_there_is_named(setup: Setup) -> None:
    environ = {**setup.environ, "HF_ENDPOINT": "http://127.0.0.1:1"}
    away = Setup(name="local", settings=setup.settings, environ=environ, models=setup.models)
    with pytest.raises(LLMSpellError, match=r"http://127\.0\.0\.1:1"):
        pull(away, REPOSITORY)


def test_an_address_of_a_file_is_fetched(hub: Hub, setup: Setup) -> None:
    pull(setup, f"{hub.site.url}/cdn/{Q4}")
    assert names(setup) == ["tiny-Q4_K_M"]


def test_an_address_of_something_else_is_refused(setup: Setup, server: Site) -> None:
    server.text("/page.gguf", "<html>")
    with pytest.raises(ProviderError, match="no GGUF file"):
        pull(setup, f"{server.url}/page.gguf")
    assert names(setup) == []


def test_a_file_is_imported(setup: Setup, tmp_path: Path) -> None:
    (tmp_path / "mine.gguf").write_bytes(MODEL)
    steps = pull(setup, "mine.gguf")
    assert [step.status for step in steps] == ["downloading", "complete"]
    assert names(setup) == ["mine"]
    with pytest.raises(ProviderError, match="there is no file"):
        pull(setup, "other.gguf")


def test_what_is_not_all_of_a_model_is_not_taken_in(hub: Hub, setup: Setup, tmp_path: Path) -> None:
    half = tiny.write(tmp_path / "whole.gguf").read_bytes()[:-1000]
    (tmp_path / "half.gguf").write_bytes(half)
    hub.add("half.gguf", half)
    for model in ("half.gguf", f"{hub.site.url}/cdn/half.gguf"):
        with pytest.raises(ProviderError, match=r"its weights end at \d+; fetch the model again"):
            pull(setup, model)
    assert names(setup) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_disk_that_becomes_full_while_a_file_is_imported_is_told(
    setup: Setup, tmp_path: Path
) -> None:
    folder = Path(str(setup.models.directory))
    folder.mkdir()
    (folder / "mine.gguf.importing").symlink_to("/dev/full")
    (tmp_path / "mine.gguf").write_bytes(MODEL)
    with pytest.raises(ResourceError, match="is full; make room and pull again"):
        pull(setup, "mine.gguf")
    assert list(folder.iterdir()) == []


@pytest.fixture
def mute(tmp_path: Path) -> bytes:
    """A model that brings no tokenizer."""
    return tiny.write(tmp_path / "mute.gguf", tokenizer=False).read_bytes()


def test_a_model_without_tokenizer_gets_that_of_its_repository(
    hub: Hub, setup: Setup, mute: bytes
) -> None:
    hub.add(Q4, mute)
    hub.add("tokenizer.json", b"{}")
    hub.add("tokenizer_config.json", b'{"eos_token": "x"}')
    hub.add(Q8, MODEL)
    pull(setup, REPOSITORY)
    pull(setup, f"{REPOSITORY}:Q8_0")
    folder = Path(str(setup.models.directory))
    assert {str(each.relative_to(folder)) for each in folder.rglob("*.*")} == {
        f"tiny-Q4_K_M/{Q4}",
        "tiny-Q4_K_M/tokenizer.json",
        "tiny-Q4_K_M/tokenizer_config.json",
        "tiny-Q8_0.gguf",
    }
    assert names(setup) == ["tiny-Q4_K_M", "tiny-Q8_0"]
    assert [step.status for step in pull(setup, REPOSITORY)] == ["complete"]
    store.remove(setup, "tiny-Q4_K_M")
    assert [each.name for each in folder.iterdir()] == ["tiny-Q8_0.gguf"]


def test_a_model_without_tokenizer_gets_that_of_the_model_it_was_made_of(
    hub: Hub, setup: Setup, mute: bytes
) -> None:
    first = Hub(hub.site, repository="someone/Tiny")
    first.add("tokenizer.json", b"{}")
    hub.base = "someone/Tiny"
    hub.add(Q4, mute)
    pull(setup, REPOSITORY)
    path = find("tiny", setup)
    assert path is not None
    assert path.with_name("tokenizer.json").read_bytes() == b"{}"


def test_a_model_without_tokenizer_anywhere_says_what_to_do(
    hub: Hub, setup: Setup, mute: bytes
) -> None:
    hub.base = REPOSITORY
    hub.add(Q4, mute)
    with pytest.raises(ProviderError, match=r"no tokenizer\.json .* into '.*/tiny-Q4_K_M'"):
        pull(setup, REPOSITORY)
    assert names(setup) == ["tiny-Q4_K_M"]


def test_a_tokenizer_is_fetched_from_beside_an_address(hub: Hub, setup: Setup, mute: bytes) -> None:
    hub.add(Q4, mute)
    hub.add("tokenizer.json", b"{}")
    for _ in range(2):
        pull(setup, f"{hub.site.url}/cdn/{Q4}")
    path = find("tiny", setup)
    assert path is not None
    assert sorted(each.name for each in path.parent.iterdir()) == [Q4, "tokenizer.json"]
    assert len(hub.asked_for(Q4)) == 1


def test_a_tokenizer_is_imported_with_its_model(setup: Setup, tmp_path: Path, mute: bytes) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "mine.gguf").write_bytes(mute)
    (tmp_path / "tokenizer.json").write_bytes(b"{}")
    pull(setup, "deep/mine.gguf")
    path = find("mine", setup)
    assert path is not None
    assert sorted(each.name for each in path.parent.iterdir()) == ["mine.gguf", "tokenizer.json"]


def test_a_model_is_removed_but_nothing_outside_the_store(
    hub: Hub, setup: Setup, tmp_path: Path
) -> None:
    pull(setup, REPOSITORY)
    store.remove(setup, "tiny")
    assert names(setup) == []
    with pytest.raises(ProviderError, match="not installed"):
        store.remove(setup, "tiny")
    (tmp_path / "mine.gguf").write_bytes(MODEL)
    with pytest.raises(ProviderError, match="not in the store"):
        store.remove(setup, "mine.gguf")


def test_the_catalogue_knows_names_and_aliases_in_any_case() -> None:
    entry = known("TinyLlama-1.1B")
    assert entry is not None
    assert entry.name == "tinyllama"
    assert known("unheard-of") is None
    assert len({each.name for each in catalogue()}) == len(catalogue())


def test_a_store_that_cannot_be_made_is_named_with_what_to_do(
    hub: Hub, setup: Setup, tmp_path: Path
) -> None:
    Path(str(setup.models.directory)).write_text("in the way")
    (tmp_path / "mine.gguf").write_bytes(MODEL)
    for model in ("mine.gguf", f"{hub.site.url}/cdn/{Q4}"):
        with pytest.raises(ProviderError, match=r"store' cannot be made: .*; choose another"):
            pull(setup, model)


def test_a_model_that_cannot_be_removed_is_named(
    setup: Setup, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine.gguf").write_bytes(MODEL)
    pull(setup, "mine.gguf")

    def refuse(_: Path) -> None:  # nothing that can be done to a file stops root
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(ProviderError, match=r"mine\.gguf' cannot be removed: Permission denied"):
        store.remove(setup, "mine")
