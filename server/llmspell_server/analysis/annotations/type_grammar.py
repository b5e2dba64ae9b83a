"""Types as annotations write them. Reading never fails: what is missing is noted."""

from __future__ import annotations

import re
from collections.abc import Sequence

from llmspell_server.analysis.syntax.tree import Node, Word

from .nodes import (
    AnnotationProblem,
    ArrayNode,
    EntryNode,
    FunctionNode,
    LiteralNode,
    NameNode,
    OptionalNode,
    ParameterNode,
    RecordNode,
    ResultNode,
    TupleNode,
    TypeNode,
    UnionNode,
    UnreadableNode,
)

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<name>[^\W\d]\w*+(?:[.-]\w+)*+\*?)
    | (?P<number>-?(?:0[xX][0-9a-fA-F]+|[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?))
    | (?P<string>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')
    | (?P<quoted>`[^`]*`)
    | (?P<symbol>\.\.\.|[|?\[\]{}()<>,;:+\-])
    | (?P<other>\S)
    | (?P<end>\Z))""",
    re.VERBOSE,
)
_GOES_ON = re.compile(r"---[ \t]*[^\s@|]")
_MISSING = "luadoc-miss-type-name"
_DEEPEST = 60  # brackets in brackets; what is deeper is not followed


class TypeReader:
    """Reads a line of an annotation, from some place in it on.

    start: the offset of the line's first character. place: where in the line reading begins.
    following: the lines below with their offsets, on which a bracket that is open may go on; taken:
    how many of them it took.
    """

    def __init__(
        self, line: str, start: int, place: int, following: Sequence[tuple[str, int]] = ()
    ) -> None:
        self.line, self._offset = line, start
        self._following, self.taken = following, 0
        self._open = 0  # brackets
        self.problems: list[AnnotationProblem] = []
        self.place = place  # behind the token before
        self._depth = 0
        self._read()

    # Tokens

    def _read(self) -> None:
        found = _TOKEN.match(self.line, self.place)
        assert found is not None
        assert found.lastgroup is not None
        self.kind = found.lastgroup
        self.text = found[self.kind]
        self._begin, self._finish = found.span(self.kind)
        if self.kind == "symbol":
            if self.text in "([{<":
                self._open += 1
            elif self.text in ")]}>" and self._open:
                self._open -= 1
        elif self.kind == "end" and self._open and self._take_line():
            self._read()

    def _take_line(self) -> bool:
        """Puts the next line behind this one, with blanks for what is not its text."""
        if self.taken == len(self._following):
            return False
        line, start = self._following[self.taken]
        if _GOES_ON.match(line) is None:
            return False
        gap = start - self._offset - len(self.line) + 3
        self.line += " " * gap + line[3:]
        self.taken += 1
        return True

    def _skip(self) -> None:
        self.place = self._finish
        self._read()

    @property
    def at(self) -> int:
        """The offset of the token that comes next."""
        return self._offset + self._begin

    @property
    def behind(self) -> int:
        """The offset behind the token before."""
        return self._offset + self.place

    def take(self, symbol: str) -> bool:
        """Takes a symbol if it comes next."""
        if self.kind == "symbol" and self.text == symbol:
            self._skip()
            return True
        return False

    def is_next(self, symbol: str) -> bool:
        """Whether a symbol comes next."""
        return self.kind == "symbol" and self.text == symbol

    def _expect(self, symbol: str) -> None:
        if not self.take(symbol):
            self.note("luadoc-miss-symbol", f"`{symbol}` expected", symbol)

    def note(self, code: str, message: str, missing: str | None = None) -> None:
        """Notes a problem at the next token. missing: a sign that would be right there."""
        end = max(self._offset + self._finish, self.at + 1)
        self.problems.append(AnnotationProblem(self.at, end, code, message, None, missing))

    def word(self) -> Word | None:
        """A name, if one comes next."""
        if self.kind != "name":
            return None
        found = Word(self.at, self._offset + self._finish, self.text)
        self._skip()
        return found

    def dots(self) -> Word | None:
        """`...`, if it comes next."""
        if not self.is_next("..."):
            return None
        found = Word(self.at, self._offset + self._finish, "...")
        self._skip()
        return found

    def string(self) -> Word | None:
        """The content of a string, if one comes next; the word spans it with its quotes."""
        if self.kind != "string":
            return None
        found = Word(self.at, self._offset + self._finish, self.text[1:-1])
        self._skip()
        return found

    def rest(self) -> str:
        """The text behind what was read, without the mark of a comment."""
        text = self.line[self.place :].strip()
        for mark in ("#", "@", "--"):
            if text.startswith(mark):
                return text.removeprefix(mark).strip()
        return text

    # Types

    def type(self, greedy: bool = True) -> TypeNode | None:
        """A type. greedy: whether the results of a function may go on behind a comma."""
        start, problems = self.at, len(self.problems)
        self.take("|")
        self._depth += 1
        found = self._postfixed(greedy)
        if found is None:
            self.note(_MISSING, "a type is expected here")
        else:
            found = self._alternatives(start, found, greedy)
        self._depth -= 1
        if found is not None and not self._depth and len(self.problems) > problems:
            return UnreadableNode(start, self.behind, found)
        return found

    def _alternatives(self, start: int, first: TypeNode, greedy: bool) -> TypeNode:
        """A type and what follows it behind `|`."""
        members = [first]
        while self.take("|"):
            found = self._postfixed(greedy)
            if found is None:
                self.note(_MISSING, "a type is expected here")
                break
            members.append(found)
        return first if len(members) == 1 else UnionNode(start, self.behind, tuple(members))

    def types(self) -> tuple[TypeNode, ...]:
        """Types with commas between them."""
        found = []
        while (each := self.type()) is not None:
            found.append(each)
            if not self.take(","):
                break
        return tuple(found)

    def _postfixed(self, greedy: bool) -> TypeNode | None:
        found = self._primary(greedy)
        return None if found is None else self._suffixed(found)

    def _suffixed(self, found: TypeNode) -> TypeNode:
        """A type with the `[]`, `?` and `...` behind it."""
        while True:
            if self.is_next("[") and self._is_last_in_brackets():
                self._skip()
                self._skip()
                found = ArrayNode(found.start, self.behind, found)
            elif self.is_next("?"):
                self._skip()
                found = OptionalNode(found.start, self.behind, found)
            elif self._is_variadic() and isinstance(found, NameNode):
                self._skip()
                found.variadic, found.end = True, self.behind
            else:
                break
        return found

    def _is_last_in_brackets(self) -> bool:
        return self.line[self._finish :].lstrip().startswith("]")

    def _is_variadic(self) -> bool:
        """Whether `...` comes next without a gap: behind one it is the name of a result."""
        return self.is_next("...") and self.at == self.behind

    def _primary(self, greedy: bool) -> TypeNode | None:
        if self._depth > _DEEPEST:
            return None
        if self.kind == "name":
            return self._named(greedy)
        start = self.at
        if self.kind in ("string", "number"):
            text = self.text
            self._skip()
            return LiteralNode(start, self.behind, text)
        if self.kind == "quoted":
            text = self.text[1:-1]
            self._skip()
            return NameNode(start, self.behind, Word(start, self.behind, text), quoted=True)
        if self.take("{"):
            return self._record(start)
        if self.take("["):
            items = () if self.is_next("]") else self.types()
            self._expect("]")
            return TupleNode(start, self.behind, items)
        if self.take("("):
            inner = self.type()
            self._expect(")")
            if inner is not None:
                inner.end = self.behind
            return inner
        dots = self.dots()
        return NameNode(start, self.behind, dots) if dots is not None else None

    def _named(self, greedy: bool) -> TypeNode:
        start = self.at
        name = self.word()
        assert name is not None
        if name.text == "async" and self.kind == "name" and self.text == "fun":
            self._skip()
            return self._function(start, greedy, True)
        if name.text == "fun" and (self.is_next("(") or self.is_next("<")):
            return self._function(start, greedy, False)
        arguments: tuple[TypeNode, ...] = ()
        if self.take("<"):
            arguments = self.types()
            self._expect(">")
        return NameNode(start, self.behind, name, arguments)

    def generics(self) -> tuple[ParameterNode, ...]:
        """Type parameters with commas between them: `T: constraint, U`."""
        found = []
        while True:
            start = self.at
            name = self.word()
            if name is None:
                break
            variadic = self.take("...")
            constraint = self.type() if self.take(":") else None
            node = ParameterNode(start, self.behind, name, constraint, variadic=variadic)
            found.append(node)
            if not self.take(","):
                break
        return tuple(found)

    def _function(self, start: int, greedy: bool, is_async: bool) -> FunctionNode:
        generics: tuple[ParameterNode, ...] = ()
        if self.take("<"):
            generics = self.generics()
            self._expect(">")
        parameters = []
        self._expect("(")
        while not self.is_next(")"):
            parameter = self._parameter()
            if parameter is None:
                break
            parameters.append(parameter)
            if not self.take(","):
                break
        self._expect(")")
        results = self._results(greedy) if self.take(":") else None
        return FunctionNode(start, self.behind, tuple(parameters), results, is_async, generics)

    def _parameter(self) -> ParameterNode | None:
        start = self.at
        name = self.word() or self.dots()
        if name is None:
            self.note("luadoc-miss-arg-name", "the name of a parameter is expected here")
            return None
        optional = self.take("?")
        type_ = self.type(greedy=False) if self.take(":") else None
        return ParameterNode(start, self.behind, name, type_, optional)

    def _results(self, greedy: bool) -> tuple[ResultNode, ...]:
        """`(A|B)[]` is one result in parentheses; `(a: A, B)` is a list of them."""
        start = self.at
        if not self.take("("):
            return self._result_list(greedy)
        found = self._result_list(True, inside=True)
        self._expect(")")
        if len(found) != 1 or found[0].name is not None:
            return found
        first = self._alternatives(start, self._suffixed(found[0].type), greedy)
        return self._result_list(greedy, first=ResultNode(start, self.behind, first))

    def _result_list(
        self, several: bool, inside: bool = False, first: ResultNode | None = None
    ) -> tuple[ResultNode, ...]:
        found: list[ResultNode] = []
        result = first or self._result()
        while result is not None:
            found.append(result)
            if not several or not self.is_next(","):
                break
            if not inside and self._is_parameter_next():
                break
            self._skip()
            result = self._result()
        return tuple(found)

    def _result(self) -> ResultNode | None:
        start = self.at
        name = self._result_name()
        type_ = self.type(greedy=False)
        return None if type_ is None else ResultNode(start, self.behind, type_, name)

    def _result_name(self) -> Word | None:
        """`name:` before the type of a result."""
        if not self.line[self._finish :].lstrip().startswith(":"):
            return None
        name = self.word() or self.dots()
        self._skip()
        return name

    def _is_parameter_next(self) -> bool:
        """Whether behind the comma comes `name:`, a parameter of the function around."""
        return re.match(r"\s*(?:\w+|\.\.\.)\??\s*:", self.line[self._finish :]) is not None

    def _record(self, start: int) -> RecordNode:
        entries = []
        while not self.is_next("}"):
            entry = self._entry()
            if entry is None:
                break
            entries.append(entry)
            if not (self.take(",") or self.take(";")):
                break
        self._expect("}")
        return RecordNode(start, self.behind, tuple(entries))

    def _entry(self) -> EntryNode | None:
        start = self.at
        if self.take("["):
            name = self.string() if self._is_last_in_brackets() else None
            index = None if name is not None else self.type()
            self._expect("]")
        else:
            index = None
            name = self.word() or self.string()
            if name is None and self.kind == "number":
                index = self._primary(False)
            elif name is None:
                self.note("luadoc-miss-field-name", "the name of a field is expected here")
                return None
        optional = self.take("?")
        type_ = self.type() if self.take(":") else None
        return EntryNode(start, self.behind, name, index, type_, optional)


def names_in(node: Node) -> list[NameNode]:
    """All names of types in a node, in the order of the text."""
    found = [node] if isinstance(node, NameNode) else []
    for child in node.children():
        found += names_in(child)
    return found
