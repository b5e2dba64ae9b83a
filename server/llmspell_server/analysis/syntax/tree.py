"""The nodes of Lua 5.4 syntax ("The Complete Syntax of Lua" of its manual).

Offsets count characters from the beginning of the piece that holds the node (see `pieces`), so
that a piece keeps its nodes when text above it changes. Nodes are compared by identity.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from attrs import define

from llmspell_server.analysis.pace import checkpoint

if TYPE_CHECKING:
    from llmspell_server.analysis.binding.variables import Local


@define(eq=False)
class Node:
    """A piece of syntax between two offsets. parts: the attributes that hold further nodes."""

    start: int
    end: int

    parts: ClassVar[tuple[str, ...]] = ()

    def children(self) -> Iterator[Node]:
        """The nodes directly inside, in the order of the text."""
        for part in self.parts:
            found = getattr(self, part)
            if found is None:
                continue
            if type(found) is tuple:
                yield from found
            else:
                yield found


@define(eq=False)
class Word(Node):
    """An identifier that names no variable: a field, a method, a label, an attribute.

    Empty where it is missing, as after the dot of `State.`.
    """

    text: str


class Expression(Node):
    """What has a value."""


@define(eq=False)
class Missing(Expression):
    """Where an expression should stand."""


@define(eq=False)
class Nil(Expression):
    """`nil`."""


@define(eq=False)
class Boolean(Expression):
    """`true` or `false`."""

    value: bool


@define(eq=False)
class Number(Expression):
    """A numeral, as written."""

    text: str


@define(eq=False)
class String(Expression):
    """A string, as written with its quotes or brackets. closed: whether its end is there."""

    text: str
    closed: bool = True


@define(eq=False)
class Vararg(Expression):
    """`...`, in an expression or at the end of parameters."""


@define(eq=False)
class Name(Expression):
    """A variable, where it is used or declared.

    local: what the binder found for it; None for names that are free in their piece.
    """

    text: str
    local: Local | None = None


@define(eq=False)
class Member(Expression):
    """`base.key`, or `base:key` in the name of a function statement."""

    base: Expression
    key: Word
    colon: bool = False

    parts: ClassVar[tuple[str, ...]] = ("base", "key")


@define(eq=False)
class Index(Expression):
    """`base[key]`."""

    base: Expression
    key: Expression

    parts: ClassVar[tuple[str, ...]] = ("base", "key")


@define(eq=False)
class Arguments(Node):
    """The arguments of a call, with their parentheses if there are any.

    commas: where these are. closed: whether the closing parenthesis is there.
    """

    values: tuple[Expression, ...]
    commas: tuple[int, ...] = ()
    closed: bool = True

    parts: ClassVar[tuple[str, ...]] = ("values",)


@define(eq=False)
class Call(Expression):
    """`callee(arguments)`, also `f "text"` and `f {…}`."""

    callee: Expression
    arguments: Arguments

    parts: ClassVar[tuple[str, ...]] = ("callee", "arguments")


@define(eq=False)
class MethodCall(Expression):
    """`base:method(arguments)`. Without arguments while it is being written."""

    base: Expression
    method: Word
    arguments: Arguments

    parts: ClassVar[tuple[str, ...]] = ("base", "method", "arguments")


@define(eq=False)
class Function(Expression):
    """Parameters and body of a function, from its first parenthesis or `function` to `end`.

    receiver: the implicit `self` of `function a:b()`, made by the binder.
    """

    parameters: tuple[Name, ...]
    vararg: Vararg | None
    body: Block
    receiver: Local | None = None

    parts: ClassVar[tuple[str, ...]] = ("parameters", "vararg", "body")


class Field(Node):
    """An entry of a table constructor."""

    value: Expression


@define(eq=False)
class Item(Field):
    """`value` in a table constructor."""

    value: Expression

    parts: ClassVar[tuple[str, ...]] = ("value",)


@define(eq=False)
class Named(Field):
    """`key = value` in a table constructor."""

    key: Word
    value: Expression

    parts: ClassVar[tuple[str, ...]] = ("key", "value")


@define(eq=False)
class Keyed(Field):
    """`[key] = value` in a table constructor."""

    key: Expression
    value: Expression

    parts: ClassVar[tuple[str, ...]] = ("key", "value")


@define(eq=False)
class Table(Expression):
    """A table constructor. closed: whether its brace is there."""

    fields: tuple[Field, ...]
    closed: bool = True

    parts: ClassVar[tuple[str, ...]] = ("fields",)


@define(eq=False)
class Binary(Expression):
    """`left operator right`. place: where the operator begins."""

    operator: str
    place: int
    left: Expression
    right: Expression

    parts: ClassVar[tuple[str, ...]] = ("left", "right")


@define(eq=False)
class Unary(Expression):
    """`operator operand`."""

    operator: str
    operand: Expression

    parts: ClassVar[tuple[str, ...]] = ("operand",)


@define(eq=False)
class Paren(Expression):
    """`(inner)`, which cuts several values to one."""

    inner: Expression

    parts: ClassVar[tuple[str, ...]] = ("inner",)


class Statement(Node):
    """What does something."""


@define(eq=False)
class Block(Node):
    """Statements with a scope of their own. It reaches to the keyword that closes it."""

    statements: tuple[Statement, ...]

    parts: ClassVar[tuple[str, ...]] = ("statements",)


@define(eq=False)
class Attribute(Node):
    """A declared name with its attribute: `x <const>`."""

    name: Name
    attribute: Word | None

    parts: ClassVar[tuple[str, ...]] = ("name", "attribute")


@define(eq=False)
class LocalStatement(Statement):
    """`local a <const>, b = values`."""

    names: tuple[Attribute, ...]
    values: tuple[Expression, ...]

    parts: ClassVar[tuple[str, ...]] = ("names", "values")


@define(eq=False)
class Assignment(Statement):
    """`targets = values`."""

    targets: tuple[Expression, ...]
    values: tuple[Expression, ...]

    parts: ClassVar[tuple[str, ...]] = ("targets", "values")


@define(eq=False)
class ExpressionStatement(Statement):
    """A call, or another expression that Lua does not take as a statement (being written)."""

    expression: Expression

    parts: ClassVar[tuple[str, ...]] = ("expression",)


@define(eq=False)
class LocalFunction(Statement):
    """`local function name`."""

    name: Name
    function: Function

    parts: ClassVar[tuple[str, ...]] = ("name", "function")


@define(eq=False)
class FunctionStatement(Statement):
    """`function a.b:c()`. target: a `Name` or a `Member`."""

    target: Expression
    function: Function

    parts: ClassVar[tuple[str, ...]] = ("target", "function")


@define(eq=False)
class Do(Statement):
    """`do … end`."""

    body: Block

    parts: ClassVar[tuple[str, ...]] = ("body",)


@define(eq=False)
class While(Statement):
    """`while condition do … end`."""

    condition: Expression
    body: Block

    parts: ClassVar[tuple[str, ...]] = ("condition", "body")


@define(eq=False)
class Repeat(Statement):
    """`repeat … until condition`, whose condition sees the locals of the body."""

    body: Block
    condition: Expression

    parts: ClassVar[tuple[str, ...]] = ("body", "condition")


@define(eq=False)
class Branch(Node):
    """A part of an `if`. condition: None for `else`."""

    condition: Expression | None
    body: Block

    parts: ClassVar[tuple[str, ...]] = ("condition", "body")


@define(eq=False)
class If(Statement):
    """`if … elseif … else … end`."""

    branches: tuple[Branch, ...]

    parts: ClassVar[tuple[str, ...]] = ("branches",)


@define(eq=False)
class NumericFor(Statement):
    """`for variable = first, last, step do … end`."""

    variable: Name
    values: tuple[Expression, ...]
    body: Block

    parts: ClassVar[tuple[str, ...]] = ("variable", "values", "body")


@define(eq=False)
class GenericFor(Statement):
    """`for names in values do … end`."""

    names: tuple[Name, ...]
    values: tuple[Expression, ...]
    body: Block

    parts: ClassVar[tuple[str, ...]] = ("names", "values", "body")


@define(eq=False)
class Return(Statement):
    """`return values`."""

    values: tuple[Expression, ...]

    parts: ClassVar[tuple[str, ...]] = ("values",)


@define(eq=False)
class Break(Statement):
    """`break`."""


@define(eq=False)
class Goto(Statement):
    """`goto label`."""

    label: Word

    parts: ClassVar[tuple[str, ...]] = ("label",)


@define(eq=False)
class Label(Statement):
    """`::label::`."""

    label: Word

    parts: ClassVar[tuple[str, ...]] = ("label",)


@define(eq=False)
class Empty(Statement):
    """`;`."""


@define(eq=False)
class Skipped(Statement):
    """Tokens that begin no statement."""


def walk(node: Node) -> Iterator[Node]:
    """A node and all nodes inside, each before what is inside it, in the order of the text."""
    waiting = [node]
    while waiting:
        node = waiting.pop()
        yield node
        parts = node.parts
        if not parts:
            continue
        for part in reversed(parts):  # as `children` gives them, in half the time
            found = getattr(node, part)
            if type(found) is tuple:
                checkpoint()
                waiting.extend(reversed(found))
            elif found is not None:
                waiting.append(found)


def path_at(node: Node, offset: int) -> tuple[Node, ...]:
    """The nodes that hold an offset, from the outermost in; an end counts as inside.

    Where one node ends and the next begins, the later one wins unless the earlier one is a word:
    of `a|.b` that is `a`, of `f|(x)` it is `f`, of `a:|` the method that is missing.
    """
    path = [node]
    while True:
        inside = [child for child in path[-1].children() if child.start <= offset <= child.end]
        if not inside:
            return tuple(path)
        if isinstance(inside[-1], (Arguments, Function)) and inside[-1].start == offset:
            inside = inside[:-1] or inside
        words = [child for child in inside if isinstance(child, (Name, Word))]
        path.append((words or inside)[-1])
