"""What a GGUF file says of itself, read without loading it (GGUF 2 and 3, ggml's `gguf.md`)."""

from __future__ import annotations

import mmap
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from llmspell.errors import ProviderError

_SCALARS = {
    0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?", 10: "<Q", 11: "<q",
    12: "<d",
}  # fmt: skip
_STRING, _ARRAY = 8, 9

FILE_TYPES = {
    0: "F32", 1: "F16", 2: "Q4_0", 3: "Q4_1", 7: "Q8_0", 8: "Q5_0", 9: "Q5_1", 10: "Q2_K",
    11: "Q3_K_S", 12: "Q3_K_M", 13: "Q3_K_L", 14: "Q4_K_S", 15: "Q4_K_M", 16: "Q5_K_S",
    17: "Q5_K_M", 18: "Q6_K", 32: "BF16",
}  # fmt: skip
"""`general.file_type` -> the name of the quantization."""


def metadata(path: Path) -> dict[str, Any]:
    """The key-value pairs of a file, without arrays and without those of the tokenizer.

    Those are half a million strings, which take 25 ms to walk over; it is done only where what is
    usually told before them (the quantization) was not. Raises ProviderError for a damaged file.
    """
    with _told_if_damaged(path):
        return _metadata(path, path.stat().st_mtime_ns)


def has_tokenizer(path: Path) -> bool:
    """Whether a file brings one; raises ProviderError for a damaged file."""
    with _told_if_damaged(path):
        return any(key == "tokenizer.ggml.model" for key, _ in _pairs(path))


def vocabulary(path: Path) -> int | None:
    """How many tokens the weights know, None if they do not tell; for files that do not say it.

    It may be more than a tokenizer has: weights are padded. Raises ProviderError for a damaged
    file.
    """
    with _told_if_damaged(path), _reading(path) as (reader, pairs):
        for _ in range(pairs):
            reader.pair()
        return next((rows for name, rows in reader.tensors() if name == "token_embd.weight"), None)


@lru_cache(maxsize=256)
def _metadata(path: Path, _: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in _pairs(path):
        if key.startswith("tokenizer."):
            if "general.file_type" in found:
                break
        elif value is not None:
            found[key] = value
    return found


def _pairs(path: Path) -> Iterator[tuple[str, Any]]:
    with _reading(path) as (reader, count):
        for _ in range(count):
            yield reader.pair()


@contextmanager
def _reading(path: Path) -> Iterator[tuple[_Reader, int]]:
    """A reader at the first pair of a file, and how many pairs there are."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        if data[:4] != b"GGUF":
            raise ValueError("it does not begin with GGUF")
        tensors, pairs = struct.unpack_from("<QQ", data, 8)
        yield _Reader(data, 24, tensors), pairs


@contextmanager
def _told_if_damaged(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError, KeyError, RecursionError, struct.error) as error:
        raise ProviderError(f"'{path}' is no GGUF file, or it is damaged: {error}") from error


class _Reader:
    """Walks over the pairs of a file, and over what it says of its tensors behind them."""

    def __init__(self, data: mmap.mmap, at: int, tensors: int) -> None:
        self._data = data
        self._at = at
        self._tensors = tensors

    def pair(self) -> tuple[str, Any]:
        key = self._string()
        return key, self._value(self._number("<I"))

    def tensors(self) -> Iterator[tuple[str, int]]:
        """Name and last dimension (the rows of a matrix) of each, once all pairs were read."""
        for _ in range(self._tensors):
            name = self._string()
            sizes = [self._number("<Q") for _ in range(self._number("<I"))]
            yield name, sizes[-1] if sizes else 1
            self._number("<I")  # its type
            self._number("<Q")  # where it stands

    def _value(self, kind: int) -> Any:
        if kind == _STRING:
            return self._string()
        if kind == _ARRAY:
            return self._skipped()
        return self._number(_SCALARS[kind])

    def _skipped(self) -> None:
        """Passes an array; those of tokenizers have hundreds of thousands of strings."""
        kind, length = self._number("<I"), self._number("<Q")
        if kind == _STRING:
            at, data, size = self._at, self._data, struct.Struct("<Q").unpack_from
            for _ in range(length):
                at += 8 + size(data, at)[0]
            self._at = at
        elif kind == _ARRAY:
            for _ in range(length):
                self._skipped()
        else:
            self._at += length * struct.calcsize(_SCALARS[kind])

    def _string(self) -> str:
        length = self._number("<Q")
        self._at += length
        if self._at > len(self._data):
            raise ValueError("it ends in the middle")
        return self._data[self._at - length : self._at].decode("utf-8", "replace")

    def _number(self, form: str) -> Any:
        (value,) = struct.unpack_from(form, self._data, self._at)
        self._at += struct.calcsize(form)
        return value
