"""A model in memory, with the thread that runs it."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any, TypeVar

from attrs import frozen

from llmspell.errors import ProviderError
from llmspell.models.local.gguf import check_whole, has_tokenizer, metadata, vocabulary
from llmspell.models.local.interrupt import Interrupt
from llmspell.models.local.prefixes import Prefixes
from llmspell.models.local.template import ChatTemplate
from llmspell.models.local.tokenizer import NO_VOCABULARY, give, searched

T = TypeVar("T")

CONTEXT = 4096
"""Tokens of a context, where the configuration says nothing; it grows when more are needed."""

BATCH, MOST_BATCH = 512, 2048
"""Tokens that are read at once, where the configuration says nothing.

The larger number is for models that are made for vectors, as all of a text has to be read at once
for one; others would need memory for their whole vocabulary with each token.
"""

MEAN = 1
"""How vectors of tokens become one (`pooling_type`), where the file does not say it."""


@frozen(kw_only=True)
class LoadOptions:
    """How a model is loaded. context: in tokens, 0 for as many as are needed."""

    context: int = 0
    threads: int | None = None
    batch: int | None = None
    gpu_layers: int = 0
    flash_attention: bool = False
    embedding: bool = False


class Loaded:
    """A model that is loaded when it is first used, and used by one caller at a time.

    Everything that touches it runs in its own thread, in the order of asking; llama.cpp gives up
    the interpreter lock while it computes.
    """

    def __init__(self, path: Path, options: LoadOptions) -> None:
        self.path = path
        self.options = options
        self.used = time.monotonic()
        self.users = 0
        self.template: ChatTemplate | None = None
        self.prefixes = Prefixes()
        self._llama: Any = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="llmspell-model")

    @property
    def in_memory(self) -> bool:
        """Whether it is loaded now."""
        return self._llama is not None

    async def run(self, work: Callable[[Any], T]) -> T:
        """What work gives that is done with the `llama_cpp.Llama`; cancelling this ends it."""
        interrupt = Interrupt()

        def run() -> T:
            llama = self.llama()
            with interrupt.heeded_by(llama):
                return work(llama)

        try:
            return await asyncio.wrap_future(self._thread.submit(run))
        finally:
            interrupt.set()

    async def stream(
        self, work: Callable[[Loaded, Interrupt], Iterator[T]]
    ) -> AsyncGenerator[T, None]:
        """What an iterator gives that runs in the model's thread.

        work gets the model and a flag, which is set as soon as this generator is closed or its task
        cancelled.
        """
        loop, queue = asyncio.get_running_loop(), asyncio.Queue[Any]()
        interrupt = Interrupt()

        def put(item: object) -> None:
            if not interrupt.is_set():
                loop.call_soon_threadsafe(queue.put_nowait, item)

        def run() -> None:
            if interrupt.is_set():
                return
            try:
                for item in work(self, interrupt):
                    put((item, None))
                put(None)
            except Exception as error:  # noqa: BLE001 - raised again where it is awaited
                put((None, error))

        self._thread.submit(run)
        try:
            while (arrived := await queue.get()) is not None:
                item, error = arrived
                if error is not None:
                    raise error
                yield item
        finally:
            interrupt.set()

    def llama(self, context: int = 0) -> Any:
        """The model, loaded if it is not there, with room for so many tokens; in its thread only.

        Raises ProviderError when it cannot be loaded.
        """
        size = context or self.options.context or CONTEXT
        if self._llama is not None and context > self._llama.n_ctx():
            self._close()
        if self._llama is None:
            self._llama = load(self.path, self.options, size)
        return self._llama

    def unload(self) -> None:
        """Gives the memory back, once what was asked for before has ended."""
        self._thread.submit(self._close)
        self._thread.shutdown(wait=False)

    def _close(self) -> None:
        if self._llama is not None:
            self._llama.close()
            self._llama = None
        self.prefixes.clear()


def load(path: Path, options: LoadOptions, context: int) -> Any:
    """A `llama_cpp.Llama` with no more context than the model was trained for."""
    import llama_cpp

    threads = options.threads or max(1, len(os.sched_getaffinity(0)) // 2)
    told = metadata(path)
    beside = None if has_tokenizer(path) else _beside(path)
    architecture = told.get("general.architecture")
    trained = int(told.get(f"{architecture}.context_length", context))
    pooled = f"{architecture}.pooling_type" in told
    batch = options.batch or (min(trained, MOST_BATCH) if pooled and options.embedding else BATCH)
    with _LOADING, without_amx(llama_cpp.llama_cpp), _output_left_alone(llama_cpp):
        try:
            llama = llama_cpp.Llama(
                str(path),
                n_ctx=min(context, trained),
                n_batch=batch,
                n_ubatch=batch if options.embedding else min(batch, BATCH),
                n_threads=threads,
                n_threads_batch=threads,
                n_gpu_layers=options.gpu_layers,
                flash_attn=options.flash_attention,
                embedding=options.embedding,
                pooling_type=-1 if pooled or not options.embedding else MEAN,
                kv_overrides=_without_vocabulary(path, architecture) if beside else None,
                verbose=False,
            )
        except (ValueError, RuntimeError, AssertionError) as error:
            check_whole(path)
            reason = _reason(error)
            raise ProviderError(f"llama.cpp cannot load '{path}': {reason}") from error
    if beside:
        try:
            give(llama, beside)
        except ProviderError:
            llama.close()
            raise
    return llama


def _without_vocabulary(path: Path, architecture: str | None) -> dict[str, Any]:
    """What makes llama.cpp load a file without a tokenizer, which may name no number of tokens."""
    size = vocabulary(path)
    return NO_VOCABULARY | ({} if size is None else {f"{architecture}.vocab_size": size})


def _beside(path: Path) -> Path:
    """The tokenizer.json of a file that brings no tokenizer."""
    places = searched(path)
    for place in places:
        if place.is_file():
            return place
    raise ProviderError(
        f"llama.cpp cannot load '{path}': it has no tokenizer, and there is no "
        + " or ".join(f"'{place}'" for place in places)
        + "; fetch it again with `llmspell model pull … --force` from another repository"
    )


@contextmanager
def _output_left_alone(llama_cpp: Any) -> Iterator[None]:
    """Keeps llama-cpp-python from sending the output of the whole process to nowhere meanwhile.

    What a spell prints while a model is loaded, and that it was interrupted, would be lost. What
    llama.cpp itself says goes through a logger, which is made quiet: now, and later, when it would
    tell that a computation was broken off as it was asked to.
    """
    changed = [
        (module, name, getattr(module, name))
        for module, name in (
            (llama_cpp.llama, "suppress_stdout_stderr"),
            (llama_cpp._internals, "suppress_stdout_stderr"),
            (llama_cpp.llama, "set_verbose"),
        )
        if hasattr(module, name)
    ]
    logging.getLogger("llama-cpp-python").setLevel(logging.CRITICAL + 1)
    for module, name, _ in changed:
        setattr(module, name, _nothing)
    try:
        yield
    finally:
        for module, name, kept in changed:
            setattr(module, name, kept)


def _nothing(*_: object, **__: object) -> AbstractContextManager[None]:
    return nullcontext()


def _reason(error: Exception) -> str:
    """Why a file was not loaded, with what to do."""
    again = "fetch it again with `llmspell model pull … --force`"
    return f"{error}; if the file is damaged, {again}; or this version does not know its kind"


_LOADING = threading.Lock()


@contextmanager
def without_amx(library: Any) -> Iterator[None]:
    """Keeps llama.cpp from its code for AMX while a model is loaded.

    Built on a processor that has it, llama-cpp-python 0.3.36 crashes at the first `ldtilecfg` (seen
    on a virtual machine, gcc 12). `Llama` has no parameter for the switch, so the defaults that it
    starts from are changed.
    """
    if not _has_amx():
        yield
        return
    defaults = library.llama_model_default_params

    def changed() -> Any:
        params = defaults()
        params.use_extra_bufts = False
        return params

    library.llama_model_default_params = changed
    try:
        yield
    finally:
        library.llama_model_default_params = defaults


def _has_amx() -> bool:
    try:
        return " amx_tile" in Path("/proc/cpuinfo").read_text("ascii", "replace")
    except OSError:
        return False
