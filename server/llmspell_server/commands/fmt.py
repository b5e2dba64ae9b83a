"""`llmspell fmt`: formats Lua files."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from llmspell.cli.global_options import GlobalOptions
from llmspell.errors import LLMSpellError

if TYPE_CHECKING:
    from ..formatting.formatter import Tool

TOOLS = ("auto", "stylua", "builtin")


@click.command("fmt")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path, allow_dash=True))
@click.option("--check", is_flag=True, help="Write nothing; exit with 1 if a file would change.")
@click.option("--diff", is_flag=True, help="Write nothing; show what would change.")
@click.option(
    "--stdin-filename",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="PATH",
    help="With `-`: the name of the text, to find its configuration by.",
)
@click.option(
    "--tool",
    type=click.Choice(TOOLS),
    default="auto",
    show_default=True,
    help="Who formats: StyLua where it is installed (auto), StyLua only, or our own formatter.",
)
@click.pass_obj
def fmt(
    options: GlobalOptions,
    paths: tuple[Path, ...],
    check: bool,
    diff: bool,
    stdin_filename: Path | None,
    tool: Tool,
) -> int:
    r"""Format Lua files: PATHS, and all *.lua in folders; by default those of this folder.

    Only white space changes, and the compiled code is compared before a file is written. A file
    that does not compile is left as it is. `-` formats standard input to standard output.

    The step of indentation comes from stylua.toml, else .editorconfig, else from the file itself.

    \b
    Examples:
      llmspell fmt
      llmspell fmt main.lua lib/
      llmspell fmt --check --diff .
      llmspell fmt - --stdin-filename lib/text.lua < lib/text.lua

    \b
    Exit codes:
      0 all is well   1 --check: a file would change   2 a file cannot be formatted
    """
    from attrs import evolve

    from .files import lua_files
    from .fmt_files import formatted_bytes, formatted_files
    from .fmt_report import FAILED, Report

    report = Report(check, diff, document=options.output != "text")
    if Path("-") in paths:
        if len(paths) > 1:
            raise click.UsageError("`-` cannot be combined with other paths")
        data = sys.stdin.buffer.read()
        found = formatted_bytes(data, stdin_filename or Path("stdin.lua"), tool)
        return report.on_text(evolve(found, path=stdin_filename or Path("-")))
    if stdin_filename is not None:
        raise click.UsageError("--stdin-filename goes with `-` only")
    try:
        files = lua_files(paths or (Path(),))
    except LLMSpellError as error:
        click.echo(f"Error: {error}", err=True)
        return FAILED
    return report.on_files(formatted_files(files, tool))
