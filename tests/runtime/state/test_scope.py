"""Scopes as scripts write them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llmspell.errors import ValidationError
from llmspell.state import Scope


@pytest.mark.parametrize(
    ("text", "kind", "owner"),
    [
        ("global", "global", ""),
        ("custom", "custom", ""),
        ("workflow", "workflow", ""),
        ("agent:researcher", "agent", "researcher"),
        ("user:u", "user", "u"),
        ("session:s", "session", "s"),
        ("tool:t", "tool", "t"),
        ("hook:h", "hook", "h"),
        ("custom:tenant:1", "custom", "tenant:1"),
        ("Global", "other", "Global"),
        ("global:x", "other", "global:x"),
        ("agent:", "other", "agent:"),
        ("", "other", ""),
    ],
)
def test_text_names_a_kind_and_an_id(text: str, kind: str, owner: str) -> None:
    scope = Scope.parse(text)
    assert (scope.kind, scope.id, scope.text) == (kind, owner, text)


@settings(database=None, deadline=None)
@given(st.text() | st.lists(st.sampled_from(["agent", "other", "global", ":", "x"])).map("".join))
def test_every_text_comes_back_exactly(text: str) -> None:
    scope = Scope.parse(text)
    assert scope.text == text
    assert Scope(scope.kind, scope.id) == scope


def test_scopes_with_the_same_text_are_equal_and_hash_alike() -> None:
    assert Scope("agent", "a") == Scope.parse("agent:a")
    assert hash(Scope("agent", "a")) == hash(Scope.parse("agent:a"))
    assert Scope("agent", "a") != Scope("agent", "b")
    assert Scope("agent", "a") != "agent:a"


@pytest.mark.parametrize(
    ("kind", "owner"),
    [("other", "agent:a"), ("global", "x"), ("nothing", "x"), ("other", "global")],
)
def test_a_kind_and_id_that_no_text_stands_for_are_refused(kind: str, owner: str) -> None:
    with pytest.raises(ValidationError, match="There is no scope"):
        Scope(kind, owner)
