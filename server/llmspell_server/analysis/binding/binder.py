"""Binds the names of a piece (Lua 5.4 manual, "Variables" and "Visibility Rules").

A local is known from after its statement to the end of its block; the condition of `repeat` still
sees the body; a local function knows itself.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from attrs import define, field

from llmspell_server.analysis.pace import checkpoint
from llmspell_server.analysis.remembering import remembered
from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.syntax.pieces import Piece

from .variables import Local, LocalKind


@define(eq=False)
class LabelScope:
    """A label and the `goto`s that mean it. function: None for the chunk."""

    label: tree.Label
    gotos: list[tree.Goto] = field(factory=list)


@define(eq=False)
class Binding:
    """What the names of a piece mean.

    declared: the locals that it declares for the rest of the chunk, in order. all: all of its
    locals. free: names that no local of the piece has, with each occurrence. written: which of
    these assign. labels: with their gotos; lost: gotos without a visible label. in_function: the
    function around a node that is a `Name`, `Return`, `Vararg`, or `Function`; None for the chunk.
    environments: free names below a local `_ENV` of the piece.
    """

    declared: tuple[Local, ...] = ()
    all: list[Local] = field(factory=list)
    free: dict[str, list[tree.Name]] = field(factory=dict)
    written: set[tree.Name] = field(factory=set)
    labels: list[LabelScope] = field(factory=list)
    lost: list[tree.Goto] = field(factory=list)
    in_function: dict[tree.Node, tree.Function | None] = field(factory=dict)
    environments: dict[tree.Name, Local] = field(factory=dict)


@remembered
def binding_of(piece: Piece) -> Binding:
    """The binding of a piece, made once."""
    return _Binder().bind(piece)


class _Scope:
    __slots__ = ("function", "gotos", "labels", "names", "outer")

    def __init__(self, outer: _Scope | None, function: tree.Function | None) -> None:
        self.outer, self.function = outer, function
        self.names: dict[str, Local] = {}
        self.labels: dict[str, LabelScope] = {}
        self.gotos: list[tree.Goto] = []


class _Binder:
    def __init__(self) -> None:
        self._binding = Binding()
        self._scope = _Scope(None, None)

    def bind(self, piece: Piece) -> Binding:
        if piece.statement is not None:
            self._statement(piece.statement)
            self._leave_labels(self._scope)
            for local in self._scope.names.values():
                local.is_of_chunk = True
            self._binding.declared = tuple(
                local for local in self._binding.all if local.is_of_chunk
            )
        return self._binding

    # Scopes

    def _enter(self, function: tree.Function | None = None) -> None:
        self._scope = _Scope(self._scope, function or self._scope.function)

    def _leave(self, end: int) -> None:
        scope = self._scope
        for local in scope.names.values():
            local.end = end
        self._leave_labels(scope)
        assert scope.outer is not None
        self._scope = scope.outer

    def _leave_labels(self, scope: _Scope) -> None:
        """Gotos find their label in the blocks around them, within their function."""
        for goto in scope.gotos:
            target = scope.labels.get(goto.label.text)
            if target is not None:
                target.gotos.append(goto)
            elif scope.outer is not None and scope.outer.function is scope.function:
                scope.outer.gotos.append(goto)
            else:
                self._binding.lost.append(goto)

    def _declare(
        self,
        name: tree.Name,
        kind: LocalKind,
        statement: tree.Node,
        position: int,
        begin: int,
        attribute: str | None = None,
    ) -> None:
        scope = self._scope
        hidden = scope.names.get(name.text)
        if hidden is not None:
            hidden.end = begin
        local = Local(
            name.text, kind, name, statement, position, scope.function, begin, None, attribute
        )
        name.local = local
        self._binding.in_function[name] = scope.function
        self._binding.all.append(local)
        scope.names[name.text] = local

    def _look_up(self, name: str) -> Local | None:
        scope: _Scope | None = self._scope
        while scope is not None:
            found = scope.names.get(name)
            if found is not None:
                return found
            scope = scope.outer
        return None

    def _use(self, name: tree.Name, written: bool = False) -> None:
        local = self._look_up(name.text)
        self._binding.in_function[name] = self._scope.function
        if local is None:
            self._binding.free.setdefault(name.text, []).append(name)
            if written:
                self._binding.written.add(name)
            environment = self._look_up("_ENV")
            if environment is not None:
                self._binding.environments[name] = environment
            return
        name.local = local
        local.uses.append(name)
        if written:
            local.writes.append(name)
        if local.function is not self._scope.function:
            local.captured = True

    # Statements

    def _block(self, block: tree.Block) -> None:
        self._enter()
        for statement in block.statements:
            checkpoint()
            self._statement(statement)
        self._leave(block.end)

    def _statement(self, statement: tree.Statement) -> None:
        bind = _STATEMENTS.get(type(statement))
        if bind is not None:
            bind(self, statement)

    def _assignment(self, statement: tree.Assignment) -> None:
        self._expressions(statement.values)
        for target in statement.targets:
            if type(target) is tree.Name:
                self._use(target, written=True)
            else:
                self._expression(target)

    def _call(self, statement: tree.ExpressionStatement) -> None:
        self._expression(statement.expression)

    def _local_function(self, statement: tree.LocalFunction) -> None:
        self._declare(statement.name, "function", statement, 0, statement.name.end)
        self._function(statement.function)

    def _if(self, statement: tree.If) -> None:
        for branch in statement.branches:
            if branch.condition is not None:
                self._expression(branch.condition)
            self._block(branch.body)

    def _return(self, statement: tree.Return) -> None:
        self._binding.in_function[statement] = self._scope.function
        self._expressions(statement.values)

    def _do(self, statement: tree.Do) -> None:
        self._block(statement.body)

    def _while(self, statement: tree.While) -> None:
        self._expression(statement.condition)
        self._block(statement.body)

    def _repeat(self, statement: tree.Repeat) -> None:
        self._enter()
        for inner in statement.body.statements:
            self._statement(inner)
        self._expression(statement.condition)
        self._leave(statement.end)

    def _numeric_for(self, statement: tree.NumericFor) -> None:
        self._expressions(statement.values)
        self._loop((statement.variable,), statement, statement.body)

    def _generic_for(self, statement: tree.GenericFor) -> None:
        self._expressions(statement.values)
        self._loop(statement.names, statement, statement.body)

    def _goto(self, statement: tree.Goto) -> None:
        self._scope.gotos.append(statement)

    def _label(self, statement: tree.Label) -> None:
        scope = LabelScope(statement)
        self._binding.labels.append(scope)
        self._scope.labels.setdefault(statement.label.text, scope)

    def _local(self, statement: tree.LocalStatement) -> None:
        self._expressions(statement.values)
        for position, declared in enumerate(statement.names):
            attribute = declared.attribute.text if declared.attribute else None
            self._declare(declared.name, "local", statement, position, statement.end, attribute)

    def _loop(
        self, names: tuple[tree.Name, ...], statement: tree.Statement, body: tree.Block
    ) -> None:
        self._enter()
        for position, name in enumerate(names):
            self._declare(name, "for", statement, position, body.start)
        self._block(body)
        self._leave(body.end)

    def _function_statement(self, statement: tree.FunctionStatement) -> None:
        target = statement.target
        if type(target) is tree.Name:
            self._use(target, written=True)
        else:
            self._expression(target)
        is_method = isinstance(target, tree.Member) and target.colon
        self._function(statement.function, is_method)

    # Expressions

    def _expressions(self, expressions: tuple[tree.Expression, ...]) -> None:
        for expression in expressions:
            self._expression(expression)

    def _function(self, function: tree.Function, is_method: bool = False) -> None:
        self._binding.in_function[function] = self._scope.function
        self._enter(function)
        begin = function.body.start
        if is_method:
            receiver = Local("self", "self", function, function, -1, function, begin)
            function.receiver = receiver
            self._binding.all.append(receiver)
            self._scope.names["self"] = receiver
        for position, parameter in enumerate(function.parameters):
            self._declare(parameter, "parameter", function, position, begin)
        self._block(function.body)
        self._leave(function.body.end)

    def _expression(self, expression: tree.Node) -> None:
        kind = type(expression)
        if kind is tree.Name:
            self._use(expression)  # type: ignore[arg-type]
        elif kind is tree.Member:
            self._expression(expression.base)  # type: ignore[attr-defined]
        elif kind is tree.Function:
            self._function(expression)  # type: ignore[arg-type]
        elif kind is tree.Vararg:
            self._binding.in_function[expression] = self._scope.function
        else:
            for child in expression.children():
                if type(child) is not tree.Word:
                    self._expression(child)


_STATEMENTS: dict[type[tree.Statement], Callable[[_Binder, Any], None]] = {
    tree.LocalStatement: _Binder._local,
    tree.Assignment: _Binder._assignment,
    tree.ExpressionStatement: _Binder._call,
    tree.LocalFunction: _Binder._local_function,
    tree.FunctionStatement: _Binder._function_statement,
    tree.If: _Binder._if,
    tree.Return: _Binder._return,
    tree.Do: _Binder._do,
    tree.While: _Binder._while,
    tree.Repeat: _Binder._repeat,
    tree.NumericFor: _Binder._numeric_for,
    tree.GenericFor: _Binder._generic_for,
    tree.Goto: _Binder._goto,
    tree.Label: _Binder._label,
}
