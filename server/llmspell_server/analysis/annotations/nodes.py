"""The nodes of annotations; their offsets count as those of the comments that hold them."""

from __future__ import annotations

from typing import ClassVar

from attrs import define

from llmspell_server.analysis.syntax.tree import Node, Word


class TypeNode(Node):
    """A type as it is written."""


@define(eq=False)
class NameNode(TypeNode):
    """`string`, `Stack<T>`; quoted: `` `T` ``. variadic: `T...`."""

    name: Word
    arguments: tuple[TypeNode, ...] = ()
    quoted: bool = False
    variadic: bool = False

    parts: ClassVar[tuple[str, ...]] = ("name", "arguments")


@define(eq=False)
class LiteralNode(TypeNode):
    """A string or a number, as written."""

    text: str


@define(eq=False)
class UnionNode(TypeNode):
    """`A|B`."""

    members: tuple[TypeNode, ...]

    parts: ClassVar[tuple[str, ...]] = ("members",)


@define(eq=False)
class OptionalNode(TypeNode):
    """`T?`."""

    inner: TypeNode

    parts: ClassVar[tuple[str, ...]] = ("inner",)


@define(eq=False)
class ArrayNode(TypeNode):
    """`T[]`."""

    item: TypeNode

    parts: ClassVar[tuple[str, ...]] = ("item",)


@define(eq=False)
class UnreadableNode(TypeNode):
    """What was understood of a type that cannot be read to its end."""

    inner: TypeNode

    parts: ClassVar[tuple[str, ...]] = ("inner",)


@define(eq=False)
class TupleNode(TypeNode):
    """`[A, B]`."""

    items: tuple[TypeNode, ...]

    parts: ClassVar[tuple[str, ...]] = ("items",)


@define(eq=False)
class EntryNode(Node):
    """`name: T`, `name?: T` or `[K]: T` in a table type. index: the key's type."""

    name: Word | None
    index: TypeNode | None
    type: TypeNode | None
    optional: bool = False

    parts: ClassVar[tuple[str, ...]] = ("name", "index", "type")


@define(eq=False)
class RecordNode(TypeNode):
    """`{ … }`."""

    entries: tuple[EntryNode, ...]

    parts: ClassVar[tuple[str, ...]] = ("entries",)


@define(eq=False)
class ParameterNode(Node):
    """`name?: T` or `...: T` in a function type; also a type parameter `T: constraint`.

    variadic: of a type parameter, whether it is declared as `T...`.
    """

    name: Word
    type: TypeNode | None
    optional: bool = False
    variadic: bool = False

    parts: ClassVar[tuple[str, ...]] = ("name", "type")


@define(eq=False)
class ResultNode(Node):
    """A result: its type, and its name if it has one."""

    type: TypeNode
    name: Word | None = None
    description: str = ""

    parts: ClassVar[tuple[str, ...]] = ("type", "name")


@define(eq=False)
class FunctionNode(TypeNode):
    """`fun(…): …`. results: None when nothing is said."""

    parameters: tuple[ParameterNode, ...]
    results: tuple[ResultNode, ...] | None
    is_async: bool = False
    generics: tuple[ParameterNode, ...] = ()

    parts: ClassVar[tuple[str, ...]] = ("generics", "parameters", "results")


@define(eq=False)
class Tag(Node):
    """A tag: `---@name …`. word: its name. description: the text at its end."""

    word: Word
    description: str = ""

    parts: ClassVar[tuple[str, ...]] = ("word",)


@define(eq=False)
class ChoiceNode(Node):
    """`---| T # text` below an alias, a parameter or a result."""

    type: TypeNode
    description: str = ""
    is_default: bool = False

    parts: ClassVar[tuple[str, ...]] = ("type",)


@define(eq=False)
class ClassTag(Tag):
    """`@class (exact) Name<T>: Parent`. about: the text above it."""

    name: Word | None = None
    generics: tuple[ParameterNode, ...] = ()
    parents: tuple[TypeNode, ...] = ()
    attributes: tuple[str, ...] = ()
    about: str = ""

    parts: ClassVar[tuple[str, ...]] = ("word", "name", "generics", "parents")


@define(eq=False)
class FieldTag(Tag):
    """`@field private name? T text`, or `[K] T`. about: the text above it."""

    name: Word | None = None
    index: TypeNode | None = None
    type: TypeNode | None = None
    optional: bool = False
    visibility: str = "public"
    about: str = ""
    choices: tuple[ChoiceNode, ...] = ()

    parts: ClassVar[tuple[str, ...]] = ("word", "name", "index", "type", "choices")


@define(eq=False)
class AliasTag(Tag):
    """`@alias Name<T> T`, with the choices below it."""

    name: Word | None = None
    generics: tuple[ParameterNode, ...] = ()
    type: TypeNode | None = None
    choices: tuple[ChoiceNode, ...] = ()
    about: str = ""

    parts: ClassVar[tuple[str, ...]] = ("word", "name", "generics", "type", "choices")


@define(eq=False)
class EnumTag(Tag):
    """`@enum (key) Name`."""

    name: Word | None = None
    attributes: tuple[str, ...] = ()
    about: str = ""

    parts: ClassVar[tuple[str, ...]] = ("word", "name")


@define(eq=False)
class ParamTag(Tag):
    """`@param name? T text`, with the choices below it."""

    name: Word | None = None
    type: TypeNode | None = None
    optional: bool = False
    choices: tuple[ChoiceNode, ...] = ()

    parts: ClassVar[tuple[str, ...]] = ("word", "name", "type", "choices")


@define(eq=False)
class ReturnTag(Tag):
    """`@return T name, U name text`; also `@return_overload`."""

    results: tuple[ResultNode, ...] = ()
    choices: tuple[ChoiceNode, ...] = ()

    parts: ClassVar[tuple[str, ...]] = ("word", "results", "choices")


@define(eq=False)
class TypesTag(Tag):
    """A tag followed by types: `@type`, `@as`, `@overload`, `@vararg`, `@mapping`."""

    types: tuple[TypeNode, ...] = ()
    choices: tuple[ChoiceNode, ...] = ()

    parts: ClassVar[tuple[str, ...]] = ("word", "types", "choices")


@define(eq=False)
class GenericTag(Tag):
    """`@generic T: constraint, U`."""

    generics: tuple[ParameterNode, ...] = ()

    parts: ClassVar[tuple[str, ...]] = ("word", "generics")


@define(eq=False)
class OperatorTag(Tag):
    """`@operator add(T): R`."""

    name: Word | None = None
    operand: TypeNode | None = None
    result: TypeNode | None = None

    parts: ClassVar[tuple[str, ...]] = ("word", "name", "operand", "result")


@define(eq=False)
class CastPart(Node):
    """`+T`, `-T` or `T` in a cast. sign: `+`, `-` or nothing. type: None for `?`."""

    sign: str
    type: TypeNode | None

    parts: ClassVar[tuple[str, ...]] = ("type",)


@define(eq=False)
class CastTag(Tag):
    """`@cast name +T, -U`."""

    name: Word | None = None
    changes: tuple[CastPart, ...] = ()

    parts: ClassVar[tuple[str, ...]] = ("word", "name", "changes")


@define(eq=False)
class GuardTag(Tag):
    """`@return_cast name T else U`."""

    name: Word | None = None
    type: TypeNode | None = None
    otherwise: TypeNode | None = None

    parts: ClassVar[tuple[str, ...]] = ("word", "name", "type", "otherwise")


@define(eq=False)
class DiagnosticTag(Tag):
    """`@diagnostic disable-next-line: code, code`. action: what stands before the colon."""

    action: Word | None = None
    codes: tuple[Word, ...] = ()

    parts: ClassVar[tuple[str, ...]] = ("word", "action", "codes")


@define(eq=False)
class TextTag(Tag):
    """A tag that only marks, or is followed by text: `@deprecated`, `@see`, `@meta`, …"""

    text: str = ""


@define(eq=False)
class AnnotationProblem:
    """Something that no reader of annotations understands.

    code: as LuaLS has it (`luadoc-miss-type-name`). suggestion: what may have been meant.
    missing: the sign that is not there.
    """

    start: int
    end: int
    code: str
    message: str
    suggestion: str | None = None
    missing: str | None = None


@define(eq=False)
class Block:
    """Comment lines that belong together.

    text: what is no tag, as Markdown. plain: what comments with two dashes and long ones say.
    """

    tags: tuple[Tag, ...]
    text: str
    problems: tuple[AnnotationProblem, ...] = ()
    plain: str = ""
