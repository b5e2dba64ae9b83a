from pathlib import Path

import pytest

from llmspell.errors import ConfigError, StorageError
from llmspell.telemetry.levels import INFO
from llmspell.telemetry.log import DebugLog
from llmspell.telemetry.logfile import LogFile, parse_size


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("4096", 4096),
        ("10MB", 10 << 20),
        ("10 mib", 10 << 20),
        ("512k", 512 << 10),
        ("1.5GB", 3 << 29),
        ("7b", 7),
    ],
)
def test_a_size_is_in_powers_of_1024(text: str, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "MB", "-1MB", "10XB", "0", "1 0", "1e3"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="is not a file size"):
        parse_size(text)


def test_a_line_is_in_the_file_at_once(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "spell.log"
    file = LogFile(str(path))
    log = DebugLog(clock=lambda: 0)
    log.add_sink(file.write)
    log.log(INFO, "grüße", "app")
    assert path.read_text("utf-8") == "1970-01-01 00:00:00.000 INFO [app] grüße\n"
    file.close()


def test_append_keeps_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_text("old\n")
    file = LogFile(str(path), append=True)
    file.write("new\n")
    file.close()
    assert path.read_text() == "old\nnew\n"


def test_without_append_the_file_is_emptied(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_text("old\n")
    LogFile(str(path), append=False).close()
    assert path.read_text() == ""


def test_rotation_keeps_so_many_files(tmp_path: Path) -> None:
    file = LogFile(str(tmp_path / "log"), max_size="10", max_files=3)
    for number in range(6):
        file.write(f"line-{number}\n")
    file.close()
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {
        "log": "line-5\n",
        "log.1": "line-4\n",
        "log.2": "line-3\n",
    }


def test_a_file_is_filled_up_to_its_size(tmp_path: Path) -> None:
    file = LogFile(str(tmp_path / "log"), max_size="10", max_files=2)
    file.write("12345")
    file.write("67890")
    file.write("x")
    file.close()
    assert (tmp_path / "log.1").read_text() == "1234567890"
    assert (tmp_path / "log").read_text() == "x"


def test_what_was_in_an_appended_file_counts(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_text("12345678")
    file = LogFile(str(path), append=True, max_size="10")
    file.write("abc")
    file.close()
    assert path.read_text() == "abc"
    assert (tmp_path / "log.1").read_text() == "12345678"


def test_one_file_only_starts_again_when_full(tmp_path: Path) -> None:
    file = LogFile(str(tmp_path / "log"), max_size="4", max_files=1)
    file.write("one\n")
    file.write("two\n")
    file.close()
    assert [path.name for path in tmp_path.iterdir()] == ["log"]
    assert (tmp_path / "log").read_text() == "two\n"


def test_a_text_larger_than_the_size_stays_in_one_file(tmp_path: Path) -> None:
    file = LogFile(str(tmp_path / "log"), max_size="4")
    file.write("much more than four\n")
    file.close()
    assert (tmp_path / "log").read_text() == "much more than four\n"


def test_text_that_is_no_unicode_is_escaped(tmp_path: Path) -> None:
    file = LogFile(str(tmp_path / "log"))
    file.write("a\udcffb\n")
    file.close()
    assert (tmp_path / "log").read_text() == "a\\udcffb\n"


def test_a_file_that_cannot_be_opened_is_a_configuration_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot open the log file"):
        LogFile(str(tmp_path))


def test_less_than_one_file_is_a_configuration_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="at least one file"):
        LogFile(str(tmp_path / "log"), max_files=0)


def test_writing_to_a_closed_file_is_a_storage_error(tmp_path: Path) -> None:
    file = LogFile(str(tmp_path / "log"))
    file.close()
    file.close()
    with pytest.raises(StorageError, match="cannot write the log file"):
        file.write("x")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux's /dev/full")
def test_a_full_disk_is_a_storage_error() -> None:
    file = LogFile("/dev/full")
    with pytest.raises(StorageError, match="No space left"):
        file.write("x")
    file.close()
