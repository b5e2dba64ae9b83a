"""For all tests: what the shell that started them may have changed is put right; no test is chance."""

from __future__ import annotations

import signal

from hypothesis import settings

# No test fails because the machine is busy: an example may take as long as it does. Nor by luck: the
# examples of a test are the same in each run, and `make fuzz` tries others.
settings.register_profile("suite", deadline=None, derandomize=True)
settings.register_profile("fuzz", deadline=None)
settings.load_profile("suite")

pytest_plugins = ["tests.server.sent"]


def pytest_configure() -> None:
    """Lets child processes be interrupted.

    A shell that starts a command in the background without job control has it ignore SIGINT, and
    every process below inherits that.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
