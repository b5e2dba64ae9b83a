"""`process-executor`: real programs, confined by the kernel."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from llmspell.app import Runtime
from llmspell.errors import LLMSpellError, SecurityError, ValidationError
from llmspell.security import confinement
from llmspell.tools.answer import ToolResult
from llmspell.tools.service import Tools


def run(tools: Tools, executable: str, *arguments: Any, **params: Any) -> ToolResult:
    asked = {"executable": executable, "arguments": list(arguments), **params}
    return tools.invoke("process-executor", asked)


@pytest.fixture
def shell(make_runtime: Callable[..., Runtime]) -> Callable[..., Tools]:
    """Makes tools that may run `sh` and `sleep`. settings: more of `[tools.system]`."""

    def make(settings: str = "") -> Tools:
        head = '[tools.system]\nallowed_commands = ["sh", "sleep", "echo", "cat"]\n'
        return make_runtime(head + settings).tools

    return make


def test_what_a_program_says(shell: Callable[..., Tools]) -> None:
    done = run(shell(), "sh", "-c", "echo out; echo err >&2; exit 3")
    assert done.success
    assert done.envelope["operation"] == "execute"
    time = done.result.pop("execution_time_ms")
    assert isinstance(time, int)
    assert done.result == {
        "executable": "sh",
        "arguments": ["-c", "echo out; echo err >&2; exit 3"],
        "exit_code": 3,
        "success": False,
        "stdout": "out\n",
        "output": "out\n",
        "stderr": "err\n",
        "timed_out": False,
    }


@pytest.mark.parametrize("text", ["$HOME", "`id`", "a; ls", "a\nb", "*", "ü", "\\", ""])
def test_arguments_reach_the_program_as_they_are(tools: Tools, text: str) -> None:
    assert run(tools, "echo", text).result["stdout"] == f"{text}\n"


def test_numbers_are_written_as_lua_does(tools: Tools) -> None:
    assert run(tools, "echo", 1, 2.0, 2.5).result["stdout"] == "1 2 2.5\n"


def test_the_working_directory_is_honoured(tools: Tools, tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    wanted = str(tmp_path / "deep")
    for folder in ("deep", wanted):
        assert run(tools, "pwd", working_directory=folder).result["stdout"].strip() == wanted
    assert run(tools, "pwd").result["stdout"].strip() == str(tmp_path)


def test_the_environment_is_what_was_given(shell: Callable[..., Tools]) -> None:
    said = run(shell(), "sh", "-c", "echo $MINE-$LLMSPELL_X", environment={"MINE": "a b"})
    assert said.result["stdout"] == "a b-\n"


def test_a_program_cannot_read_what_the_policy_refuses(
    make_runtime: Callable[..., Runtime], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("in", "inner"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text(name)
    monkeypatch.chdir(tmp_path / "in")
    config = f'[tools.file_operations]\nallowed_paths = ["{tmp_path}/in"]\n'
    tools = make_runtime(config).tools
    assert run(tools, "cat", "file").result["stdout"] == "in"
    for path in ("../inner/file", "/etc/shadow"):
        done = run(tools, "cat", path).result
        assert (done["exit_code"], done["stdout"]) == (1, "")
        assert "Permission denied" in done["stderr"]


def test_a_program_is_ended_at_its_time(shell: Callable[..., Tools]) -> None:
    done = run(shell(), "sleep", "60", timeout_ms=50)
    assert done.success
    assert done.result["timed_out"] is True
    assert done.result["exit_code"] is None


def test_the_configuration_limits_the_time(shell: Callable[..., Tools]) -> None:
    done = run(shell("command_timeout_seconds = 1"), "sleep", "60", timeout_ms=50_000)
    assert done.result["timed_out"] is True


def test_a_cancelled_call_ends_its_program(shell: Callable[..., Tools]) -> None:
    tools = shell()
    handle = tools.submit("process-executor", {"executable": "sleep", "arguments": ["60"]})
    ended = threading.Event()
    handle.future.add_done_callback(lambda _: ended.set())
    handle.cancel()
    assert ended.wait(10)


def test_output_is_cut(shell: Callable[..., Tools]) -> None:
    loop = "i=0; while [ $i -lt 1000 ]; do echo 123456; i=$((i + 1)); done"
    said = run(shell("max_output_size = 10"), "sh", "-c", loop)
    assert said.result["stdout"] == "123456\n123"


@pytest.mark.parametrize("name", ["rm", "curl", "sudo", "kill", "/bin/rm", "sh", "python3", "env"])
def test_programs_that_are_not_allowed(tools: Tools, name: str) -> None:
    with pytest.raises(SecurityError, match=r"Command blocked|Executable not allowed"):
        run(tools, name, "-c", "x")


def test_a_program_in_a_folder_that_spells_write_is_not_taken(tools: Tools, tmp_path: Path) -> None:
    own = tmp_path / "cat"
    own.write_text("#!/bin/sh\necho mine\n")
    own.chmod(0o755)
    with pytest.raises(SecurityError, match="Executable not allowed"):
        run(tools, str(own))


def test_find_starts_no_others(tools: Tools) -> None:
    with pytest.raises(SecurityError, match="Command blocked"):
        run(tools, "find", ".", "-exec", "id", ";")


def test_nothing_runs_unless_it_can_be_confined(
    tools: Tools, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    launcher = tmp_path / "launcher.py"
    launcher.write_text("import os, sys; os.write(int(sys.argv[2]), b'no Landlock')")
    monkeypatch.setattr(confinement, "_LAUNCHER", str(launcher))
    with pytest.raises(SecurityError, match="cannot be run confined"):
        run(tools, "echo", "x")


@pytest.mark.parametrize("config", ["[tools.system]\nallow_process_execution = false\n", "safe"])
def test_it_can_be_switched_off(make_runtime: Callable[..., Runtime], config: str) -> None:
    off = make_runtime(security="safe") if config == "safe" else make_runtime(config)
    with pytest.raises(SecurityError, match="Command blocked"):
        run(off.tools, "echo")


@pytest.mark.parametrize(
    ("params", "error", "field"),
    [
        ({}, ValidationError, "executable"),
        ({"executable": ""}, ValidationError, "executable"),
        ({"executable": "a;b"}, ValidationError, "executable"),
        ({"executable": "../cat"}, ValidationError, "executable"),
        ({"executable": "echo", "arguments": "x"}, ValidationError, "arguments"),
        ({"executable": "echo", "arguments": ["a\0b"]}, ValidationError, "executable"),
        ({"executable": "pwd", "working_directory": "none"}, ValidationError, "working_directory"),
        ({"executable": "pwd", "working_directory": "/etc"}, SecurityError, "working_directory"),
        ({"executable": "pwd", "environment": {"A=B": "x"}}, ValidationError, "environment"),
        ({"executable": "pwd", "environment": {"LD_PRELOAD": "x"}}, SecurityError, None),
        ({"executable": "pwd", "timeout_ms": 0}, ValidationError, "timeout_ms"),
    ],
)
def test_mistakes_name_the_parameter(
    tools: Tools, params: dict[str, Any], error: type[LLMSpellError], field: str | None
) -> None:
    with pytest.raises(error) as raised:
        tools.invoke("process-executor", params)
    assert raised.value.details.get("field") == field


def test_it_is_called_from_a_spell(make_runtime: Callable[..., Runtime]) -> None:
    spell = (
        'local r = Tool.execute("process_executor", {executable = "echo", arguments = {"hi"}, '
        "environment = {}}) return r.result.output .. r.result.exit_code"
    )
    assert make_runtime().run(spell).value == "hi\n0"
