"""The code that attrs and cattrs write for classes, kept from one start to the next.

At each start attrs writes the methods of 850 classes as text, most of them the protocol's.
Compiling that takes 240 of the 570 ms of CPU time until the server is there; what was compiled once
is looked up here by its text.
"""

from __future__ import annotations

import builtins
import functools
import hashlib
import importlib
import importlib.util
import marshal
import os
import tempfile
import zlib
from contextlib import suppress
from pathlib import Path
from types import CodeType
from typing import Any

from .sealing import sealed, unsealed
from .storage import cache_folder

_WRITERS = ("attr._make", "cattrs.gen")
_PURPOSE = b"code"


class GeneratedCode:
    """The code in a file of a folder. What cannot be read is as good as not there."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / f"code-{importlib.util.MAGIC_NUMBER.hex()}.bin"
        self._known = self._read()
        self._used: dict[bytes, CodeType] = {}

    def serve(self) -> None:
        """Takes the place of the compiler in the modules that write code."""
        for name in _WRITERS:
            module = vars(importlib.import_module(name))
            module["compile"] = self.compile
            module["hash"] = _hash  # attrs writes the one of a class's name into its code

    def compile(self, source: Any, filename: str, mode: str, *others: Any, **named: Any) -> Any:
        """As the builtin function does, which it asks for what is not known."""
        if mode != "exec" or others or named or not isinstance(source, str):
            return builtins.compile(source, filename, mode, *others, **named)
        key = _key(source, filename)
        code = self._used.get(key) or self._known.get(key)
        if code is None:
            code = builtins.compile(source, filename, mode)
        self._used[key] = code
        return code

    def keep(self) -> None:
        """Stores what was used, if something of it is new."""
        used = dict(self._used)
        if used.keys() <= self._known.keys():
            return
        body = marshal.dumps(used)
        with suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self._path.parent, delete=False) as file:
                file.write(sealed(body, _PURPOSE))
            os.replace(file.name, self._path)  # noqa: PTH105
        self._known = used

    def _read(self) -> dict[bytes, CodeType]:
        with suppress(OSError, ValueError, EOFError, TypeError):
            body = unsealed(self._path.read_bytes(), _PURPOSE)
            if body is not None:
                found: dict[bytes, CodeType] = marshal.loads(body)  # noqa: S302  # the user's own cache
                return found
        return {}


@functools.cache
def generated_code() -> GeneratedCode:
    """That of this process."""
    return GeneratedCode(cache_folder())


def _hash(value: object) -> int:
    """As the builtin function does, but for a text the same in each process."""
    return zlib.crc32(value.encode()) if isinstance(value, str) else hash(value)


def _key(source: str, filename: str) -> bytes:
    return hashlib.blake2b(f"{filename}\n{source}".encode(), digest_size=16).digest()
