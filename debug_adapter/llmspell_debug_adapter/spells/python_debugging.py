"""debugpy in the debuggee, for spells that call Python code."""

from __future__ import annotations

import threading
from contextlib import suppress

from llmspell.errors import LLMSpellError
from llmspell_debug_adapter.session.pydevd_threads import hide_from_pydevd

_LOOK = 0.05  # seconds between attempts to end a wait


class Debugpy:
    """A debugpy that listens on a free port of this machine. One for each process."""

    def __init__(self) -> None:
        """Starts it; raises LLMSpellError where that fails."""
        try:
            import debugpy
        except ImportError:
            raise LLMSpellError(
                "`python: true` needs debugpy; install it with: pip install debugpy"
            ) from None
        try:
            host, port = debugpy.listen(("127.0.0.1", 0))
        except (OSError, RuntimeError) as error:
            raise LLMSpellError(f"debugpy does not start: {error}") from error
        self.address: tuple[str, int] = (host, port)
        self._given_up = threading.Event()

    def wait_for_client(self, seconds: float) -> bool:
        """Waits until a client has attached and set its breakpoints; whether one has."""
        import debugpy

        over = threading.Event()

        def watch() -> None:
            self._given_up.wait(seconds)
            while not over.wait(_LOOK):
                with suppress(RuntimeError):  # the wait has not begun yet
                    debugpy.wait_for_client.cancel()

        hide_from_pydevd(threading.Thread(target=watch, daemon=True)).start()
        debugpy.wait_for_client()
        over.set()
        self._given_up.set()
        return bool(debugpy.is_client_connected())

    def give_up(self) -> None:
        """Ends the wait."""
        self._given_up.set()
