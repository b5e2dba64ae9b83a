"""No prefix of a program is too much: a part of what `python -m tests.server.prefixes` asks."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.server import prefixes
from tests.server.corpora import PACKAGES, unpacked
from tests.server.prefixes import Asker, Program, files_of, main, programs

_PROGRAMS = 4  # of a package
_MOST_STOPS = 300  # in each


@pytest.mark.slow
@pytest.mark.parametrize("package", PACKAGES)
def test_programs_are_stopped_at_places_of_every_shape(package: str) -> None:
    if unpacked(package) is None:
        pytest.skip(f"the Debian package {package} cannot be fetched")
    files, asker = files_of([package]), Asker()
    for program in programs(files[:: len(files) // _PROGRAMS]):
        del program.stops[_MOST_STOPS:]
        asked = asker.ask(program)
        assert asked.failures == []
        assert asked.stops == len(program.stops)


def test_each_shape_is_stopped_at_once() -> None:
    (one, other) = programs([("one", "local a = 1\n"), ("other", "local b = 2\nb.c")])
    assert one.stops == [(1, False), (5, False), (6, False), (7, False), (8, False), (9, False),
                         (10, False), (11, True), (12, False)]  # fmt: skip
    assert [offset for offset, _ in other.stops] == [13, 14, 15]
    (_, every) = programs([("one", "local a = 1\n"), ("other", "local b = 2\nb.c")], every=True)
    assert len(every.stops) == 12


def test_a_stop_at_which_something_is_raised_is_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(subject: object) -> None:
        raise RuntimeError("no answer")

    monkeypatch.setattr(prefixes, "ask_here", fail)
    asked = Asker().ask(Program("one", "local x = y", [(5, False), (7, False), (9, False)]))
    assert [failure.partition(":")[0] for failure in asked.failures] == ["5", "7", "9"]
    assert "no answer" in asked.failures[0]


def test_a_run_goes_on_where_the_last_one_ended(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = [("one", "x"), ("other", "x = y")]
    monkeypatch.setattr(prefixes, "files_of", lambda _: files)
    notes = tmp_path / "notes"
    main(["--notes", str(notes), "--part", "1/2"])
    assert capsys.readouterr().out.startswith("1 files, 1 stops, 0 failures")
    main(["--notes", str(notes)])
    assert capsys.readouterr().out.startswith("2 files, 5 stops, 0 failures")
    assert len(notes.read_text().splitlines()) == 2
