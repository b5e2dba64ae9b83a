"""`llmspell keys`: the keys of services, kept out of files that are shared (spec cli §6.11)."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from llmspell.cli.global_options import GlobalOptions
from llmspell.cli.printing import print_json, print_rows
from llmspell.errors import ValidationError

if TYPE_CHECKING:
    from llmspell.config.keys import StoredKey


def _services(ctx: click.Context, param: click.Parameter, given: str) -> list[CompletionItem]:  # noqa: ARG001
    from llmspell.config.credentials import STANDARD_VARIABLES

    return [CompletionItem(name) for name in STANDARD_VARIABLES if name.startswith(given)]


@click.group("keys")
def keys() -> None:
    """Store the keys of services: in the system's keyring, or in a file that only you can read.

    A key of the configuration or of the environment goes before a stored one.
    """


@keys.command("add")
@click.argument("service", shell_complete=_services)
@click.argument("key", required=False)
@click.option(
    "-e",
    "--expires-in",
    "days",
    metavar="DAYS",
    type=click.FloatRange(min=0, min_open=True),
    help="How long the key is used.",
)
@click.pass_obj
def add(options: GlobalOptions, service: str, key: str | None, days: float | None) -> None:
    r"""Store the KEY of SERVICE; without KEY it is asked for, or read from standard input.

    \b
    Examples:
      llmspell keys add openai
      llmspell keys add anthropic --expires-in 90 < key.txt
    """
    from llmspell.config.keys import Keys

    if key is None:
        key = _asked(service)
    stored = Keys(os.environ).add(service, key, days=days)
    where = "the keyring" if stored.where == "keyring" else str(Keys(os.environ).path)
    _say(options, "add_key", stored.service, f"Key of '{stored.service}' stored in {where}")


@keys.command("rotate")
@click.argument("service", shell_complete=_services)
@click.argument("new", metavar="NEW", required=False)
@click.pass_obj
def rotate(options: GlobalOptions, service: str, new: str | None) -> None:
    """Put NEW in the place of the stored key of SERVICE; without NEW it is asked for, or read."""
    from llmspell.config.keys import Keys

    stored = Keys(os.environ).rotate(service, _asked(service) if new is None else new)
    _say(options, "rotate_key", stored.service, f"Key of '{stored.service}' replaced")


@keys.command("list")
@click.option("-d", "--detailed", is_flag=True, help="With their names and until when they hold.")
@click.pass_obj
def list_(options: GlobalOptions, detailed: bool) -> None:
    """List the services that have a stored key."""
    from llmspell.config.keys import Keys

    stored = Keys(os.environ).listed()
    if options.output != "text":
        reply = {"status": "success", "action": "list_keys", "keys": [_told(k) for k in stored]}
        print_json(reply, options.output)
        return
    print_rows(_row(each, detailed=detailed) for each in stored)


@keys.command("audit")
@click.option(
    "-l",
    "--limit",
    type=click.IntRange(min=1),
    default=20,
    show_default=True,
    help="At most so many.",
)
@click.pass_obj
def audit(options: GlobalOptions, limit: int) -> None:
    """List the last changes of stored keys, the newest first."""
    from llmspell.config.keys import Keys

    changes = Keys(os.environ).changes(limit)
    if options.output != "text":
        print_json(
            {"status": "success", "action": "audit_keys", "entries": changes}, options.output
        )
        return
    print_rows((c["timestamp"], c["action"], c["service"], c["key_id"]) for c in changes)


@keys.command("load-env")
@click.option(
    "-p",
    "--prefix",
    default="LLMSPELL_API_KEY_",
    show_default=True,
    help="What the names of the variables begin with; the service follows.",
)
@click.pass_obj
def load_env(options: GlobalOptions, prefix: str) -> None:
    """Store the keys that variables of the environment hold."""
    from llmspell.config.keys import Keys

    stored = [
        Keys(os.environ).add(name.removeprefix(prefix), value).service
        for name, value in sorted(os.environ.items())
        if name.startswith(prefix) and name != prefix and value.strip()
    ]
    if not stored:
        raise ValidationError(f"no variable of the environment begins with {prefix}")
    if options.output == "text":
        click.echo(f"✓ Keys stored: {', '.join(stored)}")
        return
    reply = {"status": "success", "action": "load_env", "services": stored}
    print_json(reply, options.output)


@keys.command("remove")
@click.argument("service", shell_complete=_services)
@click.pass_obj
def remove(options: GlobalOptions, service: str) -> None:
    """Forget the key of SERVICE."""
    from llmspell.config.keys import Keys

    if not Keys(os.environ).remove(service):
        raise ValidationError(f"no key of '{service}' is stored", field="service")
    _say(options, "remove_key", service, f"Key of '{service}' removed")


def _asked(service: str) -> str:
    if sys.stdin.isatty():
        asked: str = click.prompt(f"Key of {service}", hide_input=True)
        return asked
    return sys.stdin.read()


def _say(options: GlobalOptions, action: str, service: str, sentence: str) -> None:
    if options.output == "text":
        click.echo(f"✓ {sentence}")
        return
    reply = {"status": "success", "action": action, "provider": service, "message": sentence}
    print_json(reply, options.output)


def _told(stored: StoredKey) -> dict[str, Any]:
    return {
        "key_id": stored.id,
        "service": stored.service,
        "where": stored.where,
        "created_at": _moment(stored.created),
        "expires_at": None if stored.expires is None else _moment(stored.expires),
        "is_active": stored.active,
    }


def _row(stored: StoredKey, *, detailed: bool) -> tuple[str, ...]:
    expired = () if stored.active else ("expired",)
    if not detailed:
        return stored.service, stored.where, _moment(stored.created), *expired
    until = "-" if stored.expires is None else _moment(stored.expires)
    return stored.service, stored.where, _moment(stored.created), until, stored.id, *expired


def _moment(seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))
