"""`python -m llmspell_debug_adapter.debuggee_main`: the process of a launched spell.

Its environment says where the adapter waits, and the token that opens the door there. The spell
runs on a thread beside the main thread, which waits for signals; the session runs on its own.
"""

from __future__ import annotations

import os
import socket
import sys
import threading
from pathlib import Path

from llmspell.cli.execution import exit_code, leave
from llmspell.cli.signals import Signals
from llmspell.errors import LLMSpellError
from llmspell_debug_adapter.addresses import read_address
from llmspell_debug_adapter.debuggee_environment import ADDRESS, FILE, TOKEN
from llmspell_debug_adapter.protocol.framing import Connection
from llmspell_debug_adapter.protocol.greeting import greet
from llmspell_debug_adapter.protocol.messages import Refused
from llmspell_debug_adapter.session.conversation import converse, listen
from llmspell_debug_adapter.session.pydevd_threads import hide_from_pydevd
from llmspell_debug_adapter.spells.launched import LaunchedSpell


def main() -> None:
    """Runs one session and one spell; ends the process with the exit code of the spell."""
    try:
        host, port, token = _adapter()
        connection = Connection.of_socket(socket.create_connection((host, port)))
        greet(connection, token)
    except (OSError, ValueError, Refused) as error:
        sys.exit(f"llmspell debuggee: no adapter: {error}")
    spell = LaunchedSpell(stuck=lambda: os._exit(1), left=_let_go_of_pipes)
    session = converse(connection, spell)
    hide_from_pydevd(
        threading.Thread(
            target=listen, args=(connection, session), name="llmspell-dap-in", daemon=True
        )
    ).start()
    with Signals() as signals:
        try:
            code = signals.attend(spell.run, spell.interrupt)
        except LLMSpellError as stopped:  # a signal: the spell has told its reason
            code = exit_code(stopped)
    session.program_ended(code)
    session.close()
    leave(code)


def _adapter() -> tuple[str, int, str]:
    """Where it waits: host, port, token. Raises ValueError and Refused.

    Taken out of the environment: neither the spell nor its children shall see them.
    """
    names = (ADDRESS, TOKEN, FILE)
    address, token, file = (os.environ.pop(name, "") for name in names)
    if file:
        found = read_address(Path(file))
        return found.host, found.port, found.token
    host, _, port = address.rpartition(":")
    return host, int(port), token


def _let_go_of_pipes() -> None:
    """Nobody reads our output any more, and nothing may fail for that. Terminals stay."""
    null = os.open(os.devnull, os.O_WRONLY)
    for descriptor in (1, 2):
        if not os.isatty(descriptor):
            os.dup2(null, descriptor)


if __name__ == "__main__":
    main()
