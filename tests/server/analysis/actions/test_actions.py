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
        "print(⟦1 +⟧ 2)",
    ],
)
def test_nothing_is_extracted_that_would_run_at_another_time(marked: str) -> None:
    assert "Extract a local" not in extracted(marked)


def test_a_function_takes_what_the_statements_read_and_gives_what_is_read_later() -> None:
    marked = "local function f(a)\n  ⟦local b = a + 1\n  print(b)⟧\n  return b\nend"
    assert extracted(marked)["Extract a function"] == (
        "local function extracted(a)\n\tlocal b = a + 1\n\tprint(b)\n\treturn b\nend\n\n"
        "local function f(a)\n  local b = extracted(a)\n  return b\nend"
    )


def test_statements_that_leave_are_not_extracted() -> None:
    assert "Extract a function" not in extracted("local function f()\n  ⟦return 1⟧\nend")


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
        ("""x = '|"'""", "Use double quotes"),
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
        ("lowercase-global", "⟦x⟧ = 1", {}, "Make it local", "local x = 1"),
        ("unused-local", "local ⟦x⟧ = 1", {}, "Rename to `_x`", "local _x = 1"),
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
        ("x = 'a", "Write `'`", "x = 'a'"),
        ("if a\n  b()\nend", "Write `then`", "if a then\n  b()\nend"),
        ("while a\n  b()\nend", "Write `do`", "while a do\n  b()\nend"),
        ("do\n  if a then\n    b()\nend", "Write `end`", "do\n  if a then\n    b()\n  end\nend"),
    ],
)
def test_what_is_missing_is_written(source: str, title: str, expected: str) -> None:
    snapshot = Snapshot.of(ranges(source)[0])
    assert by_title(source, missing_tokens(snapshot, 0, len(source)))[title] == expected
