"""What is kept at an edit is what would be made anew."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llmspell_server.analysis.snapshot import Snapshot
from llmspell_server.analysis.syntax.pieces import pieces_of
from llmspell_server.analysis.text import Text
from llmspell_server.compiler import Compiler

from .trees import shown

FILES = sorted((Path(__file__).parents[4] / "runtime/llmspell/library").rglob("*.lua"))
EXAMPLES = sorted((Path(__file__).parents[4] / "examples").rglob("*.lua"))
PROGRAM = """local M = {}
--- Doc.
function M.f(a)
  if a then -- why
    return a.b("x"), [[long
]]
  end
end -- behind

local t = { 1, x = function() return 2 end }
for i = 1, 3 do t[i] = i end

local function g()
  M.f(t):h()
end
g()
(M.f)()
return M
"""
INSERTED = [
    *("end", "end\n", "function x()\n", "if y then\n", '"', "[[", "]]", "--", "--[[", "\n", "  "),
    *("(", ")", "{", "}", ".", ":", "=", "x", "local x\n", "return ", ";", "::l::", "\r", "é"),
]


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_pieces_after_edits_are_those_of_the_whole_text(data: st.DataObject) -> None:
    source = PROGRAM
    pieces = pieces_of(source, False)
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(source)))
        end = data.draw(st.integers(start, min(len(source), start + 12)))
        text = data.draw(st.sampled_from([*INSERTED, ""]))
        source = source[:start] + text + source[end:]
        broken = data.draw(st.booleans())
        pieces = pieces.edited(source, start, end, len(text), broken)
        assert shown(pieces) == shown(pieces_of(source, broken))


@pytest.mark.parametrize(
    ("source", "start", "end", "text"),
    [
        ("x = 1 if a then\n  b()\nend\n", 0, 0, "  "),
        ("a()\n  x = 1 if a then\n  b()\nend\n", 3, 4, ""),
        ("x;#y = 1\n", 0, 2, ""),
        ("#y = 1\n", 0, 0, "x"),
        ("x = {1 [==", 10, 10, "["),
    ],
)
def test_pieces_that_an_edit_changes_from_afar_are_made_anew(
    source: str, start: int, end: int, text: str
) -> None:
    after = source[:start] + text + source[end:]
    edited = pieces_of(source, True).edited(after, start, end, len(text), True)
    assert shown(edited) == shown(pieces_of(after, True))


@pytest.mark.parametrize("path", [*FILES, *EXAMPLES], ids=lambda path: path.stem)
def test_the_pieces_make_up_the_text_and_no_problem_is_seen_in_it(path: Path) -> None:
    source = path.read_text("utf-8")
    pieces = pieces_of(source, False)
    assert "".join(piece.text for piece in pieces.all) == source
    assert [problem for piece in pieces.all for problem in piece.problems] == []


def test_an_edit_makes_only_the_touched_statement_anew() -> None:
    source = "\n".join(f"local function f{i}()\n  return {i}\nend" for i in range(50))
    pieces = pieces_of(source, False)
    place = source.index("return 25")
    edited = pieces.edited(source[:place] + "x" + source[place:], place, place, 1, False)
    assert sum(new is not old for new, old in zip(edited.all, pieces.all, strict=True)) == 1


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_a_prefix_has_problems_where_the_compiler_refuses_it(data: st.DataObject) -> None:
    source = PROGRAM[: data.draw(st.integers(0, len(PROGRAM)))]
    snapshot = Snapshot.of(Text(source))
    problems = [problem for piece in snapshot.pieces.all for problem in piece.problems]
    assert bool(problems) == (compile_chunk(source) is not None)


compile_chunk = Compiler()  # hypothesis wants no fixtures of a function
