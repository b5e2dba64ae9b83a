"""A session in a process that has a debugger already and runs code when it likes: a kernel."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from llmspell.app import Runtime
from llmspell.debugger.debugger import Debugger
from llmspell.lua.streams import Streams
from llmspell_debug_adapter.protocol.framing import Message
from llmspell_debug_adapter.session import Session
from llmspell_debug_adapter.spells.running import RunningSpell
from tests.debug_adapter.client import PATIENCE, Client, RequestFailed
from tests.debug_adapter.conftest import MakeSpell


def test_breakpoints_may_come_before_attach_and_code_may_run_again_and_again(
    spell: MakeSpell, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    it = spell("local n = 20\nlocal m = n + 1 --@here\nreturn m * 2\n")
    streams = Streams(lambda _: None, lambda _: None, lambda _: b"")
    with Runtime(environ={"HOME": str(folder)}, streams=streams) as runtime:
        debugger = Debugger.attach_to(runtime)

        def to_client(message: Message) -> None:
            client.received(message)

        session = Session(RunningSpell("kernel", debugger), to_client)
        client = Client(session.receive)
        session.start()
        client.initialize()
        client.break_at(it, "here")
        with pytest.raises(RequestFailed, match="launch or attach first"):
            client.go()
        client.request("attach")
        client.go()
        for _ in range(2):
            results: list[object] = []
            run = threading.Thread(
                target=lambda: results.append(runtime.run_file(str(it.path)).value)
            )
            now = client.now
            run.start()
            client.stopped(now, reason="breakpoint")
            assert client.evaluate("n") == "20"
            client.request("continue", threadId=1)
            run.join(PATIENCE)
            assert results == [42]
        with pytest.raises(RequestFailed, match="answered already"):
            client.request("launch", program="x")
        client.request("disconnect")
        session.client_lost()
    assert not client.faults
