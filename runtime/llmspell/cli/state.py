"""`llmspell state`: what spells have stored (spec cli §6.8), in the real store."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

import click

from llmspell.cli.global_options import GlobalOptions, pass_down
from llmspell.errors import LLMSpellError, ValidationError

if TYPE_CHECKING:
    from llmspell.state.store import StateStore
    from llmspell.state.transfer import Form

SCOPE = click.option("--scope", help="One scope only: global, custom, agent:NAME, …")
FORM = click.Choice(["json", "toml"])


@click.group("state")
@click.option(
    "--script",
    type=click.Path(exists=True),
    help="Use the store of this spell, where that is not the one of the working directory.",
)
@click.pass_context
def state(ctx: click.Context, script: str | None) -> None:
    """Show, clear, export and import what spells have stored with `State`.

    The store is that of the project, `.llmspell/state.db` beside its llmspell.toml. Without a
    project each folder of spells has a store of its own: here that of the working directory, or
    with --script that of the spell's folder.
    """


@state.command("show")
@click.argument("key", required=False)
@SCOPE
@click.option("--by-scope", is_flag=True, help="Each scope with its keys, and where the store is.")
@click.pass_context
def show(ctx: click.Context, key: str | None, scope: str | None, by_scope: bool) -> None:
    r"""Show all entries, or the one of KEY.

    \b
    Examples:
      llmspell state show
      llmspell state show runs
      llmspell state show --scope agent:researcher
      llmspell state show --by-scope --output json
      llmspell state --script spells/hello.lua show
    """
    if by_scope and key is not None:
        raise click.UsageError("--by-scope shows all keys: name none, or leave it out.")
    with _store(ctx) as store:
        if by_scope:
            _show_by_scope(ctx, store, scope)
        elif key is not None:
            _show_one(ctx, store, key, scope)
        else:
            _show_all(ctx, store, scope)


@state.command("clear")
@click.argument("key", required=False)
@SCOPE
@click.pass_context
def clear(ctx: click.Context, key: str | None, scope: str | None) -> None:
    r"""Remove all entries, those of a scope, or the one of KEY.

    \b
    Examples:
      llmspell state clear runs
      llmspell state clear --scope agent:researcher
    """
    with _store(ctx) as store:
        message, found = clear_entries(store, key, scope)
    if _as_json(ctx):
        click.echo(_compact({"status": "success", "message": message}))
    else:
        click.echo(f"✓ {message}" if found else message)


@state.command("export")
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True), default="-")
@click.option(
    "--format", "form", type=FORM, help="By default what the name of FILE ends in, or json."
)
@SCOPE
@click.pass_context
def export(ctx: click.Context, file: Path, form: str | None, scope: str | None) -> None:
    r"""Write all entries to FILE, or to standard output.

    \b
    Examples:
      llmspell state export backup.json
      llmspell state export --format toml > backup.toml
    """
    from llmspell.state.transfer import export_text
    from llmspell.state.whole_file import write_whole

    with _store(ctx) as store:
        text = export_text(store, _form(form, file, None), scope)
    if str(file) == "-":
        click.echo(text, nl=False)
        return
    try:
        write_whole(file, text.encode())
    except OSError as error:
        raise LLMSpellError(f"{file} cannot be written: {error.strerror}") from error
    _said(ctx, {"status": "exported", "path": str(file)}, f"✓ Exported state to {file}")


@state.command("import")
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True), default="-")
@click.option("--merge", is_flag=True, help="Keep the entries that FILE does not name.")
@click.option(
    "--format", "form", type=FORM, help="By default what FILE ends in, or what it looks like."
)
@click.pass_context
def import_(ctx: click.Context, file: Path, merge: bool, form: str | None) -> None:
    r"""Replace all entries by those of FILE (or standard input), or merge them in.

    \b
    Examples:
      llmspell state import backup.json
      llmspell state import --merge < backup.toml
    """
    from llmspell.state.transfer import import_text

    text = _read(file)
    try:
        with _store(ctx) as store:
            import_text(store, text, _form(form, file, text), "merge" if merge else "replace")
    except ValidationError as error:
        raise ValidationError(f"{_name(file)}: {error}") from error
    note = "merged with what was there" if merge else "replacing what was there"
    answer = {"status": "imported", "path": _name(file), "merge": merge}
    _said(ctx, answer, f"✓ Imported state from {_name(file)} ({note})")


pass_down(state, "script")


def clear_entries(store: StateStore, key: str | None, scope: str | None) -> tuple[str, bool]:
    """Removes what is asked; gives the sentence about it, and whether anything was there."""
    if key is None:
        store.clear(scope)
        return (
            f"Cleared all state keys of scope {scope}" if scope else "Cleared all state keys"
        ), True
    found = next(((s, k) for s, k in _addresses(key, scope) if store.exists(s, k)), None)
    if found is None:
        return f"Key '{key}' not found", False
    store.delete(*found)
    return f"Cleared state key: {key}", True


def entries(store: StateStore, scope: str | None) -> dict[str, Any]:
    """Address -> value: the bare key for global entries, `<scope>:<key>` for others."""
    return {
        key if of.text == "global" else f"{of.text}:{key}": value
        for of, key, value in store.items(scope)
    }


def _show_one(ctx: click.Context, store: StateStore, key: str, scope: str | None) -> None:
    text = next((t for s, k in _addresses(key, scope) if (t := store.get_text(s, k))), None)
    if _as_json(ctx):
        click.echo(json.dumps(json.loads(text or "null"), indent=2, ensure_ascii=False))
    elif text is None:
        click.echo(f"Key '{key}' not found")
    else:
        click.echo(f"Key: {key}\nValue: {text}")


def _show_all(ctx: click.Context, store: StateStore, scope: str | None) -> None:
    found = entries(store, scope)
    if _as_json(ctx):
        click.echo(json.dumps(found, indent=2, ensure_ascii=False))
    elif not found:
        click.echo("No state keys found")
    else:
        click.echo(f"State keys ({len(found)} total):")
        for address, value in found.items():
            click.echo(f"  {address} = {_compact(value)}")


def _show_by_scope(ctx: click.Context, store: StateStore, scope: str | None) -> None:
    found: dict[str, list[dict[str, Any]]] = {}
    for of, key, value in store.items(scope):
        found.setdefault(of.text, []).append({"key": key, "value": value})
    path = getattr(store, "path", None)  # a store in memory has none
    if _as_json(ctx):
        scopes = [{"scope": text, "entries": rows} for text, rows in found.items()]
        answer = {"store": None if path is None else str(path), "scopes": scopes}
        click.echo(json.dumps(answer, ensure_ascii=False))
        return
    click.echo(f"Store: {path or 'in memory, ends with the program'}")
    for text, rows in found.items():
        click.echo(text)
        for row in rows:
            click.echo(f"  {row['key']} = {_compact(row['value'])}")


def _addresses(key: str, scope: str | None) -> Iterator[tuple[str, str]]:
    """Where an entry may be: in its scope, or under the address that `show` prints."""
    from llmspell.state.scope import other_addresses

    yield scope or "global", key
    if scope is None:
        yield from other_addresses("global", key)


@contextmanager
def _store(ctx: click.Context) -> Iterator[StateStore]:
    assert ctx.parent is not None
    options: GlobalOptions = ctx.obj
    script = ctx.parent.params.get("script")
    folder = None
    if script is not None:
        folder = Path(script) if Path(script).is_dir() else Path(script).parent
    with options.runtime(None if folder is None else str(folder)) as runtime:
        yield runtime.state


def _form(named: str | None, file: Path, text: str | None) -> Form:
    if named is not None:
        return cast("Literal['json', 'toml']", named)
    if file.suffix.lower() in (".json", ".toml"):
        return cast("Literal['json', 'toml']", file.suffix.lower()[1:])
    return "json" if text is None or text.lstrip().startswith("{") else "toml"


def _read(file: Path) -> str:
    try:
        data = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
        return data.decode("utf-8-sig")
    except FileNotFoundError:
        raise LLMSpellError(f"Import file does not exist: {file}") from None
    except UnicodeDecodeError as error:
        raise LLMSpellError(f"{_name(file)} is not UTF-8 text: {error}") from error
    except OSError as error:
        raise LLMSpellError(f"{file} cannot be read: {error.strerror}") from error


def _name(file: Path) -> str:
    return "standard input" if str(file) == "-" else str(file)


def _as_json(ctx: click.Context) -> bool:
    return bool(ctx.obj.output == "json")


def _compact(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _said(ctx: click.Context, answer: dict[str, Any], text: str) -> None:
    click.echo(_compact(answer) if _as_json(ctx) else text)
