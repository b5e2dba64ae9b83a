"""What a model has read of other conversations, kept beside the one in its context.

llama.cpp keeps one row of tokens. Where agents take turns on one model, each would have its
conversation read anew; instead, the state of the other is copied out, and back when it goes on.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Any

from attrs import frozen

WORTHWHILE = 64
"""Tokens that must be lost, or won, for a copy."""

MOST_BYTES = 512 << 20
"""Memory of all copies; the one unused for longest goes first."""


@frozen
class _Kept:
    tokens: list[int]
    state: Any
    size: int


class Prefixes:
    """The copies of one loaded model. Used in its thread only."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._kept: list[_Kept] = []  # from the one unused for longest
        self._most = most_bytes

    def exchange(self, llama: Any, wanted: Sequence[int]) -> None:
        """Puts the state into the context that has most in common with what will be read.

        The state that is there is kept, where the model would lose it.
        """
        present = llama.input_ids[: llama.n_tokens].tolist()
        shared = common(present, wanted)
        best = max(self._kept, key=lambda kept: common(kept.tokens, wanted), default=None)
        if len(present) - shared > WORTHWHILE:
            self._keep(llama, present)
        if best is not None and common(best.tokens, wanted) > shared + WORTHWHILE:
            self._put_back(llama, best)

    def clear(self) -> None:
        """Forgets everything."""
        self._kept = []

    def _keep(self, llama: Any, tokens: list[int]) -> None:
        import llama_cpp

        size = int(llama_cpp.llama_state_seq_get_size(llama.ctx, 0))
        if size > self._most:
            return
        state = (ctypes.c_uint8 * size)()
        if llama_cpp.llama_state_seq_get_data(llama.ctx, state, size, 0) != size:
            return
        # A longer row of the same conversation takes the place of a shorter one.
        self._kept = [kept for kept in self._kept if kept.tokens != tokens[: len(kept.tokens)]]
        self._kept.append(_Kept(tokens, state, size))
        while sum(kept.size for kept in self._kept) > self._most:
            del self._kept[0]

    def _put_back(self, llama: Any, kept: _Kept) -> None:
        import llama_cpp

        llama.reset()
        llama._ctx.kv_cache_clear()
        self._kept = [other for other in self._kept if other is not kept]
        if not llama_cpp.llama_state_seq_set_data(llama.ctx, kept.state, kept.size, 0):
            return  # it is read anew
        llama.input_ids[: len(kept.tokens)] = kept.tokens
        llama.n_tokens = len(kept.tokens)


def common(one: Sequence[int], other: Sequence[int]) -> int:
    """How many items two rows have in common at their beginning."""
    for index, (left, right) in enumerate(zip(one, other, strict=False)):
        if left != right:
            return index
    return min(len(one), len(other))
