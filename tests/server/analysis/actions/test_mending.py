"""What mends a finding: the text after each fix that is offered."""

from __future__ import annotations

import pytest

from llmspell_server.analysis.actions.action import Action
from llmspell_server.analysis.actions.fixing import Reported, fixes
from llmspell_server.analysis.actions.foreign import continues, translations
from llmspell_server.analysis.actions.mending import mendings
from llmspell_server.analysis.checks.catalogue import CODES, WITHOUT_FIX
from llmspell_server.analysis.checks.checker import Checker, Placed
from llmspell_server.analysis.snapshot import Snapshot
from llmspell_server.analysis.text import Text
from tests.server.marks import ranges
from tests.server.places import URI, place_at

from .test_actions import applied

MODULES = {"lib.tools": "lib/tools.lua"}


def reported(source: str, code: str) -> list[Placed]:
    found = Checker(place_at(source, 0).inference).findings(URI)
    return [each for each in found if each.code == code]


def offered(source: str, code: str) -> list[Action]:
    """What mends the first finding of a code."""
    first = reported(source, code)[0]
    finding = Reported(code, first.start, first.end, first.finding.data)
    text = Text(source)
    return [
        *fixes(text, finding, MODULES, 0),
        *mendings(place_at(source, first.start), finding),
    ]


def mended(source: str, code: str) -> dict[str, str]:
    return {action.title: applied(source, action) for action in offered(source, code)}


CHOICE = "---@param m 'fast'|'slow'\nlocal function f(m) return m end\n"
TEXT = "---@param s string\nlocal function f(s) return s end\n"
OPTIONS = "---@class O\n---@field size integer\n---@field name string\n---@field mode 'a'|'b'\n\n"
POINT = "---@class P\n---@field x integer\n\n"


@pytest.mark.parametrize(
    ("code", "source", "title", "expected"),
    [
        ("lowercase-global", "function foo() end", "Make it local", "local function foo() end"),
        ("lowercase-global", "a, b = 1, 2", "Make it local", "local a, b = 1, 2"),
        ("assign-injected-global", "State = {}", "Make it local", "local State = {}"),
        ("redundant-value", "local a = 1, 2\nprint(a)", "Remove it", "local a = 1\nprint(a)"),
        ("unbalanced-assignments", "local a, b, c = 1", "Write `nil` for what is missing",
         "local a, b, c = 1, nil, nil"),
        ("param-type-mismatch", CHOICE + "f('fsat')", "Change to `'fast'`", CHOICE + "f('fast')"),
        ("param-type-mismatch", CHOICE + 'f("x")', 'Change to `"slow"`', CHOICE + 'f("slow")'),
        ("param-type-mismatch", TEXT + "f(1 + 2)", "Convert with `tostring`",
         TEXT + "f(tostring(1 + 2))"),
        ("redundant-parameter", TEXT + "f('a', 1, 2)", "Remove what is too much", TEXT + "f('a')"),
        ("redundant-parameter", "local function f() end\nf(1, 2)", "Remove what is too much",
         "local function f() end\nf()"),
        ("missing-fields", OPTIONS + "---@type O\nlocal o = {}", "Write the fields that are missing",
         OPTIONS + '---@type O\nlocal o = { size = 0, name = "", mode = "a" }'),
        ("missing-fields", OPTIONS + "---@type O\nlocal o = {\n  size = 1,\n  mode = 'a',\n}",
         "Write the fields that are missing",
         OPTIONS + "---@type O\nlocal o = {\n  size = 1,\n  mode = 'a',\n  name = \"\",\n}"),
        ("inject-field", POINT + "---@type P\nlocal p = { x = 1 }\np.y = 'a'", "Declare `y` in `P`",
         "---@class P\n---@field x integer\n---@field y string\n\n---@type P\nlocal p = { x = 1 }\np.y = 'a'"),
        ("undefined-field", POINT + "---@type P\nlocal p = { x = 1 }\nprint(p.size)",
         "Declare `size` in `P`",
         POINT[:-1] + "---@field size any\n\n---@type P\nlocal p = { x = 1 }\nprint(p.size)"),
        ("undefined-field", POINT + "---@type P\nlocal p = { x = 1 }\nprint(p['X'])", "Change to `x`",
         POINT + "---@type P\nlocal p = { x = 1 }\nprint(p['x'])"),
        ("undefined-env-child", "do local _ENV = { size = 1 }; return sise end",
         "Change to `size`", "do local _ENV = { size = 1 }; return size end"),
        ("global-in-nil-env", "local _ENV = nil\nlocal x = y", "Declare `y` as a local here",
         "local _ENV = nil\nlocal y\nlocal x = y"),
        ("cast-type-mismatch", "---@type string\nlocal s\n---@cast s integer\nprint(s)",
         "Remove this line", "---@type string\nlocal s\nprint(s)"),
        ("call-non-callable", "local n = 1\nprint(n())", "Take the value, without a call",
         "local n = 1\nprint(n)"),
        ("call-non-callable", POINT + "---@type P\nlocal p = { x = 1 }\nprint(p:x())",
         "Take the value, without a call", POINT + "---@type P\nlocal p = { x = 1 }\nprint(p.x)"),
        ("empty-block", "local x = ARGS\nif x then\nend\nprint(x)", "Remove it",
         "local x = ARGS\nprint(x)"),
        ("invisible", "---@class P\n---@field private x integer\n\n---@type P\nlocal p\nprint(p.x)",
         "Make `x` public in `P`",
         "---@class P\n---@field x integer\n\n---@type P\nlocal p\nprint(p.x)"),
        ("circle-doc-class", "---@class C: C", "Leave out what leads back to the class", "---@class C"),
        ("circle-doc-class", "---@class A\n\n---@class B: C\n\n---@class C: A, B",
         "Leave out what leads back to the class", "---@class A\n\n---@class B\n\n---@class C: A, B"),
        ("circle-doc-class", "---@class A\n\n---@class C: A, C",
         "Leave out what leads back to the class", "---@class A\n\n---@class C: A"),
        ("luadoc-syntax", "---@type { a: string  \nlocal x", "Write `}`",
         "---@type { a: string }  \nlocal x"),
        ("luadoc-syntax", "---@type table<string, integer\nlocal x", "Write `>`",
         "---@type table<string, integer>\nlocal x"),
        ("unused-local", "local function f()\n  local x = 1\n  x = 2\nend\nf()", "Rename to `_x`",
         "local function f()\n  local _x = 1\n  _x = 2\nend\nf()"),
        ("unused-local", "---@param a string\nlocal function f(a) print() end\nf('')", "Rename to `_a`",
         "---@param _a string\nlocal function f(_a) print() end\nf('')"),
        ("unused-local", "print()\nlocal x = 1\nprint()", "Remove it", "print()\nprint()"),
        ("unused-function", "local function f()\n  print()\nend\nprint()", "Remove it", "print()"),
        ("unused-vararg", "local function f(a, ...) print(a) end\nf(1)", "Remove it",
         "local function f(a) print(a) end\nf(1)"),
        ("redefined-local", "local a = 1\ndo\n  local a = a\n  print(a)\nend", "Rename to `a2`",
         "local a = 1\ndo\n  local a2 = a\n  print(a2)\nend"),
        ("duplicate-index", "local t = { a = 1, b = 2, a = 3 }", "Remove the earlier `a`",
         "local t = { b = 2, a = 3 }"),
        ("ambiguity-1", "local x = a + b or 0", "Write `(b or 0)`", "local x = a + (b or 0)"),
        ("ambiguity-1", "local x = a or 0 + b", "Write `(a or 0)`", "local x = (a or 0) + b"),
        ("count-down-loop", "for i = 10, 1 do print(i) end", "Count by -1",
         "for i = 10, 1, -1 do print(i) end"),
        ("need-check-nil", "---@type { a: integer }?\nlocal t\nprint(t.a)",
         "Do this only if there is `t`",
         "---@type { a: integer }?\nlocal t\nif t then\n\tprint(t.a)\nend"),
        ("need-check-nil", "---@type { a: integer }?\nlocal t\nlocal x = t.a",
         "Make sure of `t` with `assert`",
         "---@type { a: integer }?\nlocal t\nassert(t)\nlocal x = t.a"),
        ("undefined-doc-name", "print()\n--- Says.\n---@param a Foo\nlocal function f(a) end",
         "Declare the class `Foo`",
         "print()\n---@class Foo\n\n--- Says.\n---@param a Foo\nlocal function f(a) end"),
        ("undefined-doc-name", "local x ---@type Foo", "Declare the class `Foo`",
         "---@class Foo\n\nlocal x ---@type Foo"),
        ("duplicate-doc-field", "---@class A\n---@field x integer\n---@field x string\nlocal A = {}",
         "Remove this line", "---@class A\n---@field x integer\nlocal A = {}"),
        ("undefined-global", "local x = {\n  y,\n}", "Declare `y` as a local here",
         "local y\nlocal x = {\n  y,\n}"),
        ("undefined-global", "do print(y) end", "Declare `y` as a local here",
         "do local y print(y) end"),
        ("undefined-global", "local x = null\nprint(x)", "Change to `nil`", "local x = nil\nprint(x)"),
        ("undefined-global", "local count = 1\nprint(conut, count)", "Change to `count`",
         "local count = 1\nprint(count, count)"),
        ("missing-return", "---@return string\nlocal function f(x)\n  if x then return 'x' end\nend",
         'Write `return ""` at the end',
         "---@return string\nlocal function f(x)\n  if x then return 'x' end\n  return \"\"\nend"),
        ("missing-return", "---@return integer\nlocal function f() print() end",
         "Write `return 0` at the end", "---@return integer\nlocal function f() print() return 0 end"),
        ("missing-return-value", "---@return integer, string\nlocal function f() return 1 end",
         'Write `""`', "---@return integer, string\nlocal function f() return 1, \"\" end"),
        ("missing-return-value", "---@return integer, string?\nlocal function f() return end",
         "Write `0`", "---@return integer, string?\nlocal function f() return 0 end"),
        ("missing-parameter", TEXT + "f()", 'Write `""`', TEXT + 'f("")'),
        ("missing-parameter", "---@param a integer\n---@param b boolean\nlocal function f(a, b) end\nf(1)",
         "Write `false`",
         "---@param a integer\n---@param b boolean\nlocal function f(a, b) end\nf(1, false)"),
        ("deprecated", "local M = {}\n---@deprecated use `M.new` instead\nfunction M.old() end\nM.old()",
         "Use `M.new`",
         "local M = {}\n---@deprecated use `M.new` instead\nfunction M.old() end\nM.new()"),
        ("deprecated", "---@deprecated Use g.\nlocal function f() end\nf()", "Use `g`",
         "---@deprecated Use g.\nlocal function f() end\ng()"),
        ("deprecated",
         "local M = {}\n---@deprecated use `fresh`\nfunction M:old() end\nM:old()", "Use `fresh`",
         "local M = {}\n---@deprecated use `fresh`\nfunction M:old() end\nM:fresh()"),
        ("await-in-sync", "---@async\nlocal function wait() end\nlocal function f() wait() end",
         "Mark the function as `---@async`",
         "---@async\nlocal function wait() end\n---@async\nlocal function f() wait() end"),
    ],
)  # fmt: skip
def test_a_fix(code: str, source: str, title: str, expected: str) -> None:
    assert mended(source, code)[title] == expected


NEEDS_MORE = {
    "syntax-error",
    "deprecated",
    "not-permitted",
    "unavailable-global",  # the host says so
    "unresolved-require",
    "different-requires",
}
"""What is fixed by what else is there: advice, a configuration, files."""


@pytest.mark.parametrize("code", sorted(CODES.keys() - NEEDS_MORE))
def test_each_code_has_a_fix_or_a_reason_not_to_have_one(code: str) -> None:
    text, _ = ranges(CODES[code].example)
    assert bool(offered(text.source, code)) == (code not in WITHOUT_FIX)


@pytest.mark.parametrize("code", [each for each in CODES if each != "syntax-error"])
def test_what_is_mended_is_not_reported_again(code: str) -> None:
    text, _ = ranges(CODES[code].example)
    before = reported(text.source, code)
    for action in offered(text.source, code) if before else ():
        after = applied(text.source, action)
        assert len(reported(after, code)) < len(before), (action.title, after)


@pytest.mark.parametrize(
    ("code", "source", "title"),
    [
        ("lowercase-global", "a, B.c = 1, 2", "Make it local"),
        ("unused-local", "local function f() local x = g() end\nf()", "Remove it"),
        ("undefined-field", "print(string.foo)", "Declare `foo` in `stringlib`"),
        ("need-check-nil", "---@type { a: integer }?\nlocal t\nlocal x = t.a",
         "Do this only if there is `t`"),
    ],
)  # fmt: skip
def test_what_would_do_harm_is_not_offered(code: str, source: str, title: str) -> None:
    assert title not in mended(source, code)


def test_a_field_is_declared_in_the_file_of_its_class() -> None:
    source = "---@type P\nlocal p = {}\np.y = 1"
    at = source.rindex("y")
    subject = place_at(source, at, point=POINT)
    (action,) = mendings(subject, Reported("inject-field", at, at + 1, {"name": "y"}))
    (change,) = action.changes
    assert change.file == "file:///work/point.lua"
    assert POINT[: change.start].endswith("---@field x integer")
    assert change.text == "\n---@field y integer"


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("if a ⟦!⟧= b then end", "if a ~= b then end"),
        ("local x = a &⟦&⟧ b", "local x = a and b"),
        ("local x = a |⟦|⟧ b", "local x = a or b"),
        ("local x = ⟦!⟧a", "local x = not a"),
        ("  n ⟦+⟧= 1", "  n = n + 1"),
        ("t.n ⟦.⟧.= 'x' .. y", "t.n = t.n .. ('x' .. y)"),
        ("n⟦+⟧+", "n = n + 1"),
        ("⟦//⟧ says", "-- says"),
    ],
)
def test_other_languages_are_translated(marked: str, expected: str) -> None:
    text, ((start, end),) = ranges(marked)
    (action,) = translations(text, start, end)
    assert applied(text.source, action) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("for i = 1, 2 do\n  if a then continue end\n  f()\nend",
         "for i = 1, 2 do\n  if a then goto continue end\n  f()\n  ::continue::\nend"),
        ("while a do if b then continue end f() end",
         "while a do if b then goto continue end f() ::continue:: end"),
    ],
)  # fmt: skip
def test_continue_becomes_a_goto(source: str, expected: str) -> None:
    snapshot = Snapshot.of(Text(source))
    (action,) = continues(snapshot, source.index("continue"))
    assert applied(source, action) == expected


def test_continue_outside_of_loops_is_left_alone() -> None:
    assert list(continues(Snapshot.of(Text("continue")), 0)) == []
