"""A spell that this process exists for: made ready by `launch`, run on the main thread."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Literal

from attrs import frozen

from llmspell.app import Runtime
from llmspell.cli.execution import Spell, exit_code, make_runtime, show_notes
from llmspell.cli.report import describe
from llmspell.cli.run_options import seconds, size
from llmspell.debugger.debugger import Debugger as LuaDebugger
from llmspell.debugger.debugger import NotStanding
from llmspell.errors import LLMSpellError
from llmspell.lua.engine import EngineLost
from llmspell.lua.outcome import Exited, Interrupted, Stopped
from llmspell.lua.streams import Streams
from llmspell_debug_adapter.debuggee import Debugger
from llmspell_debug_adapter.protocol.arguments import AttachArguments, LaunchArguments, Limits
from llmspell_debug_adapter.protocol.messages import BAD, Refused
from llmspell_debug_adapter.session.pydevd_threads import hide_from_pydevd
from llmspell_debug_adapter.spells.output import tap
from llmspell_debug_adapter.spells.python_debugging import Debugpy
from llmspell_debug_adapter.spells.undebugged import Undebugged

_GRACE = 3.0  # seconds that a spell may take to end before the process does
_INSIST = 0.1  # seconds between attempts to end it


@frozen
class _Ready:
    """What `launch` has prepared."""

    runtime: Runtime
    spell: Spell
    timeout: float | None


class LaunchedSpell:
    """See `debuggee.Program`.

    stuck: called when the spell does not end although it has to. left: called when it is to run
    on without a client.
    """

    started_by: Literal["launch", "attach"] = "launch"

    def __init__(
        self,
        stuck: Callable[[], object] = lambda: None,
        left: Callable[[], object] = lambda: None,
    ) -> None:
        self._stuck = stuck
        self._left = left
        self.name = "spell"
        self.writes_itself = False
        self.python: Debugpy | None = None
        self.debugger: Debugger | None = None
        self._ready: _Ready | None = None
        self._go = threading.Event()
        self._wanted = True
        self._over = threading.Event()

    # Called by the session -----------------------------------------------------------------

    def launch(self, arguments: LaunchArguments) -> None:
        """Reads the spell and makes its runtime; raises Refused and LLMSpellError."""
        options = _options(arguments)
        spell = Spell.read(arguments.program, arguments.words)
        self.writes_itself = arguments.console != "internalConsole"
        streams = Streams.of_process() if self.writes_itself else _silent()
        if arguments.python:
            self.python = Debugpy()
        runtime = make_runtime(options, spell.folder, streams=streams, tracked=True)
        if arguments.no_debug:
            self.debugger = Undebugged(runtime.engine)
        else:
            self.debugger = LuaDebugger.attach_to(
                runtime, arguments.breakpoints, just_my_code=arguments.just_my_code
            )
        if not self.writes_itself:
            tap(streams, runtime.engine, self.debugger)
        self.name = os.path.abspath(arguments.program)  # noqa: PTH100 - without resolving links

        self._ready = _Ready(runtime, spell, options["timeout"])

    def attach(self, _: AttachArguments) -> None:
        """Refused: nothing runs here yet."""
        raise Refused("this process waits for launch", BAD)

    def start(self) -> None:
        """Lets `run` go on."""
        self._go.set()

    def terminate(self) -> None:
        """Ends the spell, and the process if the spell does not end."""
        self.interrupt(Interrupted())

    def leave(self) -> None:
        """Runs on without a client."""
        self._left()
        if self.debugger is not None:
            self.debugger.detach()
        self._go.set()

    # Called by the main thread -------------------------------------------------------------

    def run(self) -> int:
        """Waits for `start`, runs the spell and gives its exit code."""
        self._go.wait()
        ready = self._ready
        try:
            if ready is None:
                return 0
            if self._wanted:
                return self._run(ready)
            ready.runtime.close()
            return 0
        finally:
            self._over.set()

    def _run(self, ready: _Ready) -> int:
        show_notes(ready.runtime)
        try:
            ready.spell.run(ready.runtime, ready.timeout)
        except EngineLost as lost:
            self._report(lost.reason, ready.spell)
            return exit_code(lost)
        except LLMSpellError as error:
            ready.runtime.close()
            self._report(error, ready.spell)
            return exit_code(error)
        ready.runtime.close()
        return 0

    def interrupt(self, reason: Stopped) -> None:
        """Ends the spell: Ctrl-C in its terminal, SIGTERM, or the client. From any thread."""
        self._wanted = False
        self._go.set()

        def insist() -> None:
            give_up = time.monotonic() + _GRACE
            while not self._over.is_set():
                if self._ready is not None and self.debugger is not None:
                    # Asked again and again: it may be about to start only now.
                    self._ready.runtime.engine.stop(reason)
                    with suppress(NotStanding):
                        self.debugger.terminate()
                if time.monotonic() > give_up:
                    self._stuck()
                    return
                self._over.wait(_INSIST)

        hide_from_pydevd(
            threading.Thread(target=insist, name="llmspell-dap-end", daemon=True)
        ).start()

    def _report(self, error: LLMSpellError, spell: Spell) -> None:
        """Says how the spell has ended, unless it or the user wanted that."""
        if isinstance(error, Exited) or (isinstance(error, Interrupted) and not self._wanted):
            return
        text = describe(error, trace="warn", environ=os.environ, sources=spell.sources)
        if self.writes_itself or self.debugger is None:
            sys.stderr.write(text)
            sys.stderr.flush()
        else:
            self.debugger.listener.output("stderr", text, None, None)


def _silent() -> Streams:
    """Streams for the tap alone; by lines, so that all that was written before a stop is seen."""
    return Streams(lambda _: None, lambda _: None, lambda _: b"", line_buffered=True)


def _options(arguments: LaunchArguments) -> dict[str, Any]:
    """The launch arguments as options of the command line."""
    timeout, memory = _limits(arguments.limits)
    return {
        "config": arguments.config,
        "config_profile": arguments.profile,
        "strict_config": False,
        "security": arguments.security,
        "timeout": timeout,
        "max_memory": memory,
    }


def _limits(limits: Limits) -> tuple[float | None, int | None]:
    try:
        timeout = None if limits.timeout is None else seconds(str(limits.timeout))
        memory = None if limits.max_memory is None else size(str(limits.max_memory))
    except ValueError as error:
        raise Refused(f"limits: {error}", BAD) from None
    return timeout, memory
