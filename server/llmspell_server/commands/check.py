"""`llmspell check`: says what is wrong with Lua files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from llmspell.cli.global_options import GlobalOptions
from llmspell.errors import LLMSpellError

if TYPE_CHECKING:
    from ..analysis.checks.catalogue import Severity

FORMATS = ("text", "json", "sarif", "github")


@click.command("check")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--format", "form", type=click.Choice(FORMATS), default=None, help="How problems are printed."
)
@click.option(
    "--severity",
    type=click.Choice(("error", "warning", "information", "hint")),
    default="warning",
    show_default=True,
    help="The lightest problems that are shown.",
)
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    metavar="N",
    help="How many processes check; as many as there are processors where that is faster.",
)
@click.option(
    "--no-cache", is_flag=True, help="Check everything anew, and keep nothing for the next time."
)
@click.pass_obj
def check(
    options: GlobalOptions,
    paths: tuple[Path, ...],
    form: str | None,
    severity: Severity,
    jobs: int | None,
    no_cache: bool,
) -> int:
    r"""Say what is wrong with Lua files: PATHS, and all *.lua in folders; by default this folder.

    The checks are those of the language server, and nothing is run. The settings `diagnostics.*`
    come from .luarc.json, and globals from .luacheckrc, too. Comments switch checks off:
    `---@diagnostic disable-next-line: undefined-global`. docs/diagnostics.md lists all checks.

    What was found is kept, and told again as long as nothing has changed that it depends on: files,
    settings, this program, and what other programs and the environment say.

    \b
    Examples:
      llmspell check
      llmspell check main.lua lib/ --severity hint
      llmspell check --format sarif > problems.sarif

    \b
    Exit codes:
      0 no errors and no warnings   1 errors or warnings are shown   2 a path cannot be read
    """
    from .check_files import checked_files
    from .check_report import FAILED, report
    from .files import lua_files, wrong_settings

    try:
        files = lua_files(paths or (Path(),))
    except LLMSpellError as error:
        click.echo(f"Error: {error}", err=True)
        return FAILED
    for sentence in wrong_settings(paths or (Path(),)):
        click.echo(f"Warning: {sentence}", err=True)
    chosen = form or ("text" if options.output == "text" else "json")
    return report(checked_files(files, jobs, cached=not no_cache), chosen, severity)
