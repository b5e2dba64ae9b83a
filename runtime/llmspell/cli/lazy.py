"""A group whose commands are imported when they are called.

`--help` shows the table's own lines and imports none of them. Other packages add commands through
the entry-point group `llmspell.commands`; it is looked up for help and for names that are not ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from llmspell.cli.global_options import adopt

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

ENTRY_POINTS = "llmspell.commands"


class Lazy(NamedTuple):
    """Where a command is (`module:attribute`), and its line in the help."""

    target: str
    summary: str


class LazyGroup(click.Group):
    """A group over a table of lazy commands.

    plugged: the help of those commands of other packages that are known beforehand.
    """

    def __init__(
        self, *args: Any, table: Mapping[str, Lazy], plugged: Mapping[str, str], **settings: Any
    ) -> None:
        super().__init__(*args, **settings)
        self.table, self.plugged = table, plugged

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """The names of the table, then those of other packages."""
        return [*self.table, *sorted(set(_foreign()) - set(self.table))]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of a name, imported now; None if there is none."""
        if cmd_name in self.table:
            module, _, attribute = self.table[cmd_name].target.partition(":")
            command: click.Command = getattr(import_module(module), attribute)
            return adopt(command)
        entry = _foreign().get(cmd_name)
        return None if entry is None else adopt(_load(entry))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Writes the list of commands."""
        rows = [(name, lazy.summary) for name, lazy in self.table.items()]
        rows += [
            (name, self.plugged.get(name) or (f"(from {entry.dist.name})" if entry.dist else ""))
            for name, entry in sorted(_foreign().items())
            if name not in self.table
        ]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does it, with the nearest names of the table for an unknown one."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from difflib import get_close_matches

            near = get_close_matches(args[0], self.list_commands(ctx), n=3)
            if not near:
                raise
            text = f"No such command '{args[0]}'. Did you mean {' or '.join(near)}?"
            raise click.UsageError(text, ctx) from error


def _foreign() -> dict[str, EntryPoint]:
    from importlib.metadata import entry_points

    return {entry.name: entry for entry in entry_points(group=ENTRY_POINTS)}


def _load(entry: EntryPoint) -> click.Command:
    try:
        command = entry.load()
    except Exception as error:  # a broken package must not break ours, whatever it raises
        raise click.ClickException(
            f"the command '{entry.name}' cannot be loaded: {error}"
        ) from error
    if not isinstance(command, click.Command):
        raise click.ClickException(f"the command '{entry.name}' is no click command")
    return command
