"""The `LocalLLM` global (spec lua-globals §12): the models of this machine."""

from __future__ import annotations

from llmspell.errors import LLMSpellError, ValidationError
from llmspell.globals.describe import member, namespace
from llmspell.lua.waiting import Waiting

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Coroutine
    from typing import Annotated, Any, NotRequired, TypedDict

    from llmspell.globals.services import Services
    from llmspell.globals.types import Gives
    from llmspell.models.info import Health, ModelInfo

    class LocalBackend(TypedDict):
        """Whether a backend can be used.

        Fields:
            health: `healthy` or `unhealthy`.
            running: whether it answers.
            ready: the same.
            available_models: how many models it has.
            models: the same.
            version: of the backend.
            error: why it cannot be used, with what to do.
        """

        health: str
        running: bool
        ready: bool
        available_models: int
        models: int
        version: NotRequired[str]
        error: NotRequired[str]

    class LocalStatus(TypedDict):
        """The backends; of one that was named, also its own fields.

        Fields:
            ollama: the server of that name.
            candle: llama.cpp in this process, under the name that the original has for it.
            health: `healthy` or `unhealthy`, of the named backend.
            running: whether it answers.
            ready: the same.
            available_models: how many models it has.
            models: the same.
            version: of the backend.
            error: why it cannot be used, with what to do.
        """

        ollama: NotRequired[LocalBackend]
        candle: NotRequired[LocalBackend]
        health: NotRequired[str]
        running: NotRequired[bool]
        ready: NotRequired[bool]
        available_models: NotRequired[int]
        models: NotRequired[int]
        version: NotRequired[str]
        error: NotRequired[str]

    class LocalModel(TypedDict):
        """A model of this machine.

        Fields:
            id: its name; `local/<id>@<backend>` for agents.
            backend: `ollama` or `candle`.
            size_bytes: on disk.
            quantization: such as `Q4_K_M`.
            modified_at: seconds since 1970.
            format: such as `GGUF`.
            loaded: whether it is in memory.
            parameter_count: such as `0.5B`.
            architecture: such as `qwen2`.
            context_length: tokens that it can read.
            license: its licence.
            path: of its file.
        """

        id: str
        backend: str
        size_bytes: int
        format: str
        loaded: bool
        quantization: NotRequired[str]
        modified_at: NotRequired[float]
        parameter_count: NotRequired[str]
        architecture: NotRequired[str]
        context_length: NotRequired[int]
        license: NotRequired[str]
        path: NotRequired[str]

    class LocalPull(TypedDict):
        """A model that was fetched.

        Fields:
            model_id: its name.
            status: `complete`.
            percent_complete: 100.
            bytes_downloaded: its size, where it is known.
            bytes_total: the same.
        """

        model_id: str
        status: str
        percent_complete: float
        bytes_downloaded: int
        bytes_total: NotRequired[int]


class LocalLLMError(LLMSpellError):
    """The message has the words that the original puts before the reason."""

    prefix = ""


@namespace("LocalLLM")
class LocalLLM:
    """The models of this machine: those of Ollama, and GGUF files that llama.cpp runs.

    Backends are `ollama` and `candle`; `llama_cpp` is another name of the latter.
    """

    def __init__(self, services: Services) -> None:
        from llmspell.models.keeping import KeptModels

        self._kept = KeptModels(services.models)

    @member()
    def status(self, backend: str | None = None) -> Annotated[Waiting, Gives(LocalStatus)]:
        """Tells whether backends can be used. Raises nothing for those that cannot.

        Args:
            backend: `ollama` or `candle`; both when it is left out, each under its name.

        Example:
            for name, backend in pairs(LocalLLM.status()) do
              print(name, backend.health, backend.available_models)
            end
        """
        return _wait(self._status(backend))

    @member("list")
    def list_all(self, backend: str | None = None) -> Annotated[Waiting, Gives(list[LocalModel])]:
        """Gives the models of a backend, or of all that answer.

        Args:
            backend: `ollama`, `candle`, or `all`.

        Example:
            for _, model in ipairs(LocalLLM.list()) do
              print(model.id, model.backend, model.size_bytes // 1000000 .. " MB")
            end
        """
        return _wait(self._list(backend or "all"))

    @member()
    def pull(self, spec: str) -> Annotated[Waiting, Gives(LocalPull)]:
        """Fetches a model, or goes on where it was broken off; gives it once it is there.

        Args:
            spec: `name[:variant][@backend]`, or `organisation/repository` of Hugging Face. Without
                a backend names are Ollama's.

        Raises:
            Invalid model spec: a spell fetches neither files nor addresses; `llmspell model pull`
                does.
            Failed to pull model: the reason follows.
            Security violation: the policy allows no connections.
        """
        if "://" in spec or _is_path(spec.partition("@")[0]):
            raise LocalLLMError(
                f"Invalid model spec '{spec}': a spell fetches models by name; files and addresses "
                "are fetched by `llmspell model pull`"
            )
        network = self._kept.models.around.network
        if network is not None:
            network.policy.check_network(spec)
        return _wait(self._pull(spec))

    @member()
    def info(self, model_id: str) -> Annotated[Waiting, Gives(LocalModel)]:
        """Gives all that is known of a model.

        Args:
            model_id: its name; `@backend` may follow.

        Raises:
            Model not found: no backend has it.

        Example:
            local ok, model = pcall(LocalLLM.info, "qwen2.5-0.5b-instruct")
            print(ok and model.size_bytes or "not installed")
        """
        if _is_path(model_id.partition("@")[0]):
            raise ValidationError("models are named, not their files", field="model_id")
        return _wait(self._info(model_id))

    async def _status(self, backend: str | None) -> dict[str, Any]:
        if backend is not None:
            return _backend(await self._kept.health(backend))
        from llmspell.models.keeping import PROVIDERS

        return {name: _backend(await self._kept.health(name)) for name in PROVIDERS}

    async def _list(self, backend: str) -> list[dict[str, Any]]:
        try:
            return [_model(called, info) for called, info in await self._kept.listed(backend)]
        except ValidationError:
            raise
        except LLMSpellError:
            return []  # a backend that fails has no models, says the specification

    async def _info(self, model_id: str) -> dict[str, Any]:
        return _model(*await self._kept.info(model_id))

    async def _pull(self, spec: str) -> dict[str, Any]:
        from llmspell.models.keeping import pull_told

        last = None
        try:
            async for step in self._kept.pull(spec):
                last = step
        except LLMSpellError as error:
            reason = error.lua_message
            raise LocalLLMError(f"Failed to pull model: {reason}", **error.details) from error
        assert last is not None
        return pull_told(last)


def _wait(work: Coroutine[Any, Any, Any]) -> Waiting:
    from llmspell.background import on_loop

    return Waiting.for_future(on_loop(work))


def _is_path(name: str) -> bool:
    return name.startswith(("/", "~", ".")) or name.endswith(".gguf")


def _backend(health: Health) -> dict[str, Any]:
    told: dict[str, Any] = {
        "health": "healthy" if health.healthy else "unhealthy",
        "running": health.healthy,
        "ready": health.healthy,
        "available_models": health.models,
        "models": health.models,
        "version": health.version or None,
        "error": None if health.healthy else health.reason,
    }
    return {name: value for name, value in told.items() if value is not None}


def _model(backend: str, info: ModelInfo) -> dict[str, Any]:
    from llmspell.models.keeping import described

    return {"format": backend, **described(backend, info)}
