"""`llmspell api`: the description of the script API, for editors and people."""

from __future__ import annotations

import json
from pathlib import Path

import click

from llmspell.cli.editor_setup import DEFINITIONS, set_up_editor
from llmspell.cli.global_options import GlobalOptions
from llmspell.errors import LLMSpellError

FORMATS = ("luacats", "json", "markdown")


@click.group("api")
def api() -> None:
    """Describe the script API, to editors and people."""


@api.command("export")
@click.option("--format", "form", type=click.Choice(FORMATS), default="luacats", show_default=True)
@click.option(
    "-o",
    "--output",
    "target",
    type=click.Path(path_type=Path),
    help="Write to this file; for luacats also a folder, which gets a file for each global.",
)
def export(form: str, target: Path | None) -> None:
    r"""Write the description of the script API: definition files, data, or a reference.

    \b
    Examples:
      llmspell api export --format markdown -o api.md
      llmspell api export --format luacats -o definitions/
      llmspell api export --format json | jq '.namespaces[].name'
    """
    if target is None:
        click.echo(api_text(form), nl=False)
        return
    for path in write_api(form, target):
        click.echo(f"✓ Wrote {path}", err=True)


@api.command("show")
@click.argument("name")
def show(name: str) -> None:
    r"""Show the reference of NAME, a global, a function or a class, as Markdown.

    \b
    Examples:
      llmspell api show State
      llmspell api show State.save
    """
    from llmspell.globals.generate import describe
    from llmspell.globals.generator.emit_markdown import reference_of

    text = reference_of(describe(), name)
    if text is None:
        raise LLMSpellError(f"The script API has no {name}: `llmspell api export` shows all of it.")
    click.echo(text, nl=False)


@api.command("setup-editor")
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False), default=".")
@click.pass_obj
def setup_editor(options: GlobalOptions, directory: Path) -> None:
    r"""Tell Lua language servers about the script API, in the .luarc.json of DIRECTORY.

    LuaLS and EmmyLua then complete and check `State`, `JSON` and the other globals. What else the
    file says stays as it is.

    \b
    Examples:
      llmspell api setup-editor
      llmspell api setup-editor my-spell
    """
    path, changed = set_up_editor(directory)
    if options.output == "json":
        click.echo(json.dumps({"path": str(path), "changed": changed, "library": str(DEFINITIONS)}))
    else:
        click.echo(f"✓ {'Wrote' if changed else 'Already up to date:'} {path}")


def api_text(form: str) -> str:
    """The description in one text."""
    if form == "json":
        return (DEFINITIONS.parent / "api.json").read_text(encoding="utf-8")
    if form == "markdown":
        from llmspell.globals.generate import describe
        from llmspell.globals.generator.emit_markdown import reference

        return reference(describe())
    parts = [text.removeprefix("---@meta _\n") for text in _definitions().values()]
    return "---@meta _\n" + "\n".join(parts)


def write_api(form: str, target: Path) -> list[Path]:
    """Writes the description to a file or, as definition files, to a folder; gives the paths."""
    into_folder = form == "luacats" and target.suffix != ".lua"
    if target.is_dir() and not into_folder:
        target = target / {"json": "api.json", "markdown": "api.md"}[form]
    texts = _definitions() if into_folder else {"": api_text(form)}
    written = []
    try:
        (target if into_folder else target.parent).mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            path = target / name if name else target
            path.write_text(text, encoding="utf-8")
            written.append(path)
    except OSError as error:
        raise LLMSpellError(f"{target} cannot be written: {error.strerror}") from error
    return written


def _definitions() -> dict[str, str]:
    return {p.name: p.read_text(encoding="utf-8") for p in sorted(DEFINITIONS.glob("*.lua"))}
