"""What is offered, and the text after it. `⟦…⟧` is selected, or `|` is the cursor."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from llmspell_server.analysis.actions.action import Action
from llmspell_server.analysis.actions.extracting import extractions
from llmspell_server.analysis.actions.fixing import Reported, fixes, missing_tokens
from llmspell_server.analysis.actions.rewriting import rewritings
from llmspell_server.analysis.actions.suppressing import suppressions
from llmspell_server.analysis.snapshot import Snapshot
from llmspell_server.compiler import Compiler
from tests.server.marks import ranges
from tests.server.places import place

compile_chunk = Compiler()


def applied(source: str, action: Action) -> str:
    for change in sorted(action.changes, key=lambda change: (-change.start, -change.end)):
        source = source[: change.start] + change.text + source[change.end :]
    assert compile_chunk(source) is None, source
    return source


def by_title(source: str, actions: Iterable[Action]) -> dict[str, str]:
    return {action.title: applied(source, action) for action in actions}


def extracted(marked: str) -> dict[str, str]:
    text, ((start, end),) = ranges(marked)
    return by_title(text.source, extractions(Snapshot.of(text), start, end))


def rewritten(marked: str) -> dict[str, str]:
    subject = place(marked)
    return by_title(subject.document.text.source, rewritings(subject))


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("print(⟦1 + 2⟧)", "local value = 1 + 2\nprint(value)"),
        ("do\n  print(⟦a.b⟧)\nend", "do\n  local b = a.b\n  print(b)\nend"),
        ("if ⟦f()⟧ then end", "local value = f()\nif value then end"),
        ("local b = require ⟦'b'⟧", "local text = 'b'\nlocal b = require (text)"),
        ("local b\nprint(⟦a.b⟧)", "local b\nlocal b2 = a.b\nprint(b2)"),
    ],
)
def test_a_local_is_extracted(marked: str, expected: str) -> None:
    assert extracted(marked)["Extract a local"] == expected


@pytest.mark.parametrize(
    "marked",
    [
        "while ⟦f()⟧ do end",
        "local x = a and ⟦f()⟧",
        "if a then elseif ⟦f()⟧ then end",
        "⟦x⟧ = 1",
        "local ⟦x⟧ = 1",
        "function ⟦a.b⟧() end",
        "local function f⟦() end⟧",
        "print(⟦1 +⟧ 2)",
    ],
)
def test_nothing_is_extracted_that_would_run_at_another_time(marked: str) -> None:
    assert "Extract a local" not in extracted(marked)


def test_a_function_takes_what_the_statements_read_and_gives_what_is_read_later() -> None:
    marked = "local function f(a)\n  ⟦local b = a + 1\n  print(b)⟧\n  return b\nend"
    assert extracted(marked)["Extract a function"] == (
        "local function extracted(a)\n  local b = a + 1\n  print(b)\n  return b\nend\n\n"
        "local function f(a)\n  local b = extracted(a)\n  return b\nend"
    )


def test_statements_of_the_chunk_become_a_function_that_gives_what_is_read_below() -> None:
    marked = "local a = 1\n--- Says.\n⟦local b = a\nif b then\n  f(b)\nend⟧\nprint(b)"
    assert extracted(marked)["Extract a function"] == (
        "local a = 1\nlocal function extracted()\n  local b = a\n  if b then\n    f(b)\n  end\n"
        "  return b\nend\n\n--- Says.\nlocal b = extracted()\nprint(b)"
    )


def test_a_function_is_extracted_above_what_describes_the_code() -> None:
    marked = "---@param a any\nlocal function f(a)\n\t⟦g(a)⟧\nend"
    assert extracted(marked)["Extract a function"] == (
        "local function extracted(a)\n\tg(a)\nend\n\n"
        "---@param a any\nlocal function f(a)\n\textracted(a)\nend"
    )


def test_long_strings_are_extracted_as_they_are() -> None:
    marked = "do\n  ⟦local s = [[\n  a\n  ]]\n  print(s)⟧\nend"
    assert extracted(marked)["Extract a function"].startswith(
        "local function extracted()\n  local s = [[\n  a\n  ]]\n  print(s)\nend"
    )


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        # What a loop keeps from one time to the next is given back.
        ("local function f()\n  local n = 0\n  while n < 9 do\n    ⟦n = n + 1⟧\n  end\nend",
         ("local function extracted(n)\n  n = n + 1\n  return n\nend\n\n"
         "local function f()\n  local n = 0\n  while n < 9 do\n    n = extracted(n)\n  end\nend")),
        # A function is not in sight above itself.
        ("local function f(n)\n  ⟦g(f)⟧\nend",
         "local function extracted(f)\n  g(f)\nend\n\nlocal function f(n)\n  extracted(f)\nend"),
        # What only leaves a loop or a function in the selection stays with it.
        ("do\n  ⟦for _ in g do\n    h(function(...) return ... end)\n    break\n  end⟧\nend",
         ("local function extracted()\n  for _ in g do\n    h(function(...) return ... end)\n"
         "    break\n  end\nend\n\ndo\n  extracted()\nend")),
        ("do\n  ⟦for _ in g do\n    goto next\n    ::next::\n  end⟧\nend",
         ("local function extracted()\n  for _ in g do\n    goto next\n    ::next::\n  end\nend\n\n"
         "do\n  extracted()\nend")),
        # No other character ends a line.
        ("do\n  ⟦f('\u2028')\n  g('\f')⟧\nend",
         "local function extracted()\n  f('\u2028')\n  g('\f')\nend\n\ndo\n  extracted()\nend"),
    ],
)  # fmt: skip
def test_a_function_does_what_the_statements_did(marked: str, expected: str) -> None:
    assert extracted(marked)["Extract a function"] == expected


@pytest.mark.parametrize(
    "marked",
    [
        "local function f()\n  ⟦return 1⟧\nend",
        "for _ in f do\n  ⟦break⟧\nend",
        "local function f(...)\n  ⟦g(...)⟧\nend",
        "do\n  goto a\n  ⟦::a::\n  f()⟧\nend",
        "for _ in f do\n  ⟦goto a⟧\n  ::a::\nend",
        # What is closed at the end of the block would be closed before.
        "do\n  ⟦local a <close> = f()⟧\n  g()\nend",
        # A closure would set a copy.
        "do\n  local n = 0\n  ⟦f(function() n = n + 1 end)⟧\n  g(n)\nend",
        "do\n  ⟦local n = 0\n  local function count() n = n + 1 end⟧\n  count()\n  g(n)\nend",
        "⟦local n = 0\nlocal function count() n = n + 1 end⟧\ncount()\nprint(n)",
        # Of two variables of one name it would give the other.
        "while f() do\n  local n = 0\n  repeat\n    ⟦n = n + 1\n    local n = n⟧\n  until g(n)\nend",
    ],
)
def test_statements_that_would_do_something_else_are_not_extracted(marked: str) -> None:
    assert "Extract a function" not in extracted(marked)


def test_a_new_local_hides_no_global_of_the_document() -> None:
    marked = "print(⟦a.string⟧, string.format('x'))"
    assert extracted(marked)["Extract a local"] == (
        "local string2 = a.string\nprint(string2, string.format('x'))"
    )


@pytest.mark.parametrize(
    ("marked", "title", "expected"),
    [
        ("x = '|a'", "Use double quotes", 'x = "a"'),
        ('x = "|a"', "Use single quotes", "x = 'a'"),
        ('f "|x"', "Write parentheses around the argument", 'f("x")'),
        ("f(|{ 1 })", "Leave out the parentheses", "f { 1 }"),
        ("a.b|(a, 1)", "Call with a colon", "a:b(1)"),
        ("a:b|(1)", "Call with a dot", "a.b(a, 1)"),
        ("a:b|()", "Call with a dot", "a.b(a)"),
        ("local x = 1\nprint(x|)", "Inline `x`", "print(1)"),
        ("local x = 1 + 2\nprint(x| * 3)", "Inline `x`", "print((1 + 2) * 3)"),
        ("local x| = 'a'\nprint(x:upper())", "Inline `x`", "print(('a'):upper())"),
        ("local x = f()\nprint(x|)", "Inline `x`", "print((f()))"),
        ("local x = f()\nprint(x|, 1)", "Inline `x`", "print((f()), 1)"),
        ("local x = f()\nlocal y = x| + 1", "Inline `x`", "local y = f() + 1"),
        ("f()\nlocal x = a or b\nx|(1)", "Inline `x`", "f()\n;(a or b)(1)"),
        ("f()\nlocal x = ('a'):rep(2)\nx|:g()", "Inline `x`", "f()\n;(('a'):rep(2)):g()"),
        ("---@type string\nlocal x = 'a'\nlocal y = x|", "Inline `x`", "local y = 'a'"),
        ("x = '|\"'", "Use double quotes", 'x = "\\""'),
        ("x = '|it\\'s'", "Use double quotes", 'x = "it\'s"'),
        ('x = "|a\\nb]]"', "Use long brackets", "x = [=[a\nb]]]=]"),
        ('x = "|\\n"', "Use long brackets", "x = [[\n\n]]"),
        ("x = [=[|a\n]]]=]", "Use double quotes", 'x = "a\\n]]"'),
        ("print(a.b|.c)", "Write the field in brackets", 'print(a["b"].c)'),
        ("print(a['|b'].c)", "Write the field with a dot", "print(a.b.c)"),
        ("local Account| = { x = 1 }", "Make it the class `Account`",
         "---@class Account\nlocal Account = { x = 1 }"),
        ("---@param a string\n---@return any\nlocal function f|(a, b) return b end",
         "Add the missing annotations",
         "---@param a string\n---@param b any\n---@return any\nlocal function f(a, b) return b end"),
        ("local x| = tostring(1)\n", "Add a type annotation",
         "---@type string\nlocal x = tostring(1)\n"),
        ("local function f|(a) return 1 end", "Add annotations",
         "---@param a any\n---@return integer\nlocal function f(a) return 1 end"),
    ],
)  # fmt: skip
def test_the_same_is_written_otherwise(marked: str, title: str, expected: str) -> None:
    assert rewritten(marked)[title] == expected


@pytest.mark.parametrize(
    ("marked", "title"),
    [
        ("local function f() local x = f() return h(), x| end", "Inline `x`"),
        ("local x = f()\ng()\nprint(x|)", "Inline `x`"),
        ("local x = f()\nwhile x| do end", "Inline `x`"),
        ("local y = 1\nlocal x = y\ndo local y = 2 print(x|, y) end", "Inline `x`"),
        ("local t = {}\nlocal x = t.a\nt.a = 2\nprint(x|)", "Inline `x`"),
        ("function a.b|() end", "Write the field in brackets"),
        ("function a.b|:c() end", "Write the field in brackets"),
        ("print(a['en|d'])", "Write the field with a dot"),
        ("x = '|\\200'", "Use long brackets"),
        ("local x = 1\nx = 2\nprint(x|)", "Inline `x`"),
        ("local x = f()\nprint(x|, x)", "Inline `x`"),
        ("a.b|(c)", "Call with a colon"),
    ],
)
def test_what_would_mean_something_else_is_not_offered(marked: str, title: str) -> None:
    assert title not in rewritten(marked)


@pytest.mark.parametrize(
    ("code", "marked", "data", "title", "expected"),
    [
        ("undefined-global", "⟦prnt⟧()", {"near": ["print"]}, "Change to `print`", "print()"),
        ("undefined-global", "⟦tools⟧()", {}, 'Add `local tools = require("lib.tools")`',
         'local tools = require("lib.tools")\ntools()'),
        ("unresolved-require", "require(⟦'tools'⟧)", {"name": "tools"}, "Change to `lib.tools`",
         "require('lib.tools')"),
        ("different-requires", "require(⟦'tools'⟧)", {"name": "tools", "other": "lib/tools"},
         "Change to `lib/tools`", "require('lib/tools')"),
        ("unused-label", "do\n  ⟦::a::⟧\nend", {}, "Remove it", "do\nend"),
        ("trailing-space", "x = 1⟦  ⟧\n", {}, "Remove the blanks", "x = 1\n"),
        ("newline-call", "f()\n⟦(g)()⟧", {}, "Begin the line with `;`", "f()\n;(g)()"),
    ],
)  # fmt: skip
def test_a_finding_is_fixed(
    code: str, marked: str, data: dict[str, object], title: str, expected: str
) -> None:
    text, ((start, end),) = ranges(marked)
    found = fixes(text, Reported(code, start, end, data), {"lib.tools": "lib/tools.lua"}, 0)
    assert by_title(text.source, found)[title] == expected


def test_a_finding_is_ignored_here_or_in_the_file() -> None:
    text, ((start, _),) = ranges("do\n  ⟦x⟧ = 1\nend")
    found = by_title(text.source, suppressions(text, "lowercase-global", start))
    assert found["Ignore `lowercase-global` here"] == (
        "do\n  ---@diagnostic disable-next-line: lowercase-global\n  x = 1\nend"
    )
    assert found["Ignore `lowercase-global` on this line"] == (
        "do\n  x = 1 ---@diagnostic disable-line: lowercase-global\nend"
    )
    assert found["Ignore `lowercase-global` in this file"] == (
        "---@diagnostic disable: lowercase-global\ndo\n  x = 1\nend"
    )


def test_a_further_code_joins_the_comment_that_is_there() -> None:
    text, ((start, _),) = ranges("---@diagnostic disable-next-line: a\n⟦x⟧ = 1")
    found = by_title(text.source, suppressions(text, "b", start))
    assert found["Ignore `b` here"] == "---@diagnostic disable-next-line: a, b\nx = 1"


@pytest.mark.parametrize(
    ("source", "title", "expected"),
    [
        ("f(1", "Write `)`", "f(1)"),
        ("t = { 1", "Write `}`", "t = { 1}"),
        ("t = { a = 1\n  b = 2 }", "Write `,`", "t = { a = 1,\n  b = 2 }"),
        ("x = 'a", "Write `'`", "x = 'a'"),
        ("if a\n  b()\nend", "Write `then`", "if a then\n  b()\nend"),
        ("while a\n  b()\nend", "Write `do`", "while a do\n  b()\nend"),
        ("do\n  if a then\n    b()\nend", "Write `end`", "do\n  if a then\n    b()\n  end\nend"),
    ],
)
def test_what_is_missing_is_written(source: str, title: str, expected: str) -> None:
    snapshot = Snapshot.of(ranges(source)[0])
    assert by_title(source, missing_tokens(snapshot, 0, len(source)))[title] == expected


def test_a_line_that_goes_takes_its_line_break_along() -> None:
    assert rewritten("local x = 1\r\nprint(x|)\r\n")["Inline `x`"] == "print(1)\r\n"
    text, ((start, end),) = ranges("do\r\n  ⟦::a::⟧\r\nend\r\n")
    found = fixes(text, Reported("unused-label", start, end, {}), {}, 0)
    assert by_title(text.source, found)["Remove it"] == "do\r\nend\r\n"
