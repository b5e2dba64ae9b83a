"""What a piece writes into variables and fields: `x = v`, `M.f = v`, `function M:g()`.

A field is named by the variable that the text starts from and the keys from there. `self` is
replaced by what the method belongs to: `self.a = 1` in `function C:m()` is a write to `C.a`.
"""

from __future__ import annotations

from collections.abc import Iterator

from attrs import define, field, frozen

from llmspell_server.analysis.binding.binder import binding_of
from llmspell_server.analysis.binding.variables import Local
from llmspell_server.analysis.remembering import remembered
from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.syntax.acts import acts_of
from llmspell_server.analysis.syntax.literals import integer_value, string_value
from llmspell_server.analysis.syntax.pieces import Piece

Key = str | int
_MIXING = frozenset(("implement", "include", "mixin", "with"))
"""What libraries for classes call the methods that copy the fields of tables into a class."""
_Writing = tree.Assignment | tree.FunctionStatement | tree.ExpressionStatement
Root = Local | str
"""A local of the piece; or the name of what is free in it: a local of the chunk, or a global."""


@frozen
class Path:
    """A variable and the keys from it: `a.b[1]` is `Path(a, ("b", 1))`."""

    root: Root
    keys: tuple[Key, ...] = ()

    def down(self, key: Key) -> Path:
        """The path of a field."""
        return Path(self.root, (*self.keys, key))


@define(eq=False)
class Write:
    """A value that is given to a variable or field.

    path: which; of an item, the path of the table. key: the node that names it (a `Name`, `Word`
    or key expression). value: the expression, None if there is none (more names than values).
    position: which of the values of `value` it is, from 0. computed: the key, where it is computed.
    statement: what does it; is_method: whether that is `function a:b()`. through_self: whether it
    is written as a field of `self`. is_inserted: whether a function puts it into a list. copied:
    the table that gives all its fields, where it does.
    """

    path: Path
    key: tree.Node
    value: tree.Expression | None
    position: int
    statement: tree.Statement
    computed: tree.Expression | None = None
    is_method: bool = False
    through_self: bool = False
    is_inserted: bool = False
    copied: tree.Expression | None = None

    @property
    def is_item(self) -> bool:
        """Whether it stands in the table under a key that the text does not say."""
        return self.computed is not None or self.is_inserted or self.copied is not None

    def changes(self, path: Path) -> bool:
        """Whether what is in a variable or field, of the same root, may be another after it."""
        width = len(self.path.keys)
        if path.keys[:width] != self.path.keys:
            return False
        if not self.is_item:
            return True
        return len(path.keys) > width and (
            not self.is_inserted or isinstance(path.keys[width], int)
        )


@define(eq=False)
class PieceWrites:
    """All writes of a piece.

    by_root: by the root of their paths. owners: to what each `self` belongs. metatables: the
    calls of `setmetatable`.
    """

    by_root: dict[Root, list[Write]] = field(factory=dict)
    owners: dict[Local, Path] = field(factory=dict)
    metatables: list[tree.Call] = field(factory=list)


@remembered
def writes_of(piece: Piece) -> PieceWrites:
    """What a piece writes; declarations of locals are not among it."""
    binding_of(piece)
    return _Collector().collect(piece)


def path_of(expression: tree.Node, owners: dict[Local, Path] | None = None) -> Path | None:
    """The path that an expression writes out; None for what is computed or called."""
    keys: list[Key] = []
    while True:
        match expression:
            case tree.Name(text=text, local=local):
                break
            case tree.Member(base=base, key=word):
                keys.append(word.text)
                expression = base
            case tree.Index(base=base, key=key):
                literal = literal_key(key)
                if literal is None:
                    return None
                keys.append(literal)
                expression = base
            case tree.Paren(inner=inner):
                expression = inner
            case _:
                return None
    owner = owners.get(local) if owners and local is not None else None
    if owner is not None:
        return Path(owner.root, (*owner.keys, *reversed(keys)))
    return Path(local if local is not None else text, tuple(reversed(keys)))


def literal_key(expression: tree.Node) -> Key | None:
    """The key that a literal is."""
    if isinstance(expression, tree.String):
        return string_value(expression.text)
    if isinstance(expression, tree.Number):
        return integer_value(expression.text)
    return None


def key_of_field(field: tree.Field) -> Key | None:
    """The key that a field of a table writes out; None for an item and for a computed key."""
    if isinstance(field, tree.Named):
        return field.key.text
    return literal_key(field.key) if isinstance(field, tree.Keyed) else None


def is_setmetatable(call: tree.Call) -> bool:
    """Whether a call gives a table a metatable."""
    callee = call.callee
    return isinstance(callee, tree.Name) and callee.text == "setmetatable"


def is_require(call: tree.Node) -> bool:
    """Whether a call asks for a module."""
    return isinstance(call, tree.Call) and (
        isinstance(call.callee, tree.Name) and call.callee.text == "require"
    )


def is_insert(function: tree.Node) -> bool:
    """Whether an expression is `table.insert`, as far as its text says."""
    match function:
        case tree.Member(base=tree.Name(text="table"), key=tree.Word(text="insert")):
            return True
    return False


def _is_local_insert(function: tree.Node) -> bool:
    """Whether a name is that of a local of the piece that holds `table.insert`."""
    local = function.local if isinstance(function, tree.Name) else None
    return local is not None and holds_insert(local)


def holds_insert(local: Local) -> bool:
    """Whether a local gets `table.insert` where it is declared."""
    statement = local.statement
    if not isinstance(statement, tree.LocalStatement) or local.position >= len(statement.values):
        return False
    return is_insert(statement.values[local.position])


def inserted(
    statement: tree.ExpressionStatement, call: tree.Call, owners: dict[Local, Path]
) -> Iterator[Write]:
    """What a call of `table.insert` writes."""
    values = call.arguments.values
    path = path_of(values[0], owners) if len(values) in (2, 3) else None
    if path is not None:
        yield Write(path, values[-1], values[-1], 0, statement, is_inserted=True)


def _copied(key: tree.Expression, value: tree.Expression | None) -> tree.Expression | None:
    """The table whose fields a loop copies by `t[key] = value`."""
    match key, value:
        case tree.Name(local=Local() as first), tree.Name(local=Local() as second):
            loop = first.statement
            if isinstance(loop, tree.GenericFor) and second.statement is loop:
                return _gone_through(loop) if (first.position, second.position) == (0, 1) else None
    return None


def _gone_through(loop: tree.GenericFor) -> tree.Expression | None:
    """The table of which `for … in pairs(t)` or `in next, t` sees each field."""
    match loop.values:
        case [tree.Call(callee=tree.Name(text="pairs"), arguments=arguments)]:
            return arguments.values[0] if arguments.values else None
        case [tree.Name(text="next"), table, *_]:
            return table
    return None


@remembered
def copiers_of(piece: Piece) -> dict[Local, int]:
    """The functions in locals of a piece that copy other tables into one of their parameters.

    Gives which parameter that is, from 0.
    """
    into = {
        root.statement: root.position
        for root, writes in writes_of(piece).by_root.items()
        if isinstance(root, Local) and isinstance(root.statement, tree.Function)
        for write in writes
        if write.copied is not None and not write.path.keys and root.position >= 0
    }
    return {
        local: into[function]
        for local in (binding_of(piece).declared if into else ())
        if (function := _function_in(local)) in into
    }


def _function_in(local: Local) -> tree.Node | None:
    match local.statement:
        case tree.LocalFunction(function=function):
            return function
        case tree.LocalStatement(values=values) if local.position < len(values):
            return values[local.position]
    return None


def copied_by(
    statement: tree.ExpressionStatement, call: tree.Call, into: int, owners: dict[Local, Path]
) -> Iterator[Write]:
    """What a call of a function writes that copies its other arguments into one."""
    values = call.arguments.values
    path = path_of(values[into], owners) if into < len(values) else None
    for index, value in enumerate(values):
        if path is not None and index != into:
            yield Write(path, value, None, 0, statement, copied=value)


@remembered
def statements_that_call(piece: Piece) -> dict[str, list[tree.ExpressionStatement]]:
    """The calls of free names that are statements and give two arguments or more, by the name."""
    found: dict[str, list[tree.ExpressionStatement]] = {}
    for node in acts_of(piece):
        match node:
            case tree.ExpressionStatement(
                expression=tree.Call(callee=tree.Name(text=name, local=None), arguments=arguments)
            ) if len(arguments.values) > 1:
                found.setdefault(name, []).append(node)
    return found


class _Collector:
    def __init__(self) -> None:
        self._writes = PieceWrites()

    def collect(self, piece: Piece) -> PieceWrites:
        for node in acts_of(piece):
            if isinstance(
                node, (tree.Assignment, tree.FunctionStatement, tree.ExpressionStatement)
            ):
                for write in self._of(node):
                    self._writes.by_root.setdefault(write.path.root, []).append(write)
            elif isinstance(node, tree.LocalStatement):
                self._methods_of_constructor(node)
            elif isinstance(node, tree.Call) and is_setmetatable(node):
                self._writes.metatables.append(node)
                self._own_metamethods(node, None)
        return self._writes

    def _called(self, statement: tree.ExpressionStatement) -> Iterator[Write]:
        """`table.insert(t, v)`, `rawset(t, k, v)`."""
        match statement.expression:
            case tree.Call(callee=tree.Name(text="rawset"), arguments=arguments):
                if len(arguments.values) > 2:
                    table, key, value = arguments.values[:3]
                    path = path_of(table, self._writes.owners)
                    if path is not None:
                        literal = literal_key(key)
                        written = path if literal is None else path.down(literal)
                        computed = key if literal is None else None
                        copied = _copied(key, value)
                        yield Write(written, key, value, 0, statement, computed, copied=copied)
            case tree.MethodCall(base=base, method=tree.Word(text=name), arguments=given):
                path = path_of(base, self._writes.owners) if name in _MIXING else None
                if path is None:
                    return
                for value in given.values:
                    yield Write(path, value, None, 0, statement, copied=value)
            case tree.Call() as call if is_insert(call.callee) or _is_local_insert(call.callee):
                yield from inserted(statement, call, self._writes.owners)

    def _of(self, statement: _Writing) -> Iterator[Write]:
        if isinstance(statement, tree.ExpressionStatement):
            yield from self._called(statement)
            return
        if isinstance(statement, tree.FunctionStatement):
            yield from self._function(statement)
            return
        last = len(statement.values) - 1
        for index, target in enumerate(statement.targets):
            value = statement.values[min(index, last)] if last >= 0 else None
            position = max(0, index - last)
            if position and not isinstance(value, (tree.Call, tree.MethodCall, tree.Vararg)):
                value = None
            yield from self._assigned(target, value, position, statement)

    def _assigned(
        self,
        target: tree.Expression,
        value: tree.Expression | None,
        position: int,
        statement: tree.Statement,
    ) -> Iterator[Write]:
        through_self = self._is_through_self(target)
        path = path_of(target, self._writes.owners)
        if path is not None:
            self._own(value, path)
            key = target.key if isinstance(target, (tree.Member, tree.Index)) else target
            yield Write(path, key, value, position, statement, through_self=through_self)
        elif isinstance(target, tree.Index):
            table = path_of(target.base, self._writes.owners)
            if table is not None:
                copied = _copied(target.key, value)
                yield Write(
                    table, target.key, value, position, statement, target.key, copied=copied
                )

    def _function(self, statement: tree.FunctionStatement) -> Iterator[Write]:
        target, function = statement.target, statement.function
        path = path_of(target, self._writes.owners)
        if path is None:
            return
        is_method = isinstance(target, tree.Member) and target.colon
        if function.receiver is not None:
            self._writes.owners[function.receiver] = Path(path.root, path.keys[:-1])
        else:
            self._own(function, path)
        key = target.key if isinstance(target, tree.Member) else target
        yield Write(path, key, function, 0, statement, is_method=is_method)

    def _own(self, value: tree.Expression | None, path: Path) -> None:
        """A function in a field whose first parameter is called `self` is a method of the table."""
        if isinstance(value, tree.Table):
            self._own_fields(value, path)
        if isinstance(value, tree.Call) and is_setmetatable(value):
            self._own_metamethods(value, path)
        if not isinstance(value, tree.Function) or not path.keys or not value.parameters:
            return
        first = value.parameters[0]
        if first.text == "self" and first.local is not None:
            self._writes.owners[first.local] = Path(path.root, path.keys[:-1])

    def _own_fields(self, table: tree.Table, path: Path) -> None:
        for entry in table.fields:
            if isinstance(entry, tree.Named):
                self._own(entry.value, path.down(entry.key.text))

    def _own_metamethods(self, call: tree.Call, holder: Path | None) -> None:
        """Metamethods written out are called with the table. holder: what gets it."""
        match call.arguments.values:
            case [table, tree.Table(fields=fields), *_]:
                path = path_of(table, self._writes.owners) or holder
            case _:
                return
        if path is None:
            return
        for entry in fields:
            match entry:
                case tree.Named(
                    key=tree.Word(text=name), value=tree.Function(parameters=[first, *_])
                ) if name.startswith("__") and first.local is not None:
                    self._writes.owners.setdefault(first.local, path)

    def _methods_of_constructor(self, statement: tree.LocalStatement) -> None:
        for declared, value in zip(statement.names, statement.values, strict=False):
            local = declared.name.local
            if local is not None:
                self._own(value, Path(local))

    def _is_through_self(self, target: tree.Expression) -> bool:
        while isinstance(target, (tree.Member, tree.Index)):
            target = target.base
        return isinstance(target, tree.Name) and target.local in self._writes.owners
