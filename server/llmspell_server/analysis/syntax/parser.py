"""Recursive descent over Lua 5.4, one statement of the chunk at a time; it never fails.

Correct text gives exactly the tree of the manual's grammar. In other text what is missing becomes
`Missing` or an empty `Word`, what fits nowhere `Skipped`, and a problem is noted.

While a block is being written its `end` is missing, and everything below would move into it. In
text that is known to be *broken* a block that was indented also ends before a statement that
begins a line no deeper than the line that opened the block. What would have been cut that way in
correct text is noted as `suspicious`, so that a piece can be kept when the text becomes broken.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable

from attrs import frozen

from llmspell_server.analysis.pace import checkpoint

from . import tree
from .lexer import KEYWORDS, TOKEN

# Trees of chains (`a + b + …`, `a:b():c()…`) are as deep as these are long.
sys.setrecursionlimit(max(sys.getrecursionlimit(), 20_000))

_DEEPEST = 200  # as Lua's LUAI_MAXCCALLS; what is deeper it refuses
# Lua takes chains of any length. What looks at them goes as deep and takes quadratic time: of
# longer ones, which only programs write, the beginning is left out.
_LONGEST = 1000
_CLOSERS = frozenset({"end", "else", "elseif", "until", "eof"})
_BINARY = {  # left and right binding power
    "or": (1, 1),
    "and": (2, 2),
    **dict.fromkeys(("<", ">", "<=", ">=", "~=", "=="), (3, 3)),
    "|": (4, 4),
    "~": (5, 5),
    "&": (6, 6),
    **dict.fromkeys(("<<", ">>"), (7, 7)),
    "..": (9, 8),
    **dict.fromkeys(("+", "-"), (10, 10)),
    **dict.fromkeys(("*", "/", "//", "%"), (11, 11)),
    "^": (14, 13),
}
_UNARY = frozenset({"not", "-", "#", "~"})
_UNARY_POWER = 12
_FIELD_BEGINS = frozenset({"name", "string", "number", "{", "["})
_LONG_COMMENT = re.compile(r"--\[(=*)\[")


@frozen
class Problem:
    """Something that Lua would refuse. missing: the token that would mend it, where it is one.

    opened: what it should close.
    """

    start: int
    end: int
    message: str
    missing: str | None = None
    opened: tuple[int, int] | None = None


@frozen
class Parsed:
    """A statement of the chunk, or None at the end of the text.

    end: where the statement's piece ends. reach: how far the text was looked at. Both, like all
    offsets inside, count from the beginning of the piece. margin: `margin_of` that beginning, where
    the parser looked at the line before it for an indentation.
    """

    statement: tree.Statement | None
    comments: tuple[tree.Word, ...]
    problems: tuple[Problem, ...]
    end: int
    reach: int
    suspicious: bool
    margin: tuple[str, bool] | None


def margin_of(source: str, offset: int) -> tuple[str, bool]:
    """The blanks that the line of an offset begins with, and whether more stands before it."""
    line = source[source.rfind("\n", 0, offset) + 1 : offset]
    inside = line.lstrip()
    return line[: len(line) - len(inside)], bool(inside)


def parse_piece(source: str, start: int, broken: bool = False) -> Parsed:
    """The statement of the chunk that begins at an offset, after white space and comments."""
    return _Parser(source, start, broken).piece()


def code_begin(source: str) -> int:
    """Where the code of a file begins: after a byte order mark and a first line with `#`."""
    begin = 1 if source.startswith("\ufeff") else 0
    if source.startswith("#", begin):
        end = source.find("\n")
        return len(source) if end < 0 else end
    return begin


class _Parser:
    def __init__(self, source: str, start: int, broken: bool) -> None:
        self._source, self._base, self._broken = source, start, broken
        self._match = TOKEN.match
        self._comments: list[tree.Word] = []
        self._problems: list[Problem] = []
        self._suspicious = False
        self._looked_back = (
            False  # whether an indentation was that of a line begun before the piece
        )
        self._cut = False  # whether the block that was read last ended before its end
        self._depth = 0
        self._behind = start or code_begin(source)  # where the next token is looked for
        self._last = 0  # the end of the token before
        self._kind = self._text = ""
        self._start = self._end = 0
        self._statements: dict[str, Callable[[int], tree.Statement]] = {
            "local": self._local,
            "function": self._function_statement,
            "if": self._if,
            "for": self._for,
            "while": self._while,
            "repeat": self._repeat,
            "do": self._do,
            "return": self._return,
            "break": self._break,
            "goto": self._goto,
            "::": self._label,
            ";": self._empty,
        }
        self._next()

    def piece(self) -> Parsed:
        if self._kind == "eof":
            statement, end = None, self._end
        else:
            statement = self._statement()
            if type(statement) is tree.Return and self._kind != "eof":
                self._note("`return` must be the last statement of its block")
            end = self._with_trailing_comments(statement.end)
        comments = tuple(comment for comment in self._comments if comment.start < end)
        problems = (*self._problems, *filter(None, map(_unfinished, comments)))
        margin = margin_of(self._source, self._base) if self._looked_back else None
        return Parsed(statement, comments, problems, end, self._reach(), self._suspicious, margin)

    def _reach(self) -> int:
        """How far the text was looked at: `[==` was read as symbols for want of another `[`."""
        end = self._base + self._end
        if self._source.endswith(("[", "="), self._base, end):
            while self._source.startswith("=", end):
                end += 1
        return end - self._base

    def _with_trailing_comments(self, end: int) -> int:
        """The end of a piece: comments behind the statement on its last line belong to it."""
        for comment in self._comments:
            between = self._source[self._base + end : self._base + comment.start]
            if comment.start >= end and "\n" not in between and "\r" not in between:
                end = comment.end
        return end

    # Tokens

    def _next(self) -> None:
        self._last = self._end
        while True:
            found = self._match(self._source, self._behind)
            assert found is not None
            kind = found.lastgroup
            assert kind is not None
            self._behind = found.end()
            self._start, self._end = found.start(kind) - self._base, self._behind - self._base
            if kind != "comment":
                break
            self._comments.append(tree.Word(self._start, self._end, found[kind]))
        self._text = text = found[kind]
        if kind == "symbol" or (kind == "name" and text in KEYWORDS):
            self._kind = text
        else:
            self._kind = kind

    def _take(self, kind: str) -> bool:
        if self._kind == kind:
            self._next()
            return True
        return False

    def _expect(self, kind: str, opener: tuple[int, int] | None = None) -> bool:
        if self._take(kind):
            return True
        what = self._text or "end of text"
        self._note(f"`{kind}` expected near `{what}`", kind, opener)
        return False

    def _note(
        self, message: str, missing: str | None = None, opener: tuple[int, int] | None = None
    ) -> None:
        self._problems.append(Problem(self._start, self._end, message, missing, opener))

    def _column(self, offset: int) -> int | None:
        """The column of an offset if only blanks stand before it on its line."""
        before = self._line_before(offset)
        return len(before.expandtabs(8)) if not before or before.isspace() else None

    def _indent(self, offset: int) -> int:
        """The indentation of the line that holds an offset."""
        line = self._line_before(offset)
        return len(line[: len(line) - len(line.lstrip())].expandtabs(8))

    def _line_before(self, offset: int) -> str:
        absolute = self._base + offset
        begin = self._source.rfind("\n", 0, absolute) + 1
        if begin < self._base:
            self._looked_back = True
        return self._source[begin:absolute]

    # Statements

    def _block(self, opener: int) -> tree.Block:
        """Statements up to what closes the block, which is not taken; see `_close`."""
        start = self._last
        statements: list[tree.Statement] = []
        outer = self._indent(opener)
        indented = self._cut = False
        while self._kind not in _CLOSERS:
            checkpoint()
            column = self._column(self._start)
            if column is not None:
                if not statements:
                    indented = column > outer
                elif indented and column <= outer:
                    self._suspicious = True
                    if self._broken:
                        self._cut = True
                        return tree.Block(start, self._last, tuple(statements))
            statements.append(self._statement())
            if type(statements[-1]) is tree.Return and self._kind not in _CLOSERS:
                self._note("`return` must be the last statement of its block")
        if self._kind != "eof":
            column = self._column(self._start)
            if column is not None and column < outer:
                self._suspicious = True
                self._cut = self._broken
        end = self._last if self._cut or self._kind == "eof" else self._start
        return tree.Block(start, end, tuple(statements))

    def _close(self, closer: str, opener: tuple[int, int]) -> None:
        """Takes what closes the block that was read last, unless that was cut before it."""
        if self._kind == closer and not self._cut:
            self._next()
            return
        self._cut = False
        text = self._source[self._base + opener[0] : self._base + opener[1]]
        self._note(f"`{closer}` expected to close `{text}`", closer, opener)

    def _statement(self) -> tree.Statement:
        start = self._start
        self._depth += 1
        try:
            if self._depth > _DEEPEST:
                return self._skipped()
            special = self._statements.get(self._kind)
            if special is not None:
                return special(start)
            if self._kind == "name" or self._kind == "(":
                return self._expression_statement(start)
            return self._skipped()
        finally:
            self._depth -= 1

    def _skipped(self) -> tree.Skipped:
        """Takes tokens up to the next that can begin or end something; at least one."""
        start = self._start
        self._note(f"unexpected `{self._text}`")
        while True:
            self._next()
            kind = self._kind
            if kind in _CLOSERS or kind in self._statements or kind == "name":
                return tree.Skipped(start, self._last)

    def _empty(self, start: int) -> tree.Statement:
        self._next()
        return tree.Empty(start, self._last)

    def _break(self, start: int) -> tree.Statement:
        self._next()
        return tree.Break(start, self._last)

    def _goto(self, start: int) -> tree.Statement:
        self._next()
        return tree.Goto(start, max(self._last, self._end_of(label := self._word())), label)

    def _label(self, start: int) -> tree.Statement:
        self._next()
        label = self._word()
        self._expect("::")
        return tree.Label(start, self._last, label)

    def _do(self, start: int) -> tree.Statement:
        opener = (start, self._end)
        self._next()
        body = self._block(start)
        self._close("end", opener)
        return tree.Do(start, self._last, body)

    def _while(self, start: int) -> tree.Statement:
        opener = (start, self._end)
        self._next()
        condition = self._expression()
        self._expect("do")
        body = self._block(start)
        self._close("end", opener)
        return tree.While(start, self._last, condition, body)

    def _repeat(self, start: int) -> tree.Statement:
        opener = (start, self._end)
        self._next()
        body = self._block(start)
        closed = self._kind == "until" and not self._cut
        self._close("until", opener)
        condition = self._expression() if closed else tree.Missing(self._last, self._last)
        return tree.Repeat(start, self._last, body, condition)

    def _if(self, start: int) -> tree.Statement:
        opener = (start, self._end)
        branches = []
        while True:
            begin = self._start
            alternative = self._kind == "else"
            self._next()
            condition = None if alternative else self._expression()
            if not alternative:
                self._expect("then")
            body = self._block(start)
            branches.append(tree.Branch(begin, body.end, condition, body))
            if self._cut or alternative or self._kind not in ("else", "elseif"):
                break
        self._close("end", opener)
        return tree.If(start, self._last, tuple(branches))

    def _for(self, start: int) -> tree.Statement:
        opener = (start, self._end)
        self._next()
        names = [self._declared()]
        if self._take("="):
            values = self._expressions()
            self._expect("do")
            body = self._block(start)
            self._close("end", opener)
            return tree.NumericFor(start, self._last, names[0], values, body)
        while self._take(","):
            names.append(self._declared())
        values = self._expressions() if self._expect("in") else ()
        self._expect("do")
        body = self._block(start)
        self._close("end", opener)
        return tree.GenericFor(start, self._last, tuple(names), values, body)

    def _return(self, start: int) -> tree.Statement:
        self._next()
        values: tuple[tree.Expression, ...] = ()
        if self._kind not in _CLOSERS and self._kind != ";":
            values = self._expressions()
        self._take(";")
        return tree.Return(start, self._last, values)

    def _local(self, start: int) -> tree.Statement:
        self._next()
        if self._kind == "function":
            opener = (self._start, self._end)
            self._next()
            name = self._declared()
            function = self._body(start, opener)
            return tree.LocalFunction(start, self._last, name, function)
        names = [self._attributed()]
        while self._take(","):
            names.append(self._attributed())
        values = self._expressions() if self._take("=") else ()
        return tree.LocalStatement(start, self._last, tuple(names), values)

    def _attributed(self) -> tree.Attribute:
        name = self._declared()
        attribute = None
        if self._take("<"):
            attribute = self._word()
            self._expect(">")
        return tree.Attribute(name.start, self._last, name, attribute)

    def _function_statement(self, start: int) -> tree.Statement:
        opener = (start, self._end)
        self._next()
        target: tree.Expression = self._declared()
        while self._kind in (".", ":"):
            colon = self._kind == ":"
            self._next()
            key = self._key()
            target = tree.Member(target.start, self._end_of(key), target, key, colon)
            if colon:
                break
        function = self._body(start, opener)
        return tree.FunctionStatement(start, self._last, target, function)

    def _expression_statement(self, start: int) -> tree.Statement:
        first = self._suffixed()
        if self._kind not in ("=", ","):
            if not isinstance(first, (tree.Call, tree.MethodCall)):
                self._note(f"a statement cannot end here, before `{self._text or 'end of text'}`")
            return tree.ExpressionStatement(start, max(self._last, first.end), first)
        targets = [first]
        while self._take(","):
            targets.append(self._suffixed())
        for target in targets:
            if not isinstance(target, (tree.Name, tree.Member, tree.Index)):
                self._problems.append(
                    Problem(target.start, target.end, "cannot assign to this expression")
                )
        values = self._expressions() if self._expect("=") else ()
        return tree.Assignment(start, self._last, tuple(targets), values)

    # Expressions

    def _expressions(self) -> tuple[tree.Expression, ...]:
        found = [self._expression()]
        while self._take(","):
            found.append(self._expression())
        return tuple(found)

    def _expression(self, power: int = 0) -> tree.Expression:
        self._depth += 1
        if self._depth > _DEEPEST:
            self._depth -= 1
            start = self._start
            self._skipped()
            return tree.Missing(start, self._last)
        left: tree.Expression
        if self._kind in _UNARY:
            start = self._start
            operator = self._kind
            self._next()
            operand = self._expression(_UNARY_POWER)
            left = tree.Unary(start, max(self._last, operand.end), operator, operand)
        else:
            left = self._simple()
        links = 0
        while True:
            powers = _BINARY.get(self._kind)
            if powers is None or powers[0] <= power:
                break
            links += 1
            if links > _LONGEST:
                left = tree.Missing(left.start, left.end)
                links = 0
            operator, place = self._kind, self._start
            self._next()
            right = self._expression(powers[1])
            left = tree.Binary(left.start, max(right.end, self._last), operator, place, left, right)
        self._depth -= 1
        return left

    def _simple(self) -> tree.Expression:
        start, end, kind = self._start, self._end, self._kind
        if kind == "name" or kind == "(":
            return self._suffixed()
        if kind == "string":
            text = self._text
            self._next()
            return tree.String(start, end, text)
        if kind == "number":
            text = self._text
            self._next()
            return tree.Number(start, end, text)
        if kind == "nil":
            self._next()
            return tree.Nil(start, end)
        if kind == "true" or kind == "false":
            self._next()
            return tree.Boolean(start, end, kind == "true")
        if kind == "{":
            return self._table()
        if kind == "function":
            self._next()
            return self._body(start, (start, end))
        if kind == "...":
            self._next()
            return tree.Vararg(start, end)
        if kind == "broken":
            return self._broken_string()
        self._note(f"an expression is expected near `{self._text or 'end of text'}`")
        return tree.Missing(self._last, self._last)

    def _broken_string(self) -> tree.String:
        start, end, text = self._start, self._end, self._text
        self._note("unfinished string", text[0] if text[0] in "\"'" else None)
        self._next()
        return tree.String(start, end, text, False)

    def _suffixed(self) -> tree.Expression:
        start = self._start
        found: tree.Expression
        if self._kind == "name":
            found = tree.Name(start, self._end, self._text)
            self._next()
        elif self._kind == "(":
            opener = (start, self._end)
            self._next()
            inner = self._expression()
            self._expect(")", opener)
            found = tree.Paren(start, self._last, inner)
        else:
            self._note(f"a variable is expected near `{self._text or 'end of text'}`")
            return tree.Missing(self._last, self._last)
        links = 0
        while True:
            kind = self._kind
            links += 1
            if links > _LONGEST:
                found = tree.Missing(start, found.end)
                links = 0
            if kind == ".":
                self._next()
                key = self._key()
                found = tree.Member(start, self._end_of(key), found, key)
            elif kind == "(" or kind == "string" or kind == "{" or kind == "broken":
                arguments = self._arguments()
                found = tree.Call(start, self._last, found, arguments)
            elif kind == ":":
                self._next()
                key = self._key()
                if self._kind in ("(", "string", "{", "broken"):
                    arguments = self._arguments()
                else:
                    self._note("a method can only be called", "()")
                    place = self._end_of(key)
                    arguments = tree.Arguments(place, place, (), (), False)
                found = tree.MethodCall(start, arguments.end, found, key, arguments)
            elif kind == "[":
                opener = (self._start, self._end)
                self._next()
                inner = self._expression()
                self._expect("]", opener)
                found = tree.Index(start, max(self._last, inner.end), found, inner)
            else:
                return found

    def _end_of(self, word: tree.Word) -> int:
        return max(word.end, self._last)

    def _arguments(self) -> tree.Arguments:
        start, end, kind = self._start, self._end, self._kind
        if kind == "string":
            text = self._text
            self._next()
            return tree.Arguments(start, end, (tree.String(start, end, text),))
        if kind == "broken":
            string = self._broken_string()
            return tree.Arguments(start, end, (string,))
        if kind == "{":
            table = self._table()
            return tree.Arguments(start, table.end, (table,))
        self._next()
        values: list[tree.Expression] = []
        commas: list[int] = []
        if self._kind != ")":
            values.append(self._expression())
            while self._kind == ",":
                commas.append(self._start)
                self._next()
                values.append(self._expression())
        closed = self._expect(")", (start, end))
        return tree.Arguments(start, self._last, tuple(values), tuple(commas), closed)

    def _table(self) -> tree.Table:
        start, opener = self._start, (self._start, self._end)
        self._next()
        fields: list[tree.Field] = []
        while self._kind != "}":
            checkpoint()
            field = self._field()
            if field is None:
                break
            fields.append(field)
            if self._take(",") or self._take(";"):
                continue
            if not self._continues_table(start):
                break
            self._expect(",")
        closed = self._expect("}", opener)
        return tree.Table(start, self._last, tuple(fields), closed)

    def _continues_table(self, opener: int) -> bool:
        """Whether a comma is missing in a table rather than its end.

        What follows can begin a field then, and stands on the same line as the field before, or
        deeper than the line that opened the table. Otherwise all that follows in a long table
        would be read as statements.
        """
        if self._kind not in _FIELD_BEGINS:
            return False
        column = self._column(self._start)
        return column is None or column > self._indent(opener)

    def _field(self) -> tree.Field | None:
        start, kind = self._start, self._kind
        if kind == "[":
            opener = (start, self._end)
            self._next()
            key = self._expression()
            self._expect("]", opener)
            self._expect("=")
            value = self._expression()
            return tree.Keyed(start, max(self._last, value.end), key, value)
        if kind == "name" and self._is_named():
            word = self._word()
            self._next()
            value = self._expression()
            return tree.Named(start, max(self._last, value.end), word, value)
        value = self._expression()
        if isinstance(value, tree.Missing):
            return None
        if self._kind == "=":  # `a.b = 1`, `a[1] = 1`
            self._note("unexpected `=`")
            self._next()
            assigned = self._expression()
            return tree.Keyed(start, max(self._last, assigned.end), value, assigned)
        return tree.Item(start, value.end, value)

    def _is_named(self) -> bool:
        """Whether `=` follows the name."""
        behind = self._behind
        while True:
            found = self._match(self._source, behind)
            assert found is not None
            if found.lastgroup != "comment":
                return found.lastgroup == "symbol" and found["symbol"] == "="
            behind = found.end()

    def _body(self, start: int, opener: tuple[int, int]) -> tree.Function:
        """Parameters and statements of a function, with its `end`."""
        begin = opener[0] if self._last == opener[1] else self._start
        parameters: list[tree.Name] = []
        vararg = None
        if self._expect("("):
            while self._kind != ")":
                if self._kind == "...":
                    vararg = tree.Vararg(self._start, self._end)
                    self._next()
                    break
                if self._kind != "name":
                    self._note(f"a parameter is expected near `{self._text or 'end of text'}`")
                    break
                parameters.append(self._declared())
                if not self._take(","):
                    break
                if self._kind == ")":
                    self._note("a parameter is expected near `)`")
            self._expect(")")
        body = self._block(start)
        self._close("end", opener)
        return tree.Function(begin, self._last, tuple(parameters), vararg, body)

    def _declared(self) -> tree.Name:
        """A variable that is declared here; empty where it is missing."""
        if self._kind == "name":
            found = tree.Name(self._start, self._end, self._text)
            self._next()
            return found
        self._note(f"a name is expected near `{self._text or 'end of text'}`")
        return tree.Name(self._last, self._last, "")

    def _key(self) -> tree.Word:
        """The name of a field, behind its point.

        A keyword that stands there without a blank is the beginning of a name: `string.for` comes
        before `string.format`, and must not open a block in which all that follows vanishes.
        """
        if self._kind in KEYWORDS and self._start == self._last:
            self._note(f"a name is expected near `{self._text}`")
            found = tree.Word(self._start, self._end, self._text)
            self._next()
            return found
        return self._word()

    def _word(self) -> tree.Word:
        """An identifier; empty where it is missing."""
        if self._kind == "name":
            found = tree.Word(self._start, self._end, self._text)
            self._next()
            return found
        self._note(f"a name is expected near `{self._text or 'end of text'}`")
        return tree.Word(self._last, self._last, "")


def _unfinished(comment: tree.Word) -> Problem | None:
    """What is wrong with a long comment that has no end."""
    opened = _LONG_COMMENT.match(comment.text)
    if opened is None or comment.text.endswith(closer := f"]{opened[1]}]"):
        return None
    opener = (comment.start, comment.start + opened.end())
    return Problem(comment.end, comment.end, "unfinished long comment", closer, opener)
