"""Runs a click command as a whole program: exit codes, errors in our form, broken pipes."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import click

from llmspell.cli.execution import FAILED, INTERRUPTED, PIPE_CLOSED, fail, internal_error
from llmspell.cli.global_options import GlobalOptions
from llmspell.errors import LLMSpellError
from llmspell.telemetry.trace import set_up


def invoke(command: click.Command, name: str, words: Sequence[str]) -> int:
    """Runs a command with the words of the command line and gives the exit code.

    A command function may return its exit code; None means success.
    """
    variable = f"_{name.upper().replace('-', '_')}_COMPLETE"
    if variable in os.environ:
        from click.shell_completion import shell_complete

        from llmspell.cli.shells import register_shells

        register_shells()
        return shell_complete(command, {}, name, variable, os.environ[variable])
    options = GlobalOptions()
    try:
        set_up(None, os.environ)
        code = _called(command, name, words, options)
        sys.stdout.flush()
    except BrokenPipeError:
        return silence()
    except LLMSpellError as error:
        return fail(options.values(), error)
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 - a defect of ours: said in one line, never swallowed
        return internal_error(error, options.trace)
    return code


def silence() -> int:
    """Nobody reads our output: nothing may be written any more, not even at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    return PIPE_CLOSED


def _called(command: click.Command, name: str, words: Sequence[str], options: GlobalOptions) -> int:
    try:
        with command.make_context(name, list(words), obj=options) as ctx:
            code = command.invoke(ctx)
            return code if isinstance(code, int) else 0
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.UsageError as error:
        error.show()
        return error.exit_code
    except click.ClickException as error:
        return fail(options.values(), LLMSpellError(error.format_message()))
    except click.Abort:
        sys.stderr.write("\n")
        return FAILED
