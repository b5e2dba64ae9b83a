"""Which keys an entry may have (spec lua-globals §8, state-sessions §1)."""

from __future__ import annotations

from functools import lru_cache

from llmspell.errors import StorageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    from llmspell.state.scope import Scope

MAX_KEY_CHARS: Final = 256
MAX_ADDRESS_CHARS: Final = 512
"""The most characters that scope text, colon and key have together."""

_FORBIDDEN_PARTS: Final = ("..", "\\", "//")
_RESERVED_STARTS: Final = ("__", "$$")
_LAST_CHARACTER: Final = 0x10FFFF


@lru_cache(maxsize=4096)
def checked_key(key: str) -> str:
    """Return the key in Unicode form NFC.

    Raises:
        StorageError: the key breaks a rule; the sentence says which.

    """
    if not key:
        raise _refusal("a key must not be empty")
    key = read_key(key)
    shown = key if len(key) <= 40 else key[:40] + "…"
    if len(key) > MAX_KEY_CHARS:
        raise _refusal(f"key {shown!r} has {len(key)} characters, more than {MAX_KEY_CHARS}")
    if not key.isprintable():
        _refuse_control_characters(key)
    for part in _FORBIDDEN_PARTS:
        if part in key:
            raise _refusal(f"key {shown!r} must not contain '{part}'")
    if key.startswith(_RESERVED_STARTS):
        raise _refusal(f"key {shown!r} must not start with '__' or '$$', which are reserved")
    return key


def checked_address(scope: Scope, key: str) -> str:
    """Return the checked key, having checked scope text and key together.

    Raises:
        StorageError: key or scope break a rule.

    """
    key = checked_key(key)
    text = scope.text
    if len(text) + 1 + len(key) > MAX_ADDRESS_CHARS:
        raise _refusal(f"scope and key together have more than {MAX_ADDRESS_CHARS} characters")
    if not text.isascii():
        _refuse_surrogates(text, "the scope")
    return key


def read_key(key: str) -> str:
    """Return the form under which a key is looked up; a key that cannot exist is no error."""
    if key.isascii():
        return key
    from unicodedata import normalize

    _refuse_surrogates(key, "the key")
    return normalize("NFC", key)


def prefix_end(prefix: str) -> str | None:
    """Return the least text above all texts that start with `prefix`; None if there is none."""
    while prefix:
        code = ord(prefix[-1])
        if code < _LAST_CHARACTER:
            following = 0xE000 if code == 0xD7FF else code + 1
            return prefix[:-1] + chr(following)
        prefix = prefix[:-1]
    return None


def _refuse_control_characters(key: str) -> None:
    from unicodedata import category

    for character in key:
        if category(character) == "Cc":
            raise _refusal(f"key {key!r} must not contain the control character {character!r}")


def _refuse_surrogates(text: str, what: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise _refusal(f"{what} {text!r} is not valid Unicode text") from error


def _refusal(reason: str) -> StorageError:
    return StorageError(f"Failed to write state: {reason}")
