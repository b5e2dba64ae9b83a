"""All diagnostics: how grave they are, where they are looked for, and what they mean.

Codes, severities and scopes are those of LuaLS where it has them. The documentation
(docs/diagnostics.md) is generated from here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from attrs import frozen

Severity = Literal["error", "warning", "information", "hint"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "information", "hint")
"""From the gravest to the lightest."""

Scope = Literal["any", "open", "off"]
"""In which documents: all of the workspace, those that are open in an editor, or none."""

Tag = Literal["unnecessary", "deprecated"]


@frozen
class Code:
    """A kind of diagnostic. example: code in which the text between ⟦ and ⟧ is reported."""

    name: str
    group: str
    severity: Severity
    scope: Scope
    meaning: str
    example: str
    tag: Tag | None = None


@frozen
class Group:
    """Codes that belong together. title: what they are about."""

    name: str
    title: str


GROUPS = (
    Group("syntax", "Text that is not Lua"),
    Group("global", "Globals"),
    Group("type-check", "Types"),
    Group("unbalanced", "Too many or too few"),
    Group("strict", "What should not be done"),
    Group("await", "Waiting"),
    Group("duplicate", "Twice the same"),
    Group("ambiguity", "Other than it looks"),
    Group("unused", "Not used"),
    Group("redefined", "Hidden names"),
    Group("modules", "Modules"),
    Group("builders", "Builders"),
    Group("host", "What the host allows"),
    Group("luadoc", "Annotations"),
)

_CLASS = "---@class C\n---@field size integer\n\n---@type C\nlocal c\n"
_EXACT = "---@class (exact) O\n---@field size integer\n\n---@type O\n"
_MODE = "---@param mode 'a'|'b'\nlocal function open(mode) return mode end\n"
_BUILDER = (
    "---@class Builder\n---@field size fun(self: self, n: integer): self\n"
    "---@field build fun(self: self): table\n\n---@return Builder\n"
    "local function builder() return {} end\n"
)
_ASYNC = "---@async\nlocal function wait() end\n"
_F = "local function f(a) return a end"
_OF_ANNOTATIONS = (
    ("luadoc-syntax", "An annotation cannot be read.", "---@type table<string, integer⟦\n⟧local x"),
    ("unknown-doc-tag", "There is no such tag.", f"---@⟦parm⟧ a string\n{_F}"),
    ("undefined-doc-name", "A type is named that nothing declares.", "---@type ⟦Foo⟧\nlocal x"),
    ("undefined-doc-class", "A class is made from one that is not.", "---@class C: ⟦Foo⟧"),
    (
        "undefined-doc-param",
        "A parameter is described that is not there.",
        f"---@param ⟦b⟧ string\n{_F}",
    ),
    (
        "duplicate-doc-param",
        "A parameter is described twice.",
        f"---@param a string\n---@param ⟦a⟧ string\n{_F}",
    ),
    (
        "duplicate-doc-field",
        "A field of a class is declared twice.",
        "---@class C\n---@field a string\n---@field ⟦a⟧ integer",
    ),
    (
        "duplicate-doc-alias",
        "A name is given to two types.",
        "---@alias A string\n\n---@alias ⟦A⟧ integer",
    ),
    ("circle-doc-class", "A class is made from itself.", "---@class ⟦C⟧: C"),
    (
        "doc-field-no-class",
        "A field is declared without a class.",
        "---@⟦field⟧ a string\n---@⟦field⟧ b string",
    ),
    ("unknown-operator", "There is no such operator.", "---@class C\n---@operator ⟦plus⟧: C"),
    (
        "unknown-cast-variable",
        "A variable is cast that is not there.",
        "---@cast ⟦nothing⟧ string",
    ),
)


def _codes() -> Iterator[Code]:
    yield Code(
        "syntax-error",
        "syntax",
        "error",
        "any",
        "Lua's compiler refuses the text.",
        "local x = 1 ⟦+⟧",
    )
    for name, severity, meaning, example in (
        (
            "undefined-global",
            "warning",
            "A global is read that no file defines.",
            "print(⟦cuonter⟧)",
        ),
        (
            "lowercase-global",
            "information",
            (
                "A global is made whose name looks like that of a local, or a global of the host "
                "is overwritten."
            ),
            "⟦counter⟧ = 1",
        ),
        (
            "assign-injected-global",
            "warning",
            "A table that every script shares, or a function of the script API, is overwritten.",
            "⟦State⟧ = {}",
        ),
        (
            "global-in-nil-env",
            "warning",
            "A global is used where `_ENV` is nil.",
            "local _ENV = nil\nlocal x = ⟦y⟧",
        ),
        (
            "undefined-env-child",
            "information",
            "A name is not in the table that `_ENV` is.",
            "do local _ENV = { a = 1 }; return ⟦b⟧ end",
        ),
    ):
        yield Code(name, "global", severity, "any", meaning, example)  # type: ignore[arg-type]
    for name, meaning, example in (
        (
            "need-check-nil",
            "A value is used that annotations say may be nil.",
            "local f = io.open('x')\n⟦f⟧:read()",
        ),
        ("undefined-field", "A type has no such field.", _CLASS + "print(c.⟦sise⟧)"),
        ("inject-field", "A field is added that the class does not declare.", _CLASS + "c.⟦x⟧ = 1"),
        (
            "unknown-key",
            "A table has a key that its type, which is exact, does not know.",
            _EXACT + "local o = { size = 1, ⟦siez⟧ = 2 }",
        ),
        (
            "param-type-mismatch",
            "An argument is not of the type that the function declares.",
            _MODE + "open(⟦'c'⟧)",
        ),
        (
            "assign-type-mismatch",
            "A value is not of the type that is declared for what it is assigned to.",
            "---@type integer\nlocal x = ⟦'one'⟧",
        ),
        (
            "return-type-mismatch",
            "A result is not of the type that the function declares.",
            "---@return string\nlocal function f() return ⟦1⟧ end",
        ),
        (
            "cast-local-type",
            "A local with a declared type is given a value of another one.",
            "---@type string\nlocal s\ns = ⟦1⟧",
        ),
        (
            "cast-type-mismatch",
            "`---@cast` gives a variable a type that its own can never be.",
            "---@type string\nlocal s\n---@cast s ⟦integer⟧\nprint(s)",
        ),
        (
            "enum-value-mismatch",
            "A value is not one of those of the enum that is wanted.",
            "---@enum E\nlocal E = { A = 'a' }\n---@type E\nlocal e = ⟦'b'⟧",
        ),
        (
            "call-non-callable",
            "A value is called that is no function and has no `__call`.",
            "local n = 1\nprint(⟦n⟧())",
        ),
    ):
        yield Code(name, "type-check", "warning", "open", meaning, example)
    for name, meaning, example in (
        (
            "missing-parameter",
            "A call gives fewer arguments than the function needs.",
            _MODE + "open⟦()⟧",
        ),
        (
            "redundant-parameter",
            "A call gives more arguments than the function takes.",
            _MODE + "open('a', ⟦1⟧)",
        ),
        (
            "missing-fields",
            "A table lacks fields that its type requires.",
            _EXACT + "local o = ⟦{}⟧",
        ),
        (
            "missing-return",
            "A function that promises a result can end without one.",
            "---@return string\nlocal function f(x) if x then return 'x' end ⟦end⟧",
        ),
        (
            "missing-return-value",
            "A `return` gives fewer values than are promised.",
            "---@return string\nlocal function f() ⟦return⟧ end",
        ),
        (
            "redundant-return-value",
            "A `return` gives more values than are promised.",
            "---@return string\nlocal function f() return 'x', ⟦1⟧ end",
        ),
        ("redundant-value", "There are more values than variables.", "local a = 1, ⟦2⟧"),
        (
            "unbalanced-assignments",
            "There are fewer values than variables.",
            "local a, ⟦b⟧ = 1",
        ),
    ):
        yield Code(name, "unbalanced", "warning", "any", meaning, example)
    yield Code(
        "deprecated",
        "strict",
        "warning",
        "any",
        "A function is called that is marked as deprecated.",
        "---@deprecated\nlocal function f() return 1 end\nprint(⟦f⟧())",
        "deprecated",
    )
    for name, meaning, example in (
        (
            "discard-returns",
            "The result of a function is dropped that is called for it (`@nodiscard`).",
            "---@nodiscard\nlocal function f() return 1 end\n⟦f()⟧",
        ),
        (
            "invisible",
            "A private, protected or package field is used from elsewhere.",
            (
                "---@class P\n---@field private secret string\n\n---@type P\nlocal p\n"
                "print(p.⟦secret⟧)"
            ),
        ),
        (
            "close-non-object",
            "A `<close>` variable gets a value that cannot be closed.",
            "local x <close> = ⟦1⟧",
        ),
    ):
        yield Code(name, "strict", "warning", "any", meaning, example)
    yield Code(
        "local-const-reassign",
        "strict",
        "error",
        "any",
        "A constant is assigned.",
        "local x <const> = 1\n⟦x⟧ = 2",
    )
    yield Code(
        "await-in-sync",
        "await",
        "warning",
        "off",
        "A function that may wait (`---@async`) is called in one that does not say so.",
        f"{_ASYNC}local function sync() ⟦wait⟧() end",
    )
    yield Code(
        "not-yieldable",
        "await",
        "warning",
        "off",
        "A function that may wait is given to one that does not allow for it (`async fun()`).",
        f"---@param f fun()\nlocal function run(f) f() end\n{_ASYNC}run(⟦wait⟧)",
    )
    yield Code(
        "duplicate-index",
        "duplicate",
        "warning",
        "any",
        "A table has the same key twice.",
        "local t = { a = 1, ⟦a⟧ = 2 }",
    )
    yield Code(
        "duplicate-set-field",
        "duplicate",
        "warning",
        "open",
        "A field gets a second function.",
        "local M = {}\nfunction M.f() end\nfunction M.⟦f⟧() end",
    )
    for name, meaning, example in (
        (
            "ambiguity-1",
            "An operator binds stronger than `or`, and it looks as if the reverse was meant.",
            "local x = ⟦a + b or 0⟧",
        ),
        (
            "count-down-loop",
            "A loop from a greater to a smaller number lacks its negative step.",
            "for i = ⟦10, 1⟧ do print(i) end",
        ),
        (
            "newfield-call",
            "A parenthesis on a new line of a table calls the entry above.",
            "local t = {\n  print\n  ⟦('x')⟧\n}",
        ),
        (
            "newline-call",
            "A parenthesis at the start of a line calls what stands above.",
            "local f = print\n⟦('x')⟧:rep(2)",
        ),
    ):
        yield Code(name, "ambiguity", "warning", "any", meaning, example)
    for name, meaning, example in (
        ("unused-local", "A local is never read.", "local ⟦x⟧ = 1"),
        (
            "unused-function",
            "A local function is never used.",
            "local function ⟦f⟧() return 1 end",
        ),
        ("unused-label", "No `goto` leads to a label.", "⟦::top::⟧ print()"),
        (
            "unused-vararg",
            "`...` is never used.",
            "function F(⟦...⟧) return 1 end",
        ),
        (
            "unreachable-code",
            "Statements are never run.",
            "function F() do return 1 end ⟦print()⟧ end",
        ),
        (
            "code-after-break",
            "Statements behind a `break` are never run.",
            "while true do break; ⟦print()⟧ end",
        ),
        ("empty-block", "There is nothing in a loop or condition.", "local x = 1\n⟦if x then end⟧"),
        (
            "redundant-return",
            "A `return` without values ends a function that ends anyway.",
            "function F() print() ⟦return⟧ end",
        ),
        ("trailing-space", "There are blanks at the end of a line.", "print()⟦  ⟧\n"),
    ):
        tag: Tag | None = None if name == "trailing-space" else "unnecessary"
        yield Code(name, "unused", "hint", "open", meaning, example, tag)
    yield Code(
        "redefined-local",
        "redefined",
        "hint",
        "open",
        "A local has the name of another one and hides it.",
        "local x = 1\nlocal ⟦x⟧ = x",
    )
    yield Code(
        "unresolved-require",
        "modules",
        "warning",
        "any",
        "No file is found for a module.",
        "local m = require(⟦'no.such.module'⟧)",
    )
    yield Code(
        "different-requires",
        "modules",
        "warning",
        "any",
        "The same file is required by two names, and so it runs twice.",
        "local a = require('lib.text')\nlocal b = require(⟦'lib/text'⟧)",
    )
    for name, meaning, example in (
        (
            "builder-not-built",
            "A chain of setters ends without the `build` that makes something of it.",
            _BUILDER + "⟦builder():size(1)⟧",
        ),
        (
            "builder-result-unused",
            "Something is built and not used.",
            _BUILDER + "⟦builder():size(1):build()⟧",
        ),
        (
            "builder-set-twice",
            "A setter is called twice in a chain.",
            _BUILDER + "local t = builder():⟦size⟧(1):size(2):build()\nprint(t)",
        ),
    ):
        yield Code(name, "builders", "warning", "any", meaning, example)
    yield Code(
        "not-permitted",
        "host",
        "warning",
        "any",
        (
            "The sandbox would refuse a call, by the configuration of the project, or has no such "
            "function."
        ),
        "⟦os.execute⟧(command)",
    )
    yield Code(
        "unavailable-global",
        "host",
        "warning",
        "any",
        "A global is used that spells do not have, such as `Test`, which `llmspell test` gives.",
        "⟦Test⟧.case('adds', print)",
    )
    for name, meaning, example in _OF_ANNOTATIONS:
        yield Code(name, "luadoc", "warning", "any", meaning, example)
    yield Code(
        "unknown-diag-code",
        "luadoc",
        "warning",
        "any",
        "A comment about diagnostics names one that does not exist.",
        "---@diagnostic disable: ⟦unused-locl⟧",
    )


WITHOUT_FIX = {
    "not-yieldable": (
        "whether the function that is given or the one that takes it is to be another is a "
        "question of design"
    ),
    "unavailable-global": (
        "whether the file is a test, to be named as one, or the code belongs elsewhere nobody knows"
    ),
    "duplicate-set-field": (
        "which of two functions is meant nobody knows; the first one is linked, and removing it "
        "would leave its comments to what follows"
    ),
}
"""Codes for which no change of the text suggests itself, and why."""

CODES = {code.name: code for code in _codes()}
"""All codes by their names."""
