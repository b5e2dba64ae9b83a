"""What a statement of SQL does, and where its values stand, read as the server reads it.

No more is parsed than is needed to say which of a few kinds a statement is, whether there is a
second one behind it, and which `?` and `:name` stand outside strings and comments. What a statement
may do is then enforced by the database itself (read-only transactions, SQLite's authorizer).
"""

from __future__ import annotations

import re

from llmspell.errors import SecurityError, ValidationError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any, Literal

    Dialect = Literal["postgresql", "mysql", "sqlite"]
    Token = tuple[str, str]

KINDS = ("SELECT", "INSERT", "UPDATE", "DELETE", "DDL")
"""What statements do; the first only reads, the last changes what tables there are."""

_VERBS = {
    **dict.fromkeys(("SELECT", "VALUES", "TABLE", "SHOW", "DESCRIBE", "DESC", "EXPLAIN"), "SELECT"),
    **dict.fromkeys(("INSERT", "REPLACE"), "INSERT"),
    **dict.fromkeys(("UPDATE", "MERGE"), "UPDATE"),
    "DELETE": "DELETE",
    **dict.fromkeys(("CREATE", "DROP", "ALTER", "TRUNCATE"), "DDL"),
}
_AFTER_WITH = {"SELECT", "VALUES", "TABLE", "INSERT", "REPLACE", "UPDATE", "MERGE", "DELETE"}
_WRITING_FILES = {"OUTFILE", "DUMPFILE"}

# Quantifiers are possessive: a string that does not end is found out without trying again.
_PARTS: dict[Dialect, tuple[tuple[str, str], ...]] = {
    "postgresql": (
        ("comment", r"--[^\r\n]*+"),
        ("block", r"/\*"),
        ("dollar", r"\$(?:[^\W\d][\w]*+)?\$"),
        ("string", r"[eE]'(?:[^'\\]|\\.|'')*+'|'(?:[^']|'')*+'"),
        ("quoted", r'"(?:[^"]|"")*+"'),
    ),
    "mysql": (
        ("comment", r"#[^\n]*+|--(?=[\s\x00-\x1f]|\Z)[^\n]*+"),
        ("executed", r"/\*M?!"),
        ("comment", r"/\*.*?\*/"),
        ("string", r"'(?:[^'\\]|\\.|'')*+'|\"(?:[^\"\\]|\\.|\"\")*+\""),
        ("quoted", r"`(?:[^`]|``)*+`"),
    ),
    "sqlite": (
        ("comment", r"--[^\n]*+|/\*.*?\*/"),
        ("string", r"'(?:[^']|'')*+'"),
        ("quoted", r'"(?:[^"]|"")*+"|`(?:[^`]|``)*+`|\[[^\]]*+\]'),
    ),
}
_REST = (
    ("space", r"\s++"),
    ("number", r"\d[\w.]*+"),
    ("word", r"[^\W\d][\w$]*+"),
    ("open", r"/\*|['\"`]"),
    ("value", r"\?\?|\?|(?<![:\w]):[^\W\d]\w*+"),
    ("symbol", r"."),
)
_PATTERNS = {
    dialect: re.compile(
        "|".join(f"(?P<{name}{number}>{text})" for number, (name, text) in enumerate(parts)),
        re.DOTALL,
    )
    for dialect, own in _PARTS.items()
    for parts in ((*own, *_REST),)
}
_NESTED = re.compile(r"/\*|\*/")


def kind_of(statement: str, dialect: Dialect) -> str:
    """Which of `KINDS` a statement is.

    Raises ValidationError for what is not one statement, and SecurityError for one of no kind.
    """
    words: list[tuple[str, int]] = []
    depth, ended = 0, False
    for name, text in _tokens(statement, dialect):
        if name in ("space", "comment"):
            continue
        if ended:
            raise ValidationError("one statement at a time", field="query")
        if text == ";" and not _is_definition(words):
            ended = True
        depth += (text == "(") - (text == ")")
        if name == "word":
            words.append((text.upper(), depth))
    return _kind(words, dialect)


def bound(
    statement: str, values: Sequence[Any] | dict[str, Any], dialect: Dialect, mark: str
) -> tuple[str, list[Any]]:
    """A statement whose values are marked as its driver wants them, and the values in that order.

    The n-th value of a sequence stands for the n-th `?` (`??` is a `?` of SQL), that of a mapping
    for `:name`. mark: what a driver wants, with `{}` for the number of the value.
    """
    order: list[Any] = []
    written: list[str] = []
    for name, text in _tokens(statement, dialect):
        if name == "value" and isinstance(values, dict) and text[1:] in values:
            order.append(values[text[1:]])
            written.append(mark.format(len(order)))
        elif name == "value" and text == "?" and not isinstance(values, dict):
            if len(order) == len(values):
                raise ValidationError(
                    f"the statement has more ? than the {len(values)} values", field="params"
                )
            order.append(values[len(order)])
            written.append(mark.format(len(order)))
        elif text == "??":
            written.append("?")
        else:
            written.append(text.replace("%", "%%") if mark == "%s" else text)
    if not isinstance(values, dict) and len(order) < len(values):
        raise ValidationError(
            f"{len(values)} values are given for {len(order)} ? in the statement", field="params"
        )
    return "".join(written), order


def _kind(words: list[tuple[str, int]], dialect: Dialect) -> str:
    if not words:
        raise ValidationError("the query is empty", field="query")
    verb = words[0][0]
    if verb == "WITH":
        verb = next((w for w, depth in words[1:] if depth == 0 and w in _AFTER_WITH), verb)
    kind = _VERBS.get(verb)
    if kind is None:
        raise SecurityError(f"'{verb}' is not run: a query is one of {', '.join(sorted(_VERBS))}")
    if dialect == "mysql" and any(word in _WRITING_FILES for word, _ in words):
        raise SecurityError("a query writes no file of the server")
    return kind


def _is_definition(words: list[tuple[str, int]]) -> bool:
    """Whether `;` may stand within the statement, as in the body of a trigger."""
    return bool(words) and words[0][0] in ("CREATE", "ALTER")


def _tokens(statement: str, dialect: Dialect) -> Iterator[Token]:
    if "\0" in statement:
        raise ValidationError("the query contains a NUL character", field="query")
    pattern, place = _PATTERNS[dialect], 0
    while place < len(statement):
        found = pattern.match(statement, place)
        assert found is not None  # the last part of the pattern takes any character
        name, end = str(found.lastgroup).rstrip("0123456789"), found.end()
        if name == "block":
            name, end = "comment", _end_of_comment(statement, end)
        elif name == "dollar":
            name, end = "string", statement.find(found[0], end) + len(found[0])
            if end < found.end() + len(found[0]):
                raise _unterminated(statement, place)
        elif name == "executed":
            raise SecurityError("a query has no comments that MySQL executes")
        elif name == "open":
            raise _unterminated(statement, place)
        yield name, statement[place:end]
        place = end


def _end_of_comment(statement: str, place: int) -> int:
    """Where a comment of PostgreSQL ends, in which others may be nested."""
    begin, depth = place - 2, 1
    while depth:
        found = _NESTED.search(statement, place)
        if found is None:
            raise _unterminated(statement, begin)
        depth += 1 if found[0] == "/*" else -1
        place = found.end()
    return place


def _unterminated(statement: str, place: int) -> ValidationError:
    shown = statement[place : place + 20]
    return ValidationError(f"a string or comment does not end: {shown}", field="query")
