"""`llmspell repl`: starts the session that fits the streams."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from llmspell.cli.execution import TERMINATED, check_engine
from llmspell.cli.global_options import GlobalOptions, with_options
from llmspell.cli.run_options import RUN_OPTIONS

_OPTIONS = [o for o in RUN_OPTIONS if o.name not in ("watch", "stream")]


@click.command("repl")
@click.option("--history", type=click.Path(path_type=Path, dir_okay=False), help="History file.")
@with_options(_OPTIONS)
@click.pass_obj
def repl(options: GlobalOptions, /, history: Path | None, **chosen: Any) -> int:
    r"""Try Lua out, line by line.

    Values are shown, globals stay, Tab completes from what is there, Ctrl-C stops what is running,
    `.help` lists the commands. Without a terminal, lines are read from standard input. An input
    may run for 300 seconds, or what --timeout says.

    \b
    Examples:
      llmspell repl
      llmspell repl --security safe
      echo 'JSON.parse("[1, 2]")' | llmspell repl
    """
    return start({**options.values(), **chosen}, history)


def start(options: Mapping[str, Any], history: Path | None) -> int:
    """Runs a session and gives its exit code."""
    check_engine(options)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(TERMINATED))  # the terminal is put in order
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        from llmspell.cli.repl.plain import run_plain

        return run_plain(options)
    from llmspell.cli.repl.history import default_file
    from llmspell.cli.repl.terminal import run_terminal

    return run_terminal(options, history or default_file(os.environ))
