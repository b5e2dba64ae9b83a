"""`local`: models of this machine, run by llama.cpp in this process.

llama.cpp itself is imported when a model is loaded: to list and fetch models takes a third of that.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import aclosing
from functools import cached_property
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import attrs

from llmspell.background import in_thread
from llmspell.errors import LLMSpellError, ProviderError, ValidationError
from llmspell.models.info import Capabilities, Health, ModelInfo, PullProgress
from llmspell.models.local import files
from llmspell.models.local.calls import BEGIN, answer, grammar_of, json_grammar
from llmspell.models.local.generation import Generation
from llmspell.models.local.gguf import FILE_TYPES, metadata
from llmspell.models.local.interrupt import Interrupt
from llmspell.models.local.loading import CONTEXT, Loaded, LoadOptions
from llmspell.models.local.pool import POOL
from llmspell.models.local.template import ChatTemplate, tokens
from llmspell.models.local.tokenizer import check_free
from llmspell.models.messages import Message
from llmspell.models.provider import Setup
from llmspell.models.reply import Chunk, Embeddings, Usage
from llmspell.models.request import ChatRequest, CompletionRequest, EmbedRequest, ResponseFormat

if find_spec("llama_cpp") is None:
    raise ModuleNotFoundError("No module named 'llama_cpp'", name="llama_cpp")

MOST_TOKENS = 512
"""Of an answer, where nobody says how long it may be (the original's number)."""


class LocalProvider:
    """Runs GGUF files. Options of `[providers.local]`: see `_options`."""

    def __init__(self, setup: Setup) -> None:
        self.name = setup.name
        self._setup = setup
        self._options = _options(setup.settings.options)

    @cached_property
    def _load(self) -> LoadOptions:
        """The options; layers for a graphics card only where llama.cpp was built for one."""
        import llama_cpp

        if llama_cpp.llama_supports_gpu_offload():
            return self._options
        return attrs.evolve(self._options, gpu_layers=0)

    # Asking ---------------------------------------------------------------------------------

    async def chat(self, request: ChatRequest) -> AsyncGenerator[Chunk, None]:
        """Continues a conversation."""
        if any(message.images for message in request.messages):
            raise ProviderError(
                f"'{request.model}' cannot look at pictures: the local provider reads text only",
                provider=self.name,
            )

        def work(loaded: Loaded, interrupt: Interrupt) -> Iterator[Chunk]:
            return self._chat(loaded, request, interrupt)

        async with aclosing(self._streamed(request.model, work)) as chunks:
            async for chunk in chunks:
                yield chunk

    async def complete(self, request: CompletionRequest) -> AsyncGenerator[Chunk, None]:
        """Continues a text."""

        def work(loaded: Loaded, interrupt: Interrupt) -> Iterator[Chunk]:
            llama = loaded.llama()
            check_free(llama, grammar=request.response_format.kind != "text")
            prompt = llama.tokenize(request.prompt.encode(), True, False)
            most = request.sampling.max_tokens or MOST_TOKENS
            llama = self._roomy(loaded, len(prompt), most, request.model)
            generation = Generation(llama, prompt, request.sampling, most=most, interrupt=interrupt)
            grammar = _format_grammar(request.response_format)
            for text in generation.texts(grammar):
                yield Chunk(text=text)
            yield _last(generation, len(prompt), request.model, called=False)

        async with aclosing(self._streamed(request.model, work)) as chunks:
            async for chunk in chunks:
                yield chunk

    async def embed(self, request: EmbedRequest) -> Embeddings:
        """Vectors of texts, of length 1."""

        def work(llama: Any) -> Embeddings:
            for text in request.texts:
                self._check_length(len(llama.tokenize(text.encode())), llama.n_batch)
            vectors, read = llama.embed(list(request.texts), normalize=True, return_count=True)
            return Embeddings(
                tuple(tuple(vector) for vector in vectors), request.model, Usage(read)
            )

        options = attrs.evolve(self._load, embedding=True)
        with self._using(request.model, options) as loaded:
            embeddings: Embeddings = await loaded.run(work)
            return embeddings

    def _check_length(self, tokens: int, most: int) -> None:
        if tokens > most:
            raise ProviderError(
                f"a text has {tokens} tokens, but vectors are made of at most {most}; split it, or "
                f"raise `batch_size` in [providers.{self.name}] if the model was trained for more",
                provider=self.name,
                tokens=tokens,
                limit=most,
            )

    def _chat(self, loaded: Loaded, request: ChatRequest, interrupt: Interrupt) -> Iterator[Chunk]:
        offered = () if request.tool_choice == "none" else request.tools
        if request.tool_choice not in ("auto", "none", "required"):
            offered = tuple(tool for tool in offered if tool.name == request.tool_choice)
        forced = bool(offered) and request.tool_choice != "auto"
        constrained = bool(offered) or request.response_format.kind != "text"
        check_free(loaded.llama(), grammar=constrained)
        most = request.sampling.max_tokens or MOST_TOKENS
        prompt, left_out = self._prompt(loaded, request, offered, most, forced=forced)
        llama = self._roomy(loaded, len(prompt), most, request.model)
        generation = Generation(
            llama,
            prompt,
            request.sampling,
            most=most,
            interrupt=interrupt,
            special=bool(offered),
            prefixes=loaded.prefixes,
        )
        called = False
        if offered:
            for chunk in answer(generation, offered, begun=forced):
                called = called or chunk.tool_call is not None
                yield chunk
        else:
            for text in generation.texts(_format_grammar(request.response_format)):
                yield Chunk(text=text)
        last = _last(generation, len(prompt), request.model, called=called)
        yield attrs.evolve(last, left_out=left_out)

    def _prompt(
        self,
        loaded: Loaded,
        request: ChatRequest,
        offered: Sequence[Any],
        most: int,
        *,
        forced: bool,
    ) -> tuple[list[int], int]:
        """The tokens of the prompt, and how many messages were left out because it was too long.

        The oldest go first, whole turns of them; instructions and the last question stay.
        """
        llama = loaded.llama()
        template = _template(loaded, llama)
        limit = self._limit(llama)
        messages, left_out = list(request.messages), 0
        while True:
            text = template.prompt(messages, offered) + (BEGIN if forced else "")
            found = tokens(text, llama.tokenize)
            if len(found) + min(most, limit // 4) <= limit:
                return found, left_out
            shorter = _without_oldest_turn(messages)
            if len(shorter) == len(messages):
                raise ProviderError(
                    f"the last message has {len(found)} tokens with all that belongs to it, but "
                    f"the context of '{request.model}' has {limit}; shorten it"
                    + self._how_to_enlarge(llama),
                    provider=self.name,
                    tokens=len(found),
                    limit=limit,
                )
            left_out += len(messages) - len(shorter)
            messages = shorter

    def _limit(self, llama: Any) -> int:
        """Tokens that a context may have: the configured number, else what was trained for."""
        trained = int(llama.metadata.get(_key(llama.metadata, "context_length"), CONTEXT))
        return min(self._load.context or trained, trained)

    def _how_to_enlarge(self, llama: Any) -> str:
        trained = int(llama.metadata.get(_key(llama.metadata, "context_length"), CONTEXT))
        if trained > self._limit(llama):
            return f", or raise `context_size` in [providers.{self.name}] (up to {trained})"
        return ""

    def _roomy(self, loaded: Loaded, read: int, most: int, model: str) -> Any:
        """The model with a context that is large enough for prompt and answer, if it can be."""
        llama = loaded.llama()
        limit = self._limit(llama)
        if read >= limit:
            raise ProviderError(
                f"the text has {read} tokens, but the context of '{model}' has {limit}; shorten it"
                + self._how_to_enlarge(llama),
                provider=self.name,
            )
        needed = min(read + most, limit)
        if needed <= llama.n_ctx():
            return llama
        return loaded.llama(min(limit, 1 << (needed - 1).bit_length()))

    async def _streamed(
        self, model: str, work: Callable[[Loaded, Interrupt], Iterator[Chunk]]
    ) -> AsyncGenerator[Chunk, None]:
        with self._using(model, self._load) as loaded:
            async with aclosing(loaded.stream(work)) as chunks:
                async for chunk in chunks:
                    yield chunk

    def _using(self, model: str, options: LoadOptions) -> Any:
        path = self._path(model)
        settings = self._setup.models
        return POOL.using(path, options, most=settings.max_loaded, idle=settings.idle_seconds)

    def _path(self, model: str) -> Path:
        path = files.find(model, self._setup)
        if path is None:
            places = " and ".join(str(each) for each in files.folders(self._setup))
            known = ", ".join(name for name, _ in files.installed(self._setup)) or "none"
            raise ProviderError(
                f"model '{model}' is not installed (looked in {places}; installed: {known}); "
                f"fetch it with `llmspell model pull {model}@llama_cpp`",
                provider=self.name,
                model=model,
            )
        return files.checked(path.resolve(), model, self.name)

    # What there is --------------------------------------------------------------------------

    async def models(self) -> list[ModelInfo]:
        """The models of the store."""
        import asyncio

        def look() -> list[ModelInfo]:
            return [self._info(name, path) for name, path in files.installed(self._setup)]

        return await asyncio.wrap_future(in_thread(look))

    async def info(self, model: str) -> ModelInfo | None:
        """What the file of a model says; None if it is not there."""
        path = files.find(model, self._setup)
        return None if path is None else self._info(model, path)

    async def health(self) -> Health:
        """Healthy where llama.cpp is installed; says so where there is no model."""
        count = len(list(files.installed(self._setup)))
        reason = "" if count else "no model is installed; fetch one with `llmspell model pull`"
        return Health(
            healthy=True, reason=reason, version=version("llama-cpp-python"), models=count
        )

    async def capabilities(self, model: str) -> Capabilities:
        """What a model can do, as its file says."""
        return self._info(model, self._path(model)).capabilities

    def pull(self, model: str, *, force: bool = False) -> AsyncGenerator[PullProgress, None]:
        """Puts a model into the store; see `store.pull` for how it may be named."""
        from llmspell.models.local import store

        return store.pull(self._setup, model, force=force)

    async def remove(self, model: str) -> None:
        """Takes a model out of the store, and out of the memory."""
        from llmspell.models.local import store

        path = files.find(model, self._setup)
        if path is not None:
            POOL.unload(path.resolve())
        store.remove(self._setup, model)

    def folders(self) -> tuple[Path, ...]:
        """The folders of the store."""
        return files.folders(self._setup)

    async def unload(self, model: str) -> None:
        """Gives back the memory of a model."""
        POOL.unload(self._path(model))

    async def close(self) -> None:
        """Leaves models in memory: other runtimes may use them, and idle ones go by themselves."""

    def _info(self, name: str, path: Path) -> ModelInfo:
        status = path.stat()
        try:
            told = metadata(path)
        except LLMSpellError:
            told = {}
        context = told.get(_key(told, "context_length"))
        embeds = bool(told.get(_key(told, "pooling_type")))
        return ModelInfo(
            id=name,
            provider=self.name,
            size_bytes=status.st_size,
            quantization=FILE_TYPES.get(told.get("general.file_type", -1), ""),
            parameters=str(told.get("general.size_label", "")),
            format="GGUF",
            architecture=str(told.get("general.architecture", "")),
            license=str(told.get("general.license", "")),
            modified_at=status.st_mtime,
            loaded=POOL.loaded(path.resolve()),
            path=str(path),
            capabilities=Capabilities(
                context_length=context, tools=not embeds, json=not embeds, embeddings=True
            ),
        )


def _options(options: dict[str, Any]) -> LoadOptions:
    """How models are loaded, by the documented options and those of llama.cpp."""
    device = str(options.get("device", "auto"))
    layers = options.get("gpu_layers", 0 if device == "cpu" else -1)
    return LoadOptions(
        context=_whole(options, "context_size"),
        threads=_whole(options, "cpu_threads") or _whole(options, "threads") or None,
        batch=_whole(options, "batch_size") or None,
        gpu_layers=int(layers),
        flash_attention=bool(options.get("use_flash_attention", False)),
    )


def _whole(options: dict[str, Any], name: str) -> int:
    value = options.get(name, 0)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ProviderError(f"`{name}` of a local provider must be a whole number, not {value!r}")
    return value


def _key(told: dict[str, Any], name: str) -> str:
    return f"{told.get('general.architecture', '')}.{name}"


def _template(loaded: Loaded, llama: Any) -> ChatTemplate:
    if loaded.template is None:

        def mark(number: int) -> str:
            return "" if number < 0 else llama.detokenize([number], special=True).decode()

        loaded.template = ChatTemplate(
            llama.metadata.get("tokenizer.chat_template", ""),
            bos="",  # the tokenizer adds it
            eos=mark(llama.token_eos()),
        )
    return loaded.template


def _without_oldest_turn(messages: list[Message]) -> list[Message]:
    """The same without the first question and all that answered it; never without the last."""
    begun = [index for index, message in enumerate(messages) if message.role == "user"]
    if len(begun) < 2:
        return messages
    first, second = begun[:2]
    return messages[:first] + messages[second:]


def _format_grammar(form: ResponseFormat) -> Any:
    """The grammar that holds an answer to its form; None for free text."""
    if form.kind == "text":
        return None
    schema = form.schema if form.kind == "schema" else {"type": "object"}
    try:
        grammar = json_grammar(json.dumps(schema, default=dict))
    except Exception as error:
        raise ValidationError(
            f"the schema of the answer cannot be made a grammar: {error}", field="response_format"
        ) from error
    return grammar_of(grammar)


def _last(generation: Generation, read: int, model: str, *, called: bool) -> Chunk:
    finish = "tool_calls" if called else generation.finish
    usage = Usage(read, generation.written, generation.reused)
    return Chunk(finish=finish, usage=usage, model=model)
