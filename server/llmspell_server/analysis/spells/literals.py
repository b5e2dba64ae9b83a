"""The strings in a program whose kind is known.

It is by the type that is wanted of a string, or by the function that it is given to. Strings with
escapes are left out: their offsets are not those of the text that they stand for.
"""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from llmspell.globals.generator.emit_luacats import KIND_PREFIX
from llmspell_server.analysis.api import Api
from llmspell_server.analysis.inference.expressions import Where
from llmspell_server.analysis.inference.flow import parents_of
from llmspell_server.analysis.inference.global_names import called_name
from llmspell_server.analysis.inference.inference import Inference
from llmspell_server.analysis.inference.sources import Owner
from llmspell_server.analysis.inference.writes import key_of_field
from llmspell_server.analysis.pace import checkpoint
from llmspell_server.analysis.remembering import remembered
from llmspell_server.analysis.snapshot import Snapshot
from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.syntax.literals import content_of
from llmspell_server.analysis.syntax.pieces import Piece, nodes_of
from llmspell_server.analysis.types import model
from llmspell_server.analysis.types.fields import members, table_of
from llmspell_server.analysis.types.model import Type, Values
from llmspell_server.analysis.workspace.given import Given

from .kind import StringKind

_DEEPEST = 4  # aliases of aliases


@frozen
class Written:
    """A string of a kind in a document. start: where its content begins in the text.

    function: which call it is given to, empty for none. parameter: the place among its arguments,
    from 0. before: the strings given before it; None for arguments that are not written as one.
    """

    kind: StringKind
    content: str
    start: int
    function: str = ""
    parameter: int = -1
    before: tuple[str | None, ...] = ()

    @property
    def end(self) -> int:
        """Where the content ends in the text."""
        return self.start + len(self.content)

    @property
    def defines(self) -> bool:
        """Whether the name is defined here."""
        return self.function in self.kind.defined_by


@frozen
class _Said:
    """A string in a piece, before anybody has asked for kinds. start, end: of the content.

    types: the names of kinds that are wanted. function, parameter: what it is given to; the field
    of a class (`Options.scope`) and -1 for the value of a key; empty for neither.
    """

    start: int
    end: int
    types: tuple[str, ...]
    function: str
    parameter: int
    before: tuple[str | None, ...]

    def written(self, piece: Piece, begin: int, api: Api) -> Written | None:
        """The string with its kind, if that is one of an API."""
        kind = api.kind_of(self.function, self.parameter) if self.function else None
        for name in self.types:
            kind = kind or api.kinds_by_alias.get(name)
        if kind is None:
            return None
        content = piece.text[self.start : self.end]
        start, parameter = begin + self.start, self.parameter
        return Written(kind, content, start, self.function, parameter, self.before)


class Strings:
    """The strings of the documents of a world.

    api: what is described of functions, so that their parameters need not be looked up as types.
    """

    def __init__(self, inference: Inference, api: Api) -> None:
        self.inference, self._api = inference, api
        inference.queries.add("strings", self._of_piece, may_lag=True)

    def written(self, file: str, api: Api, saying: str = "") -> Iterator[Written]:
        """The strings of known kinds in a document, in the order of the text.

        saying: only those that say this; empty for all.
        """
        pieces = self.inference.file(file).snapshot.pieces
        for piece, begin in pieces.placed():
            if piece.statement is None or saying not in piece.text:
                continue
            checkpoint()
            for said in self.inference.queries.get("strings", file, piece):
                if not saying or piece.text[said.start : said.end] == saying:
                    found = said.written(piece, begin, api)
                    if found is not None:
                        yield found

    def at(self, file: str, offset: int, api: Api) -> Written | None:
        """The string of a known kind whose content holds an offset, its ends included."""
        source = self.inference.file(file)
        snapshot: Snapshot = source.snapshot
        piece, path = snapshot.path_at(offset)
        if not path or not isinstance(path[-1], tree.String):
            return None
        snapshot.binding(piece)
        begin = snapshot.pieces.start_of[piece]
        said = self._said(Where(source, piece), path[-1])
        if said is None or not said.start <= offset - begin <= said.end:
            return None
        return said.written(piece, begin, api)

    def given(self, it: Given, api: Api, functions: frozenset[str]) -> Written | None:
        """A string that a document gives to one of some functions, or to a field of what they take.

        functions: as `names.functions_of_sources` has them.
        """
        if not it.key:
            if it.function not in functions:
                return None
            kind = self.kind_of(it.function, it.parameter, api)
            if kind is None:
                return None
            return Written(kind, it.content, it.start, it.function, it.parameter)
        if not any(each.endswith(f".{it.key}") for each in functions):
            return None
        for type_ in self._parameters(it.function, it.parameter):
            for each in model.members_of(type_):
                field = f"{each.name}.{it.key}" if isinstance(each, model.Named) else ""
                if field in functions:
                    for name in self._names(self.inference.field_type(each, it.key)):
                        return Written(api.kinds_by_alias[name], it.content, it.start, field)
        return None

    def kind_of(self, function: str, parameter: int, api: Api) -> StringKind | None:
        """The kind that a global function, or one of a class, takes at a place, from 0."""
        kind = api.kind_of(function, parameter)
        if kind is not None or function in self._api.symbols:
            return kind
        for type_ in self._parameters(function, parameter):
            for name in self._names(type_):
                kind = kind or api.kinds_by_alias.get(name)
        return kind

    def _parameters(self, function: str, parameter: int) -> Iterator[Type]:
        """What a function takes at a place, from 0, by each of its signatures."""
        made, chained, method = function.partition("().")
        if chained:
            yield from self._takes(self._made_by(made, method), parameter)
            return
        root, *keys = function.split(".")
        infer = self.inference
        found: Type | None
        if keys and infer.class_named(root) is not None:
            found = infer.field_type(model.Named(root), keys.pop(0))
            for key in keys:
                found = infer.field_type(found, key) if found is not None else None
        else:
            found = infer.variables.value(Owner("", root).down(*keys))
        yield from self._takes(found, parameter)

    def _made_by(self, function: str, method: str) -> Type | None:
        """A method of what a global function gives."""
        root, *keys = function.split(".")
        callee = self.inference.variables.value(Owner("", root).down(*keys))
        made = self.inference.called(callee, Values(())).at(0)
        return self.inference.field_type(made, method)

    def _takes(self, function: Type | None, parameter: int) -> Iterator[Type]:
        """What a function takes at a place, from 0, by each of its signatures."""
        infer = self.inference
        for signature in infer.signatures(function) if function is not None else ():
            place = parameter + int(signature.is_method)
            if place < len(signature.parameters):
                yield signature.parameters[place].type

    def _of_piece(self, file: str, piece: Piece) -> tuple[_Said, ...]:
        where = self.inference.where(file, piece)
        found = []
        for node in _strings_in(piece):
            checkpoint()
            found.append(self._said(where, node))
        return tuple(each for each in found if each is not None)

    def _said(self, where: Where, node: tree.String) -> _Said | None:
        parents = parents_of(where.piece)
        parent = parents.get(node)
        if isinstance(parent, tree.Field):
            table = parents[parent]
            if self.inference.functions.expected(where, table) is None:
                return None  # as nearly all in tables of data, of which there may be thousands
        content = content_of(node.text)
        if content is None or parent is None:
            return None
        if isinstance(parent, tree.Keyed) and parent.key is node:
            return None
        start, text = node.start + content[0], content[1]
        if isinstance(parent, tree.Index) and parent.key is node:
            return self._key(where, parent, start, text)
        said = self._where_wanted(where, parent, node, start, text)
        if said is None and isinstance(parent, tree.LocalStatement):
            return self._in_local(where, parent, node, start, text)
        return said

    def _where_wanted(
        self, where: Where, parent: tree.Node, node: tree.String, start: int, content: str
    ) -> _Said | None:
        """A string that is given to a function or a field, or is wanted to be of some type."""
        function, parameter = "", -1
        before: tuple[str | None, ...] = ()
        if isinstance(parent, tree.Arguments):
            function, parameter, before = self._given(where, parent, node)
        elif isinstance(parent, (tree.Named, tree.Keyed)):
            function = self._field(where, parent)
        described = parameter >= 0 and function in self._api.symbols
        types = () if described else tuple(self._names(self._wanted(where, node, parent)))
        if not types and not function:
            return None
        return _Said(start, start + len(content), types, function, parameter, before)

    def _key(self, where: Where, index: tree.Index, start: int, content: str) -> _Said | None:
        """A key behind which a value stands because of its kind, not one that is declared."""
        names: list[str] = []
        for each in members(self.inference.type(where, index.base), self.inference):
            definition = table_of(each, self.inference)
            if definition is None or not definition.indexers or content in definition.fields:
                continue
            for indexer in definition.indexers:
                names += self._names(indexer.key)
        end = start + len(content)
        return _Said(start, end, tuple(names), "", -1, ()) if names else None

    def _in_local(
        self,
        where: Where,
        statement: tree.LocalStatement,
        node: tree.String,
        start: int,
        content: str,
    ) -> _Said | None:
        """A string in a local that is given to a call next: it is what that takes."""
        position = next(i for i, each in enumerate(statement.values) if each is node)
        names = statement.names[position : position + 1]
        local = names[0].name.local if names else None
        given = self.inference.described.given_to(where, local) if local is not None else None
        if given is None or local is None or local.writes:
            return None
        piece, call, place = given
        there = self.inference.where(where.file.file, piece)
        argument = call.arguments.values[place]
        function, parameter, before = self._given(there, call.arguments, argument)
        types: tuple[str, ...] = ()
        if function not in self._api.symbols:
            types = tuple(self._names(self.inference.functions.expected(there, argument)))
        if not types and not function:
            return None
        return _Said(start, start + len(content), types, function, parameter, before)

    def _given(
        self, where: Where, arguments: tree.Arguments, node: tree.Expression
    ) -> tuple[str, int, tuple[str | None, ...]]:
        """The function that a string is given to, its place, and the strings before."""
        call = parents_of(where.piece).get(arguments)
        if not isinstance(call, (tree.Call, tree.MethodCall)):
            return "", -1, ()
        values = arguments.values
        made = self.inference.calls.protected(where, call)
        if made is not None and node in made.call.arguments.values:
            call, values = made.call, made.call.arguments.values
        place = next(i for i, each in enumerate(values) if each is node)
        before = tuple(_text(each) for each in values[:place])
        return called_name(self.inference, where, call) or "", place, before

    def _field(self, where: Where, field: tree.Named | tree.Keyed) -> str:
        """The field of a class that an entry of a table gives a value."""
        table, key = parents_of(where.piece).get(field), key_of_field(field)
        if table is None or not isinstance(key, str):
            return ""
        expected = self.inference.functions.expected(where, table)
        for each in () if expected is None else model.members_of(expected):
            if isinstance(each, model.Named) and not each.name.startswith(KIND_PREFIX):
                return f"{each.name}.{key}"
        return ""

    def _wanted(self, where: Where, node: tree.String, parent: tree.Node) -> Type | None:
        """The type that is wanted of a string, also of one that something is compared with."""
        if isinstance(parent, tree.Binary) and parent.operator in ("==", "~="):
            other = parent.right if parent.left is node else parent.left
            return self.inference.type(where, other)
        return self.inference.functions.expected(where, node)

    def _names(self, type_: Type | None, depth: int = 0) -> Iterator[str]:
        """The names of kinds among the alternatives of a type."""
        for each in model.members_of(type_) if type_ is not None else ():
            if not isinstance(each, model.Named):
                continue
            if each.name.startswith(KIND_PREFIX):
                yield each.name
            elif depth < _DEEPEST and (alias := self.inference.alias_named(each.name)) is not None:
                yield from self._names(alias.type, depth + 1)


@remembered
def _strings_in(piece: Piece) -> tuple[tree.String, ...]:
    return tuple(node for node in nodes_of(piece) if isinstance(node, tree.String))


def _text(node: tree.Expression) -> str | None:
    content = content_of(node.text) if isinstance(node, tree.String) else None
    return content[1] if content is not None else None
