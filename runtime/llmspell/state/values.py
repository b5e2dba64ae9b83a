"""Values as the store holds them: JSON text.

The json module is imported at the first value that is really encoded or decoded; the Lua border
hands over and takes JSON text and needs neither.
"""

from __future__ import annotations

from llmspell.errors import StorageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeAlias

    Json: TypeAlias = dict[str, Any] | list[Any] | str | int | float | bool | None

_encoder: Callable[[object], str] | None = None


def encode(value: Json) -> str:
    """Return the compact JSON text of a value.

    Raises:
        StorageError: the value is not JSON (a foreign type, NaN, infinity, a cycle, too deep).

    """
    global _encoder
    if _encoder is None:
        import json

        _encoder = json.JSONEncoder(
            ensure_ascii=False, allow_nan=False, separators=(",", ":")
        ).encode
    try:
        return _encoder(value)
    except (TypeError, ValueError, RecursionError) as error:
        raise StorageError(f"Failed to write state: the value is not JSON: {error}") from error


def decode(text: str, where: str = "") -> Json:
    """Return the value of a JSON text.

    Raises:
        StorageError: the text is not JSON, as in a damaged database; `where` names the entry.

    """
    import json

    try:
        value: Json = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise StorageError(
            f"Failed to read state: the value of {where or 'an entry'} is damaged: {error}"
        ) from error
    return value


def check_text(text: str, key: str, limit: int | None) -> None:
    """Check that a JSON text can be stored.

    Raises:
        StorageError: the text takes more than `limit` bytes of UTF-8, or is not valid Unicode.

    """
    if text.isascii():
        size = len(text)
    else:
        try:
            size = len(text.encode())
        except UnicodeEncodeError as error:
            raise StorageError(
                f"Failed to write state: the value of key {key!r} holds text that is not Unicode"
            ) from error
    if limit is not None and size > limit:
        raise StorageError(
            f"Failed to write state: the value of key {key!r} takes {size} bytes, more than the "
            f"limit of {limit}; store less, or raise max_state_size_bytes"
        )


def same(left: Json, right: Json) -> bool:
    """Return whether two values are the same JSON: 1 and 1.0 are, 1 and true are not."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    return left == right
