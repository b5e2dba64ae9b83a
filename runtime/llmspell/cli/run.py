"""`llmspell run` and `llmspell exec`, and the click face of `llmspell-run`."""

from __future__ import annotations

from typing import Any

import click

from llmspell.cli.execution import run_code, run_script
from llmspell.cli.global_options import HELP, GlobalOptions, adopt, with_options
from llmspell.cli.run_options import RUN_OPTIONS, SCRIPT_OPTIONS, conflict

_EXEC_OPTIONS = [option for option in RUN_OPTIONS if option.name != "watch"]


class RunCommand(click.Command):
    """Says where arguments of the script go when one of them looks like an unknown option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As click does it, with that sentence."""
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            raise click.UsageError(
                f"{error.format_message()}\nArguments of the spell that begin with '-' go after "
                f"'--': llmspell run SCRIPT -- {error.option_name}",
                ctx,
            ) from error


@click.command("run", cls=RunCommand)
@click.argument("script", type=click.Path(allow_dash=True))
@click.argument("arguments", metavar="[ARGS]...", nargs=-1, type=click.UNPROCESSED)
@with_options((*RUN_OPTIONS, *SCRIPT_OPTIONS))
@click.pass_obj
def run(options: GlobalOptions, /, script: str, arguments: tuple[str, ...], **chosen: Any) -> int:
    r"""Run a spell: the Lua file SCRIPT, or `-` for standard input.

    The spell finds ARGS in its global of that name. Options may stand before and after SCRIPT;
    what belongs to the spell and begins with a dash goes after `--`.

    \b
    Examples:
      llmspell run hello.lua
      llmspell run hello.lua Ada --timeout 30
      llmspell run hello.lua -- --name Ada
      llmspell run --watch hello.lua
      llmspell run hello.lua --profile hello.svg
      echo 'print(1 + 1)' | llmspell run -

    \b
    Exit codes:
      0 success   1 the spell failed   2 wrong usage   124 time limit
      130 Ctrl-C  141 the reader of the output has gone  143 SIGTERM
      a spell that calls os.exit(n) gives n
    """
    return _run(options, chosen, script, arguments)


@click.command("exec")
@click.argument("code")
@with_options(_EXEC_OPTIONS)
@click.pass_obj
def exec_(options: GlobalOptions, /, code: str, **chosen: Any) -> int:
    r"""Run CODE and show the value that it gives, if it gives one.

    \b
    Examples:
      llmspell exec 'print("hello")'
      llmspell exec '6 * 7'
      llmspell exec --output json 'return { answer = 42 }'
    """
    return run_code({**options.values(), **chosen}, code)


@click.command("llmspell-run", context_settings={**HELP, "allow_interspersed_args": False})
@click.argument("script", type=click.Path(allow_dash=True))
@click.argument("arguments", metavar="[ARGS]...", nargs=-1, type=click.UNPROCESSED)
@with_options((*RUN_OPTIONS, *SCRIPT_OPTIONS))
@click.pass_obj
def run_command(
    options: GlobalOptions, /, script: str, arguments: tuple[str, ...], **chosen: Any
) -> int:
    r"""Run a spell, with as little start-up as possible.

    Everything after SCRIPT belongs to the spell, without one leading `--`; `-` as SCRIPT is
    standard input. A file that begins with `#!/usr/bin/env llmspell-run` can be made executable.

    \b
    Examples:
      llmspell-run hello.lua --name Ada
      llmspell-run --timeout 30 --security safe hello.lua
    """
    if arguments[:1] == ("--",):
        arguments = arguments[1:]
    return _run(options, chosen, script, arguments)


def _run(
    options: GlobalOptions, chosen: dict[str, Any], script: str, arguments: tuple[str, ...]
) -> int:
    problem = conflict(chosen)
    if problem:
        raise click.UsageError(problem, click.get_current_context())
    return run_script({**options.values(), **chosen}, script, arguments)


adopt(run_command)
