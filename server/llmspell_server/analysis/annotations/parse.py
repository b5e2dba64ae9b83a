"""Comment lines as tags. Never fails; what cannot be read is a problem of the block."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Sequence

from llmspell_server.analysis.syntax.tree import Word

from .nodes import (
    AliasTag,
    AnnotationProblem,
    Block,
    CastPart,
    CastTag,
    ChoiceNode,
    ClassTag,
    DiagnosticTag,
    EnumTag,
    FieldTag,
    FunctionNode,
    GenericTag,
    GuardTag,
    OperatorTag,
    ParameterNode,
    ParamTag,
    ResultNode,
    ReturnTag,
    Tag,
    TextTag,
    TypeNode,
    TypesTag,
)
from .type_grammar import TypeReader

_TAG = re.compile(r"--(?:-|\[=*\[)[ \t]*@(?P<name>[A-Za-z_][\w-]*)")
_CHOICE = re.compile(r"---[ \t]*\|(?P<mark>[>+]*)")
_TEXT = re.compile(r"---(?!-)[ \t]?(?P<text>.*)", re.DOTALL)
_LONG = re.compile(r"--\[=*\[")
_LONGEST_TYPE = 100  # lines
_ATTRIBUTES = re.compile(r"[ \t]*\((?P<names>[\w, \t]*)\)")
_VISIBILITIES = frozenset(("public", "protected", "private", "package", "internal"))
_MARKS = frozenset(
    (
        *("async", "nodiscard", "deprecated", "private", "protected", "public", "package"),
        *("internal", "readonly", "version", "see", "source", "module", "meta", "language"),
        *("namespace", "using", "schema"),
    )
)
_FOREIGN_TAGS = """
author brief classmod copyright date desc description editor example file fixture function globals
include license local name note notes par refactor release script section set since static submodule
table test tfield todo topic tparam treturn usage warning within
"""
_FOREIGN = frozenset(_FOREIGN_TAGS.split())
"""Tags of other documentation tools, some of which resemble ours."""
DIAGNOSTIC_ACTIONS = ("disable", "disable-line", "disable-next-line", "enable")
_OPERATORS = "add sub mul div idiv mod pow unm concat len eq lt le call band bor bxor bnot shl shr"
OPERATORS = frozenset((*_OPERATORS.split(), "index"))


def parse_block(lines: Iterable[tuple[str, int]]) -> Block:
    """The tags and the text of consecutive comment lines, given with their offsets."""
    return _Parser().parse(lines)


def _without_bracket(line: str) -> str:
    """A comment without what closes a long one."""
    if line.startswith("--[") and line.endswith("]"):
        return line.removesuffix("]").rstrip("=").removesuffix("]")
    return line


def _plain_text(line: str) -> list[str]:
    """The lines of a comment with two dashes, or of a long one."""
    long = _LONG.match(line)
    if long is None:
        return [line.lstrip("-").removeprefix(" ").rstrip()]
    return [each.strip() for each in line[long.end() :].split("\n")]


class _Parser:
    def __init__(self) -> None:
        self._tags: list[Tag] = []
        self._problems: list[AnnotationProblem] = []
        self._text: list[str] = []
        self._plain: list[str] = []
        self._pending: list[str] = []  # text since the last tag
        self._described: ParamTag | ReturnTag | None = None  # the tag directly above
        self._list_follows = False
        self._readers: dict[str, Callable[[TypeReader, Word], Tag]] = {
            "class": self._class,
            "interface": self._class,
            "field": self._field,
            "alias": self._alias,
            "enum": self._enum,
            "param": self._param,
            "return": self._return,
            "return_overload": self._return,
            "type": self._types,
            "as": self._types,
            "overload": self._types,
            "vararg": self._types,
            "mapping": self._types,
            "generic": self._generic,
            "operator": self._operator,
            "cast": self._cast,
            "return_cast": self._guard,
            "diagnostic": self._diagnostic,
        }

    def parse(self, lines: Iterable[tuple[str, int]]) -> Block:
        all_lines = [(_without_bracket(line), start) for line, start in lines]
        position = 0
        while position < len(all_lines):
            position += 1 + self._line(
                *all_lines[position], all_lines[position + 1 : position + _LONGEST_TYPE]
            )
        text = "\n".join(self._text).strip()
        plain = "" if text else "\n".join(self._plain).strip()
        return Block(tuple(self._tags), text, tuple(self._problems), plain)

    def _line(self, line: str, start: int, following: Sequence[tuple[str, int]]) -> int:
        """Reads a line; gives how many of those behind it belong to it."""
        tag = _TAG.match(line)
        if tag is not None:
            return self._tag(line, start, tag, following)
        choice = _CHOICE.match(line)
        text = _TEXT.fullmatch(line)
        if choice is not None:
            self._choice(line, start, choice)
        elif text is not None:
            self._add_text(text["text"])
        else:
            self._plain += _plain_text(line)
        return 0

    def _add_text(self, text: str) -> None:
        """Directly behind a parameter or result text goes on with its description."""
        tag = self._described
        if tag is not None and text.strip():
            tag.description = "\n".join(filter(None, (tag.description, text.strip())))
            if isinstance(tag, ReturnTag) and tag.results:
                tag.results[-1].description = tag.description
            return
        self._described = None
        self._text.append(text)
        self._pending.append(text)

    def _tag(
        self, line: str, start: int, found: re.Match[str], following: Sequence[tuple[str, int]]
    ) -> int:
        name = found["name"]
        word = Word(start + found.start("name"), start + found.end("name"), name)
        reader = TypeReader(line, start, found.end(), following)
        self._list_follows = bool(following) and _CHOICE.match(following[0][0]) is not None
        self._described = None
        read = self._readers.get(name)
        if read is not None:
            tag = read(reader, word)
        elif name in _MARKS:
            tag = TextTag(word.start, start + len(line.rstrip()), word, "", reader.rest())
        else:
            self._unknown(word)
            return 0
        self._tags.append(tag)
        self._problems += reader.problems
        if isinstance(tag, (ParamTag, ReturnTag)):
            self._described = tag
        else:
            self._pending = []
        return reader.taken

    def _unknown(self, word: Word) -> None:
        """Only what resembles a tag of ours is a mistake: other tools have others."""
        if word.text in _FOREIGN:
            return
        near = difflib.get_close_matches(word.text, [*self._readers, *_MARKS], 1, 0.75)
        if near:
            message = f"There is no tag `@{word.text}`; `@{near[0]}` may be meant"
            problem = AnnotationProblem(word.start, word.end, "unknown-doc-tag", message, near[0])
            self._problems.append(problem)

    def _about(self) -> str:
        """The text directly above a tag, which is then no text of the block."""
        about = "\n".join(self._pending).strip()
        if self._pending:
            del self._text[-len(self._pending) :]
        self._pending = []
        return about

    def _choice(self, line: str, start: int, found: re.Match[str]) -> None:
        reader = TypeReader(line, start, found.end())
        type_ = reader.type()
        if type_ is None or not self._tags:
            return
        choice = ChoiceNode(type_.start, reader.behind, type_, reader.rest(), ">" in found["mark"])
        tag = self._tags[-1]
        if isinstance(tag, (AliasTag, FieldTag, ParamTag, ReturnTag, TypesTag)):
            tag.choices = (*tag.choices, choice)
            tag.end = choice.end

    def _attributes(self, reader: TypeReader) -> tuple[str, ...]:
        found = _ATTRIBUTES.match(reader.line, reader.place)
        if found is None:
            return ()
        while not reader.take(")") and reader.kind != "end":
            reader.word() or reader.take("(") or reader.take(",")
        return tuple(name.strip() for name in found["names"].split(","))

    def _type_or_list(self, reader: TypeReader) -> TypeNode | None:
        """The type at the end of a tag, for which a list below may stand."""
        return None if reader.kind == "end" and self._list_follows else reader.type()

    # Tags

    def _class(self, reader: TypeReader, word: Word) -> Tag:
        about = self._about()
        attributes = self._attributes(reader)
        if word.text == "interface":
            attributes = (*attributes, "interface")
        name = reader.word()
        if name is None:
            reader.note("luadoc-miss-class-name", "the name of a class is expected here")
        generics: tuple[ParameterNode, ...] = ()
        if reader.take("<"):
            generics = reader.generics()
            reader.take(">")
        parents = reader.types() if reader.take(":") else ()
        return ClassTag(
            word.start,
            reader.behind,
            word,
            reader.rest(),
            name,
            generics,
            parents,
            attributes,
            about,
        )

    def _field(self, reader: TypeReader, word: Word) -> Tag:
        about = self._about()
        visibility = "public"
        name = index = None
        if reader.kind == "name" and reader.text in _VISIBILITIES and self._goes_on(reader):
            visibility = reader.text
            reader.word()
        if reader.take("["):
            name = reader.string()
            index = None if name is not None else reader.type()
            reader.take("]")
        else:
            name = reader.word()
            if name is None:
                reader.note("luadoc-miss-field-name", "the name of a field is expected here")
        optional = reader.take("?")
        type_ = self._type_or_list(reader)
        return FieldTag(
            word.start,
            reader.behind,
            word,
            reader.rest(),
            name,
            index,
            type_,
            optional,
            visibility,
            about,
        )

    def _goes_on(self, reader: TypeReader) -> bool:
        """Whether a further name follows, so that a word is no field called `private`."""
        rest = reader.line[reader.place :].split(None, 2)
        return len(rest) > 2 or (len(rest) == 2 and rest[1].startswith("["))

    def _alias(self, reader: TypeReader, word: Word) -> Tag:
        about = self._about()
        name = reader.word()
        if name is None:
            reader.note("luadoc-miss-alias-name", "the name of an alias is expected here")
        generics: tuple[ParameterNode, ...] = ()
        if reader.take("<"):
            generics = reader.generics()
            reader.take(">")
        type_ = None
        if reader.kind != "end":
            type_ = reader.type()
        elif name is not None and not self._list_follows:
            reader.note("luadoc-miss-alias-extends", "the type of the alias is expected here")
        return AliasTag(
            word.start, reader.behind, word, reader.rest(), name, generics, type_, (), about
        )

    def _enum(self, reader: TypeReader, word: Word) -> Tag:
        about = self._about()
        attributes = self._attributes(reader)
        name = reader.word()
        if name is None:
            reader.note("luadoc-miss-enum-name", "the name of an enum is expected here")
        return EnumTag(word.start, reader.behind, word, "", name, attributes, about)

    def _param(self, reader: TypeReader, word: Word) -> Tag:
        name = reader.word() or reader.dots()
        if name is None:
            reader.note("luadoc-miss-param-name", "the name of a parameter is expected here")
        optional = reader.take("?")
        type_ = self._type_or_list(reader)
        return ParamTag(word.start, reader.behind, word, reader.rest(), name, type_, optional)

    def _return(self, reader: TypeReader, word: Word) -> Tag:
        results: list[ResultNode] = []
        while True:
            start = reader.at
            type_ = reader.type(greedy=False)
            if type_ is None:
                break
            name = reader.word() or reader.dots()
            results.append(ResultNode(start, reader.behind, type_, name))
            if not reader.take(","):
                break
        description = reader.rest()
        if results:
            results[-1].description = description
        return ReturnTag(word.start, reader.behind, word, description, tuple(results))

    def _types(self, reader: TypeReader, word: Word) -> Tag:
        empty = reader.kind == "end" and self._list_follows
        types = () if empty else reader.types()
        if word.text == "overload" and types and not isinstance(types[0], FunctionNode):
            reader.note("luadoc-miss-fun-after-overload", "an overload is written as `fun(…)`")
        return TypesTag(word.start, reader.behind, word, reader.rest(), types)

    def _generic(self, reader: TypeReader, word: Word) -> Tag:
        return GenericTag(word.start, reader.behind, word, "", reader.generics())

    def _operator(self, reader: TypeReader, word: Word) -> Tag:
        if reader.kind != "name":
            reader.note("luadoc-miss-operator-name", "the name of an operator is expected here")
        elif reader.text not in OPERATORS:
            reader.note("unknown-operator", f"there is no operator `{reader.text}`")
        name = reader.word()
        operand = None
        if reader.take("("):
            operand = reader.type()
            reader.take(")")
        result = reader.type() if reader.take(":") else None
        return OperatorTag(word.start, reader.behind, word, reader.rest(), name, operand, result)

    def _cast(self, reader: TypeReader, word: Word) -> Tag:
        name = reader.word()
        if name is None:
            reader.note("luadoc-miss-cast-name", "the name of a variable is expected here")
        changes = []
        while reader.kind != "end":
            start = reader.at
            sign = "+" if reader.take("+") else "-" if reader.take("-") else ""
            removes_nil = reader.take("?")
            type_ = None if removes_nil else reader.type()
            if type_ is None and not removes_nil:
                break
            changes.append(CastPart(start, reader.behind, sign, type_))
            if not reader.take(","):
                break
        return CastTag(word.start, reader.behind, word, "", name, tuple(changes))

    def _guard(self, reader: TypeReader, word: Word) -> Tag:
        name = reader.word()
        type_ = reader.type()
        otherwise = None
        if reader.kind == "name" and reader.text == "else":
            reader.word()
            otherwise = reader.type()
        return GuardTag(word.start, reader.behind, word, reader.rest(), name, type_, otherwise)

    def _diagnostic(self, reader: TypeReader, word: Word) -> Tag:
        actions = ", ".join(DIAGNOSTIC_ACTIONS)
        if reader.kind != "name":
            reader.note("luadoc-miss-diag-mode", f"one of {actions} is expected here")
        elif reader.text not in DIAGNOSTIC_ACTIONS:
            reader.note("luadoc-error-diag-mode", f"one of {actions} is expected here")
        action = reader.word()
        codes = []
        if reader.take(":"):
            while (code := reader.word()) is not None:
                codes.append(code)
                if not reader.take(","):
                    break
        return DiagnosticTag(word.start, reader.behind, word, "", action, tuple(codes))
