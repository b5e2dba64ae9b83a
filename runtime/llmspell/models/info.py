"""What is known of models and of those who serve them."""

from __future__ import annotations

from typing import Literal, TypeAlias

from attrs import field, frozen


@frozen(kw_only=True)
class Capabilities:
    """What a model can do. Lengths are in tokens, None where unknown."""

    context_length: int | None = None
    max_output_tokens: int | None = None
    streaming: bool = True
    tools: bool = False
    vision: bool = False
    json: bool = False
    embeddings: bool = False

    @property
    def names(self) -> list[str]:
        """Of what is not usual, and can be done."""
        return [name for name in ("tools", "vision", "json", "embeddings") if getattr(self, name)]


@frozen(kw_only=True)
class ModelInfo:
    """A model of a provider.

    id: its name within the provider. size_bytes: on disk. parameters: such as `0.5B`. modified_at:
    Unix seconds. loaded: whether it is in memory. path: of its file.
    """

    id: str
    provider: str
    size_bytes: int = 0
    quantization: str = ""
    parameters: str = ""
    format: str = ""
    architecture: str = ""
    license: str = ""
    modified_at: float | None = None
    loaded: bool = False
    path: str = ""
    capabilities: Capabilities = field(factory=Capabilities)


@frozen(kw_only=True)
class Health:
    """Whether a provider can be used; reason: why not, with what to do. models: how many it has."""

    healthy: bool
    reason: str = ""
    version: str = ""
    models: int = 0


PullStatus: TypeAlias = Literal["starting", "downloading", "verifying", "complete", "failed"]


@frozen(kw_only=True)
class PullProgress:
    """How far a download is. completed, total: bytes, None where unknown."""

    model: str
    status: PullStatus
    completed: int = 0
    total: int | None = None
    error: str = ""

    @property
    def percent(self) -> float:
        """From 0 to 100."""
        if self.status == "complete":
            return 100.0
        return 100.0 * self.completed / self.total if self.total else 0.0
