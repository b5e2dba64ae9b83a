"""The values of literals (Lua 5.4 manual, "Lexical Conventions")."""

from __future__ import annotations

import re

_ESCAPE = re.compile(
    r"\\(?:([abfnrtv\\\"'])|x([0-9a-fA-F]{2})|([0-9]{1,3})|u\{([0-9a-fA-F]+)\}"
    r"|z[ \t\n\r\f\v]*|(\r\n|\n\r|\n|\r))",
    re.DOTALL,
)
_LONG = re.compile(r"\[(=*)\[(?:\r\n|\n\r|\n|\r)?(.*)\]\1\]", re.DOTALL)
_SIMPLE = {
    **dict(zip("abfnrtv", "\a\b\f\n\r\t\v", strict=True)),
    **dict(zip("\\\"'", "\\\"'", strict=True)),
}
_INTEGER = re.compile(r"0[xX]([0-9a-fA-F]+)|([0-9]+)")
_WRAP = 1 << 64


def string_value(text: str) -> str:
    """The characters that a string literal means; bytes above 127 are shown as that character."""
    long = _LONG.fullmatch(text)
    if long is not None:
        return long[2]
    content = text[1:-1] if len(text) > 1 and text[-1] == text[0] else text[1:]
    return _ESCAPE.sub(_unescaped, content) if "\\" in content else content


def content_of(text: str) -> tuple[int, str] | None:
    """Where the content of a string literal begins, and the content; None for escapes."""
    if text[:1] in ("'", '"'):
        closed = len(text) > 1 and text[-1] == text[0]
        content = text[1:-1] if closed else text[1:]
        return None if "\\" in content else (1, content)
    width = text.find("[", 1) + 1
    content = text[width:].removesuffix("]" + text[1 : width - 1] + "]")
    return None if content[:1] in ("\n", "\r") else (width, content)


def integer_value(text: str) -> int | None:
    """The integer that a numeral means; None for floats."""
    found = _INTEGER.fullmatch(text)
    if found is None:
        return None
    if found[1]:
        value = int(found[1], 16) % _WRAP
        return value - _WRAP if value >= _WRAP >> 1 else value
    value = int(found[2])
    return value if value < _WRAP >> 1 else None


def _unescaped(found: re.Match[str]) -> str:
    simple, hexadecimal, decimal, unicode, line = found.groups()
    if simple:
        return _SIMPLE[simple]
    if hexadecimal or unicode:
        code = int(hexadecimal or unicode, 16)
        return chr(code) if code < 0x110000 else "\ufffd"
    if decimal:
        return chr(min(int(decimal), 255))
    return "\n" if line else ""
