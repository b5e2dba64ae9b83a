"""Contexts and what they share (spec agents-providers §3)."""

from __future__ import annotations

import pytest

from llmspell.agents.contexts import Contexts, UnknownContextError, scope_of
from llmspell.errors import ValidationError


@pytest.mark.parametrize(
    ("inheritance", "seen"),
    [
        ("inherit", {"a": 1, "conversation_context": 2}),
        ("copy", {"conversation_context": 2}),
        ("isolate", {}),
        ("share", {"a": 1, "conversation_context": 2}),
    ],
)
def test_a_child_sees_what_its_inheritance_says(inheritance: str, seen: object) -> None:
    contexts = Contexts()
    parent = contexts.create({"scope": "user:1", "data": {"a": 1, "conversation_context": 2}})
    child = contexts.create_child(parent.id, "agent:x", inheritance)
    assert contexts.all_data(child.id) == seen


def test_sharing_sees_later_changes() -> None:
    contexts = Contexts()
    parent = contexts.create({"scope": "user:1"})
    child = contexts.create_child(parent.id, "agent:x", "share")
    contexts.update(parent.id, "late", True)
    assert contexts.get(child.id, "late") is True


def test_contexts_of_one_scope_share_their_updates() -> None:
    contexts = Contexts()
    one, other = (contexts.create({"scope": "session:s"}) for _ in range(2))
    contexts.update(one.id, "k", "v")
    assert contexts.get(other.id, "k") == "v"
    assert contexts.shared({"type": "session", "id": "s"}, "k") == "v"
    assert contexts.shared("global", "k") is None


@pytest.mark.parametrize(
    ("scope", "words"),
    [
        ("nowhere", "Invalid simple scope: nowhere"),
        ({"type": "planet", "id": "1"}, "Invalid scope type: planet"),
        ({"type": "user"}, "needs an id"),
        (7, "Expected string or table"),
    ],
)
def test_what_is_no_scope_is_refused(scope: object, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        scope_of(scope)


def test_a_removed_context_is_unknown() -> None:
    contexts = Contexts()
    made = contexts.create({}, context_id="mine")
    contexts.remove(made.id)
    with pytest.raises(UnknownContextError, match="Failed to get context data"):
        contexts.all_data("mine")
