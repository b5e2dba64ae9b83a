"""The rules for keys (lua-globals §8)."""

from __future__ import annotations

import pytest

from llmspell.errors import StorageError
from llmspell.state import Scope
from llmspell.state.keys import MAX_KEY_CHARS, checked_address, checked_key


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ("", "a key must not be empty"),
        ("a..b", "key 'a..b' must not contain '..'"),
        ("a\\b", r"must not contain '\'"),
        ("a//b", "key 'a//b' must not contain '//'"),
        ("a\nb", r"must not contain the control character '\n'"),
        ("a\x00", r"must not contain the control character '\x00'"),
        ("a\x7f", r"must not contain the control character '\x7f'"),
        ("a\x85", r"must not contain the control character '\x85'"),
        ("__private", "must not start with '__' or '$$'"),
        ("$$private", "must not start with '__' or '$$'"),
        ("x" * 257, "has 257 characters, more than 256"),
    ],
)
def test_a_key_that_breaks_a_rule_is_refused_in_the_words_of_the_specification(
    key: str, reason: str
) -> None:
    with pytest.raises(StorageError) as caught:
        checked_key(key)
    assert caught.value.lua_message.startswith("Storage error: Failed to write state: ")
    assert reason in str(caught.value)


@pytest.mark.parametrize(
    "key", [":demo:checkpoint", "a.b", "a/b", "_x", "$x", "x__", " ", "a\u00a0b", "x" * 256, "日本"]
)
def test_other_keys_are_kept_as_they_are(key: str) -> None:
    assert checked_key(key) == key


def test_a_key_is_normalised_before_it_is_measured() -> None:
    assert checked_key("e\N{COMBINING ACUTE ACCENT}" * MAX_KEY_CHARS) == "é" * MAX_KEY_CHARS


def test_scope_and_key_together_have_a_limit() -> None:
    key = "k" * 256
    assert checked_address(Scope.parse("s" * 255), key) == key
    with pytest.raises(StorageError, match="together have more than 512 characters"):
        checked_address(Scope.parse("s" * 256), key)
