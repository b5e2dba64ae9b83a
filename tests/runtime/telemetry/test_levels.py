import pytest

from llmspell.telemetry.levels import DEBUG, ERROR, INFO, NAMES, OFF, TRACE, WARN, parse_level

SPELLINGS = {
    OFF: ["off", "none", "0"],
    ERROR: ["error", "err", "1"],
    WARN: ["warn", "warning", "2"],
    INFO: ["info", "3"],
    DEBUG: ["debug", "4"],
    TRACE: ["trace", "5"],
}


@pytest.mark.parametrize(
    ("spelling", "level"),
    [(spelling, level) for level, spellings in SPELLINGS.items() for spelling in spellings],
)
def test_every_documented_spelling_is_its_level_in_any_case(spelling: str, level: int) -> None:
    assert [parse_level(text) for text in (spelling, spelling.upper(), spelling.title())] == [
        level
    ] * 3


@pytest.mark.parametrize("text", ["", "loud", "6", "-1", "infos"])
def test_anything_else_is_no_level(text: str) -> None:
    assert parse_level(text) is None


def test_names_read_back_as_their_level() -> None:
    assert [parse_level(name) for name in NAMES] == [OFF, ERROR, WARN, INFO, DEBUG, TRACE]
