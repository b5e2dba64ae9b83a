"""`llmspell completion`: lets the shell complete commands, options and values."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.shell_completion import ShellComplete

from llmspell.cli.shells import register_shells
from llmspell.errors import LLMSpellError

if TYPE_CHECKING:
    from collections.abc import Mapping

SHELLS = ("bash", "zsh", "fish")
PROGRAMS = ("llmspell", "llmspell-run")


@click.command("completion")
@click.argument("shell", type=click.Choice(SHELLS))
@click.option(
    "--install", is_flag=True, help="Write it to the place where your shell looks for it."
)
def completion(shell: str, install: bool) -> None:
    r"""Print what makes SHELL complete llmspell and llmspell-run, or install it.

    \b
    Examples:
      llmspell completion bash --install
      source <(llmspell completion bash)
      llmspell completion fish | source
    """
    if not install:
        click.echo("\n".join(script(shell, program) for program in PROGRAMS))
        return
    for path, changed in install_completion(shell, os.environ):
        click.echo(f"✓ {'Wrote' if changed else 'Already up to date:'} {path}")
    click.echo(_afterwards(shell, os.environ))


def script(shell: str, program: str) -> str:
    """The completion script of a program."""
    chosen = register_shells()[shell]
    variable = f"_{program.upper().replace('-', '_')}_COMPLETE"
    made = chosen(click.Command(program), {}, program, variable)
    # The base class's method: bash's own first asks the bash that is installed for its version.
    return ShellComplete.source(made)


def install_completion(shell: str, environ: Mapping[str, str]) -> list[tuple[Path, bool]]:
    """Writes the scripts; gives their paths, and whether each of them changed."""
    return [
        (path, _written(path, script(shell, program)))
        for program in PROGRAMS
        for path in [place(shell, program, environ)]
    ]


def place(shell: str, program: str, environ: Mapping[str, str]) -> Path:
    """Where a user's own completions for a program stand."""
    home = Path(environ.get("HOME") or Path.home())
    data = Path(environ.get("XDG_DATA_HOME") or home / ".local" / "share")
    if shell == "bash":
        own = environ.get("BASH_COMPLETION_USER_DIR")
        return (Path(own) if own else data / "bash-completion") / "completions" / program
    if shell == "zsh":
        return data / "zsh" / "site-functions" / f"_{program}"
    config = Path(environ.get("XDG_CONFIG_HOME") or home / ".config")
    return config / "fish" / "completions" / f"{program}.fish"


def _written(path: Path, text: str) -> bool:
    try:
        if path.exists() and path.read_text(encoding="utf-8") == text:
            return False
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise LLMSpellError(f"{path} cannot be written: {error.strerror}") from error
    return True


def _afterwards(shell: str, environ: Mapping[str, str]) -> str:
    if shell == "zsh":
        folder = place(shell, PROGRAMS[0], environ).parent
        return (
            "Put this line into ~/.zshrc, before compinit, if it is not there yet:\n"
            f"  fpath=({folder} $fpath)"
        )
    if shell == "bash":
        return "New shells complete llmspell if the package bash-completion is installed."
    return "New shells complete llmspell."
