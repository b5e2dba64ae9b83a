"""Names that are known at a place, keywords, and pieces of code that begin with one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from llmspell_server.analysis.inference.sources import Owner
from llmspell_server.analysis.snapshot import Snapshot
from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.syntax.lexer import KEYWORDS, is_name

from .candidates import Candidate, Kind
from .members import written_parameters

if TYPE_CHECKING:
    from .complete import Options, Place

_SNIPPETS = {
    "if … then": "if ${1:condition} then\n\t$0\nend",
    "if … else": "if ${1:condition} then\n\t$2\nelse\n\t$0\nend",
    "for … in pairs": "for ${1:key}, ${2:value} in pairs(${3:table}) do\n\t$0\nend",
    "for … in ipairs": "for ${1:index}, ${2:value} in ipairs(${3:list}) do\n\t$0\nend",
    "for … = first, last": "for ${1:index} = ${2:1}, ${3:10} do\n\t$0\nend",
    "while … do": "while ${1:condition} do\n\t$0\nend",
    "repeat … until": "repeat\n\t$0\nuntil ${1:condition}",
    "function …": "function ${1:name}(${2})\n\t$0\nend",
    "local function …": "local function ${1:name}(${2})\n\t$0\nend",
    "do … end": "do\n\t$0\nend",
}


def local_candidates(place: Place, start: int, options: Options) -> Iterator[Candidate]:
    """Locals, keywords and snippets."""
    locals_ = place.where.file.snapshot.visible_locals(start)
    for name, local in locals_.items():
        kind: Kind = "function" if local.kind == "function" else "local"
        parameters = _parameters(local.statement)
        yield Candidate(name, kind, rank=0, parameters=parameters, of=("local", name))
    for word in sorted(KEYWORDS):
        yield Candidate(word, "keyword", rank=2)
    if options.snippets and _begins_statement(place, start):
        for label, text in _SNIPPETS.items():
            yield Candidate(label, "snippet", text=text, is_snippet=True, rank=3)


def global_candidates(place: Place, start: int, options: Options) -> Iterator[Candidate]:
    """Globals."""
    locals_ = place.where.file.snapshot.visible_locals(start)
    for name in place.inference.world.global_names():
        if name not in locals_ and name not in options.without:
            yield _global(place, name)


def module_candidates(place: Place, start: int, options: Options) -> Iterator[Candidate]:
    """Modules that a name could stand for once they are required."""
    snapshot = place.where.file.snapshot
    known = snapshot.visible_locals(start)
    for module in options.to_require(snapshot.text.source[start : place.offset]):
        name = module.rpartition(".")[2]
        if not is_name(name) or name in known:
            continue
        line, at = f'local {name} = require("{module}")\n', place_for_require(snapshot)
        yield Candidate(
            name,
            "module",
            f'require("{module}")',
            rank=4,
            edits=((at, at, line),),
            of=("module", module),
        )


def _parameters(statement: tree.Node) -> str:
    """The parameters of a local function."""
    return (
        written_parameters(statement.function) if isinstance(statement, tree.LocalFunction) else ""
    )


def _global(place: Place, name: str) -> Candidate:
    for source in place.inference.values_of(Owner("", name)):
        if isinstance(source.value, tree.Function):
            parameters = written_parameters(source.value)
            return Candidate(name, "function", parameters=parameters, of=("global", name))
        if isinstance(source.value, tree.Table):
            return Candidate(name, "namespace", of=("global", name))
    return Candidate(name, "global", of=("global", name))


def _begins_statement(place: Place, start: int) -> bool:
    """Whether only blanks stand before the word on its line."""
    source = place.where.file.snapshot.text.source
    line = source[source.rfind("\n", 0, start) + 1 : start]
    return not line.strip()


def place_for_require(snapshot: Snapshot) -> int:
    """Behind the `require`s at the top of the file, or before its first statement."""
    best = None
    for piece, start in snapshot.pieces.placed():
        statement = piece.statement
        if not _is_require(statement):
            if best is None and statement is not None:
                text = snapshot.text
                return text.line_start(text.line_at(start + statement.start))
            break
        assert statement is not None
        best = start + len(piece.text)
    if best is None:
        return len(snapshot.text.source)
    return snapshot.text.next_line(best)


def _is_require(statement: tree.Statement | None) -> bool:
    match statement:
        case tree.LocalStatement(values=(tree.Call(callee=tree.Name(text="require")),)):
            return True
    return False
