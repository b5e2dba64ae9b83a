"""`[models]`: which models are used, and the local ones (this project's own section)."""

from llmspell.config.schema.fields import section, setting


@section
class Models:
    """`[models]`."""

    fallback: str | None = setting(
        None,
        "A local model (`local/…`, `ollama/…`) that answers for every model whose provider has no "
        "credentials, and for all models of the network when offline.",
    )
    offline: bool = setting(
        False,
        "Use local models only, and make no connection beyond this machine.",
        untrusted="protect",
    )
    directory: str | None = setting(
        None,
        "Where local models lie; `~/.llmspell/models` when unset.",
        path=True,
        untrusted="path",
    )
    max_loaded: int = setting(
        2, "Local models in memory at once; the one unused for longest makes room.", minimum=1
    )
    idle_seconds: int = setting(
        600, "A local model that was not used for so long gives its memory back; 0 for never."
    )
