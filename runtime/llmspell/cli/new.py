"""`llmspell new`: a project that runs."""

from __future__ import annotations

import json
from pathlib import Path

import click

from llmspell.cli.editor_setup import set_up_editor
from llmspell.cli.global_options import GlobalOptions
from llmspell.errors import LLMSpellError

_TEMPLATE = Path(__file__).parent / "project"
_FILES = {  # in the project -> in the template
    "main.lua": "main.lua",
    "lib/greeting.lua": "lib/greeting.lua",
    "tests/main_test.lua": "tests/main_test.lua",
    "llmspell.toml": "llmspell.toml",
    "README.md": "README.md",
    ".gitignore": "gitignore",
}


@click.command("new")
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "-f", "--force", is_flag=True, help="Also into a folder that is not empty, replacing files."
)
@click.pass_obj
def new(options: GlobalOptions, directory: Path, force: bool) -> None:
    r"""Make a project in DIRECTORY: a spell with a module, tests, settings, and editor support.

    \b
    Examples:
      llmspell new my-spell
      cd my-spell && llmspell run main.lua -- --name Ada
    """
    files = make_project(directory, force=force)
    if options.output == "json":
        click.echo(json.dumps({"status": "created", "path": str(directory), "files": files}))
        return
    click.echo(f"✓ Created {directory}")
    for name in files:
        click.echo(f"    {name}")
    click.echo(
        f"\nNext:\n  cd {directory}\n  llmspell run main.lua -- --name Ada\n"
        "  llmspell run --watch main.lua     run again whenever a file changes\n"
        "  llmspell test                     run the tests\n"
        "  llmspell repl                     try things out"
    )


def make_project(directory: Path, *, force: bool = False) -> list[str]:
    """Writes the files of a project and gives their names.

    Raises LLMSpellError for a folder that is not empty, unless forced.
    """
    name = directory.resolve().name
    try:
        if directory.is_dir() and any(directory.iterdir()) and not force:
            raise LLMSpellError(
                f"{directory} is not empty; use --force to write into it all the same"
            )
        for target, source in _FILES.items():
            path = directory / target
            path.parent.mkdir(parents=True, exist_ok=True)
            text = (_TEMPLATE / source).read_text(encoding="utf-8").replace("@NAME@", name)
            path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise LLMSpellError(f"{directory} cannot be written: {error.strerror}") from error
    set_up_editor(directory)
    return [*_FILES, ".luarc.json"]
