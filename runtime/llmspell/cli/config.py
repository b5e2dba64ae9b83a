"""`llmspell config`: write, check, show and trust configuration (spec cli.md §6.10).

The root group puts an object with the attributes of `GlobalOptions` into the click context.
"""

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar

import click

from llmspell.errors import ConfigError

if TYPE_CHECKING:
    from llmspell.config.load import LoadedConfig


class GlobalOptions(Protocol):
    """The global options that these commands read."""

    config_path: str | None
    output: Literal["text", "json", "pretty"]
    profile: str | None
    strict_config: bool


T = TypeVar("T")

FILE = click.Path(path_type=Path)


@click.group("config", context_settings={"help_option_names": ["-h", "--help"]})
def config() -> None:
    """Write, check, show and trust configuration files."""


@config.command("init")
@click.option(
    "-o", "--output", "target", type=FILE, default=Path("llmspell.toml"), show_default=True
)
@click.option("-f", "--force", is_flag=True, help="Replace an existing file.")
def init(target: Path, force: bool) -> None:
    """Write a file with every setting at its default, explained."""
    from llmspell.config.render import default_toml

    if target.exists() and not force:
        raise click.ClickException(f"{target} already exists; use --force to replace it")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(default_toml(), encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"{target} cannot be written: {error.strerror}") from error
    click.echo(f"✓ Created configuration file: {target}")
    click.echo(
        "\nNext:\n"
        "  set OPENAI_API_KEY, ANTHROPIC_API_KEY or COHERE_API_KEY in your environment\n"
        "  llmspell config validate\n"
        "  llmspell run SCRIPT.lua"
    )


@config.command("validate")
@click.option(
    "-f", "--file", "file", type=FILE, help="The file to check instead of the one in force."
)
@click.pass_context
def validate(ctx: click.Context, file: Path | None) -> None:
    """Check the configuration in force; exit code 1 when it is not valid."""
    report = _report(ctx.obj, file)
    if ctx.obj.output == "json":
        click.echo(json.dumps(report, indent=2, ensure_ascii=False))
    else:
        _print_report(report)
    ctx.exit(0 if report["valid"] else 1)


def _section_names(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    """Give the sections that a shell may complete."""
    from llmspell.config.schema import Config
    from llmspell.config.schema.fields import describe

    tables = [field.name for field in describe(Config) if field.table is not None]
    return [name for name in tables if name.startswith(incomplete)]


@config.command("show")
@click.argument("section", required=False, shell_complete=_section_names)
@click.option("--section", "named", help="The same as the argument.")
@click.option("--format", "form", type=click.Choice(["toml", "json"]), default="toml")
@click.option("--reveal", is_flag=True, help="Show secrets too.")
@click.pass_obj
def show(
    options: GlobalOptions, section: str | None, named: str | None, form: str, reveal: bool
) -> None:
    """Show the configuration in force, or one SECTION of it."""
    from llmspell.config.render import redact, to_json, to_plain, to_toml

    loaded = _load(options, None)
    plain = to_plain(loaded.config)
    if not reveal:
        plain = redact(plain)
    section = section or named
    if section is not None:
        plain = {section: _section(loaded, plain, section)}
    if form == "json" or options.output == "json":
        click.echo(to_json(plain))
        return
    where = loaded.path if loaded.path is not None else "defaults"
    click.echo(f"# Configuration in force ({where})\n")
    click.echo(to_toml(plain), nl=False)


@config.command("paths")
@click.pass_obj
def paths(options: GlobalOptions) -> None:
    """List where configuration is looked for, in order, and what is in force."""
    from llmspell.config.discovery import candidates

    found = [_place_line(p.path, p.origin, p.exists()) for p in candidates(Path.cwd(), os.environ)]
    explicit = options.config_path or os.environ.get("LLMSPELL_CONFIG")
    if explicit:
        found.insert(0, _place_line(explicit, "explicit", Path(explicit).exists()))
    chosen = next((line for line in found if line["exists"]), None)
    if explicit and chosen is not found[0]:
        chosen = None
    for line in found:
        line["chosen"] = line is chosen
    if options.output == "json":
        click.echo(json.dumps(found, indent=2, ensure_ascii=False))
        return
    for line in found:
        mark = "→" if line["chosen"] else "✓" if line["exists"] else " "
        click.echo(f"{mark} {line['origin']:<8} {line['path']}")
    if chosen is None:
        click.echo("No configuration file: the defaults are in force.")


@config.command("trust")
@click.argument("file", type=FILE, required=False)
@click.option("--revoke", is_flag=True, help="Trust the file no longer.")
@click.option("--list", "list_all", is_flag=True, help="List the files that are trusted.")
@click.pass_obj
def trust(options: GlobalOptions, file: Path | None, revoke: bool, list_all: bool) -> None:
    """Let a project's FILE (the one in force by default) widen permissions, as it is now."""
    if list_all:
        _list_trusted(options)
        return
    from llmspell.config import trust as store

    target = file or _project_file()
    if revoke:
        if not _checked(lambda: store.untrust(target)):
            raise click.ClickException(f"{target} is not trusted")
        _say(options, {"path": str(target), "trusted": False}, f"✓ No longer trusted: {target}")
        return
    record = _checked(lambda: store.trust(target))
    covered = sorted(record.digests)
    text = "\n".join(
        [f"✓ Trusted: {record.path}", *(f"  with {p}" for p in covered if p != record.path)]
    )
    _say(options, {"path": record.path, "trusted": True, "covers": covered}, text)


@config.command("schema")
@click.option("-o", "--output", "target", type=FILE, help="Write it to a file.")
def schema(target: Path | None) -> None:
    """Print the JSON Schema of a configuration file, for editors."""
    from llmspell.config.jsonschema import config_schema
    from llmspell.config.render import to_json

    text = to_json(config_schema())
    if target is None:
        click.echo(text)
        return
    try:
        target.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"{target} cannot be written: {error.strerror}") from error
    click.echo(f"✓ Wrote {target}", err=True)


def _load(options: GlobalOptions, file: Path | None) -> "LoadedConfig":
    from llmspell.config.load import load_config

    named = file or (Path(options.config_path) if options.config_path else None)
    return _checked(
        lambda: load_config(named, profile=options.profile, strict=options.strict_config)
    )


def _checked(action: Callable[[], T]) -> T:
    try:
        return action()
    except ConfigError as error:
        raise click.ClickException(str(error)) from error


def _report(options: GlobalOptions, file: Path | None) -> dict[str, Any]:
    """Give what `validate` prints: valid, path, warnings, errors."""
    from llmspell.config.advice import advice
    from llmspell.config.discovery import discover
    from llmspell.config.load import load_config

    named = file or (Path(options.config_path) if options.config_path else None)
    path: str | None = str(named) if named is not None else None
    try:
        place = discover(named, Path.cwd(), os.environ)
        path = place.path if place is not None else path
        loaded = load_config(named, profile=options.profile, strict=options.strict_config)
    except ConfigError as error:
        return {"valid": False, "path": path, "warnings": [], "errors": str(error).splitlines()}
    notes = [str(note) for note in (*loaded.notes, *advice(loaded, os.environ))]
    return {"valid": True, "path": path, "warnings": notes, "errors": []}


def _print_report(report: Mapping[str, Any]) -> None:
    click.echo("Configuration validation:")
    click.echo(f"  File: {report['path'] or 'none (defaults)'}")
    click.echo(f"  Status: {'✓ Valid' if report['valid'] else '✗ Invalid'}")
    for title, mark in (("warnings", "⚠"), ("errors", "✗")):
        if report[title]:
            click.echo(f"  {title.capitalize()}:")
            for line in report[title]:
                click.echo(f"    {mark} {line}")


def _section(loaded: "LoadedConfig", plain: Mapping[str, Any], name: str) -> Any:
    from llmspell.config.schema.fields import describe

    cls: type = type(loaded.config)
    tables = [f.name for f in describe(cls) if f.table is not None]
    known = dict.fromkeys([*tables, *loaded.config.extensions])
    if name not in known:
        raise click.ClickException(f"unknown section '{name}'; sections: {', '.join(known)}")
    return plain.get(name, {})


def _place_line(path: str, origin: str, exists: bool) -> dict[str, Any]:
    return {"path": path, "origin": origin, "exists": exists}


def _project_file() -> Path:
    from llmspell.config.discovery import candidates

    for place in candidates(Path.cwd(), os.environ):
        if place.origin == "project" and place.exists():
            return Path(place.path)
    raise click.ClickException("there is no project configuration here; name the file")


def _list_trusted(options: GlobalOptions) -> None:
    from llmspell.config.trust import is_trusted, trusted_files

    lines = [
        {"path": r.path, "trusted_at": r.trusted_at, "current": is_trusted(Path(r.path))}
        for r in trusted_files()
    ]
    if options.output == "json":
        click.echo(json.dumps(lines, indent=2, ensure_ascii=False))
        return
    for line in lines:
        changed = "" if line["current"] else "  (changed since: not trusted)"
        click.echo(f"{line['path']}  {line['trusted_at']}{changed}")
    if not lines:
        click.echo("No project configuration is trusted.")


def _say(options: GlobalOptions, data: Mapping[str, Any], text: str) -> None:
    click.echo(json.dumps(data, indent=2, ensure_ascii=False) if options.output == "json" else text)
