"""However a text came to be, by whatever edits and questions: it is answered like a new one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from lsprotocol import types

from .sessions import (
    OF_DOCUMENTS,
    OF_PLACES,
    InProcess,
    OverStdio,
    Session,
    session,
    without_numbers,
)

EXAMPLES = sorted((Path(__file__).parents[3] / "examples").rglob("*.lua"))
SHOP = """---@class Shop
---@field name string what is over the door
---@field open? boolean
local Shop = {}
Shop.__index = Shop

---@alias Coin "penny" | "crown"

--- Makes one.
---@param name string
---@return Shop
function Shop.new(name)
  return setmetatable({ name = name }, Shop)
end

---@param coin Coin
---@param times? integer
---@return number
function Shop:sell(coin, times)
  local worth = { penny = 1, crown = 60 }
  return worth[coin] * (times or 1) -- 😀
end

---@deprecated
function Shop:haggle() return self:sell("penny") end

limit = 3
return Shop
"""
MAIN = """local Shop = require("shop")
local helpers = require("helpers")

-- region
local shop = Shop.new("é😀")
local total <const> = 0
print(shop:sell("crown", 2), shop.name:upper(), total)

local function twice(f, ...)
  for i = 1, 2 do f(i, ...) end
end

twice(function(i)
  local found = helpers.find(i)
  if found and i > limit then
    shop.size = found
    goto done
  end
  print(shop.size, i) ::done::
end)

State.save("global", "key", { a = 1, b = { 2 } })
shop:haggle()
return function() return shop end
"""
HELPERS = """local M = { cache = {} }

function M.find(key)
  local found = M.cache[key]
  if not found then return nil end
  return found
end

M.find(1)
return M
"""
PROGRAM = {"main.lua": MAIN, "shop.lua": SHOP, "helpers.lua": HELPERS}
TYPED = [
    *("end", "end\n", "function f(a)\n", "if x then\n", "local ", "local x = ", "return ", "do "),
    *('"', "'", "[[", "]]", "--", "--[[", "---@", "\n", "  ", "\r", "\r\n", "é", "😀", "(", ")"),
    *("{", "}", ".", ":", "=", ",", ";", "::l::", "goto l ", "x", "1", "nil", "#", " .. ", "..."),
    *("---@type integer\n", "---@class Shop\n", "---@param x string\n", "---@return nil\n"),
    *("---@diagnostic disable\n", "---@diagnostic disable-next-line: undefined-global\n"),
    *("limit = 'x'\n", "Shop.new = nil\n", "shop.name = 1\n", "function Shop.more() end\n"),
    *('require("shop")', "<const>", "_ENV = {}\n", "\f", "\u2028", "function M.other() end\n"),
]


class Author:
    """Draws what somebody does to the files of a session, and knows what is in them."""

    def __init__(self, draw: Callable[[st.SearchStrategy[Any]], Any], sources: dict[str, str]):
        self._draw, self.sources = draw, dict(sources)
        self._undo: tuple[str, int, int, str] | None = None

    def file(self) -> str:
        name: str = self._draw(st.sampled_from(sorted(self.sources)))
        return name

    def place(self, name: str) -> int:
        offset: int = self._draw(st.integers(0, len(self.sources[name])))
        return offset

    def edit(self, edited: Session) -> None:
        """Types, deletes, replaces, moves lines, or takes the last edit back."""
        name, start, end, text = self._next()
        source = self.sources[name]
        start, end = (each - (source[each - 1 : each + 1] == "\r\n") for each in (start, end))
        self._undo = (name, start, start + len(text), source[start:end])
        self.sources[name] = source[:start] + text + source[end:]
        edited.edit(name, start, end, text)

    def _next(self) -> tuple[str, int, int, str]:
        what = self._draw(st.sampled_from(["type", "delete", "replace", "line", "paste", "undo"]))
        if what == "undo" and self._undo is not None:
            return self._undo
        name = self.file()
        source, start = self.sources[name], self.place(name)
        if what == "line":
            begin = source.rfind("\n", 0, start) + 1
            return name, begin, (source.find("\n", start) + 1) or len(source), ""
        if what == "paste":
            other = self.sources[self.file()]
            lines = other.splitlines(keepends=True) or [""]
            return name, start, start, self._draw(st.sampled_from(lines))
        end = start if what == "type" else min(len(source), start + self._draw(st.integers(1, 12)))
        text = "" if what == "delete" else self._draw(st.sampled_from(TYPED))
        return name, start, end, text

    def work(self, edited: Session) -> None:
        """Edits now and then, asks now and then: not everything is known of every version."""
        questions = st.lists(st.sampled_from([*OF_DOCUMENTS, *OF_PLACES]), max_size=3)
        for _ in range(self._draw(st.integers(1, 6))):
            for _ in range(self._draw(st.integers(1, 3))):
                self.edit(edited)
            for method in self._draw(questions):
                name = self.file()
                edited.ask(method, name, self.place(name))


EVERY = settings(deadline=None, suppress_health_check=list(HealthCheck))
NO_SHRINKING = (Phase.explicit, Phase.reuse, Phase.generate)


@given(st.data())
@settings(EVERY, max_examples=15)
def test_a_session_answers_after_edits_as_one_that_has_just_begun(data: st.DataObject) -> None:
    edit_and_compare(Author(data.draw, PROGRAM), InProcess)


@pytest.mark.slow
@given(st.data())
@settings(EVERY, max_examples=15)
def test_the_same_for_the_examples(data: st.DataObject) -> None:
    paths = data.draw(st.lists(st.sampled_from(EXAMPLES), min_size=1, max_size=2, unique=True))
    sources = {path.name: path.read_text("utf-8") for path in paths}
    edit_and_compare(Author(data.draw, sources), InProcess)


@pytest.mark.one_client("it compares what is found, and each client is told of it elsewhere")
@pytest.mark.slow
@given(st.data())
@settings(EVERY, max_examples=3, phases=NO_SHRINKING)
def test_the_same_of_servers_in_processes(data: st.DataObject) -> None:
    edit_and_compare(Author(data.draw, PROGRAM), OverStdio)


def edit_and_compare(author: Author, kind: type[Session]) -> None:
    with session(author.sources, kind) as edited:
        author.work(edited)
        with session(author.sources, kind) as fresh:
            for name, source in author.sources.items():
                assert edited.texts[name].source == source
                offset = author.place(name)
                expected = without_numbers(fresh.everything(name, offset))
                found = without_numbers(edited.everything(name, offset))
                for method in expected:
                    if _is_cut_off(found[method]) or _is_cut_off(expected[method]):
                        continue  # how far a list comes in its time is another matter
                    assert found[method] == expected[method], (method, name, offset)


def _is_cut_off(answer: object) -> bool:
    """Whether it is a list of completions that says that there may be more."""
    return isinstance(answer, dict) and answer.get("isIncomplete") is True


@given(st.data())
@settings(EVERY, max_examples=8)
def test_tokens_put_together_from_deltas_are_the_tokens_of_the_text(data: st.DataObject) -> None:
    author = Author(data.draw, {"main.lua": data.draw(st.sampled_from([MAIN, SHOP]))})
    with session(author.sources) as edited:
        known = edited.ask(types.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL, "main.lua")
        numbers, number = known["data"], known["resultId"]
        for _ in range(data.draw(st.integers(1, 5))):
            author.edit(edited)
            delta = edited.ask(
                types.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL_DELTA, "main.lua", previousResultId=number
            )
            number = delta["resultId"]
            for edit in sorted(delta["edits"], key=lambda edit: -edit["start"]):
                end = edit["start"] + edit["deleteCount"]
                numbers[edit["start"] : end] = edit.get("data", [])
            with session(author.sources) as fresh:
                whole = fresh.ask(types.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL, "main.lua")
            assert numbers == whole["data"]
