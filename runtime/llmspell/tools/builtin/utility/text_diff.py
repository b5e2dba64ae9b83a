"""Differences between two texts, line by line, in four forms.

Only a line feed ends a line. `rendered` is plain work on plain data, so that it can run in a
process of its own: comparing long texts with many equal lines takes quadratic time.
"""

from __future__ import annotations

from difflib import SequenceMatcher, unified_diff

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROW = "*" * 15


def lines(text: str) -> list[str]:
    """The lines of a text, each with its end."""
    parts = text.split("\n")
    last = parts.pop()
    return [part + "\n" for part in parts] + ([last] if last else [])


def rendered(request: list[str]) -> str:
    """A comparison as text: `[form, old, new]`."""
    form, old, new = request
    return "".join(FORMS[form](lines(old), lines(new)))


def _unified(old: list[str], new: list[str]) -> Iterator[str]:
    """As `diff -u` writes it."""
    for line in unified_diff(old, new, "old", "new"):
        yield line if line.endswith("\n") else line + "\n\\ No newline at end of file\n"


def _context(old: list[str], new: list[str]) -> Iterator[str]:
    """Each hunk between rows of asterisks, old and new lines under one another."""
    yield f"*** old\n--- new\n{ROW}\n"
    for group in SequenceMatcher(None, old, new).get_grouped_opcodes():
        for tag, i, j, k, m in group:
            if tag == "equal":
                yield from _prefixed("  ", old[i:j])
            else:
                yield from _prefixed("- ", old[i:j])
                yield from _prefixed("+ ", new[k:m])
        yield ROW + "\n"


def _inline(old: list[str], new: list[str]) -> Iterator[str]:
    """Every line once."""
    for tag, i, j, k, m in SequenceMatcher(None, old, new).get_opcodes():
        if tag == "equal":
            yield from _prefixed(" ", old[i:j])
        else:
            yield from _prefixed("-", old[i:j])
            yield from _prefixed("+", new[k:m])


def _simple(old: list[str], new: list[str]) -> Iterator[str]:
    """A sentence for each change."""
    codes = SequenceMatcher(None, old, new).get_opcodes()
    changes = [code for code in codes if code[0] != "equal"]
    yield f"Total changes: {len(changes)}\n\n"
    for tag, i, j, k, m in changes:
        if tag == "delete":
            yield f"Deleted {_count(j - i)} at line {i + 1}\n"
        elif tag == "insert":
            yield f"Inserted {_count(m - k)} at line {k + 1}\n"
        else:
            yield f"Replaced {_count(j - i)} at line {i + 1} with {_count(m - k)}\n"


FORMS: dict[str, Callable[[list[str], list[str]], Iterator[str]]] = {
    "unified": _unified,
    "context": _context,
    "inline": _inline,
    "simple": _simple,
}


def _prefixed(prefix: str, block: list[str]) -> Iterator[str]:
    for line in block:
        yield prefix + (line if line.endswith("\n") else line + "\n")


def _count(number: int) -> str:
    return f"{number} line{'' if number == 1 else 's'}"
