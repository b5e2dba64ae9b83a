"""debugpy in the debuggee, for spells that call Python code."""

from __future__ import annotations

import threading

from llmspell.errors import LLMSpellError


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

    def wait_for_client(self, seconds: float) -> bool:
        """Waits until a client has attached and set its breakpoints; whether one has."""
        import debugpy

        timer = threading.Timer(seconds, debugpy.wait_for_client.cancel)
        timer.daemon = True
        timer.start()
        debugpy.wait_for_client()
        timer.cancel()
        return bool(debugpy.is_client_connected())

    def give_up(self) -> None:
        """Ends the wait."""
        import debugpy

        debugpy.wait_for_client.cancel()
