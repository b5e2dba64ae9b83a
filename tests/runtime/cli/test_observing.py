"""`--profile`, `--coverage` and `--debug` of a run."""

from __future__ import annotations

import json
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from llmspell_debug_adapter.protocol.framing import Connection
from llmspell_debug_adapter.protocol.greeting import greet
from tests.runtime.cli.conftest import Shell

HOT = """local function hot()
  local start = os.clock()
  while os.clock() - start < 0.3 do end
end
hot()
"""
SMALL = "local n = 1\nif n > 1 then\n  print('never')\nend\nprint(n)\n"


def lines_of(shell: Shell, name: str) -> list[str]:
    return (shell.folder / name).read_text().splitlines()


# Profile -------------------------------------------------------------------------------------


def test_collapsed_stacks(shell: Shell) -> None:
    assert shell.run(HOT, "--profile", "out.txt").ok() == ""
    hottest = max(lines_of(shell, "out.txt"), key=lambda line: int(line.rpartition(" ")[2]))
    assert hottest.startswith("spell.lua;hot (spell.lua:1) ")


def test_a_flame_graph(shell: Shell) -> None:
    shell.run(HOT, "--profile", "out.svg").ok()
    text = (shell.folder / "out.svg").read_text()
    assert text.startswith("<?xml")
    assert "spell.lua: where the time went" in text
    assert "<title>hot (spell.lua:1) (" in text


def test_run_has_the_same_options(shell: Shell) -> None:
    shell.write("spell.lua", HOT)
    shell("llmspell", "run", "spell.lua", "--profile", "out.txt").ok()
    assert "hot (spell.lua:1)" in (shell.folder / "out.txt").read_text()
    shell("llmspell", "run", "--coverage", "out.info", "spell.lua").ok()
    assert "DA:2,1" in lines_of(shell, "out.info")


@pytest.mark.parametrize(
    ("code", "words", "exit_code"),
    [
        (HOT + "error('no')", [], 1),
        (HOT + "os.exit(7)", [], 7),
        (HOT + "while true do end", ["--timeout", "0.6"], 124),
        (HOT + "local t = {} for i = 1, 1e9 do t[i] = {} end", ["--max-memory", "20MB"], 1),
    ],
)
@pytest.mark.parametrize("option", ["--profile", "--coverage"])
def test_the_file_is_written_however_the_run_ends(
    shell: Shell, option: str, code: str, words: list[str], exit_code: int
) -> None:
    assert shell.run(code, option, "out.txt", *words).code == exit_code
    wanted = "hot (spell.lua:1)" if option == "--profile" else "DA:5,1"
    assert wanted in (shell.folder / "out.txt").read_text()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_file_is_written_after_a_signal(shell: Shell, number: int) -> None:
    code = HOT + "print('looping') io.stdout:flush()\nwhile true do end\n"
    shell.write("spell.lua", code)
    process = shell.start("llmspell-run", "--profile", "out.txt", "spell.lua")
    assert process.stdout is not None
    assert process.stdout.readline() == b"looping\n"
    process.send_signal(number)
    process.communicate(timeout=30)
    assert process.returncode == 128 + number
    assert "hot (spell.lua:1)" in (shell.folder / "out.txt").read_text()


def test_the_file_is_written_where_the_engine_is_lost(shell: Shell) -> None:
    stuck = "string.find(('a'):rep(40), ('.-'):rep(40) .. 'b')\n"
    assert shell.run(HOT + stuck, "--profile", "out.txt", "--timeout", "2").code == 124
    assert "hot (spell.lua:1)" in (shell.folder / "out.txt").read_text()
    assert shell.run(stuck + "print(1)", "--coverage", "out.info", "--timeout", "2").code == 124
    assert lines_of(shell, "out.info")[2:4] == ["DA:1,1", "DA:2,0"]


# Coverage ------------------------------------------------------------------------------------


def test_a_tracefile(shell: Shell) -> None:
    assert shell.run(SMALL, "--coverage", "out.info").ok() == "1\n"
    assert lines_of(shell, "out.info") == [
        "TN:",
        f"SF:{shell.folder / 'spell.lua'}",
        "DA:1,1",
        "DA:2,1",
        "DA:3,0",
        "DA:5,1",
        "LF:4",
        "LH:3",
        "end_of_record",
    ]


# Usage ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--profile", "a.svg", "--coverage", "b"], "--profile and --coverage cannot be combined"),
        (["--coverage", "b", "--debug", "0"], "--coverage and --debug cannot be combined"),
        (["--profile", "a.txt", "--watch"], "--profile and --watch cannot be combined"),
        (["--wait"], "--wait needs --debug"),
        (["--debug", "no"], "'no' is not [HOST:]PORT"),
        (["--debug", "99999"], "'99999' is not [HOST:]PORT"),
        (["--profile", "development"], "is chosen with --config-profile"),
    ],
)
def test_wrong_usage(shell: Shell, words: list[str], message: str) -> None:
    shell.write("spell.lua", "print('ran')")
    for program in (["llmspell-run"], ["llmspell", "run"]):
        ended = shell(*program, *words, "spell.lua")
        assert (ended.code, ended.out) == (2, "")
        assert message in ended.err


@pytest.mark.parametrize("option", ["--profile", "--coverage"])
def test_a_file_that_cannot_be_written_is_known_before_the_run(shell: Shell, option: str) -> None:
    ended = shell.run("print('ran')", option, "missing/out.txt")
    assert (ended.code, ended.out) == (1, "")
    assert ended.err == "Error: missing/out.txt cannot be written: No such file or directory\n"


def test_the_profile_of_the_configuration_has_a_name_of_its_own(shell: Shell) -> None:
    shell.write("llmspell.toml", "[profiles.quick.runtime.security]\nmax_execution_time_ms = 200\n")
    shell.write("spell.lua", "while true do end")
    for words in (
        ["llmspell-run", "--config-profile", "quick", "spell.lua"],
        ["llmspell", "run", "spell.lua", "--config-profile", "quick"],
        ["llmspell", "--config-profile", "quick", "run", "spell.lua"],
        ["llmspell", "--profile", "quick", "run", "spell.lua"],
    ):
        assert shell(*words).code == 124
    ended = shell("llmspell", "doctor", "--profile", "quick")
    assert ended.code == 2
    assert "--config-profile" in ended.err


# Debuggers that attach -----------------------------------------------------------------------


class Client:
    """A debugger, as far as these tests need one."""

    def __init__(self, shell: Shell, line: bytes) -> None:
        port = int(line.decode().rpartition(":")[2])
        file = shell.folder / "run" / "llmspell" / f"debug-{port}.json"
        found = json.loads(file.read_text())
        self._connection = Connection.of_socket(
            socket.create_connection((found["host"], found["port"]), timeout=30)
        )
        greet(self._connection, found["token"])
        self._last = 1

    def ask(self, command: str, **arguments: Any) -> None:
        """Sends a request."""
        self._last += 1
        self._connection.write(
            {"seq": self._last, "type": "request", "command": command, "arguments": arguments}
        )

    def next(self, kind: str, name: str) -> dict[str, Any]:
        """The next event or response of a name."""
        while True:
            message = self._connection.read()
            assert message is not None, name
            if message["type"] == kind and message[kind if kind == "event" else "command"] == name:
                return message

    def attach(self, path: Path, line: int) -> None:
        """Goes through the opening with one breakpoint."""
        self.ask("initialize", adapterID="test")
        self.ask("attach")
        self.next("event", "initialized")
        self.ask("setBreakpoints", source={"path": str(path)}, breakpoints=[{"line": line}])
        self.ask("configurationDone")

    def close(self) -> None:
        self._connection.close()


@pytest.fixture
def clients(shell: Shell) -> Iterator[Any]:
    (shell.folder / "run").mkdir(mode=0o700)
    shell.environ["XDG_RUNTIME_DIR"] = str(shell.folder / "run")
    made: list[Client] = []

    def connect(line: bytes) -> Client:
        made.append(Client(shell, line))
        return made[-1]

    yield connect
    for client in made:
        client.close()


@pytest.mark.parametrize(
    "words",
    [
        ["llmspell-run", "--debug", "0", "--wait"],
        ["llmspell", "run", "--debug", "127.0.0.1:0", "--wait"],
        ["llmspell", "debug", "--port", "0"],
    ],
)
def test_a_debugger_attaches_before_the_spell_runs(
    shell: Shell, clients: Any, words: list[str]
) -> None:
    path = shell.write("spell.lua", "print('first')\nlocal n = 42\nprint(n)\nos.exit(3)\n")
    process = shell.start(words[0], *words[1:], "spell.lua")
    assert process.stderr is not None
    client = clients(process.stderr.readline())
    client.attach(path, 3)
    assert client.next("event", "stopped")["body"]["reason"] == "breakpoint"
    client.ask("continue", threadId=1)
    assert client.next("event", "exited")["body"] == {"exitCode": 3}
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (3, b"first\n42\n", b"")


def test_without_wait_the_spell_runs_at_once(shell: Shell) -> None:
    (shell.folder / "run").mkdir(mode=0o700)
    shell.environ["XDG_RUNTIME_DIR"] = str(shell.folder / "run")
    ended = shell.run("print('ran')", "--debug", "0")
    assert ended.ok() == "ran\n"
    assert ended.err.startswith("a debugger can attach at 127.0.0.1:")
    assert list((shell.folder / "run" / "llmspell").iterdir()) == []


def test_ctrl_c_ends_the_wait(shell: Shell) -> None:
    shell.write("spell.lua", "print('ran')")
    process = shell.start("llmspell-run", "--debug", "0", "--wait", "spell.lua")
    assert process.stderr is not None
    process.stderr.readline()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (130, b"", b"Error: interrupted\n")


def test_a_port_that_is_taken(shell: Shell) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ended = shell.run("print('ran')", "--debug", str(taken.getsockname()[1]))
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith("Error: cannot listen on 127.0.0.1:")
