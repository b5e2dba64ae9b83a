"""Attaching to a process that runs its spell anyway."""

from __future__ import annotations

import json
import os
import socket
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from llmspell_debug_adapter.addresses import Address, publish
from llmspell_debug_adapter.protocol.framing import Connection, encoded
from tests.debug_adapter.client import PATIENCE, RequestFailed, Spell
from tests.debug_adapter.conftest import MakeSpell
from tests.debug_adapter.connections import OverConnection, OverStdio


class Running:
    """A process that can be attached to."""

    def __init__(self, it: Spell, environ: dict[str, str], *options: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.debug_adapter.attachable", str(it.path), *options],
            env={**os.environ, **environ},
            cwd=Path(__file__).parents[3],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
        )
        port, self.token = self._line().split()
        self.port = int(port)
        self.file = Path(environ["XDG_RUNTIME_DIR"]) / "llmspell" / f"debug-{port}.json"

    def _line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline()

    def rest(self) -> tuple[str, int]:
        """Waits for the end; gives the output and the exit code."""
        assert self.process.stdout is not None
        output = self.process.stdout.read()
        return output, self.process.wait(PATIENCE)


@pytest.fixture
def running(environ: dict[str, str]) -> Iterator[Callable[..., Running]]:
    started: list[Running] = []

    def start(it: Spell, *options: str) -> Running:
        started.append(Running(it, environ, *options))
        return started[-1]

    yield start
    for it in started:
        it.process.kill()
        it.process.wait()
        assert it.process.stdout is not None
        it.process.stdout.close()


def attach(adapter: OverStdio, **arguments: Any) -> None:
    adapter.initialize()
    adapter.request("attach", **arguments)
    adapter.event("initialized")


UNTIL_TOLD = "local go = false\nlocal n = 0\nwhile not go do n = n + 1 end --@loop\nprint('done')\n"


def test_attach_look_change_and_detach(
    adapter: OverStdio, spell: MakeSpell, running: Callable[..., Running]
) -> None:
    it = spell(UNTIL_TOLD)
    process = running(it)
    attach(adapter, port=process.port)
    assert adapter.events("process")[0]["startMethod"] == "attach"
    adapter.go()
    adapter.break_at(it, "loop")
    adapter.stopped(reason="breakpoint")
    adapter.evaluate("go = true", "repl")
    adapter.request("disconnect")
    assert adapter.gone() == 0
    assert process.rest() == ("done\n", 0)
    assert not process.file.exists()


def test_the_spell_waits_until_the_breakpoints_are_set(
    adapter: OverStdio, spell: MakeSpell, running: Callable[..., Running]
) -> None:
    it = spell("print('first') --@first\nprint('second')\nerror('oh')\n")
    process = running(it, "--wait")
    attach(adapter, port=process.port)
    adapter.request("setExceptionBreakpoints", filters=[])
    adapter.break_at(it, "first")
    adapter.go()
    adapter.stopped(reason="breakpoint")
    adapter.request("continue", threadId=1)
    assert adapter.event("exited")["exitCode"] == 1
    adapter.event("terminated")
    assert adapter.output() == "first\nsecond\n"
    assert process.rest() == ("first\nsecond\n", 1)


def test_attaching_again_starts_with_a_clean_sheet(
    adapters: Callable[..., OverStdio], spell: MakeSpell, running: Callable[..., Running]
) -> None:
    it = spell(UNTIL_TOLD)
    process = running(it)
    for _ in range(2):
        adapter = adapters()
        attach(adapter, port=process.port)
        adapter.break_at(it, "loop")
        adapter.go()
        adapter.stopped(reason="breakpoint")
        adapter.vanish()
        assert adapter.gone() == 0
    last = adapters()
    attach(last, port=process.port)
    last.go()
    last.request("pause", threadId=1)
    last.stopped(reason="pause")
    last.request("terminate")
    last.event("terminated")
    assert process.rest()[1] == 1


def test_coroutines_from_before_the_attach_are_threads_with_breakpoints_and_steps(
    adapter: OverStdio, spell: MakeSpell, running: Callable[..., Running]
) -> None:
    it = spell(
        """
        go = false
        local function work(by)
          local sum = 0
          while true do
            sum = sum + by --@work
            coroutine.yield(sum) --@yield
          end
        end
        local created, wrapped = coroutine.create(work), coroutine.wrap(work)
        coroutine.resume(created, 1)
        wrapped(2)
        while not go do
          wrapped() --@loop
        end
        """
    )
    process = running(it)
    attach(adapter, port=process.port)
    adapter.go()
    adapter.break_at(it, "loop")
    adapter.stopped(reason="breakpoint")
    names = [thread["name"] for thread in adapter.request("threads")["threads"]]
    place = f"(spell.lua:{it.line('yield')}), suspended"
    assert names == ["main", f"coroutine 1 {place}", f"coroutine 2 {place}"]
    adapter.break_at(it, "work")
    stop = adapter.move()
    assert (stop["threadId"], adapter.line(3)) == (3, it.line("work"))
    adapter.break_at(it)
    assert adapter.move("next", thread=3)["threadId"] == 3
    assert adapter.line(3) == it.line("yield")
    adapter.evaluate("go = true", "repl")
    adapter.request("disconnect")
    assert process.rest() == ("", 0)


def test_one_debugger_at_a_time(
    adapters: Callable[..., OverStdio], spell: MakeSpell, running: Callable[..., Running]
) -> None:
    process = running(spell(UNTIL_TOLD))
    first, second = adapters(), adapters()
    attach(first, port=process.port)
    second.initialize()
    with pytest.raises(RequestFailed, match="another debugger is attached"):
        second.request("attach", port=process.port)


def test_disconnect_can_end_what_was_attached_to(
    adapter: OverStdio, spell: MakeSpell, running: Callable[..., Running]
) -> None:
    process = running(spell(UNTIL_TOLD))
    attach(adapter, port=process.port)
    adapter.go()
    adapter.request("disconnect", terminateDebuggee=True)
    assert adapter.gone() == 0
    assert process.rest()[1] == 1


def test_what_was_attached_to_cannot_be_restarted_and_the_client_is_told(
    adapter: OverStdio, spell: MakeSpell, running: Callable[..., Running]
) -> None:
    process = running(spell(UNTIL_TOLD))
    attach(adapter, port=process.port)
    assert adapter.event("capabilities") == {"capabilities": {"supportsRestartRequest": False}}
    with pytest.raises(RequestFailed, match="only a spell that was launched"):
        adapter.request("restart")


# Tokens ------------------------------------------------------------------------------------


def test_the_token_is_kept_where_only_its_user_can_read(
    spell: MakeSpell, running: Callable[..., Running]
) -> None:
    process = running(spell(UNTIL_TOLD))
    assert stat.S_IMODE(process.file.stat().st_mode) == 0o600
    assert stat.S_IMODE(process.file.parent.stat().st_mode) == 0o700
    kept = json.loads(process.file.read_text())
    assert (kept["port"], kept["token"]) == (process.port, process.token)


def test_token_and_connection_file_can_be_given(
    adapters: Callable[..., OverStdio],
    spell: MakeSpell,
    running: Callable[..., Running],
    tmp_path: Path,
) -> None:
    process = running(spell(UNTIL_TOLD))
    elsewhere = tmp_path / "elsewhere.json"
    elsewhere.write_bytes(process.file.read_bytes())
    process.file.unlink()
    with pytest.raises(RequestFailed, match="there is no token for port"):
        attach(adapters(), port=process.port)
    for arguments in (
        {"port": process.port, "token": process.token},
        {"connectionFile": str(elsewhere)},
    ):
        adapter = adapters()
        attach(adapter, **arguments)
        adapter.request("disconnect")
        assert adapter.gone() == 0


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ({}, "needs `port` or `connectionFile`"),
        ({"connectionFile": "/nothing.json"}, "cannot read /nothing.json"),
        ({"port": 1, "token": "x"}, "nobody can be attached to at 127.0.0.1:1"),
        ({"port": "many"}, "port: must be a whole number"),
    ],
)
def test_an_attach_that_fails_says_why(
    adapter: OverStdio, arguments: dict[str, Any], complaint: str
) -> None:
    adapter.initialize()
    with pytest.raises(RequestFailed, match=complaint):
        adapter.request("attach", **arguments)


def test_a_wrong_token_opens_nothing(
    adapter: OverStdio, spell: MakeSpell, running: Callable[..., Running]
) -> None:
    process = running(spell(UNTIL_TOLD))
    adapter.initialize()
    with pytest.raises(RequestFailed, match="token is missing or wrong"):
        adapter.request("attach", port=process.port, token="guess")


@pytest.mark.parametrize(
    "first",
    [
        encoded(
            {"seq": 1, "type": "request", "command": "initialize", "arguments": {"adapterID": "x"}}
        ),
        encoded({"seq": 1, "type": "request", "command": "llmspell/authenticate", "arguments": {}}),
        b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"",
    ],
)
def test_nothing_is_said_to_who_does_not_begin_with_the_token(
    spell: MakeSpell, running: Callable[..., Running], first: bytes
) -> None:
    process = running(spell(UNTIL_TOLD))
    with socket.create_connection(("127.0.0.1", process.port)) as raw:
        if first:
            raw.sendall(first)
        else:
            raw.shutdown(socket.SHUT_WR)
        connection = Connection.of_socket(raw)
        answer = connection.read()
        assert answer is not None and answer["success"] is False
        assert connection.read() is None


def test_a_session_can_be_had_without_the_adapter(
    spell: MakeSpell, running: Callable[..., Running]
) -> None:
    from llmspell_debug_adapter.protocol.greeting import greet

    process = running(spell(UNTIL_TOLD))
    connection = Connection.of_socket(socket.create_connection(("127.0.0.1", process.port)))
    greet(connection, process.token)
    client = OverConnection(connection)
    assert "supportsRestartRequest" not in client.initialize()
    client.request("attach")
    client.event("initialized")
    client.request("disconnect")
    client.ended()
    client.vanish()
    assert not client.faults


def test_an_address_is_not_published_where_others_could_change_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    folder = tmp_path / "llmspell"
    folder.mkdir()
    folder.chmod(0o777)
    with pytest.raises(PermissionError, match="must belong to you"):
        publish(Address("127.0.0.1", 1, "secret"), "spell.lua")
    assert list(folder.iterdir()) == []


def test_paths_are_mapped(
    adapter: OverStdio, spell: MakeSpell, running: Callable[..., Running], folder: Path
) -> None:
    it = spell(UNTIL_TOLD)
    process = running(it)
    mapping = {"localRoot": "/editor/project", "remoteRoot": str(folder)}
    attach(adapter, port=process.port, pathMappings=[mapping])
    adapter.request(
        "setBreakpoints",
        source={"path": "/editor/project/spell.lua"},
        breakpoints=[{"line": it.line("loop")}],
    )
    adapter.go()
    adapter.stopped(reason="breakpoint")
    assert adapter.frames()[0]["source"]["path"] == "/editor/project/spell.lua"


LOOP = "local t = {}\nfor i = 1, 30 do\n  t.n = i --@here\n  t.m = t.n\nend\nprint('done', t.m)\n"


@pytest.mark.parametrize("killed", [False, True], ids=["client", "adapter"])
@pytest.mark.parametrize(
    "moment", ["stopped", "stepping", "evaluating", "watching", "pausing", "ending a thread"]
)
def test_a_client_that_vanishes_leaves_what_it_attached_to_running(
    adapter: OverStdio,
    spell: MakeSpell,
    running: Callable[..., Running],
    moment: str,
    killed: bool,
) -> None:
    it = spell(LOOP)
    process = running(it, "--wait")
    attach(adapter, port=process.port)
    adapter.break_at(it, "here")
    adapter.go()
    adapter.stopped()
    frame = adapter.frames()[0]["id"]
    if moment == "stepping":
        adapter.ask("next", threadId=1)
    elif moment == "evaluating":
        endless = "print('begun') while true do end"
        adapter.ask("evaluate", expression=endless, frameId=frame, context="repl")
        adapter.wait_for_output("begun")
    elif moment == "watching":
        info = adapter.request("dataBreakpointInfo", name="t.n", frameId=frame)
        wish = {"dataId": info["dataId"], "accessType": "readWrite"}
        adapter.request("setDataBreakpoints", breakpoints=[wish])
        adapter.ask("continue", threadId=1)
    elif moment == "pausing":
        adapter.ask("continue", threadId=1)
        adapter.ask("pause", threadId=1)
    elif moment == "ending a thread":
        adapter.ask("terminateThreads", threadIds=[99])
    if killed:
        adapter.process.kill()
    else:
        adapter.vanish()
    adapter.gone()
    output, code = process.rest()
    assert output.endswith("done\t30\n")
    assert code == 0


def test_a_client_that_vanishes_before_it_is_ready_leaves_the_spell_waiting(
    adapters: Callable[..., OverStdio], spell: MakeSpell, running: Callable[..., Running]
) -> None:
    process = running(spell(LOOP), "--wait")
    first = adapters()
    attach(first, port=process.port)
    first.vanish()
    assert first.gone() == 0
    second = adapters()
    attach(second, port=process.port)
    second.go()
    assert process.rest() == ("done\t30\n", 0)


def test_what_can_be_attached_to_is_listed(
    spell: MakeSpell, running: Callable[..., Running], environ: dict[str, str]
) -> None:
    it = spell(UNTIL_TOLD)
    process, killed = running(it), running(it)
    killed.process.kill()
    killed.process.wait(PATIENCE)
    assert killed.file.exists()
    listed = subprocess.run(
        [sys.executable, "-m", "llmspell_debug_adapter.main", "--running"],
        env={**os.environ, **environ},
        capture_output=True,
        check=True,
        text=True,
    )
    assert json.loads(listed.stdout) == [
        {
            "spell": str(it.path),
            "host": "127.0.0.1",
            "port": process.port,
            "connectionFile": str(process.file),
        }
    ]
