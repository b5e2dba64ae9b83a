import json
from pathlib import Path

import pytest

from llmspell.config.trust import (
    is_trusted,
    store_path,
    trust,
    trusted_files,
    untrust,
)
from llmspell.errors import ConfigError
from tests.runtime.config.conftest import Desk


def test_nothing_is_trusted_at_first(desk: Desk) -> None:
    assert not is_trusted(desk.write(""), desk.environ)
    assert trusted_files(desk.environ) == ()


def test_trust_holds_for_the_content(desk: Desk) -> None:
    path = desk.write("# one")
    trust(path, desk.environ)
    assert is_trusted(path, desk.environ)
    path.write_text("# two")
    assert not is_trusted(path, desk.environ)
    assert not desk.load().trusted
    path.write_text("# one")
    assert is_trusted(path, desk.environ)


def test_trust_covers_what_the_file_extends(desk: Desk) -> None:
    base = desk.write("[security]\nlevel = 'standard'", "base.toml")
    path = desk.write("extends = 'base.toml'")
    record = trust(path, desk.environ)
    assert set(record.digests) == {str(base.resolve()), str(path.resolve())}
    assert desk.load().trusted
    base.write_text("[security]\nlevel = 'trusted'")
    assert not is_trusted(path, desk.environ)
    assert desk.load().config.security.level is None


def test_a_trusted_file_may_extend_what_is_outside(desk: Desk) -> None:
    desk.write_user("default_engine = 'js'")
    trust(desk.write("extends = '~/.llmspell/config.toml'"), desk.environ)
    assert desk.load().config.default_engine == "js"


def test_a_part_that_vanished_ends_trust(desk: Desk) -> None:
    base = desk.write("", "base.toml")
    path = desk.write("extends = 'base.toml'")
    trust(path, desk.environ)
    base.unlink()
    assert not is_trusted(path, desk.environ)


def test_trust_is_for_the_file_behind_a_link(desk: Desk) -> None:
    real = desk.write("", "real.toml")
    link = desk.project / "llmspell.toml"
    link.symlink_to(real)
    trust(link, desk.environ)
    assert is_trusted(real, desk.environ)
    link.unlink()
    link.write_text("")
    assert not is_trusted(link, desk.environ)


def test_the_same_content_elsewhere_is_not_trusted(desk: Desk) -> None:
    trust(desk.write("# same"), desk.environ)
    assert not is_trusted(desk.write("# same", "other/llmspell.toml"), desk.environ)


def test_untrust(desk: Desk) -> None:
    path, other = desk.write(""), desk.write("", "other.toml")
    trust(path, desk.environ)
    trust(other, desk.environ)
    assert untrust(path, desk.environ)
    assert not untrust(path, desk.environ)
    assert [r.path for r in trusted_files(desk.environ)] == [str(other.resolve())]


def test_only_the_owner_reads_the_store(desk: Desk) -> None:
    trust(desk.write(""), desk.environ)
    store = store_path(desk.environ)
    assert store == desk.home / ".local/state/llmspell/trust.json"
    assert store.stat().st_mode & 0o777 == 0o600
    assert [p.name for p in store.parent.iterdir()] == ["trust.json"]


def test_the_store_follows_xdg(desk: Desk) -> None:
    desk.environ["XDG_STATE_HOME"] = str(desk.home / "state")
    assert store_path(desk.environ) == desk.home / "state/llmspell/trust.json"


def test_a_store_that_others_may_write_is_not_believed(desk: Desk) -> None:
    path = desk.write("")
    trust(path, desk.environ)
    store_path(desk.environ).chmod(0o666)
    assert not is_trusted(path, desk.environ)


@pytest.mark.parametrize("content", ["", "[]", "{", '{"files": 3}', '{"files": {"/x": {}}}'])
def test_a_damaged_store_trusts_nothing(desk: Desk, content: str) -> None:
    path = desk.write("")
    store = store_path(desk.environ)
    store.parent.mkdir(parents=True)
    store.write_text(content)
    store.chmod(0o600)
    assert not is_trusted(path, desk.environ)
    trust(path, desk.environ)
    assert is_trusted(path, desk.environ)


def test_a_record_without_digests_trusts_nothing(desk: Desk) -> None:
    path = desk.write("")
    store = store_path(desk.environ)
    store.parent.mkdir(parents=True)
    record = {str(path.resolve()): {"trusted_at": "", "digests": {}}}
    store.write_text(json.dumps({"version": 1, "files": record}))
    store.chmod(0o600)
    assert not is_trusted(path, desk.environ)


def test_a_missing_file_cannot_be_trusted(desk: Desk) -> None:
    with pytest.raises(ConfigError, match="not found"):
        trust(desk.project / "no.toml", desk.environ)


def test_a_store_that_cannot_be_written(desk: Desk) -> None:
    desk.environ["XDG_STATE_HOME"] = str(desk.write("", "a-file"))
    with pytest.raises(ConfigError, match="cannot be written"):
        trust(desk.write(""), desk.environ)


def test_the_store_is_replaced_whole(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    path = desk.write("")
    trust(path, desk.environ)
    before = store_path(desk.environ).read_text()

    def broken(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", broken)
    with pytest.raises(ConfigError, match="No space left"):
        trust(desk.write("", "other.toml"), desk.environ)
    assert store_path(desk.environ).read_text() == before
    assert [p.name for p in store_path(desk.environ).parent.iterdir()] == ["trust.json"]
