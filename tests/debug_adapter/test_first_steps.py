"""Launch, a breakpoint, a stop, variables, continue, the end."""

from __future__ import annotations

from tests.debug_adapter.conftest import MakeSpell
from tests.debug_adapter.connections import OverStdio

SPELL = """\
local function add(a, b)
  local sum = a + b
  return sum --@sum
end
print("hello")
local answer = add(40, 2)
print(answer) --@last
"""


def test_a_spell_stops_at_a_breakpoint_and_runs_to_its_end(
    adapter: OverStdio, spell: MakeSpell
) -> None:
    it = spell(SPELL)
    adapter.launch(it)
    (breakpoint_,) = adapter.break_at(it, "sum")
    adapter.go()
    stop = adapter.stopped()
    now = adapter.latest(breakpoint_)
    assert now["verified"] and now["line"] == it.line("sum")
    assert stop["reason"] == "breakpoint"
    assert stop["hitBreakpointIds"] == [breakpoint_["id"]]
    assert adapter.output() == "hello\n"
    assert adapter.line() == it.line("sum")
    assert adapter.scope("Locals")["sum"]["value"] == "42"
    adapter.request("continue", threadId=1)
    assert adapter.event("exited")["exitCode"] == 0
    adapter.event("terminated")
    assert adapter.output() == "hello\n42\n"
    adapter.request("disconnect")
    assert adapter.gone() == 0
