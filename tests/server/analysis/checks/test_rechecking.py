"""What is checked again after an edit: what it can have changed, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from llmspell_server.analysis.checks import checker
from llmspell_server.analysis.checks.checker import Checker
from llmspell_server.analysis.checks.finding import Finding
from llmspell_server.analysis.inference.inference import Inference
from llmspell_server.analysis.snapshot import Snapshot
from llmspell_server.analysis.syntax.pieces import Piece
from llmspell_server.analysis.text import Text
from tests.server.analysis.inference.worlds import MemoryWorld

from .checking import library

PROGRAM = """\
local M = {}
local count = 0

---@class Point
---@field x number
local Point = {}
Point.__index = Point

---@return Point
function Point.new(x)
  return setmetatable({ x = x }, Point)
end

function Point:move(by)
  self.x = self.x + by
  return self
end

local function twice(value)
  local result = value * 2
  return result
end

function tally(name)
  count = count + 1
  M[name] = count
  return count
end

function M.use(list)
  local total = 0
  for index, each in ipairs(list) do
    total = total + twice(each) + tally("a" .. index)
  end
  return total, Point.new(total):move(1).x
end

function M.other()
  local n = tally("b")
  if n then print(n.x, undefined_one) end
  M.use({ 1, 2 })
end

M.steps = { twice, M.other }
return M
"""


Plain = tuple[int, int, str, list[tuple[int, int] | None]]


@pytest.fixture(autouse=True)
def _small_sections(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pieces here are short, and have to have several sections nevertheless."""
    monkeypatch.setattr(checker, "_SECTION", 4)


class Counted(Checker):
    """Remembers in which pieces findings were looked for, and from which offset in them."""

    def __init__(self, inference: Inference) -> None:
        super().__init__(inference)
        self.made: list[str] = []
        self.sections: list[str] = []

    def _of_names(self, file: str, piece: Piece) -> tuple[Finding, ...]:
        self.made.append(piece.text.strip().partition("\n")[0])
        return super()._of_names(file, piece)

    def _of_section(self, file: str, piece: Piece, number: int) -> tuple[Finding, ...]:
        self.made.append(piece.text.strip().partition("\n")[0])
        start = checker.sections(piece)[number][0].start
        self.sections.append(piece.text[start:].partition("\n")[0])
        return super()._of_section(file, piece, number)


class Typed:
    """A document that is edited, with the checker that has seen each of its versions."""

    def __init__(self, source: str) -> None:
        self.world = MemoryWorld(main=source)
        self.world.snapshots = {**library(), **self.world.snapshots}
        self.checker = Counted(Inference(self.world))
        self.findings()

    @property
    def source(self) -> str:
        return self.world.snapshots["main.lua"].text.source

    def findings(self) -> list[Plain]:
        return _plain(self.checker)

    def replace(self, start: int, end: int, text: str) -> None:
        """Edits, as a keystroke does."""
        before = self.world.snapshots["main.lua"]
        after = before.text.replaced(start, end, text)
        broken = Snapshot.of(after).pieces.broken
        self.world.snapshots["main.lua"] = before.edited(after, start, end, len(text), broken)
        self.checker.inference.advance()

    def write_before(self, place: str, text: str) -> list[str]:
        """The first lines of the pieces that are checked when a text is written somewhere."""
        start = self.source.index(place)
        self.replace(start, start, text)
        self.checker.made.clear()
        self.checker.sections.clear()
        self.findings()
        return self.checker.made


def _plain(checker: Checker) -> list[Plain]:
    return [
        (
            each.start,
            each.end,
            each.finding.message,
            list(map(checker.related, each.finding.related)),
        )
        for each in checker.findings("main.lua")
    ]


def test_typing_in_a_local_function_checks_that_function_only() -> None:
    typed = Typed(PROGRAM)
    made = typed.write_before("  return result", "  print(1)\n")
    assert set(made) == {"local function twice(value)"}


def test_typing_in_a_global_function_checks_that_function_only() -> None:
    typed = Typed(PROGRAM)
    assert set(typed.write_before("  return count", "  print(1)\n")) == {"function tally(name)"}


def test_typing_in_a_function_of_a_table_checks_that_function_only() -> None:
    typed = Typed(PROGRAM)
    assert set(typed.write_before("  return total", "  print(1)\n")) == {"function M.use(list)"}


def test_another_field_is_not_checked_where_others_are_read() -> None:
    typed = Typed(PROGRAM)
    assert set(typed.write_before("  return total", "  M.more = 1\n")) == {"function M.use(list)"}


def test_another_result_is_checked_where_it_arrives() -> None:
    typed = Typed(PROGRAM)
    made = typed.write_before("count\nend", "'a' .. ")
    assert set(made) == {"function tally(name)", "function M.use(list)", "function M.other()"}


LONG = """\
local steps = {}

function first(list)
  local total = 0
  for index, each in ipairs(list) do
    total = total + each * index
  end
  print(total, #list, total / 2)
  steps[1] = total
  return total
end

function second(list)
  local text = ""
  for _, each in ipairs(list) do
    text = text .. each .. text
  end
  print(text, #list, #text)
  steps[2] = text
  return text
end
"""


def test_another_value_is_checked_where_functions_use_it_and_not_above() -> None:
    typed = Typed(LONG)
    typed.write_before("{}", "1 or ")
    assert [each.strip() for each in typed.checker.sections] == [
        "local steps = 1 or {}",
        "print(total, #list, total / 2)",
        "print(text, #list, #text)",
    ]


def test_another_name_is_checked_where_functions_use_it_and_not_above() -> None:
    typed = Typed(LONG)
    typed.write_before(" = {}", "_of_all")
    assert [each.strip() for each in typed.checker.sections] == [
        "local steps_of_all = {}",
        "print(total, #list, total / 2)",
        "print(text, #list, #text)",
    ]
    assert len([each for each in typed.findings() if "`steps`" in each[2]]) == 2


def test_a_keyword_at_the_beginning_of_a_field_checks_no_other_function() -> None:
    typed = Typed(PROGRAM)
    made = typed.write_before("  return result", "  string.for\n")
    assert set(made) == {"local function twice(value)"}


_TEXTS = (
    *("", " ", "\n", "x", "end", "local ", "return ", "for ", "if n then ", "function f() ", ")"),
    *(
        "M.",
        "tally",
        "---@type string\n",
        "self.y = 1\n",
        "'",
        "{",
        "= nil\n",
        "Point",
        "setmetatable(",
    ),
)


def test_what_is_hidden_is_shown_where_it_is_now() -> None:
    typed = Typed("local n = 1\nfunction f()\n  local n = 2\n  print(n)\nend\n")
    typed.write_before("local n = 1", "-- the first\n")
    assert [places for *_, places in typed.findings() if places] == [[(19, 20)]]


def test_what_a_function_above_reads_is_a_local_once_it_is_declared() -> None:
    typed = Typed(
        "---@return string text\nfunction read() end\nlocal call = read\ncall():nothing()\n"
    )
    assert any("`nothing`" in message for _, _, message, _ in typed.findings())
    typed.write_before("\nlocal call", " local read = unknown")
    assert not any("`nothing`" in message for _, _, message, _ in typed.findings())


@settings(max_examples=15, deadline=None)
@example([(372, 5, ""), (320, 11, "")])
@example([(6, 1, "Point")])
@given(
    st.lists(
        st.tuples(st.integers(0, len(PROGRAM)), st.integers(0, 12), st.sampled_from(_TEXTS)),
        min_size=1,
        max_size=6,
    )
)
@example([(372, 5, ""), (320, 11, "")])
def test_what_is_found_after_edits_is_what_is_found_in_the_text(
    edits: list[tuple[int, int, str]],
) -> None:
    typed = Typed(PROGRAM)
    for place, length, text in edits:
        start = min(place, len(typed.source))
        typed.replace(start, min(start + length, len(typed.source)), text)
        fresh = MemoryWorld()
        fresh.snapshots = {**library(), "main.lua": Snapshot.of(Text(typed.source))}
        assert typed.findings() == _plain(Checker(Inference(fresh)))


@pytest.mark.parametrize(
    ("mark", "code"), [("---@deprecated", "deprecated"), ("---@nodiscard", "discard-returns")]
)
@pytest.mark.parametrize("function", ["function F() return 1 end", "function F(a) return a end"])
def test_a_mark_of_a_function_counts_for_calls_elsewhere_as_soon_as_it_is_there_or_gone(
    mark: str, code: str, function: str
) -> None:
    world = MemoryWorld(main="F()")
    world.snapshots |= library()
    inference = Inference(world)
    found = []
    for source in (function, f"{mark}\n{function}", function, f"{mark}\n{function}"):
        world.set("m.lua", source)
        inference.advance()
        problems = Checker(inference).findings("main.lua")
        found.append([each.code for each in problems].count(code))
    assert found == [0, 1, 0, 1]
