"""History: the list of a session and the file."""

from __future__ import annotations

from pathlib import Path

from llmspell.cli.repl import history
from llmspell.cli.repl.history import Entry, HistoryFile, add_entry, default_file


def test_file_keeps_several_lines(tmp_path: Path) -> None:
    file = HistoryFile(tmp_path / "deep" / "history")
    assert file.read() == []
    for text in ("one", "two\n  lines\n\nand more", "+plus", "# hash", "ü \udcff"):
        file.append(text)
    assert file.read() == ["one", "two\n  lines\n\nand more", "+plus", "# hash", "ü ?"]
    file.clear()
    assert file.read() == []


def test_file_is_bounded(tmp_path: Path, monkeypatch: object) -> None:
    file = HistoryFile(tmp_path / "history")
    for number in range(history.MAX_FILE_ENTRIES + 5):
        file.append(str(number))
    assert len(file.read()) == history.MAX_FILE_ENTRIES
    assert file.read()[0] == "5"
    assert file.path.read_text().count("+") == history.MAX_FILE_ENTRIES


def test_a_corrupt_file_is_set_aside(tmp_path: Path) -> None:
    for data in (b"\xff\xfe\x00", b"+a\x00b\n"):
        path = tmp_path / "history.txt"
        path.write_bytes(data)
        assert HistoryFile(path).read() == []
        assert not path.exists()
        assert (tmp_path / "history.corrupt.backup").read_bytes() == data


def test_a_place_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    file = HistoryFile(tmp_path / "file" / "history")
    file.append("one")
    assert file.read() == []


def test_session_list() -> None:
    entries: list[Entry] = []
    for text in ("a", "a", " a ", "", "b", "a"):
        add_entry(entries, text)
    assert [e.command for e in entries] == ["a", "b", "a"]
    for number in range(1500):
        add_entry(entries, str(number))
    assert len(entries) == history.MAX_ENTRIES


def test_default_place() -> None:
    assert default_file({"HOME": "/h", "XDG_CACHE_HOME": "/c"}) == Path("/c/llmspell_history")
    assert default_file({"HOME": "/h", "XDG_CACHE_HOME": "rel"}) == Path(
        "/h/.cache/llmspell_history"
    )
    assert default_file({"HOME": "/h"}) == Path("/h/.cache/llmspell_history")
