"""The `Provider` global (spec lua-globals §14): who serves models."""

from __future__ import annotations

from llmspell.globals.describe import like_string, member, namespace
from llmspell.lua.waiting import Waiting

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated, NotRequired, TypedDict

    from llmspell.globals.kinds import ProviderName
    from llmspell.globals.services import Services
    from llmspell.globals.types import Gives, Json

    class ProviderCapabilities(TypedDict):
        """What the default model of a provider can do.

        Fields:
            supports_streaming: whether answers come in pieces.
            supports_multimodal: whether it looks at pictures.
            supports_tools: whether it calls tools.
            max_context_tokens: how much it can read.
            available_models: the models that are known to be there.
        """

        supports_streaming: bool
        supports_multimodal: bool
        supports_tools: bool
        max_context_tokens: NotRequired[int]
        available_models: NotRequired[list[str]]

    @like_string
    class ProviderEntry(TypedDict):
        """A provider; may also be used like the string of its name.

        Fields:
            name: what stands before the slash in the name of a model.
            type: such as `openai`, `ollama` or `local`.
            enabled: whether spells may use it.
            default_model: the model when a spell names none.
            label: a name to show, where the configuration has one.
            capabilities: what its default model can do, where that is known.
        """

        name: str
        type: str
        enabled: bool
        default_model: NotRequired[str]
        label: NotRequired[str]
        capabilities: NotRequired[ProviderCapabilities]


@namespace("Provider")
class Provider:
    """Tells who serves models: those that can be asked, with a key where they need one."""

    def __init__(self, services: Services) -> None:
        self._models = services.models

    def debug_view(self) -> list[str]:
        """How `Provider` shows itself: the names of the providers that can be asked."""
        return self._models.providers()

    @member("list", lua=True)
    def list_all(self) -> list[ProviderEntry]:
        """Gives the providers that can be asked, by name.

        Example:
            print("providers: " .. table.concat(Provider.list(), ", "))

        """
        raise NotImplementedError

    @member(lua=True)
    def get(self, name: ProviderName) -> ProviderEntry | None:
        """Gives a provider, nil where it cannot be asked.

        Args:
            name: its name; the original's `rig/openai/<model>` stands for `openai`.
        """
        raise NotImplementedError

    @member("getCapabilities")
    def get_capabilities(
        self, name: ProviderName
    ) -> Annotated[Waiting, Gives(ProviderCapabilities | None)]:
        """Gives what the default model of a provider can do; nil where that is not known.

        Args:
            name: its name.
        """
        from llmspell.background import on_loop
        from llmspell.models.told import capabilities_told

        return Waiting.for_future(on_loop(capabilities_told(self._models, name)))

    @member("isAvailable")
    def is_available(self, name: ProviderName) -> bool:
        """Tells whether a provider can be asked: it is known, switched on, and has its key.

        Args:
            name: its name.
        """
        from llmspell.models.told import short_name

        return self._models.unusable(short_name(name)) is None

    @member("whyNot")
    def why_not(self, name: ProviderName) -> str | None:
        """Gives why a provider cannot be asked, with what to do; nil if it can.

        Args:
            name: its name.
        """
        from llmspell.models.told import short_name

        return self._models.unusable(short_name(name))

    @member(private=True)
    def entries(self, name: str | None = None) -> Annotated[Waiting, Gives(Json)]:
        """Gives the tables of all providers, or of one."""
        from llmspell.background import on_loop
        from llmspell.models.told import providers_told

        return Waiting.for_future(on_loop(providers_told(self._models, name)))
