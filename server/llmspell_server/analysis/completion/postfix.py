"""Pieces of code around what stands before the dot: `list.ifor` becomes a loop over `list`.

The editor replaces the word behind the dot; what stands before it is removed by a further edit,
so that the candidates are matched against the word alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from attrs import frozen

from llmspell_server.analysis.inference.expressions import Where
from llmspell_server.analysis.inference.inference import Inference
from llmspell_server.analysis.inference.sources import Owner
from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.types import model
from llmspell_server.analysis.types.fields import OPEN, members
from llmspell_server.analysis.types.model import Type

from .candidates import Candidate

_STATEMENTS = {
    "if": "if % then\n\t$0\nend",
    "ifnot": "if not % then\n\t$0\nend",
    "ifnil": "if % == nil then\n\t$0\nend",
    "while": "while % do\n\t$0\nend",
    "return": "return %",
    "local": "local ${1:name} = %",
    "for": "for ${1:key}, ${2:value} in pairs(%) do\n\t$0\nend",
    "ifor": "for ${1:index}, ${2:value} in ipairs(%) do\n\t$0\nend",
    "fori": "for ${1:index} = 1, #% do\n\t$0\nend",
    "insert": "table.insert(%, $0)",
    "remove": "table.remove(%$0)",
    "pcall": "local ${1:ok}, ${2:result} = pcall(%$0)",
}
_EXPRESSIONS = {
    "not": "not %",
    "len": "#%",
    "unpack": "table.unpack(%)",
    "concat": 'table.concat(%, "$1")',
    "tostring": "tostring(%)",
    "tonumber": "tonumber(%)",
    "type": "type(%)",
}
_LAST = 9


@frozen
class Around:
    """An expression before a dot. begins_statement: whether a statement may stand in its place."""

    where: Where
    expression: tree.Expression
    type: Type
    begins_statement: bool


def postfix_candidates(inference: Inference, around: Around) -> Iterator[Candidate]:
    """Code around an expression, by what its type lets one do with it."""
    where, node = around.where, around.expression
    text = where.piece.text[node.start : node.end]
    if "\n" in text or _is_library(inference, where, node):
        return
    start = where.file.snapshot.pieces.start_of[where.piece] + node.start
    behind = where.file.snapshot.text.source.index(".", start + len(text)) + 1
    alternatives = members(around.type, inference)
    for label, template in (_STATEMENTS | _EXPRESSIONS).items():
        if label in _STATEMENTS and not around.begins_statement:
            continue
        fits = _FITTING.get(label)
        if fits is None or any(map(fits, alternatives)):
            yield Candidate(
                label,
                "snippet",
                _shown(template).replace("%", text),
                text=template.replace("%", _escaped(text)),
                is_snippet=True,
                rank=_LAST,
                edits=((start, behind, ""),),
            )


def _shown(template: str) -> str:
    """A snippet as one line of Lua."""
    named = re.sub(r"\$\{\d:(\w+)\}", r"\1", template.replace("\n\t$0\n", " … "))
    return re.sub(r"\$\d", "", named)


def _escaped(text: str) -> str:
    """A text that means itself in a snippet (LSP 3.17 "Snippet Syntax")."""
    return re.sub(r"([\\$}])", r"\\\1", text)


def _is_library(inference: Inference, where: Where, base: tree.Expression) -> bool:
    """Whether it is a global table that only functions are put into: nobody loops over `string`."""
    if not isinstance(base, tree.Name) or where.file.snapshot.local(where.piece, base) is not None:
        return False
    sources = inference.values_of(Owner("", base.text))
    return any(isinstance(each.value, tree.Table) and not each.value.fields for each in sources)


_PLAIN = frozenset((model.NUMBER, model.INTEGER, model.BOOLEAN, model.FUNCTION, model.NIL))


def _may_be_table(type_: Type) -> bool:
    return _has_length(type_) and model.widened(type_) is not model.STRING


def _has_length(type_: Type) -> bool:
    return model.widened(type_) not in _PLAIN and not isinstance(type_, model.Function)


def _may_be_text(type_: Type) -> bool:
    return type_ in OPEN or model.widened(type_) is model.STRING


def _may_be_function(type_: Type) -> bool:
    return type_ in OPEN or type_ is model.FUNCTION or isinstance(type_, model.Function)


_FITTING: dict[str, Callable[[Type], bool]] = {
    **dict.fromkeys(("for", "ifor", "fori", "insert", "remove", "unpack", "concat"), _may_be_table),
    "len": _has_length,
    "tonumber": _may_be_text,
    "pcall": _may_be_function,
}
