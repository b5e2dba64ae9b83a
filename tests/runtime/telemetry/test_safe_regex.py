import re
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmspell.errors import ValidationError
from llmspell.telemetry.safe_regex import (
    MAX_NAME_LENGTH,
    MAX_PATTERN_LENGTH,
    compile_regex,
)


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        (r"^workflow\.(step|loop)_\d+$", "workflow.step_12"),
        (r"(?i)^LLM", "llmspell"),
        (r"^(?:agent|tool)\..*\.(?P<part>http|sql)$", "tool.web.http"),
        (r"(\.\w+)?$", "a.b"),
        (r"[\]\w-]{2,3}", "x]"),
        (r"[]x]", "]"),
        (r"a{1}b{,2}c{2,}", "abbcc"),
        (r"x{", "x{"),
        (r"(ab)+c", "ababc"),
        ("", "anything"),
    ],
)
def test_ordinary_patterns_match(pattern: str, name: str) -> None:
    assert compile_regex(pattern)(name)


@pytest.mark.parametrize(
    "pattern",
    [
        r"(a+)+$",
        r"(a*)*b",
        r"(?:a{1,50}){1,50}b",
        r"((a?){50}){50}",
        r"(a|aa)+$",
        r"(?:(?:x*)y)*",
        r"(?:){,}(?:a{,}){,}",
    ],
)
def test_nested_quantifiers_are_refused(pattern: str) -> None:
    with pytest.raises(ValidationError, match="a quantifier stands on a group with a choice"):
        compile_regex(pattern)


@pytest.mark.parametrize(
    "pattern",
    [r".*.*.*x", "a?" * 25 + "a", "(a|b|ab)" * 12, "a{,}b{,}c{,}", ".*(?:a|b){1}.*a??a??a??"],
)
def test_too_many_choices_are_refused(pattern: str) -> None:
    with pytest.raises(ValidationError, match="could take too long"):
        compile_regex(pattern)


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        (r"(a)\1", "refers back"),
        (r"(?=a)", "groups only"),
        (r"(?<!a)b", "groups only"),
        (r"(?x) a # (", "groups only"),
        (r"(?P=name)", "groups only"),
        (r"(?>a)", "groups only"),
        (r"a{200}", "more than 128 times"),
        (r"[[a]]", "inside a class"),
        (r"[a--b]", "inside a class"),
        (r"(a", "not closed"),
        (r"a)", "has no"),
        (r"[a", "not accepted"),
        (r"*a", "nothing to repeat"),
        ("a\\", "not accepted"),
        ("a" * (MAX_PATTERN_LENGTH + 1), "longer than 100"),
    ],
)
def test_a_refusal_names_its_reason(pattern: str, reason: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(reason)):
        compile_regex(pattern)


def test_a_name_that_is_too_long_never_matches() -> None:
    matches = compile_regex("a")
    assert matches("a" * MAX_NAME_LENGTH)
    assert not matches("a" * (MAX_NAME_LENGTH + 1))


@pytest.mark.parametrize(
    "pattern",
    [
        ".*.*" + r"\B" * 40 + "x",
        ".*.*a?a?" + r"\B" * 40 + "x",
        r".*(?:\B){100}x",
        r"(?:\B\B\B\B\B\B\B\B\B\B){128}(a|ab)(a|ab)(a|ab)(a|ab)(a|ab)x",
        "(a|ab)" * 15 + "x",
        "(aa|ab|aab)" * 9 + "x",
        "a?" * 16 + "a" * 60 + "x",
        "(?:a|aa)" * 10 + "x",
        "(?:aa)*.*x",
        "(?i).*.*[^x][^x]é",
    ],
)
def test_the_worst_accepted_patterns_end_soon(pattern: str) -> None:
    matches = compile_regex(pattern)
    started = process_time()
    assert not matches("a" * MAX_NAME_LENGTH)
    assert process_time() - started < 5  # a pattern without a limit takes years


@given(st.text(alphabet="ab()[]|*+?{},1\\.^$-", max_size=12), st.text(alphabet="ab", max_size=6))
def test_an_accepted_pattern_means_what_python_says(pattern: str, name: str) -> None:
    try:
        matches = compile_regex(pattern)
    except ValidationError:
        return
    assert matches(name) is (re.search(pattern, name) is not None)
