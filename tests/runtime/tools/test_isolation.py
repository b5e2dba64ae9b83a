"""Work in a process of its own: limits, errors, what the child sees."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from llmspell.app import Runtime
from llmspell.errors import (
    ResourceError,
    SecurityError,
    TimeLimitError,
    ToolError,
    ValidationError,
)
from llmspell.tools import isolation
from llmspell.tools.call import Call
from llmspell.tools.isolation import isolated

MARK = "LLMSPELL_TEST_CHILD"
NO_LANDLOCK = (
    "import sys; from llmspell.security import confined; confined._CREATE_RULESET = 9999;"
    "from llmspell.tools.isolated_child import main; main()"
)
SMALL_ANSWERS = (
    "from llmspell.tools import isolated_child; isolated_child.MOST_TOLD = 1000;"
    "isolated_child.main()"
)
confining = pytest.mark.skipif(sys.platform != "linux", reason="Landlock is Linux's")


@pytest.fixture
def call(make_runtime: Callable[..., Runtime]) -> Call:
    """A call with a minute of time, under the profile `standard`."""
    return a_call(make_runtime())


def a_call(runtime: Runtime) -> Call:
    return Call("test", "", {}, runtime.tools.around, 60)


@pytest.mark.parametrize("value", [None, 1, "ü", [1, {"a": None}]])
def test_plain_data_goes_there_and_back(call: Call, value: Any) -> None:
    assert isolated(call, "copy:copy", value) == value


def test_the_child_has_no_environment(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(MARK, "secret")
    assert isolated(call, "os:getenv", MARK) is None


def test_the_child_imports_nothing_of_the_working_directory(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit('from here')")
    monkeypatch.chdir(tmp_path)
    assert isolated(call, "copy:copy", 1) == 1


@confining
@pytest.mark.parametrize(
    "code",
    [
        "open('a.txt')",
        "open('/etc/passwd')",
        "open('/proc/self/environ')",
        "open('new.txt', 'w')",
        "__import__('os').unlink('a.txt')",
        "__import__('os').mkdir('new')",
        "__import__('socket').socket()",
        "__import__('socket').socket(__import__('socket').AF_UNIX)",
        "__import__('os').fork()",
        "__import__('os').execv('/bin/true', ['true'])",
        "__import__('os').kill(1, 0)",
        "__import__('os').kill(__import__('os').getppid(), 0)",
    ],
)
def test_the_kernel_leaves_the_child_nothing_but_our_code(
    call: Call, tmp_path: Path, code: str
) -> None:
    (tmp_path / "a.txt").write_text("hello")
    with pytest.raises(ToolError, match="PermissionError"):
        isolated(call, "builtins:eval", code)
    assert (tmp_path / "a.txt").read_text() == "hello"
    assert not (tmp_path / "new.txt").exists()


@confining
def test_the_child_has_threads_and_its_libraries(call: Call) -> None:
    code = (
        "__import__('concurrent.futures', fromlist=['_']).ThreadPoolExecutor(1)"
        ".submit(__import__('PIL.Image', fromlist=['_']).new, 'RGB', (1, 1)).result().size"
    )
    assert isolated(call, "builtins:eval", code) == [1, 1]


def test_the_child_reads_and_writes_the_files_that_it_is_given(call: Call, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("hello")
    with (tmp_path / "a.txt").open() as read, (tmp_path / "b.txt").open("w") as write:
        numbers = read.fileno(), write.fileno()
        code = "__import__('os').write({1}, __import__('os').read({0}, 9))".format(*numbers)
        assert isolated(call, "builtins:eval", code, files=numbers, file_size=5) == 5
        code = f"__import__('os').write({numbers[1]}, b'!')"
        with pytest.raises(ToolError, match="File too large"):
            isolated(call, "builtins:eval", code, files=numbers, file_size=5)
    assert (tmp_path / "b.txt").read_text() == "hello"


@confining
def test_without_confinement_nothing_is_done(
    make_runtime: Callable[..., Runtime], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(isolation, "_CHILD", ("-c", NO_LANDLOCK))
    with pytest.raises(SecurityError, match=r"no Landlock.*tools\.system\.allow_unconfined"):
        isolated(a_call(make_runtime()), "copy:copy", 1)
    allowed = make_runtime("[tools.system]\nallow_unconfined = true\n")
    assert isolated(a_call(allowed), "copy:copy", 1) == 1
    assert isolated(a_call(make_runtime(security="trusted")), "copy:copy", 1) == 1


def test_the_process_stays_and_each_call_has_a_copy_of_it(call: Call) -> None:
    """What one call leaves behind, or keeps open, the next one does not see."""
    leave = "[__import__('sys').modules.update(left=1), __import__('os').getppid()][1]"
    look = "[__import__('sys').modules.get('left'), __import__('os').getppid()]"
    worker = isolated(call, "builtins:eval", leave)
    assert isolated(call, "builtins:eval", look) == [None, worker]


def test_a_process_that_was_killed_is_replaced(call: Call) -> None:
    worker = isolated(call, "builtins:eval", "__import__('os').getppid()")
    os.kill(worker, signal.SIGKILL)
    while Path(f"/proc/{worker}/stat").read_text().split()[2] != "Z":
        time.sleep(0.01)
    assert isolated(call, "copy:copy", 1) == 1


def test_a_crash_is_told_and_the_next_call_works(call: Call) -> None:
    with pytest.raises(ToolError, match="ended with -11"):
        isolated(call, "ctypes:string_at", 1)
    assert isolated(call, "copy:copy", 1) == 1


def test_an_answer_without_end_is_cut_off(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolation, "_CHILD", ("-c", SMALL_ANSWERS))
    with pytest.raises(ToolError, match="ended with -9"):
        isolated(call, "copy:copy", "x" * 1_000_000)


def test_many_calls_at_once_have_a_process_each(call: Call) -> None:
    with ThreadPoolExecutor(5) as pool:
        asked = [pool.submit(isolated, call, "copy:copy", n) for n in range(20)]
    assert [each.result() for each in asked] == list(range(20))


def test_a_closed_runtime_leaves_no_process(make_runtime: Callable[..., Runtime]) -> None:
    runtime = make_runtime()
    worker = isolated(a_call(runtime), "builtins:eval", "__import__('os').getppid()")
    runtime.close()
    assert not Path(f"/proc/{worker}").exists()


def test_what_it_prints_is_no_answer(call: Call) -> None:
    assert isolated(call, "builtins:print", "hello") is None


def test_errors_of_ours_are_raised_with_their_details(call: Call) -> None:
    with pytest.raises(ValidationError) as caught:
        isolated(call, "llmspell.security.patterns:compile_pattern", "(")
    assert "is not accepted" in str(caught.value)


def test_other_errors_are_failures_of_the_tool(call: Call) -> None:
    with pytest.raises(ToolError, match="ended with 1: ValueError: invalid"):
        isolated(call, "builtins:int", "x")


def test_memory_is_limited(call: Call) -> None:
    with pytest.raises(ResourceError, match="not enough memory"):
        isolated(call, "builtins:bytearray", 3 * 2**30)


def test_time_is_limited(call: Call) -> None:
    call.deadline = time.monotonic() + 0.5
    with pytest.raises(TimeLimitError):
        isolated(call, "time:sleep", 50)


def test_a_cancelled_call_ends_its_child(call: Call) -> None:
    threading.Timer(0.3, call.cancel).start()
    with pytest.raises(ToolError, match="cancelled"):
        isolated(call, "time:sleep", 50)
    assert call.seconds_left > 5
