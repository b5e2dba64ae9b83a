"""The globals and fields that a piece mentions, and what it says about tables.

Nothing here depends on other pieces, so it stays with the piece.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from attrs import define, field

from llmspell_server.analysis.binding.binder import binding_of
from llmspell_server.analysis.binding.variables import Local
from llmspell_server.analysis.remembering import remembered
from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.syntax.literals import content_of
from llmspell_server.analysis.syntax.pieces import Piece

from .owners import Role


class Inside(NamedTuple):
    """The table in a field of a table."""

    base: Base
    key: str


class Returned(NamedTuple):
    """The value that the file returns."""


Base = tree.Expression | Inside | Returned | None
"""A table as it is written; None: one that has no name."""


class Mention(NamedTuple):
    """A field that is named. node: its key, a `Word` or a `String`."""

    node: tree.Word | tree.String
    base: Base
    role: Role


class Link(NamedTuple):
    """What is missing in one table is looked for in another (`__index`)."""

    table: Base
    parent: tree.Expression


@define(eq=False)
class Mentions:
    """What a piece mentions.

    fields: by name. methods_of: to which table the `self` of a function belongs. links: tables
    that fall back to others. requires: strings given to `require`. roles: what is written into
    free names.
    """

    fields: dict[str, list[Mention]] = field(factory=dict)
    methods_of: dict[Local, Base] = field(factory=dict)
    links: list[Link] = field(factory=list)
    requires: list[tree.String] = field(factory=list)
    roles: dict[tree.Name, Role] = field(factory=dict)


@remembered
def mentions_of(piece: Piece) -> Mentions:
    """What a piece mentions, found once."""
    binding_of(piece)
    return _Collector().collect(piece)


def plain_string(node: tree.Node) -> str | None:
    """The content of a string literal that is written as it is, so that places in it are known."""
    if not isinstance(node, tree.String) or not node.closed:
        return None
    found = content_of(node.text)
    return found[1] if found is not None and "\n" not in found[1] else None


def field_name(node: tree.Word | tree.String) -> str:
    """The name that a key is."""
    return node.text if isinstance(node, tree.Word) else plain_string(node) or ""


def name_span(node: tree.Node) -> tuple[int, int]:
    """Where the name is in a key or a name: without the quotes of a string."""
    if isinstance(node, tree.String):
        begin, content = content_of(node.text) or (1, node.text[1:-1])
        return node.start + begin, node.start + begin + len(content)
    return node.start, node.end


def required_module(expression: tree.Node) -> tree.String | None:
    """The string in `require "module"`."""
    match expression:
        case tree.Call(callee=tree.Name(text="require", local=None), arguments=arguments):
            if arguments.values and plain_string(arguments.values[0]):
                string = arguments.values[0]
                assert isinstance(string, tree.String)
                return string
    return None


class _Collector:
    def __init__(self) -> None:
        self._found = Mentions()

    def collect(self, piece: Piece) -> Mentions:
        statement = piece.statement
        if isinstance(statement, tree.Return) and len(statement.values) == 1:
            self._value(statement.values[0], Returned())
        elif statement is not None:
            self._node(statement)
        return self._found

    def _node(self, node: tree.Node) -> None:
        """A node and what is inside, in which tables have no name unless it gives them one."""
        waiting = [node]
        while waiting:
            node = waiting.pop()
            handle = _HANDLERS.get(type(node))
            if handle is not None:
                waiting.extend(handle(self, node))
            elif node.parts:
                waiting.extend(node.children())

    def _mention(self, node: tree.Word | tree.String, base: Base, role: Role = Role.READ) -> None:
        name = field_name(node)
        if name:
            self._found.fields.setdefault(name, []).append(Mention(node, base, role))

    # Expressions

    def _member(self, node: tree.Member) -> Iterator[tree.Node]:
        self._mention(node.key, node.base)
        yield node.base

    def _index(self, node: tree.Index) -> Iterator[tree.Node]:
        if plain_string(node.key):
            assert isinstance(node.key, tree.String)
            self._mention(node.key, node.base)
        else:
            yield node.key
        yield node.base

    def _method_call(self, node: tree.MethodCall) -> Iterator[tree.Node]:
        self._mention(node.method, node.base)
        yield node.base
        yield from node.arguments.values

    def _call(self, node: tree.Call) -> Iterator[tree.Node]:
        module = required_module(node)
        if module is not None:
            self._found.requires.append(module)
        values = node.arguments.values
        match node.callee:
            case tree.Name(text="setmetatable", local=None) if len(values) > 1:
                self._metatable(values[0], values[1])
        yield node.callee
        yield from values

    def _metatable(self, table: Base, meta: tree.Expression) -> None:
        if isinstance(meta, tree.Table):
            for entry in meta.fields:
                if isinstance(entry, tree.Named) and entry.key.text == "__index":
                    self._found.links.append(Link(table, entry.value))

    def _table(self, node: tree.Table) -> Iterator[tree.Node]:
        self._constructor(node, None)
        return iter(())

    def _constructor(self, table: tree.Table, base: Base) -> None:
        for entry in table.fields:
            match entry:
                case tree.Named(key=key, value=value):
                    self._entry(key, value, base)
                case tree.Keyed(key=key, value=value):
                    name = plain_string(key)
                    if name:
                        assert isinstance(key, tree.String)
                        self._entry(key, value, base)
                    else:
                        self._node(key)
                        self._node(value)
                case _:
                    self._node(entry.value)

    def _entry(self, key: tree.Word | tree.String, value: tree.Expression, base: Base) -> None:
        self._mention(key, base, role_of(value))
        inside = None if base is None else Inside(base, field_name(key))
        self._value(value, inside)
        self._own(value, base)

    def _value(self, value: tree.Expression, base: Base) -> None:
        """An expression that is put where `base` says."""
        if isinstance(value, tree.Table):
            self._constructor(value, base)
            return
        match value:  # `setmetatable({…}, …)` gives the table
            case tree.Call(callee=tree.Name(text="setmetatable", local=None), arguments=arguments):
                if arguments.values and isinstance(arguments.values[0], tree.Table):
                    self._constructor(arguments.values[0], base)
                    if len(arguments.values) > 1 and base is not None:
                        self._link_constructed(base, arguments.values[1])
                    for each in arguments.values[1:]:
                        self._node(each)
                    self._node(value.callee)
                    return
        self._node(value)

    def _link_constructed(self, base: Base, meta: tree.Expression) -> None:
        if isinstance(meta, tree.Table):
            self._metatable(base, meta)
        else:
            self._found.links.append(Link(base, meta))

    def _own(self, value: tree.Expression, base: Base) -> None:
        """A function in a field whose first parameter is called `self` is a method."""
        if base is None or not isinstance(value, tree.Function) or not value.parameters:
            return
        first = value.parameters[0]
        if first.text == "self" and first.local is not None:
            self._found.methods_of[first.local] = base

    # Statements

    def _local(self, node: tree.LocalStatement) -> Iterator[tree.Node]:
        for index, value in enumerate(node.values):
            declared = node.names[index].name if index < len(node.names) else None
            self._value(value, declared)
        return iter(())

    def _assignment(self, node: tree.Assignment) -> Iterator[tree.Node]:
        for index, target in enumerate(node.targets):
            value = node.values[index] if index < len(node.values) else None
            yield from self._target(target, role_of(value))
            if value is not None:
                self._value(value, target)
            match target:
                case tree.Member(base=base, key=tree.Word(text="__index")) if value is not None:
                    self._found.links.append(Link(base, value))
                case tree.Member(base=base) if value is not None:
                    self._own(value, base)
        for value in node.values[len(node.targets) :]:
            self._node(value)

    def _target(self, target: tree.Expression, role: Role) -> Iterator[tree.Node]:
        match target:
            case tree.Name():
                self._found.roles[target] = role
            case tree.Member(base=base, key=word):
                self._mention(word, base, role)
                yield base
            case tree.Index(base=base, key=tree.String() as string) if plain_string(string):
                self._mention(string, base, role)
                yield base
            case _:
                yield target

    def _function_statement(self, node: tree.FunctionStatement) -> Iterator[tree.Node]:
        match node.target:
            case tree.Member(base=base, key=word, colon=colon):
                self._mention(word, base, Role.METHOD if colon else Role.FUNCTION)
                if node.function.receiver is not None:
                    self._found.methods_of[node.function.receiver] = base
                else:
                    self._own(node.function, base)
                yield base
            case tree.Name() as name:
                self._found.roles[name] = Role.FUNCTION
        yield node.function


def role_of(value: tree.Expression | None) -> Role:
    """What is written by giving a value to a name."""
    if isinstance(value, tree.Function):
        return Role.FUNCTION
    return Role.TABLE if isinstance(value, tree.Table) else Role.VALUE


_HANDLERS: dict[type[tree.Node], Callable[[_Collector, Any], Iterator[tree.Node]]] = {
    tree.Member: _Collector._member,
    tree.Index: _Collector._index,
    tree.MethodCall: _Collector._method_call,
    tree.Call: _Collector._call,
    tree.Table: _Collector._table,
    tree.LocalStatement: _Collector._local,
    tree.Assignment: _Collector._assignment,
    tree.FunctionStatement: _Collector._function_statement,
}
