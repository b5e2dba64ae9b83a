"""Reading one configuration file and what it `extends`."""

import os
import re
import stat
import tomllib
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Any

import attrs

from llmspell.config.canonical import merged
from llmspell.config.places import expand_home, inside, resolve
from llmspell.config.problems import Note
from llmspell.errors import ConfigError

LARGEST_FILE = 1 << 20
"""Bytes; a configuration is a few thousand, more is a mistake or an attack."""

_PLACE = re.compile(r" \(at line (\d+), column (\d+)\)$")

NOTHING_UNSAVED: Mapping[str, str] = MappingProxyType({})


@attrs.frozen
class Chain:
    """A file with everything it extends: the merged table, and the digest of each file read."""

    table: dict[str, Any]
    digests: Mapping[str, str]
    notes: tuple[Note, ...] = ()


def read_chain(
    path: Path,
    environ: Mapping[str, str],
    *,
    within: str | None = None,
    unsaved: Mapping[str, str] = NOTHING_UNSAVED,
) -> Chain:
    """Read a file and, below it, the files it extends.

    `within` is the folder that a file nobody trusts may not leave: what it extends elsewhere is
    not read, with a warning. `unsaved` has texts that count in place of files, by their absolute
    paths. Raises `ConfigError` for what cannot be read or parsed.
    """
    digests: dict[str, str] = {}
    notes: list[Note] = []

    def read(current: Path, *, extended: bool) -> dict[str, Any]:
        key = resolve(str(current))
        if key in digests:
            raise ConfigError(f"{current}: `extends` comes back to a file that was read before")
        text = unsaved.get(os.path.normpath(current))
        if text is not None:
            content = text.encode("utf-8", "surrogatepass")
        else:
            content = read_file(current, regular_only=extended)
        digests[key] = sha256(content).hexdigest()
        table = parse(content, current)
        parent = table.pop("extends", None)
        if parent is None:
            return table
        return _below(parent, current, table)

    def _below(parent: object, current: Path, table: dict[str, Any]) -> dict[str, Any]:
        if not isinstance(parent, str) or not parent:
            raise ConfigError(f"{current}: `extends` must be the path of another file")
        target = current.parent / expand_home(parent, environ)
        if within is not None and not inside(resolve(str(target)), (resolve(within),)):
            message = (
                "ignored: a file that is not trusted may not extend one outside its folder; "
                "if you trust it, run `llmspell config trust`"
            )
            notes.append(Note("warning", "extends", message))
            return table
        return merged(read(target, extended=True), table)

    return Chain(read(path, extended=False), digests, tuple(notes))


def read_file(path: Path, *, regular_only: bool = False) -> bytes:
    """Give the content of a configuration file; raises `ConfigError` with the reason if it fails.

    `regular_only` refuses pipes and devices, which could block: they are for files that the user
    names himself.
    """
    try:
        mode = os.stat(path).st_mode  # noqa: PTH116 - one call for both questions
        if stat.S_ISDIR(mode):
            raise ConfigError(f"{path} is a directory, not a configuration file")
        if regular_only and not stat.S_ISREG(mode):
            raise ConfigError(f"{path} is not a regular file")
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
    except FileNotFoundError:
        raise ConfigError(f"Configuration file not found: {path}") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ConfigError(f"Configuration file {path} cannot be read: {reason}") from error
    if len(content) > LARGEST_FILE:
        raise ConfigError(
            f"Configuration file {path} is too large (more than {LARGEST_FILE} bytes)"
        )
    return content


@attrs.frozen
class Fault:
    """Where a text stops being TOML, counted from 1, and why."""

    line: int
    column: int
    message: str


def fault_of(text: str) -> Fault | None:
    """Give the first syntax error of a TOML document, if it has one."""
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return _explained(str(error), text)
    except RecursionError:
        return Fault(1, 1, "nested too deeply")
    except ValueError as error:
        return Fault(1, 1, str(error))
    return None


def parse(content: bytes, path: Path) -> dict[str, Any]:
    """Give the table of a TOML document; raises `ConfigError` that starts `TOML parsing error:`."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        column = error.start - (content.rfind(b"\n", 0, error.start) + 1) + 1
        raise ConfigError(_toml_error(path, Fault(line, column, "not valid UTF-8"))) from None
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError):
        fault = fault_of(text)
        assert fault is not None
        raise ConfigError(_toml_error(path, fault)) from None


def _explained(message: str, text: str) -> Fault:
    place = _PLACE.search(message)
    if place:
        return Fault(int(place[1]), int(place[2]), message[: place.start()])
    line, column = text.count("\n") + 1, len(text) - (text.rfind("\n") + 1) + 1
    return Fault(line, column, message.removesuffix(" (at end of document)"))


def _toml_error(path: Path, fault: Fault) -> str:
    place = f"line {fault.line}, column {fault.column}"
    return f"TOML parsing error: {path}, {place}: {fault.message}"
