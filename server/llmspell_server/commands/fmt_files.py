"""Formats files, in several processes where there are many."""

from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import cache, partial
from pathlib import Path

from attrs import frozen

from llmspell.errors import ConfigError

from ..analysis.formatting.following import style_of
from ..analysis.formatting.style import Style
from ..compiler import Compiler
from ..formatting.formatter import Formatting, Tool, Unformattable
from ..formatting.styles import style_for

_MANY = 16  # files; with fewer, starting processes takes longer than it saves


@frozen
class Formatted:
    """A file before and after. problem: why it cannot be formatted; then both are the same."""

    path: Path
    before: bytes
    after: bytes
    problem: str | None = None

    @property
    def changed(self) -> bool:
        """Whether formatting changes something."""
        return self.before != self.after


def formatted_files(paths: Sequence[Path], tool: Tool) -> Iterator[Formatted]:
    """The files in the order in which they were given. Nothing is written."""
    work = partial(formatted_file, tool=tool)
    processes = min(os.cpu_count() or 1, len(paths) // _MANY + 1)
    if processes == 1:
        yield from map(work, paths)
        return
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    # Ctrl-C reaches them, too; that the program ends is said once, by this process.
    ignore = partial(signal.signal, signal.SIGINT, signal.SIG_IGN)
    with ProcessPoolExecutor(processes, get_context("spawn"), ignore) as pool:
        yield from pool.map(work, paths, chunksize=8)


def formatted_file(path: Path, tool: Tool) -> Formatted:
    """A file, formatted."""
    try:
        data = path.read_bytes()
    except OSError as error:
        return Formatted(path, b"", b"", error.strerror or str(error))
    return formatted_bytes(data, path, tool)


def formatted_bytes(data: bytes, path: Path, tool: Tool) -> Formatted:
    """What would be the content of a file, formatted. What is no UTF-8 is taken as it is."""
    encoding = "utf-8"
    try:
        source = data.decode(encoding)
    except UnicodeDecodeError:
        encoding = "latin-1"  # each byte a character
        source = data.decode(encoding)
    try:
        style = style_for(path, style_of(source) or Style())
        made = Formatting(_compiler(), style, tool, path).formatted(source)
    except (Unformattable, ConfigError) as error:
        return Formatted(path, data, data, str(error))
    return Formatted(path, data, made.encode(encoding))


def write(formatted: Formatted) -> None:
    """Puts the formatted text in place of the file's, at once or not at all. Raises OSError."""
    target = formatted.path.resolve()
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(formatted.after)
        Path(name).chmod(target.stat().st_mode & 0o7777)
        Path(name).replace(target)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise


@cache
def _compiler() -> Compiler:
    """One for each process; it ends with it."""
    return Compiler()
