"""What other languages write otherwise: `!=`, `+=`, `&&`, `// comment`, `continue`, `null`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from llmspell_server.analysis.inference.flow import parents_of
from llmspell_server.analysis.snapshot import Snapshot
from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.text import Text

from .action import Action, Change
from .indentation import indentation

_OPERATORS = {"!=": "~=", "&&": "and", "||": "or", "!": "not "}
_OPERATOR = re.compile(r"!=|&&|\|\||!")
_ASSIGNED = re.compile(
    r"(?P<indent>[ \t]*)(?P<target>[A-Za-z_][\w.\[\]\"']*)[ \t]*"
    r"(?:(?P<operator>\.\.|//|[-+*/%^])=[ \t]*(?P<value>.*?)|(?P<twice>\+\+|--))[ \t]*;?"
)
_PLAIN = re.compile(r"[\w.\[\]\"'#()]+")
WORDS = {"null": "nil", "None": "nil", "undefined": "nil", "True": "true", "False": "false"}
"""Values that Lua calls otherwise."""

_LOOPS = (tree.While, tree.Repeat, tree.NumericFor, tree.GenericFor)


def translations(text: Text, start: int, end: int) -> Iterator[Action]:
    """What a syntax error between two offsets says in Lua, where it is said in another language."""
    line = text.line_at(start)
    first, last = text.line_start(line), text.line_end(line)
    content = text.source[first:last]
    assigned = _ASSIGNED.fullmatch(content)
    if assigned is not None:
        operator = assigned["operator"] or assigned["twice"][0]
        value = assigned["value"] or "1"
        value = value if _PLAIN.fullmatch(value) else f"({value})"
        written = f"{assigned['target']} = {assigned['target']} {operator} {value}"
        yield _fix(f"Write `{written}`", Change(first + len(assigned["indent"]), last, written))
    elif content.lstrip().startswith("//"):
        place = first + content.index("//")
        yield _fix("Write `--`", Change(place, place + 2, "--"))
    else:
        for found in _OPERATOR.finditer(content):
            if first + found.start() <= end and start <= first + found.end():
                lua = _OPERATORS[found[0]]
                change = Change(first + found.start(), first + found.end(), lua)
                yield _fix(f"Write `{lua.strip()}`", change)
                return


def continues(snapshot: Snapshot, offset: int) -> Iterator[Action]:
    """`continue` as a `goto` to a label at the end of its loop."""
    piece, path = snapshot.path_at(offset)
    name = path[-1] if path else None
    if not isinstance(name, tree.Name) or name.text != "continue":
        return
    node: tree.Node | None = name
    while node is not None and not isinstance(node, (*_LOOPS, tree.Function)):
        node = parents_of(piece).get(node)
    if not isinstance(node, _LOOPS):
        return
    begin = snapshot.pieces.start_of[piece]
    close = node.body.end
    indent = piece.text[:close].rpartition("\n")[2]
    label = "::continue::"
    if indent.strip() or "\n" not in piece.text[node.start : close]:
        inserted = Change(begin + close, begin + close, f"{label} ")
    else:
        at = begin + close - len(indent)
        inserted = Change(at, at, f"{indent}{indentation(snapshot.text.source)}{label}\n")
    goto = Change(begin + name.start, begin + name.end, "goto continue")
    yield _fix("Go on by `goto continue`", goto, inserted)


def _fix(title: str, *changes: Change) -> Action:
    return Action(title, "quickfix", changes, preferred=True)
