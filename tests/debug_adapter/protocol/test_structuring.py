"""JSON to arguments."""

from __future__ import annotations

from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llmspell_debug_adapter.protocol import arguments as module
from llmspell_debug_adapter.protocol.arguments import (
    EvaluateArguments,
    InitializeArguments,
    LaunchArguments,
    NoArguments,
    SetBreakpointsArguments,
    StackTraceArguments,
)
from llmspell_debug_adapter.protocol.messages import Refused
from llmspell_debug_adapter.protocol.structuring import structured
from tests.debug_adapter.protocol.test_framing import JSON

CLASSES = [c for c in vars(module).values() if isinstance(c, type) and attrs.has(c)]


def test_names_are_the_protocols() -> None:
    asked = {"adapterID": "llmspell", "linesStartAt1": False, "supportsRunInTerminalRequest": True}
    got = structured(asked, InitializeArguments)
    assert (got.lines_start_at1, got.supports_run_in_terminal_request) == (False, True)


def test_null_is_like_nothing() -> None:
    got = structured({"threadId": 3, "levels": None, "startFrame": None}, StackTraceArguments)
    assert got == StackTraceArguments(3)
    assert structured(None, NoArguments) == NoArguments()


def test_null_in_env_is_kept_because_it_means_something() -> None:
    got = structured({"program": "a", "env": {"A": None, "B": "b"}}, LaunchArguments)
    assert got.env == {"A": None, "B": "b"}


def test_what_is_unknown_is_ignored() -> None:
    got = structured(
        {"expression": "1", "line": 5, "format": {"hex": True, "x": 1}}, EvaluateArguments
    )
    assert got.format.hex


def test_whole_floats_are_whole_numbers() -> None:
    assert structured({"threadId": 1.0}, StackTraceArguments).thread_id == 1


@pytest.mark.parametrize("value", [1.5, "1", True, [], {}])
def test_nothing_else_is_a_whole_number(value: Any) -> None:
    with pytest.raises(Refused, match="threadId: must be a whole number"):
        structured({"threadId": value}, StackTraceArguments)


def test_every_fault_is_named_with_its_place() -> None:
    wrong = {"source": {"path": 1}, "breakpoints": [{"line": 1}, {"line": "x", "condition": []}]}
    with pytest.raises(Refused) as refused:
        structured(wrong, SetBreakpointsArguments)
    for place in ("source.path", "breakpoints[1].line", "breakpoints[1].condition"):
        assert place in str(refused.value)


@pytest.mark.parametrize("limits", [{"timeout": 5}, {"timeout": "5s"}, {"maxMemory": 1e6}])
def test_limits_are_numbers_or_quantities(limits: dict[str, Any]) -> None:
    structured({"program": "a", "limits": limits}, LaunchArguments)


def test_arguments_of_a_spell_are_words_or_one_text() -> None:
    words = structured({"program": "a", "args": ["a b", "c"]}, LaunchArguments).words
    assert words == ["a b", "c"]
    assert structured({"program": "a", "args": "'a b' c"}, LaunchArguments).words == words
    with pytest.raises(Refused, match="args: no closing quotation"):
        _ = structured({"program": "a", "args": "'a b"}, LaunchArguments).words
    with pytest.raises(Refused, match="args: must be an array of strings, or a string"):
        structured({"program": "a", "args": 5}, LaunchArguments)


@pytest.mark.parametrize("kind", CLASSES, ids=lambda c: c.__name__)
@settings(max_examples=25)
@given(data=st.data())
def test_any_json_is_structured_or_refused(kind: type, data: st.DataObject) -> None:
    from llmspell_debug_adapter.protocol.structuring import camel

    names = [camel(field.name) for field in attrs.fields(kind)]
    value = data.draw(JSON | st.dictionaries(st.sampled_from([*names, "x"]), JSON))
    try:
        assert isinstance(structured(value, kind), kind)
    except Refused as refused:
        assert refused.sentence
