"""How commands print data: JSON, and rows of columns."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import click


def print_json(value: Any, form: str) -> None:
    """Prints a value on one line, or indented where the form is not `text`."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=None if form == "text" else 2))


def print_rows(rows: Iterable[tuple[str, ...]]) -> None:
    """Prints columns that are as wide as they must be."""
    held = list(rows)
    widths = [max(map(len, column)) for column in zip(*held, strict=True)]
    for row in held:
        cells = (text.ljust(width) for text, width in zip(row, widths, strict=True))
        click.echo("  ".join(cells).rstrip())
