"""`llmspell debug`: runs a spell under the debugger, at a terminal or for an editor."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import click

from llmspell.cli.debug.expressions import check_expression
from llmspell.cli.debug.points import Wish, parse_wish
from llmspell.cli.debug.session import FILTERS
from llmspell.cli.execution import check_engine, fail, run_script
from llmspell.cli.global_options import GlobalOptions, with_options
from llmspell.cli.run import RunCommand
from llmspell.cli.run_options import RUN_OPTIONS
from llmspell.errors import LLMSpellError
from llmspell.lua.loader import read_source

_OPTIONS = [o for o in RUN_OPTIONS if o.name not in ("watch", "stream")]


class _Place(click.ParamType[Wish]):
    name = "FILE:LINE[ if COND]"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Wish:
        """A line of a file that exists."""
        if isinstance(value, Wish):
            return value
        wish = parse_wish(value)
        if wish is None or wish.file is None:
            self.fail(f"'{value}' is not FILE:LINE[ if COND]", param, ctx)
        return wish


class _Expression(click.ParamType[str]):
    name = "EXPR"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """A text that is Lua."""
        text: str = value.strip()
        if not text:
            self.fail("there is no expression", param, ctx)
        try:
            check_expression(text)
        except LLMSpellError as error:
            self.fail(str(error), param, ctx)
        return text


@click.command("debug", cls=RunCommand)
@click.argument("script", type=click.Path())
@click.argument("arguments", metavar="[ARGS]...", nargs=-1, type=click.UNPROCESSED)
@click.option(
    "--break-at", type=_Place(), multiple=True, help="Stop at this line. May be given repeatedly."
)
@click.option(
    "--watch", type=_Expression(), multiple=True, help="Show this value at each stop. Repeatable."
)
@click.option("--step", is_flag=True, help="Stop at the first line.")
@click.option(
    "--break-on-error",
    type=click.Choice(list(FILTERS)),
    default="uncaught",
    show_default=True,
    help="Stop where errors are raised: all, or those that nothing catches.",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    help="Wait for an editor (DAP) on this port of this machine, instead of talking here.",
)
@with_options(_OPTIONS)
@click.pass_context
def debug(
    ctx: click.Context,
    /,
    script: str,
    arguments: tuple[str, ...],
    break_at: tuple[Wish, ...],
    watch: tuple[str, ...],
    step: bool,
    break_on_error: str,
    port: int | None,
    **chosen: Any,
) -> int:
    r"""Run the spell SCRIPT step by step.

    It starts at once if there is a place to stop (--break-at, --step); else the prompt comes
    first. `help` lists the commands; whatever is no command is Lua, evaluated where the spell
    stands. Errors that nothing catches stop where they are raised, with their locals. Ctrl-C
    pauses a running spell. A time limit counts only while the spell runs.

    \b
    Examples:
      llmspell debug hello.lua
      llmspell debug --step hello.lua -- --name Ada
      llmspell debug --break-at 'hello.lua:12 if count > 3' --watch count hello.lua
      echo 'locals' | llmspell debug --break-at hello.lua:12 hello.lua
      llmspell debug --port 9556 hello.lua
    """
    options = {**ctx.ensure_object(GlobalOptions).values(), **chosen}
    try:
        check_engine(options)
        read_source(script)
    except LLMSpellError as error:
        return fail(options, error)
    folder = Path(script).absolute().parent
    places = [(wish, _file(ctx, wish, folder)) for wish in break_at]
    if port is not None:
        if watch:
            raise click.UsageError("--watch cannot be combined with --port", ctx)
        return _for_editor(options, script, arguments, port, places, step, FILTERS[break_on_error])
    return _here(options, script, arguments, places, watch, step, FILTERS[break_on_error])


def _file(ctx: click.Context, wish: Wish, folder: Path) -> str:
    from llmspell.cli.debug.points import find_file

    assert wish.file is not None
    try:
        return find_file(wish.file, folder, ())
    except LLMSpellError as error:
        raise click.BadParameter(str(error), ctx, param_hint="--break-at") from error


def _here(
    options: dict[str, Any],
    script: str,
    arguments: tuple[str, ...],
    places: list[tuple[Wish, str]],
    watches: tuple[str, ...],
    step: bool,
    filters: tuple[str, ...],
) -> int:
    from llmspell.cli.debug.loop import Reader, talk
    from llmspell.cli.debug.plain import PlainReader
    from llmspell.cli.debug.screen import Screen
    from llmspell.cli.debug.session import Session
    from llmspell.cli.repl.keyboard import InputSource, Keyboard, Lines
    from llmspell.telemetry.colour import use_color

    terminal = sys.stdin.isatty() and sys.stdout.isatty()

    def open_input() -> InputSource:
        return Keyboard() if terminal else Lines(sys.stdin.buffer.readline)

    screen = Screen(colored=use_color(sys.stdout, os.environ))
    session = Session(options, script, arguments, screen, open_input, filters)
    for wish, path in places:
        session.points.add(wish, path)
    for expression in watches:
        session.add_watch(expression)
    reader: Reader
    if terminal:
        from llmspell.cli.debug.terminal import TerminalReader
        from llmspell.cli.repl.history import default_file

        reader = TerminalReader(
            session, default_file(os.environ).with_name("llmspell_debug_history")
        )
    else:
        reader = PlainReader()
    if places or step:
        try:
            session.run(stop_on_entry=step)
        except LLMSpellError as error:
            return fail(session.options, error)
    elif terminal:
        screen.say(f"Debugging {script}: `run` starts it, `break` sets breakpoints, `help` helps.")
    return talk(session, reader)


def _for_editor(
    options: dict[str, Any],
    script: str,
    arguments: tuple[str, ...],
    port: int,
    places: list[tuple[Wish, str]],
    step: bool,
    filters: tuple[str, ...],
) -> int:
    from llmspell.cli.debug.points import Points
    from llmspell.debugger.debugger import Debugger
    from llmspell.debugger.model import ExceptionFilter

    points = Points()
    for wish, path in places:
        points.add(wish, path)

    def prepare(debugger: Debugger) -> None:
        debugger.stop_on_entry = step
        debugger.set_exception_filters([ExceptionFilter(name) for name in filters])
        points.attach(debugger)

    service = {"debug": ("127.0.0.1", port), "wait": True, "prepare_debugger": prepare}
    return run_script({**options, **service}, script, arguments)
