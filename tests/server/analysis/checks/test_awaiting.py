"""Functions that may wait, where waiting is not allowed for."""

from __future__ import annotations

import pytest

from .checking import check

W = "---@async\nlocal function wait() end\n"
O = (  # noqa: E741
    "---@class Agent\nlocal Agent = {}\n---@async\nfunction Agent:ask() end\n"
    "---@param f async fun()\nlocal function spawn(f) return f end\n"
    "---@param f fun()\nlocal function run(f) return f end\n"
)


@pytest.mark.parametrize(
    "marked",
    [
        W + "local function sync() ⟦wait⟧() end",
        W + "---@async\nlocal function also() wait() end",
        W + "wait()",
        O + "local function sync() Agent:⟦ask⟧() end",
        O + "spawn(function() Agent:ask() end)",
        O + "run(function() Agent:⟦ask⟧() end)",
        O + "spawn(function() run(function() Agent:⟦ask⟧() end) end)",
        "local function f() coroutine.⟦yield⟧() end",
        "local f = coroutine.wrap(function() coroutine.yield() end)",
        "local function f() print() end",
    ],
)
def test_await_in_sync(marked: str) -> None:
    check("await-in-sync", marked)


@pytest.mark.parametrize(
    "marked",
    [
        O + W + "run(⟦wait⟧)",
        O + W + "spawn(wait)",
        O + "run(⟦Agent.ask⟧)",
        O + "run(\n---@async\n⟦function() end⟧)",
        O + "run(function() end)",
        W + "print(wait)",
        W + "---@param f function\nlocal function any(f) f() end\nany(wait)",
        W + "pcall(wait)",
    ],
)
def test_not_yieldable(marked: str) -> None:
    check("not-yieldable", marked)
