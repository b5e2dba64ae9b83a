"""What is asked first makes no difference: neither to types nor to findings."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pygls.workspace import PositionCodec

from llmspell_server.analysis.checks.checker import Checker, Placed
from llmspell_server.analysis.inference.inference import Inference
from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.syntax.pieces import nodes_of
from llmspell_server.analysis.types.display import display
from llmspell_server.compiler import Compiler
from llmspell_server.documents import Document
from llmspell_server.world import SessionWorld

from .test_incremental import EVERY, PROGRAM

EXAMPLES = sorted((Path(__file__).parents[3] / "examples").rglob("*.lua"))
CIRCLES = """local function even(n) if n == 0 then return true end return odd(n - 1) end
function odd(n) if n == 0 then return "odd" end return even(n - 1) end

local first, second
first = second or 1
second = first or "x"

local function sum(list)
  local total, last = 0, nil
  for index = 1, #list do
    total = total + index
    last = last or total
    while last do last = last .. "" end
  end
  return total, last
end

local function follow(of)
  local at, next_of = of[1], { a = "b" }
  at = next_of[at]
  return at
end

local Node = {}
Node.__index = Node
function Node.new(above) return setmetatable({ above = above, depth = 0 }, Node) end
function Node:child() local made = Node.new(self) made.depth = self.depth + 1 return made end
function Node:top() return self.above and self.above:top() or self end
local leaf = Node.new():child():child()
while leaf.above do leaf = leaf.above end
print(first, second, sum({}), leaf:top().depth, even(2), odd(3), follow({}))
"""

Question = tuple[str, int, tree.Expression]


class Asked:
    """Documents of which new inferences are asked in any order."""

    def __init__(self, sources: dict[str, str]) -> None:
        self._documents = {
            f"file:///nowhere/{name}": Document(
                f"file:///nowhere/{name}",
                source=source,
                language_id="lua",
                position_codec=PositionCodec(),
            )
            for name, source in sources.items()
        }
        self._world = SessionWorld(lambda: self._documents, Compiler())
        self.questions = list(self._questions(self._world.inference()))

    def _questions(self, inference: Inference) -> Iterator[Question]:
        for file in self._documents:
            for index, piece in enumerate(inference.file(file).snapshot.pieces.all):
                for node in nodes_of(piece):
                    if isinstance(node, tree.Expression):
                        yield file, index, node

    def types(self, questions: list[Question]) -> dict[Question, str]:
        """The types of expressions, asked for in this order."""
        self._world.forget()
        inference, found = self._world.inference(), {}
        for file, index, node in questions:
            piece = inference.file(file).snapshot.pieces.all[index]
            found[file, index, node] = display(inference.type(inference.where(file, piece), node))
        return found

    def findings(self, before: list[Question]) -> list[list[Placed]]:
        """What is found in the documents when some types have been asked for before."""
        self.types(before)
        checker = Checker(self._world.inference())
        return [checker.findings(file) for file in self._documents]


def look(asked: Asked, order: random.Random) -> None:
    """Asks in an order, and compares with asking from the beginning to the end."""
    questions = list(asked.questions)
    order.shuffle(questions)
    assert asked.types(questions) == asked.types(asked.questions)
    assert asked.findings(questions[: len(questions) // 2]) == asked.findings([])


@pytest.mark.parametrize("sources", [PROGRAM, {"main.lua": CIRCLES}])
def test_types_and_findings_do_not_depend_on_the_order_of_questions(
    sources: dict[str, str],
) -> None:
    asked = Asked(sources)

    @given(st.randoms(use_true_random=False))
    @settings(EVERY, max_examples=10)
    def in_any_order(order: random.Random) -> None:
        look(asked, order)

    in_any_order()


@given(st.sampled_from(EXAMPLES), st.randoms(use_true_random=False))
@settings(EVERY, max_examples=15)
def test_the_same_for_the_examples(path: Path, order: random.Random) -> None:
    look(Asked({path.name: path.read_text("utf-8")}), order)
