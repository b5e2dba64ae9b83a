"""The profiler: whose time is seen, and as what."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path

import pytest

from llmspell.app import Runtime
from llmspell.debugger.profiling import Profiler
from llmspell.errors import LLMSpellError
from llmspell.lua.streams import Streams

HOT = """
local function hot(seconds)
  local start = os.clock()
  while os.clock() - start < seconds do end
end
"""


class Profile:
    """The collapsed stacks of a run: stack -> microseconds."""

    def __init__(self, profiler: Profiler) -> None:
        self.profiler = profiler
        self.stacks: Counter[tuple[str, ...]] = Counter()
        for line in profiler.collapsed.splitlines():
            stack, _, spent = line.rpartition(" ")
            self.stacks[tuple(stack.split(";"))] = int(spent)

    @property
    def total(self) -> int:
        return self.stacks.total()

    def inside(self, *names: str) -> int:
        """Time in stacks that have these frames, in this order and next to each other."""
        width = len(names)
        return sum(
            spent
            for stack, spent in self.stacks.items()
            if any(
                all(frame.startswith(name) for frame, name in zip(stack[i:], names, strict=False))
                for i in range(len(stack) - width + 1)
            )
        )

    def on_top(self, name: str) -> int:
        return sum(spent for stack, spent in self.stacks.items() if stack[-1].startswith(name))


def profiled(folder: Path, code: str, *, fails: bool = False) -> Profile:
    path = folder / "spell.lua"
    path.write_text(code.removeprefix("\n"))
    streams = Streams(lambda _: None, lambda _: None, lambda _: b"")
    environ = {"HOME": str(folder), "PATH": "/usr/bin:/bin"}
    runtime = Runtime(streams=streams, script_dir=str(folder), environ=environ)
    profiler = Profiler(runtime.engine, interval=0.001)
    with runtime, profiler:
        if fails:
            with pytest.raises(LLMSpellError):
                runtime.run_file(str(path), timeout=0.5)
        else:
            runtime.run_file(str(path))
    return Profile(profiler)


def test_the_hot_function_is_on_top(tmp_path: Path) -> None:
    found = profiled(tmp_path, HOT + "local function outer() hot(0.4) end\nouter()\n")
    assert found.on_top("hot (spell.lua:1)") > 0.8 * found.total
    assert found.inside("spell.lua", "outer (spell.lua:5)", "hot (spell.lua:1)") > 0.8 * found.total
    assert found.total > 40_000  # microseconds; os.clock also counts what other threads use


def test_shares_follow_the_time(tmp_path: Path) -> None:
    code = "local function long() hot(0.9) end\nlocal function short() hot(0.1) end\n"
    found = profiled(tmp_path, HOT + code + "long()\nshort()\n")
    assert found.inside("long") > 3 * found.inside("short") > 0


def test_a_function_has_one_name_whoever_calls_it(tmp_path: Path) -> None:
    found = profiled(tmp_path, HOT + "hot(0.1)\nlocal other = hot\nother(0.1)\n")
    assert found.inside("other") == 0
    assert found.on_top("hot") > 0.7 * found.total


def test_coroutines_stand_on_who_resumed_them(tmp_path: Path) -> None:
    code = """
    local inner = coroutine.wrap(function() hot(0.3) end)
    local co = coroutine.create(function() inner() end)
    local function driver() coroutine.resume(co) end
    driver()
    """
    found = profiled(tmp_path, HOT + code)
    (deepest,) = {stack for stack in found.stacks if stack[-1].startswith("hot")}
    names = [frame.split(" ")[0] for frame in deepest]
    assert names == ["spell.lua", "driver", "resume", "function", "inner", "function", "hot"]


def test_callbacks_of_builtin_functions(tmp_path: Path) -> None:
    code = "pcall(function() hot(0.2) end)\n"
    found = profiled(tmp_path, HOT + code)
    assert found.inside("spell.lua", "pcall", "function (spell.lua:5)", "hot") > 0


def test_time_in_a_call_of_the_api_counts_for_it(tmp_path: Path) -> None:
    code = 'local events = Event.subscribe("never.*")\nlocal function waits()\n'
    code += "  Event.receive(events, 400)\nend\nwaits()\n"
    found = profiled(tmp_path, HOT + code)
    assert found.inside("spell.lua", "waits", "receive") > 300_000


def test_a_run_that_is_stopped_is_seen(tmp_path: Path) -> None:
    found = profiled(tmp_path, HOT + "while true do hot(0.01) end\n", fails=True)
    assert found.on_top("hot") > 300_000


def test_what_separates_stacks_cannot_come_from_names(tmp_path: Path) -> None:
    code = 'local t = {}\nt["a;b\\nc"] = hot\nfor name, f in pairs(t) do t[name](0.1) end\n'
    found = profiled(tmp_path, HOT + code)
    assert all(len(stack) <= 2 for stack in found.stacks)


def test_the_flame_graph_is_a_picture(tmp_path: Path) -> None:
    found = profiled(tmp_path, HOT + "hot(0.2)\n")
    file = io.StringIO()
    found.profiler.write(file, "a <title>", svg=True)
    root = ET.fromstring(file.getvalue())
    titles = [element.text or "" for element in root.iter("{http://www.w3.org/2000/svg}title")]
    assert any(title.startswith("hot (spell.lua:1) (") and "µs" in title for title in titles)
    assert "a <title>" in [
        element.text for element in root.iter("{http://www.w3.org/2000/svg}text")
    ]


def test_a_run_without_a_sample_gives_an_empty_graph(tmp_path: Path) -> None:
    path = tmp_path / "spell.lua"
    path.write_text("return 1")
    environ = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
    runtime = Runtime(script_dir=str(tmp_path), environ=environ)
    with runtime, Profiler(runtime.engine, interval=60) as profiler:
        runtime.run_file(str(path))
    assert profiler.collapsed == ""
    file = io.StringIO()
    profiler.write(file, "nothing", svg=True)
    assert "no samples" in file.getvalue()
