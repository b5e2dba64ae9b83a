"""A log in a file that is rotated by size (spec config §3.8 `output.file`).

Imported only when a file is configured.
"""

import re
from pathlib import Path
from threading import Lock

from llmspell.errors import ConfigError, StorageError

DEFAULT_MAX_FILES = 5

_SIZE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?\s*", re.IGNORECASE | re.ASCII)
_UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}


def parse_size(text: str) -> int:
    """Return the bytes of `10MB`, `512 KiB`, `1.5g` or `4096`; units are powers of 1024.

    :raises ConfigError: the text is not a size, or is less than one byte.
    """
    found = _SIZE.fullmatch(text)
    size = int(float(found[1]) * _UNITS[found[2].lower()]) if found else 0
    if size < 1:
        raise ConfigError(f"'{text}' is not a file size: write it like '10MB', '512KB' or '4096'")
    return size


class LogFile:
    """A text file (UTF-8) that is appended to and rotated when it would grow over its size.

    Rotation renames `log` to `log.1`, `log.1` to `log.2`, and so on; `max_files` counts all of
    them, the open one included. A single text larger than the size still goes into one file.

    :param append: keep what the file holds already, instead of emptying it.
    :param max_size: such as `10MB`; None never rotates.
    :raises ConfigError: the file cannot be opened, or a limit is not valid.
    """

    __slots__ = ("_file", "_lock", "_max_bytes", "_max_files", "_size", "path")

    def __init__(
        self,
        path: str,
        *,
        append: bool = True,
        max_size: str | None = None,
        max_files: int | None = None,
    ) -> None:
        self.path = Path(path)
        self._max_bytes = None if max_size is None else parse_size(max_size)
        self._max_files = DEFAULT_MAX_FILES if max_files is None else max_files
        if self._max_files < 1:
            raise ConfigError(f"a log needs at least one file, but max_files is {max_files}")
        self._lock = Lock()
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            # Unbuffered: a line is in the file when `write` returns, whatever happens next.
            self._file = self.path.open("ab" if append else "wb", buffering=0)
            self._size = self.path.stat().st_size
        except OSError as error:
            raise ConfigError(f"cannot open the log file {path}: {error.strerror}") from error

    def write(self, text: str) -> None:
        """Append the text.

        :raises StorageError: the file cannot be written, rotated, or is closed.
        """
        data = text.encode("utf-8", "backslashreplace")
        with self._lock:
            try:
                if self._is_full(len(data)):
                    self._rotate()
                self._write_all(data)
            except (OSError, ValueError) as error:
                raise StorageError(f"cannot write the log file {self.path}: {error}") from error

    def close(self) -> None:
        """Close the file; closing twice is allowed."""
        with self._lock:
            self._file.close()

    def _is_full(self, more: int) -> bool:
        return (
            self._max_bytes is not None and self._size > 0 and self._size + more > self._max_bytes
        )

    def _write_all(self, data: bytes) -> None:
        self._size += len(data)
        rest = memoryview(data)
        while rest:
            rest = rest[self._file.write(rest) :]

    def _rotate(self) -> None:
        self._file.close()
        for number in range(self._max_files - 1, 0, -1):
            older = self._numbered(number - 1)
            if older.exists():
                older.replace(self._numbered(number))
        self._file = self.path.open("wb", buffering=0)
        self._size = 0

    def _numbered(self, number: int) -> Path:
        return self.path if number == 0 else self.path.with_name(f"{self.path.name}.{number}")
