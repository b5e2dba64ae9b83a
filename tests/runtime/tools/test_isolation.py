"""Work in a process of its own: limits, errors, what the child sees."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import pytest

from llmspell.errors import ResourceError, TimeLimitError, ToolError, ValidationError
from llmspell.tools.call import Call, Surroundings
from llmspell.tools.isolation import isolated

MARK = "LLMSPELL_TEST_CHILD"


@pytest.fixture
def call(tmp_path: Path) -> Call:
    """A call with a minute of time."""
    around: Any = Surroundings
    return Call("test", "", {}, around, 60)


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


def test_the_child_writes_no_files(call: Call, tmp_path: Path) -> None:
    path = tmp_path / "x"
    assert isolated(call, "os:system", f"echo hello > '{path}'") != 0
    assert not path.read_bytes()


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
