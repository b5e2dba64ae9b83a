"""Every example runs, headless and offline, and prints something."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from llmspell.testing.discovery import is_test
from tests import real_model
from tests.runtime.examples_site import furnish
from tests.runtime.tools.builtin.api.mailbox import mailbox
from tests.runtime.tools.builtin.conftest import LOOPBACK
from tests.runtime.tools.builtin.site import Page, Site, site

ROOT = Path(__file__).parents[2]
WRITTEN = sorted(
    path.relative_to(ROOT) for path in (ROOT / "examples").rglob("*.lua") if "lib" not in path.parts
)
EXAMPLES = [path for path in WRITTEN if not is_test(path)]
ASKING = {"api": "", "web": "", "webhook-integration": "/post"}
"""Examples that ask a site, which is one on loopback here, and for what below it."""


RUNS = [
    pytest.param(each, marks=pytest.mark.slow) if "local-llm" in each.parts else each
    for each in EXAMPLES
]
SHOWN = {
    "local-llm/chat": "Ada",
    "local-llm/status": f"{real_model.NAME}@candle  491 MB  Q4_K_M",
    "local-llm/streaming": "pieces",
    "local-llm/structured": "Ada Lovelace\t1815",
    "local-llm/tools": "get_weather\tParis\t31 degrees",
}
"""What examples with a real model show, whatever else it says."""


def test_there_are_examples_for_what_exists() -> None:
    assert {path.parts[1] for path in EXAMPLES} >= {"getting-started", "events", "debug", "modules"}


@pytest.mark.parametrize("example", RUNS, ids=str)
def test_it_runs_and_leaves_nothing_behind(
    example: Path, tmp_path: Path, web: Site, request: pytest.FixtureRequest
) -> None:
    (tmp_path / "temporary").mkdir()
    if "local-llm" in example.parts:
        request.getfixturevalue("real_model")
    done = run(example, tmp_path, *arguments_of(example, web))
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
    assert SHOWN.get(f"{example.parent.name}/{example.stem}", "") in done.stdout
    assert done.stderr == ""
    assert list((tmp_path / "temporary").iterdir()) == []


@pytest.mark.parametrize("example", WRITTEN, ids=str)
def test_it_says_what_it_is_for(example: Path) -> None:
    head = (ROOT / example).read_text().split("\n")[:2]
    assert any(line.startswith("-- Purpose: ") for line in head)


def test_every_example_is_in_the_index() -> None:
    index = (ROOT / "examples" / "README.md").read_text()
    assert [str(path) for path in WRITTEN if f"({path.relative_to('examples')})" not in index] == []


def test_the_example_of_apis_shows_answers_and_failures(tmp_path: Path, web: Site) -> None:
    lines = run(Path("examples/tools/api.lua"), tmp_path, "--url", web.url).stdout.splitlines()
    assert lines[:3] == ["status:\t200", "sent:\t200", "answered in time:\ttrue"]
    assert lines[3:6] == ["/get\t200", "/post\t200", "/nowhere\t404"]
    assert lines[6] == "graphql:\tAda"
    assert {"name": "Ada", "tags": ["a", "b"]} in [
        a.json for a in web.asked if a.path == "/post" and a.body
    ]


def test_the_example_of_the_web_reads_a_site(tmp_path: Path, web: Site) -> None:
    out = run(Path("examples/tools/web.lua"), tmp_path, "--url", web.url).stdout
    assert f"2026-11-26T10:00:00Z\tOne\t{web.url}/one" in out
    assert "anything new:\tfalse" in out
    assert "pages known:\t2" in out
    assert "changed:\ttrue" in out


def test_the_example_of_webhooks_repeats_and_keeps(tmp_path: Path, web: Site) -> None:
    statuses = iter([200, 503, 200])
    web.add("/hook", lambda _: Page(b"", next(statuses)))
    example = Path("examples/cookbook/webhook-integration.lua")
    out = run(example, tmp_path, "--url", web.url + "/hook").stdout
    assert "order.paid\tdelivered, repeated 0 times" in out
    assert "order.sent\tdelivered, repeated 1 times" in out
    assert "0 events wait" in out
    first, second, third = (asked.headers["x-event-id"] for asked in web.asked)
    assert first != second == third
    web.add("/hook", Page(b"", 400))
    assert "2 events wait" in run(example, tmp_path, "--url", web.url + "/hook").stdout


def test_the_example_of_mail_sends_it(tmp_path: Path) -> None:
    with mailbox() as box:
        config = (
            f'[tools.email]\nsmtp_host = "localhost"\nsmtp_port = {box.port}\nenable_tls = false\n'
        )
        example = Path("examples/tools/communication.lua")
        done = run(example, tmp_path, "--send", "--to", "you@example.org", config=config)
        assert "sent by smtp" in done.stdout, done.stdout + done.stderr
        assert box.message()["Subject"] == "Report for Ada & Co"


def spell_tests(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Runs `llmspell test` over the example of tests, with a home of its own."""
    command = [str(Path(sys.executable).with_name("llmspell")), "test", *words]
    return subprocess.run(
        command,
        cwd=ROOT,
        env=os.environ | {"HOME": str(home), "XDG_STATE_HOME": str(home / "state")},
        capture_output=True,
        text=True,
        timeout=600,
    )


def test_the_example_of_tests_passes_without_a_model(tmp_path: Path) -> None:
    done = spell_tests(tmp_path, "examples/testing", "--offline", "--record", "none")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "5 passed" in done.stdout
    assert "answers: 3 played back, 0 recorded" in done.stdout
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_the_example_of_tests_is_recorded_by_a_real_model(
    tmp_path: Path, real_model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(
        "LLMSPELL_MODELS_DIRECTORY", str(Path(real_model.removeprefix("local/")).parent)
    )
    shutil.copytree(ROOT / "examples" / "testing", tmp_path / "testing")
    cassette = tmp_path / "testing" / "triage_test.cassette.json"
    before = json.loads(cassette.read_text())
    cassette.unlink()
    folder = str(tmp_path / "testing")
    done = spell_tests(tmp_path, folder, "--offline", "--record", "once")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "answers: 0 played back, 3 recorded" in done.stdout
    monkeypatch.delenv("LLMSPELL_MODELS_DIRECTORY")
    done = spell_tests(tmp_path, folder, "--offline", "--record", "none")
    assert "answers: 3 played back, 0 recorded" in done.stdout
    requests = [
        [each["request"] for each in d["recorded"]]
        for d in (before, json.loads(cassette.read_text()))
    ]
    assert requests[0] == requests[1]


@pytest.fixture
def web() -> Iterator[Site]:
    with site() as made:
        furnish(made)
        yield made


def arguments_of(example: Path, web: Site) -> tuple[str, ...]:
    if example.stem in ASKING:
        return ("--url", web.url + ASKING[example.stem])
    return ("--service", "127.0.0.1:1") if example.stem == "system" else ()


def run(
    example: Path, home: Path, *arguments: str, config: str = LOOPBACK
) -> subprocess.CompletedProcess[str]:
    (home / "test.toml").write_text(config)
    command = [str(Path(sys.executable).with_name("llmspell-run")), "-c", str(home / "test.toml")]
    own = {
        "HOME": str(home),
        "XDG_STATE_HOME": str(home / "state"),
        "TMPDIR": str(home / "temporary"),
        "LLMSPELL_MODELS_DIRECTORY": str(real_model.FOLDER),
        "LLMSPELL_OFFLINE": "true",
    }
    return subprocess.run(
        [*command, str(example), *arguments],
        cwd=ROOT,
        env=os.environ | own,
        capture_output=True,
        text=True,
        timeout=600,
    )
