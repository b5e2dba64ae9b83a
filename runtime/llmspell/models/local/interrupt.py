"""A flag that ends what llama.cpp computes, in the middle of a prompt too.

llama.cpp asks a function before each step of a computation whether to go on. A function of Python
would have to take the interpreter lock some hundred times for each token. C's `strlen` does
instead: of a buffer with a zero-terminated text it gives 0 (go on) while the text is empty. Reading
a prompt in small portions, and looking at a flag in between, made it 9 % slower (64 tokens at once
instead of 512).
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class Interrupt:
    """Not set until `set` is called, from any thread."""

    def __init__(self) -> None:
        self._text = ctypes.create_string_buffer(2)

    def set(self) -> None:
        """Ends the computation, and whatever else looks at the flag."""
        self._text[0] = b"!"

    def is_set(self) -> bool:
        """Whether to stop."""
        return bool(self._text.value)

    @contextmanager
    def heeded_by(self, llama: Any) -> Iterator[None]:
        """Makes a `llama_cpp.Llama` end with a RuntimeError once the flag is set.

        Only what processors compute is ended; a graphics card finishes its portion of the prompt.
        """
        import llama_cpp

        asked = ctypes.cast(_strlen(), llama_cpp.llama_cpp.ggml_abort_callback)
        llama_cpp.llama_set_abort_callback(llama.ctx, asked, ctypes.addressof(self._text))
        try:
            yield
        finally:
            if llama.ctx is not None:  # it may be closed where nobody ended the work on it
                nobody = llama_cpp.llama_cpp.ggml_abort_callback()
                llama_cpp.llama_set_abort_callback(llama.ctx, nobody, None)


def _strlen() -> Any:
    return ctypes.CDLL("msvcrt" if sys.platform == "win32" else None).strlen
