import json
import threading

import pytest

from llmspell.errors import ConfigError
from llmspell.telemetry.levels import DEBUG, ERROR, INFO, OFF, TRACE, WARN
from llmspell.telemetry.log import DebugLog

MOMENT_NS = 1_738_324_800_123_456_789


def make_log(level: int = INFO, **options: int) -> tuple[DebugLog, list[str]]:
    """A log at a fixed moment, and what it writes."""
    log = DebugLog(level, clock=lambda: MOMENT_NS, **options)  # type: ignore[arg-type]
    written: list[str] = []
    log.add_sink(written.append)
    return log, written


def messages(log: DebugLog) -> list[object]:
    return [entry["message"] for entry in log.entries()]


def test_a_line_has_the_documented_form() -> None:
    log, written = make_log()
    log.log(WARN, "low on mana", "spell.cast")
    assert written == ["2025-01-31 12:00:00.123 WARN [spell.cast] low on mana\n"]


def test_a_line_without_module_has_no_brackets() -> None:
    log, written = make_log()
    log.log(INFO, "hello")
    assert written == ["2025-01-31 12:00:00.123 INFO hello\n"]


def test_only_the_level_is_coloured_and_only_when_asked() -> None:
    log = DebugLog(clock=lambda: MOMENT_NS)
    written: list[str] = []
    log.add_sink(written.append, color=True)
    log.log(ERROR, "no", "m")
    assert written == ["2025-01-31 12:00:00.123 \x1b[31mERROR\x1b[0m [m] no\n"]


def test_an_entry_has_the_documented_fields() -> None:
    log, _ = make_log()
    log.log(INFO, "hello", "app", {"n": 1})
    log.log(INFO, "bare")
    assert log.entries() == [
        {
            "timestamp": "2025-01-31T12:00:00.123456Z",
            "level": "INFO",
            "message": "hello",
            "module": "app",
            "metadata": {"n": 1},
        },
        {"timestamp": "2025-01-31T12:00:00.123456Z", "level": "INFO", "message": "bare"},
    ]


def test_messages_below_the_level_are_neither_written_nor_kept() -> None:
    log, written = make_log(WARN)
    log.log(INFO, "no")
    log.log(WARN, "yes")
    assert messages(log) == ["yes"]
    assert len(written) == 1


def test_messages_of_filtered_modules_are_neither_written_nor_kept() -> None:
    log, written = make_log()
    log.filters.add("noisy", False)
    log.log(ERROR, "no", "noisy")
    assert messages(log) == []
    assert written == []


def test_a_new_level_is_obeyed_at_once() -> None:
    log, _ = make_log()
    log.level = TRACE
    log.log(TRACE, "yes")
    log.level = OFF
    log.log(ERROR, "no")
    assert messages(log) == ["yes"]


def test_a_message_of_level_off_is_never_logged() -> None:
    log, _ = make_log(TRACE)
    log.log(OFF, "no")
    assert messages(log) == []


def test_a_disabled_log_keeps_nothing_and_remembers_its_level() -> None:
    log, _ = make_log(DEBUG)
    log.enabled = False
    log.log(ERROR, "no")
    log.enabled = True
    log.log(DEBUG, "yes")
    assert messages(log) == ["yes"]


def test_a_message_below_the_level_does_not_even_ask_the_clock() -> None:
    def clock() -> int:
        raise AssertionError("asked")

    DebugLog(INFO, clock=clock).log(DEBUG, "no")


def test_a_module_may_have_a_level_of_its_own() -> None:
    log, _ = make_log(WARN)
    log.set_module_level("db.*", DEBUG)
    log.set_module_level("db.noisy", ERROR)
    log.log(DEBUG, "yes", "db.pool")
    log.log(WARN, "no", "db.noisy")
    log.log(INFO, "no", "web")
    assert messages(log) == ["yes"]


def test_level_off_is_stronger_than_the_level_of_a_module() -> None:
    log, _ = make_log(OFF)
    log.set_module_level("db", TRACE)
    log.log(ERROR, "no", "db")
    assert messages(log) == []


def test_the_oldest_messages_give_way() -> None:
    log, _ = make_log(max_entries=3)
    for number in range(5):
        log.log(INFO, str(number))
    assert messages(log) == ["2", "3", "4"]


def test_ten_thousand_messages_are_kept_by_default() -> None:
    log = DebugLog()
    for number in range(10_001):
        log.log(INFO, str(number))
    assert len(log.entries()) == 10_000


def test_a_log_that_keeps_nothing_still_writes() -> None:
    log, written = make_log(max_entries=0)
    log.log(INFO, "hello")
    assert log.entries() == []
    assert len(written) == 1


@pytest.mark.parametrize(("limit", "expected"), [(2, ["1", "2"]), (0, []), (9, ["0", "1", "2"])])
def test_a_limit_gives_the_last_messages_oldest_first(limit: int, expected: list[str]) -> None:
    log, _ = make_log()
    for number in range(3):
        log.log(INFO, str(number))
    assert [entry["message"] for entry in log.entries(limit)] == expected


def test_clear_forgets_the_kept_messages() -> None:
    log, _ = make_log()
    log.log(INFO, "hello")
    log.clear()
    assert log.entries() == []


def test_the_json_form_is_one_object_in_a_line() -> None:
    log = DebugLog(clock=lambda: MOMENT_NS)
    written: list[str] = []
    log.add_sink(written.append, form="json")
    log.log(INFO, "two\nlines", "app", {"ключ": [1, None]})
    (line,) = written
    assert line.index("\n") == len(line) - 1
    assert "ключ" in line
    assert json.loads(line) == log.entries()[0]


def test_the_pretty_form_is_indented() -> None:
    log = DebugLog(clock=lambda: MOMENT_NS)
    written: list[str] = []
    log.add_sink(written.append, form="json_pretty")
    log.log(INFO, "hello")
    assert written[0].startswith('{\n  "timestamp"')
    assert json.loads(written[0]) == log.entries()[0]


def test_an_unknown_form_is_an_error_that_names_the_known_ones() -> None:
    with pytest.raises(ConfigError, match="text, json, json_pretty"):
        DebugLog().add_sink(print, form="xml")


def test_a_removed_sink_is_not_written_to() -> None:
    log, written = make_log()
    log.remove_sink(written.append)
    log.log(INFO, "hello")
    assert written == []


def test_what_a_sink_raises_is_not_swallowed_and_the_message_is_kept() -> None:
    def write(text: str) -> None:
        raise BrokenPipeError

    log = DebugLog()
    log.add_sink(write)
    with pytest.raises(BrokenPipeError):
        log.log(INFO, "hello")
    assert messages(log) == ["hello"]


def test_threads_may_log_while_the_entries_are_read() -> None:
    log = DebugLog()

    def work() -> None:
        for _ in range(2000):
            log.log(INFO, "x")

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        log.entries()
    assert len(log.entries()) == 6000
