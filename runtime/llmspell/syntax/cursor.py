"""The expression before a cursor, for completion and inspection of live values.

The text need not be whole or correct: only the tokens before the cursor are looked at.
"""

from __future__ import annotations

import re
from typing import NamedTuple

KEYWORDS = frozenset(
    (
        *("and", "break", "do", "else", "elseif", "end", "false", "for", "function", "goto", "if"),
        *("in", "local", "nil", "not", "or", "repeat", "return", "then", "true", "until", "while"),
    )
)

_TOKEN = re.compile(
    r"""(?P<comment>--\[(?P<c>=*)\[(?:.*?\](?P=c)\]|.*\Z)|--[^\n]*)
      | (?P<string>\[(?P<s>=*)\[(?:.*?\](?P=s)\]|.*\Z)
          | (?P<quote>["'])(?:\\.|(?!(?P=quote))[^\\\n])*(?:(?P=quote)|\\?(?=\n)|\\?\Z))
      | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
      | (?P<number>\.?[0-9](?:[eEpP][+-]|[0-9A-Za-z_.])*)
      | (?P<space>\s+)
      | (?P<sign>\.\.\.?|::|.)""",
    re.VERBOSE | re.DOTALL,
)

Key = str | int


class Token(NamedTuple):
    """A piece of Lua text: its kind, the text, and where it ends."""

    kind: str
    text: str
    end: int


class Reference(NamedTuple):
    """What stands before a cursor.

    path: the keys from a variable to the value whose member is being named, empty for a bare
    name. separator: `.`, `:` or nothing. word: the beginning of the name; start: where it begins.
    """

    path: tuple[Key, ...]
    separator: str
    word: str
    start: int


def tokens(code: str) -> list[Token]:
    """The tokens of Lua text, without white space."""
    found = []
    for match in _TOKEN.finditer(code):
        kind = "name" if match["name"] is not None else match.lastgroup or "sign"
        if match["comment"] is not None:
            kind = "comment"
        elif match["string"] is not None:
            kind = "string"
        if match["space"] is None:
            found.append(Token(kind, match[0], match.end()))
    return found


def reference_at(code: str, cursor: int) -> Reference | None:
    """What is being named at a cursor; None in strings, comments and numbers.

    A chain that begins with more than a name (a call, a parenthesis) gives None too: its value
    is not known without running it.
    """
    before = tokens(code[:cursor])
    if before and before[-1].end == cursor and _unfinished(before[-1]):
        return None
    before = [token for token in before if token.kind != "comment"]
    word, start = "", cursor
    if before and before[-1].kind == "name" and before[-1].end == cursor:
        word = before.pop().text
        start = cursor - len(word)
    if not before or before[-1].text not in (".", ":"):
        return Reference((), "", word, start)
    separator = before.pop().text
    path = _path(before)
    return None if path is None else Reference(path, separator, word, start)


def path_at(code: str, cursor: int) -> tuple[Key, ...] | None:
    """The keys of the whole name under a cursor (`string.format` with the cursor in either)."""
    end = cursor
    while end < len(code) and (code[end].isalnum() or code[end] == "_"):
        end += 1
    reference = reference_at(code, end)
    if reference is None or not reference.word or reference.word in KEYWORDS - {"nil"}:
        return None
    return (*reference.path, reference.word)


def declared_names(code: str) -> set[str]:
    """Names that the text itself declares: locals, parameters, loop variables, functions."""
    names: set[str] = set()
    for found in re.finditer(r"\b(?:local(?:\s+function)?|for)\s+([\w\s,<>]+)", code):
        names.update(re.findall(r"[A-Za-z_]\w*", re.sub(r"<\w*>", "", found[1].split(" in ")[0])))
    for found in re.finditer(r"\bfunction\b[\w\s.:]*\(([^()]*)\)", code):
        names.update(re.findall(r"[A-Za-z_]\w*", found[1]))
    return names - KEYWORDS


def _unfinished(token: Token) -> bool:
    """Whether a cursor at the end of a token is inside it."""
    text = token.text
    if token.kind == "comment":
        return not (text.startswith("--[") and re.search(r"\]=*\]\Z", text))
    if token.kind == "string":
        if text[0] == "[":
            return re.search(r"\]=*\]\Z", text) is None
        return len(text) == 1 or text[-1] != text[0] or _escaped(text)
    return token.kind == "number"


def _escaped(text: str) -> bool:
    backslashes = len(text[:-1]) - len(text[:-1].rstrip("\\"))
    return backslashes % 2 == 1


def _path(before: list[Token]) -> tuple[Key, ...] | None:
    """The keys of a chain such as `a.b[1]["c"]` that ends the tokens, read backwards."""
    keys: list[Key] = []
    while before:
        token = before.pop()
        if token.text == "]":
            key = _index(before)
            if key is None or not before:
                return None
            keys.append(key)
            continue
        if token.kind != "name" or token.text in KEYWORDS:
            return None
        keys.append(token.text)
        if not before or before[-1].text != ".":
            return None if before and before[-1].text == ":" else tuple(reversed(keys))
        before.pop()
    return None


def _index(before: list[Token]) -> Key | None:
    """The constant between brackets whose closing one was just taken."""
    if len(before) < 2 or before[-2].text != "[":
        return None
    token = before.pop()
    before.pop()
    if token.kind == "number" and token.text.isdecimal():
        return int(token.text)
    if token.kind == "string" and token.text[0] in "\"'" and "\\" not in token.text:
        return token.text[1:-1]
    return None
