"""Fixes of findings, by what a finding says about itself.

`near` are names that may have been meant, `insert` is a text that is missing and `at` where,
`remove` says that the text of the finding is better gone, `replace` is what to write instead.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from attrs import frozen

from llmspell_server.analysis.snapshot import Snapshot
from llmspell_server.analysis.text import Text

from .action import Action, Change
from .foreign import WORDS

_FIELD = re.compile(r"[A-Za-z_]\w*[ \t]*=(?!=)|\[|[\"'{]|\d")
"""What begins an entry of a table, and hardly a statement behind one."""


@frozen
class Reported:
    """A finding as it comes back from a client: its code, its place in the text, its data."""

    code: str
    start: int
    end: int
    data: Mapping[str, Any]


def fixes(text: Text, finding: Reported, modules: Mapping[str, str], top: int) -> Iterator[Action]:
    """What mends a finding. modules: what can be required. top: where a `require` would go."""
    data = finding.data
    # Of values, those that may have been meant are written as values (`mending`).
    for number, name in enumerate(() if "choices" in data else data.get("near", ())):
        is_quoted = int(text.source[finding.start : finding.start + 1] in ("'", '"'))
        change = Change(finding.start + is_quoted, finding.end - is_quoted, str(name))
        yield Action(f"Change to `{name}`", "quickfix", (change,), preferred=number == 0)
    special = _BY_CODE.get(finding.code)
    if special is not None:
        yield from special(text, finding)
    if isinstance(data.get("insert"), str):
        at = finding.end
        yield Action(
            f"Write `{data['insert'].strip()}`", "quickfix", (Change(at, at, data["insert"]),), True
        )
    if isinstance(data.get("replace"), str):
        change = Change(finding.start, finding.end, data["replace"])
        yield Action(f"Change to `{data['replace']}`", "quickfix", (change,), True)
    if finding.code == "undefined-global":
        yield from _requires(text, finding, modules, top)
    if finding.code in ("unresolved-require", "different-requires"):
        yield from _other_module(finding, modules)


def missing_tokens(snapshot: Snapshot, start: int, end: int) -> Iterator[Action]:
    """Writes what a syntax error between two offsets is about, where that is one word or sign."""
    for piece, begin in snapshot.pieces.placed():
        strings_first = sorted(piece.problems, key=lambda each: each.missing not in ("'", '"'))
        for problem in strings_first:
            wanted = problem.missing
            if wanted is None or begin + problem.start > end or begin + problem.end < start:
                continue
            source = snapshot.text.source
            if wanted == "}" and _FIELD.match(source, begin + problem.start):
                comma = len(source[: begin + problem.start].rstrip())
                yield Action("Write `,`", "quickfix", (Change(comma, comma, ","),), preferred=True)
                return
            is_quote = wanted in "\"'"
            place = len(source[: begin + (problem.end if is_quote else problem.start)].rstrip())
            text = f" {wanted}" if wanted.isalpha() else wanted
            if wanted == "end":
                text = f"\n{_indent(snapshot.text, begin, problem.opened)}end"
            change = Change(place, place, text)
            yield Action(f"Write `{wanted}`", "quickfix", (change,), preferred=True)
            return


def _indent(text: Text, begin: int, opened: tuple[int, int] | None) -> str:
    """The indentation of the line on which a block was opened."""
    line = text.line_start(text.line_at(begin + (opened[0] if opened is not None else 0)))
    content = text.source[line:]
    return content[: len(content) - len(content.lstrip(" \t"))]


def _requires(
    text: Text, finding: Reported, modules: Mapping[str, str], top: int
) -> Iterator[Action]:
    """Modules whose name is the name that is not known."""
    name = text.source[finding.start : finding.end]
    if name in WORDS:
        change = Change(finding.start, finding.end, WORDS[name])
        yield Action(f"Change to `{WORDS[name]}`", "quickfix", (change,), preferred=True)
    for module in modules:
        if module.rpartition(".")[2] == name:
            line = f'local {name} = require("{module}")\n'
            title = f'Add `local {name} = require("{module}")`'
            yield Action(title, "quickfix", (Change(top, top, line),), preferred=True)


def _other_module(finding: Reported, modules: Mapping[str, str]) -> Iterator[Action]:
    """Modules that there are, in place of one that there is not, or that has another name."""
    name, other = str(finding.data.get("name", "")), finding.data.get("other")
    last = name.rpartition(".")[2]
    alike = [each for each in modules if each.rpartition(".")[2] == last]
    meant = [str(other)] if other else [*alike, *get_close_matches(name, modules, 3)]
    for number, module in enumerate(dict.fromkeys(meant)):
        change = Change(finding.start + 1, finding.end - 1, module)
        title = f"Change to `{module}`"
        yield Action(title, "quickfix", (change,), preferred=number == 0)


def _remove(text: Text, finding: Reported) -> Iterator[Action]:
    start, end = finding.start, finding.end
    line = text.line_at(start)
    first, last = text.line_start(line), text.line_end(text.line_at(end))
    if not text.source[first:start].strip() and not text.source[end:last].strip():
        start, end = first, text.next_line(end)
    yield Action("Remove it", "quickfix", (Change(start, end, ""),), preferred=True)


def _remove_spaces(_: Text, finding: Reported) -> Iterator[Action]:
    change = Change(finding.start, finding.end, "")
    yield Action("Remove the blanks", "quickfix", (change,), preferred=True)


def _semicolon(_: Text, finding: Reported) -> Iterator[Action]:
    change = Change(finding.start, finding.start, ";")
    yield Action("Begin the line with `;`", "quickfix", (change,), preferred=True)


_BY_CODE: dict[str, Callable[[Text, Reported], Iterator[Action]]] = {
    "unused-label": _remove,
    "unreachable-code": _remove,
    "code-after-break": _remove,
    "redundant-return": _remove,
    "trailing-space": _remove_spaces,
    "newline-call": _semicolon,
}
