"""Fixes of findings, by what a finding says about itself.

`near` are names that may have been meant, `insert` is a text that is missing and `at` where,
`remove` says that the text of the finding is better gone, `replace` is what to write instead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from attrs import frozen

from llmspell_server.analysis.snapshot import Snapshot
from llmspell_server.analysis.text import Text

from .action import Action, Change


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
    for number, name in enumerate(data.get("near", ())):
        change = Change(finding.start, finding.end, str(name))
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


def missing_tokens(snapshot: Snapshot, start: int, end: int) -> Iterator[Action]:
    """Writes what a syntax error between two offsets is about, where that is one word or sign."""
    for piece, begin in zip(snapshot.pieces.all, snapshot.pieces.starts, strict=True):
        for problem in piece.problems:
            wanted = problem.missing
            if wanted is None or not start <= begin + problem.start <= end:
                continue
            source = snapshot.text.source
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
    for module in modules:
        if module.rpartition(".")[2] == name:
            line = f'local {name} = require("{module}")\n'
            title = f'Add `local {name} = require("{module}")`'
            yield Action(title, "quickfix", (Change(top, top, line),), preferred=True)
    yield Action(f"Declare `{name}` as a local here", "quickfix", (_local(text, finding),))


def _local(text: Text, finding: Reported) -> Change:
    start = text.line_start(text.line_at(finding.start))
    line = text.source[start : finding.start]
    indent = line[: len(line) - len(line.lstrip())]
    name = text.source[finding.start : finding.end]
    return Change(start, start, f"{indent}local {name}\n")


def _make_local(_: Text, finding: Reported) -> Iterator[Action]:
    change = Change(finding.start, finding.start, "local ")
    yield Action("Make it local", "quickfix", (change,), preferred=True)


def _underscore(text: Text, finding: Reported) -> Iterator[Action]:
    name = text.source[finding.start : finding.end]
    if name.isidentifier():
        change = Change(finding.start, finding.end, f"_{name}")
        yield Action(f"Rename to `_{name}`", "quickfix", (change,))


def _remove(text: Text, finding: Reported) -> Iterator[Action]:
    start, end = finding.start, finding.end
    line = text.line_at(start)
    first, last = text.line_start(line), text.line_end(text.line_at(end))
    if not text.source[first:start].strip() and not text.source[end:last].strip():
        start, end = first, min(last + 1, len(text.source))
    yield Action("Remove it", "quickfix", (Change(start, end, ""),), preferred=True)


def _remove_spaces(_: Text, finding: Reported) -> Iterator[Action]:
    change = Change(finding.start, finding.end, "")
    yield Action("Remove the blanks", "quickfix", (change,), preferred=True)


def _semicolon(_: Text, finding: Reported) -> Iterator[Action]:
    change = Change(finding.start, finding.start, ";")
    yield Action("Begin the line with `;`", "quickfix", (change,), preferred=True)


_BY_CODE: dict[str, Callable[[Text, Reported], Iterator[Action]]] = {
    "lowercase-global": _make_local,
    "unused-local": _underscore,
    "unused-vararg": _remove,
    "unused-label": _remove,
    "unreachable-code": _remove,
    "code-after-break": _remove,
    "redundant-return": _remove,
    "redundant-value": _remove,
    "trailing-space": _remove_spaces,
    "newline-call": _semicolon,
}
