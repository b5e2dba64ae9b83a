"""What a GGUF file says of itself, read without loading it (GGUF 2 and 3, ggml's `gguf.md`)."""

from __future__ import annotations

import math
import mmap
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from attrs import frozen

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


_BLOCKS = {
    0: (1, 4), 1: (1, 2), 2: (32, 18), 3: (32, 20), 6: (32, 22), 7: (32, 24), 8: (32, 34),
    10: (256, 84), 11: (256, 110), 12: (256, 144), 13: (256, 176), 14: (256, 210), 15: (256, 292),
    16: (256, 66), 17: (256, 74), 18: (256, 98), 19: (256, 50), 20: (32, 18), 21: (256, 110),
    22: (256, 82), 23: (256, 136), 24: (1, 1), 25: (1, 2), 26: (1, 4), 27: (1, 8), 28: (1, 8),
    29: (256, 56), 30: (1, 2), 34: (256, 54), 35: (256, 66), 39: (32, 17),
}  # fmt: skip
"""Type of a tensor -> how many weights a block of it has, and how many bytes (`ggml.h`)."""

_ALIGNED = 32
"""To how many bytes tensors are aligned, where a file does not say it."""


def check_whole(path: Path) -> None:
    """Raises ProviderError for a file that is damaged, or ends before its weights do."""
    with _told_if_damaged(path):
        needed, size = _needed(path), path.stat().st_size
        if size < needed:
            raise ValueError(f"it has {size} bytes, and its weights end at {needed}")


def _needed(path: Path) -> int:
    """Bytes that a file has to have, for all that it says of its tensors."""
    aligned, end = _ALIGNED, 0
    with _reading(path) as (reader, pairs):
        for _ in range(pairs):
            key, value = reader.pair()
            if key == "general.alignment" and isinstance(value, int) and value > 0:
                aligned = value
        for tensor in reader.tensors():
            weights, size = _BLOCKS.get(tensor.type, (1, 0))
            end = max(end, tensor.at + math.prod(tensor.shape) // weights * size)
        return reader.at + (-reader.at % aligned) + end if end else reader.at


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
        found = (each for each in reader.tensors() if each.name == "token_embd.weight")
        return next((each.shape[-1] if each.shape else 1 for each in found), None)


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
        reason = "it ends in the middle" if isinstance(error, struct.error) else error
        raise ProviderError(
            f"'{path}' is no GGUF file, or it is damaged: {reason}; fetch the model again "
            "(`llmspell model pull … --force`)"
        ) from error


@frozen
class _Tensor:
    """Where one stands. shape: the rows of a matrix last; at: in bytes, behind all descriptions."""

    name: str
    shape: tuple[int, ...]
    type: int
    at: int


class _Reader:
    """Walks over the pairs of a file, and over what it says of its tensors behind them."""

    def __init__(self, data: mmap.mmap, at: int, tensors: int) -> None:
        self._data = data
        self._at = at
        self._tensors = tensors

    def pair(self) -> tuple[str, Any]:
        key = self._string()
        return key, self._value(self._number("<I"))

    @property
    def at(self) -> int:
        """How many bytes were read."""
        return self._at

    def tensors(self) -> Iterator[_Tensor]:
        """What the file says of each, once all pairs were read."""
        for _ in range(self._tensors):
            name = self._string()
            shape = tuple(self._number("<Q") for _ in range(self._number("<I")))
            yield _Tensor(name, shape, self._number("<I"), self._number("<Q"))

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
