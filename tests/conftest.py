"""For all tests: what the shell that started them may have changed is put right."""

from __future__ import annotations

import signal


def pytest_configure() -> None:
    """Lets child processes be interrupted.

    A shell that starts a command in the background without job control has it ignore SIGINT, and
    every process below inherits that.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
