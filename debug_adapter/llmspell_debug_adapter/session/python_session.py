"""Mixed debugging: the client is asked to open a Python session beside ours."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import CancelledError
from typing import TYPE_CHECKING

from llmspell_debug_adapter.debuggee import PythonDebugger
from llmspell_debug_adapter.protocol.messages import Refused
from llmspell_debug_adapter.session.pydevd_threads import hide_from_pydevd

if TYPE_CHECKING:
    from llmspell_debug_adapter.session.session import Session

_PATIENCE = 20.0  # seconds that a client may take to open the session


def open_python_session(session: Session, python: PythonDebugger, go: Callable[[], None]) -> None:
    """Asks for a Python session, waits until it is there, and starts the program.

    Waits on a thread of its own, because the client may ask things of us meanwhile.
    """
    if not session.client.can.supports_start_debugging_request:
        host, port = python.address
        session.say(f"debugpy listens on {host}:{port}; attach a Python debugger there")
        go()
        return

    answer = session.ask("startDebugging", _request(session, python))

    def give_up() -> None:
        answer.cancel()
        python.give_up()

    def wait() -> None:
        with session.progress.waiting("Waiting for the Python debugger", give_up):
            try:
                answer.result(_PATIENCE)
                joined = python.wait_for_client(_PATIENCE)
            except (Refused, TimeoutError, CancelledError) as error:
                session.say(f"no Python session: {str(error) or 'no answer'}", important=True)
            else:
                if not joined:
                    session.say("no Python session: debugpy was not attached to", important=True)
        go()

    hide_from_pydevd(threading.Thread(target=wait, name="llmspell-dap-python", daemon=True)).start()


def _request(session: Session, python: PythonDebugger) -> dict[str, object]:
    host, port = python.address
    return {
        "request": "attach",
        "configuration": {
            "type": "debugpy",
            "request": "attach",
            "name": f"Python in {session.program.name}",
            "connect": {"host": host, "port": port},
            "justMyCode": False,
        },
    }
