"""A spell that this process exists for: made ready by `launch`, run on the main thread."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from typing import Any, Literal

from llmspell.cli.execution import Spell, exit_code, make_runtime, show_notes
from llmspell.cli.report import describe
from llmspell.cli.run_options import seconds, size
from llmspell.debugger.debugger import Debugger as LuaDebugger
from llmspell.errors import LLMSpellError
from llmspell.lua.engine import EngineLost
from llmspell.lua.outcome import Exited, Stopped
from llmspell.lua.streams import Streams
from llmspell_debug_adapter.debuggee import Debugger
from llmspell_debug_adapter.protocol.arguments import AttachArguments, LaunchArguments, Limits
from llmspell_debug_adapter.protocol.messages import BAD, Refused
from llmspell_debug_adapter.spells.output import tap
from llmspell_debug_adapter.spells.python_debugging import Debugpy
from llmspell_debug_adapter.spells.undebugged import Undebugged

_GRACE = 3.0  # seconds that a spell may take to end before the process does


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
        self._run: Callable[[], int] = lambda: 0
        self._stop: Callable[[Stopped], None] = lambda _: None
        self._go = threading.Event()
        self._wanted = True
        self._over = threading.Event()

    # Called by the session -----------------------------------------------------------------

    def launch(self, arguments: LaunchArguments) -> None:
        """Reads the spell and makes its runtime; raises Refused and LLMSpellError."""
        options = _options(arguments)
        spell = Spell.read(arguments.program, arguments.args)
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

        def run() -> int:
            show_notes(runtime)
            try:
                spell.run(runtime, options["timeout"])
            except EngineLost as lost:
                self._report(lost.reason, spell)
                return exit_code(lost)
            except LLMSpellError as error:
                runtime.close()
                self._report(error, spell)
                return exit_code(error)
            runtime.close()
            return 0

        self._run, self._stop = run, runtime.engine.stop

    def attach(self, _: AttachArguments) -> None:
        """Refused: nothing runs here yet."""
        raise Refused("this process waits for launch", BAD)

    def start(self) -> None:
        """Lets `run` go on."""
        self._go.set()

    def terminate(self) -> None:
        """Ends the spell, and the process if the spell does not end."""
        self._wanted = False
        if self._go.is_set() and self.debugger is not None:
            self.debugger.terminate()
        self._go.set()
        self._end_soon()

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
        try:
            return self._run() if self._wanted else 0
        finally:
            self._over.set()

    def interrupt(self, reason: Stopped) -> None:
        """Ends the spell: Ctrl-C in its terminal, or SIGTERM."""
        self._wanted = False
        if self._go.is_set():
            self._stop(reason)
        self._go.set()
        self._end_soon()

    def _report(self, error: LLMSpellError, spell: Spell) -> None:
        if isinstance(error, Exited):
            return
        text = describe(error, trace="warn", environ=os.environ, sources=spell.sources)
        if self.writes_itself or self.debugger is None:
            sys.stderr.write(text)
            sys.stderr.flush()
        else:
            self.debugger.listener.output("stderr", text, None, None)

    def _end_soon(self) -> None:
        def watch() -> None:
            if not self._over.wait(_GRACE):
                self._stuck()

        threading.Thread(target=watch, name="llmspell-dap-end", daemon=True).start()


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
