"""A spell that runs anyway, in a process that lets debuggers attach (`llmspell-run --debug`)."""

from __future__ import annotations

import threading
from typing import Literal

from llmspell_debug_adapter.debuggee import Debugger, PythonDebugger
from llmspell_debug_adapter.protocol.arguments import AttachArguments, LaunchArguments
from llmspell_debug_adapter.protocol.messages import BAD, Refused


class RunningSpell:
    """See `debuggee.Program`. `started` is set once a client has configured its session."""

    started_by: Literal["launch", "attach"] = "attach"
    writes_itself = False  # the terminal shows its output too, but that may be far away

    def __init__(self, name: str, debugger: Debugger) -> None:
        self.name = name
        self.debugger: Debugger | None = debugger
        self.python: PythonDebugger | None = None
        self.started = threading.Event()

    def launch(self, _: LaunchArguments) -> None:
        """Refused: it runs already."""
        raise Refused("the spell runs already: use attach", BAD)

    def attach(self, _: AttachArguments) -> None:
        """Nothing to do: there is a debugger."""

    def start(self) -> None:
        """Ends `--wait`."""
        self.started.set()

    def terminate(self) -> None:
        """Ends the spell."""
        assert self.debugger is not None
        self.started.set()
        self.debugger.terminate()

    def leave(self) -> None:
        """Runs on; whoever attaches next starts with a clean sheet."""
        assert self.debugger is not None
        self.debugger.detach()
