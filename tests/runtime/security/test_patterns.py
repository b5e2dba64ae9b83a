"""Hostile patterns and XML documents."""

import pytest

from llmspell.errors import ValidationError
from llmspell.security.patterns import compile_pattern, parse_xml


def test_a_pattern_finds_what_it_says() -> None:
    assert compile_pattern(r"(\w+)@(\w+)").search("to me@home").groups() == ("me", "home")
    assert compile_pattern("ABC", ignore_case=True).search("xabc") is not None


def test_a_pattern_that_backtracks_elsewhere_ends() -> None:
    assert compile_pattern(r"(a+)+$").search("a" * 100_000 + "b") is None


@pytest.mark.parametrize("pattern", ["(", r"(a)\1", "(?=a)", "a{1000000}", "x" * 10_001])
def test_a_pattern_without_linear_time_is_refused(pattern: str) -> None:
    with pytest.raises(ValidationError):
        compile_pattern(pattern)


def test_xml_is_read() -> None:
    assert parse_xml("<a><b>text</b></a>").findtext("b") == "text"


@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        '<!DOCTYPE a SYSTEM "http://127.0.0.1/a.dtd"><a/>',
        "<a>",
    ],
)
def test_xml_with_entities_or_mistakes_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        parse_xml(text)
