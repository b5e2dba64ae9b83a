"""Coverage: which lines count, how often they were executed, and what the tracefile says.

The number in front of each line is what its `DA` record must have; lines without have none.
"""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from llmspell.app import Runtime
from llmspell.debugger.coverage import Coverage
from llmspell.errors import LLMSpellError
from llmspell.lua.streams import Streams


def runtime_in(folder: Path) -> Runtime:
    streams = Streams(lambda _: None, lambda _: None, lambda _: b"")
    environ = {"HOME": str(folder), "PATH": "/usr/bin:/bin"}
    return Runtime(streams=streams, script_dir=str(folder), environ=environ)


def covered(folder: Path, code: str, *, fails: bool = False) -> dict[str, dict[int, int]]:
    """The counts of each file after a run of some code."""
    path = folder / "spell.lua"
    path.write_text(code)
    with runtime_in(folder) as runtime:
        coverage = Coverage(runtime.engine)
        if fails:
            with pytest.raises(LLMSpellError):
                runtime.run_file(str(path), timeout=1)
        else:
            runtime.run_file(str(path))
        coverage.collect()
    return coverage.lines()


def check(folder: Path, text: str, *, fails: bool = False) -> None:
    """Holds the counts to be those written in front of the lines (`3|code`)."""
    expected: dict[int, int] = {}
    code = []
    for number, line in enumerate(text.strip("\n").split("\n"), 1):
        count, _, source = line.partition("|")
        if count.strip():
            expected[number] = int(count)
        code.append(source)
    found = covered(folder, "\n".join(code), fails=fails)
    assert found[str(folder / "spell.lua")] == expected


def test_statements_and_branches(tmp_path: Path) -> None:
    check(
        tmp_path,
        """
1|local function used(n)
2|  if n > 1 then
1|    return "many"
1|  elseif n == 1 then
1|    return "one"
 |  else
0|    return "none"
 |  end
 |end
1|local function unused()
0|  return 1
 |end
1|local value =
 |  used(2)
1|print(value, used(1), unused)
""",
    )


def test_loops(tmp_path: Path) -> None:
    check(
        tmp_path,
        """
1|local i = 0
 |while true do
3|  i = i + 1
3|  if i > 2 then
 |    break
 |  end
 |end
 |repeat
3|  i = i - 1
3|until i == 0
4|for j = 1, 3 do
3|  i = j
 |end
 |do
1|  i = 0
 |end
""",
    )


def test_what_the_compiler_makes_no_code_for_does_not_count(tmp_path: Path) -> None:
    check(
        tmp_path,
        """
 |-- a comment
 |local limit <const> = 5
1|local t = {
 |  limit,
 |  limit,
 |}
1|goto done
0|print("never")
 |::done::
1|print(t)
""",
    )


def test_the_end_of_a_function_counts_for_it_and_not_for_the_statement_around_it(
    tmp_path: Path,
) -> None:
    check(
        tmp_path,
        """
1|local f = function()
3|  local x = 1
 |end
4|for _ = 1, 3 do
3|  f()
 |end
""",
    )


def test_functions_in_one_line(tmp_path: Path) -> None:
    check(
        tmp_path,
        """
1|local function never() return 1 end
3|local function twice(x) return x * 2 end
1|local a, b = twice(1), twice(2)
""".replace("3|", "2|"),
    )


def test_coroutines_count_too(tmp_path: Path) -> None:
    check(
        tmp_path,
        """
1|local made = coroutine.create(function()
1|  coroutine.yield(1)
0|  print("never")
 |end)
1|coroutine.resume(made)
1|local wrapped = coroutine.wrap(function()
1|  coroutine.yield(2)
1|  coroutine.yield(3)
 |end)
1|wrapped()
1|wrapped()
""",
    )


def test_a_run_that_fails_counts(tmp_path: Path) -> None:
    check(
        tmp_path,
        """
1|local t = nil
1|print(t.x)
0|print("never")
""",
        fails=True,
    )


def test_a_run_that_is_stopped_counts(tmp_path: Path) -> None:
    lines = covered(tmp_path, "local n = 0\nwhile n >= 0 do n = n + 1 end\nn = 1\n", fails=True)
    (found,) = lines.values()
    assert found[1] == 1
    assert found[2] > 1000
    assert found[3] == 0


def test_an_engine_that_is_lost_leaves_the_lines_that_were_reached(tmp_path: Path) -> None:
    path = tmp_path / "spell.lua"
    # It takes some 7 s; without an end it would take a core from all tests that follow.
    path.write_text("local n = 0\nstring.find(('a'):rep(450), '.-.-.-b')\nn = 1\n")
    runtime = runtime_in(tmp_path)
    coverage = Coverage(runtime.engine)
    with pytest.raises(LLMSpellError):
        runtime.run_file(str(path), timeout=0.2)
    coverage.collect()
    assert coverage.lines() == {str(path): {1: 1, 2: 1, 3: 0}}


def test_modules_have_records_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "module.lua").write_text("return function()\n  return 1\nend\n")
    found = covered(tmp_path, 'local f = require("module")\nload("return 1")()\n')
    assert found == {
        str(tmp_path / "module.lua"): {1: 1, 2: 0},
        str(tmp_path / "spell.lua"): {1: 1, 2: 1},
    }


def test_a_hook_of_the_spells_own_goes_on_working(tmp_path: Path) -> None:
    path = tmp_path / "spell.lua"
    path.write_text(
        "local n = 0\ndebug.sethook(function() n = n + 1 end, 'l')\n"
        "local a = 1\nlocal b = 2\ndebug.sethook()\nreturn n\n"
    )
    with runtime_in(tmp_path) as runtime:
        expected = runtime.run_file(str(path)).value
    with runtime_in(tmp_path) as runtime:
        coverage = Coverage(runtime.engine)
        assert runtime.run_file(str(path)).value == expected
        coverage.collect()
    assert coverage.lines()[str(path)] == dict.fromkeys(range(1, 7), 1)


def test_the_tracefile(tmp_path: Path) -> None:
    path = tmp_path / "spell.lua"
    path.write_text("local n = 1\nif n > 1 then\n  print('never')\nend\nprint(n)\n")
    with runtime_in(tmp_path) as runtime:
        coverage = Coverage(runtime.engine)
        runtime.run_file(str(path))
        coverage.collect()
    file = io.StringIO()
    coverage.write(file)
    assert file.getvalue().split("\n") == [
        "TN:",
        f"SF:{path}",
        "DA:1,1",
        "DA:2,1",
        "DA:3,0",
        "DA:5,1",
        "LF:4",
        "LH:3",
        "end_of_record",
        "",
    ]
