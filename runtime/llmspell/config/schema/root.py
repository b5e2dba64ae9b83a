"""The root of a configuration, and `[security]` (spec config.md §3.1, design invariant 7)."""

from typing import Any, ClassVar, Literal

from llmspell.config.schema.engines import Engines
from llmspell.config.schema.fields import section, setting, table
from llmspell.config.schema.kinds import Kinds
from llmspell.config.schema.models import Models
from llmspell.config.schema.observability import Debug, Events, Hooks
from llmspell.config.schema.providers import Providers
from llmspell.config.schema.rag import Rag
from llmspell.config.schema.runtime import Runtime
from llmspell.config.schema.tools import Tools

Level = Literal["safe", "standard", "trusted"]

LEVELS: tuple[Level, ...] = ("safe", "standard", "trusted")
"""The security profiles, from the narrowest."""

LEVEL_OF_ENGINE: dict[str, Level] = {
    "Safe": "standard",
    "Privileged": "standard",
    "Unrestricted": "trusted",
}
"""The profile that each documented `engines.lua.security_level` means.

The reference reads the level and then ignores it: under its default `Safe`, scripts read and
write files and use the network. They must run unchanged, so `Safe` is `standard`. `Privileged`
asks for no more than scripts have there; only `Unrestricted` says that nothing is checked.
"""


@section
class Security:
    """`[security]`: the profile under which spells run."""

    KNOWN_UNUSED: ClassVar[frozenset[str]] = frozenset(
        {
            "hmac_key",
            "allowed_origins",
            "max_message_size_mb",
            "rate_limit_per_minute",
            "tls_enabled",
            "tls_cert",
            "tls_key",
            "authentication",
            "rate_limiting",
            "audit",
        }
    )

    level: Level | None = setting(
        None,
        "safe, standard or trusted; `engines.lua.security_level` decides when unset, and that is "
        "`standard` unless it says otherwise.",
        documented="standard",
        untrusted="level",
    )


@section
class Config:
    """A whole configuration. `Config()` holds every default."""

    KNOWN_UNUSED: ClassVar[frozenset[str]] = frozenset(
        {
            # spec config.md §5
            "kernel",
            "transport",
            "daemon",
            "service",
            "signals",
            "logging",
            "protocols",
            "ide",
            "profiling",
            "monitoring",
            "tenancy",
            "apis",
            "webhooks",
            "fleet",
            "performance",
            # sample files, spec config.md §6
            "applications",
            "cost_management",
            "testing",
            "general",
            "example",
        }
    )

    default_engine: str = setting(
        "lua",
        "The engine of scripts whose name does not tell: lua, javascript, js or a custom one.",
    )
    engines: Engines = table(Engines, "The script engines.")
    security: Security = table(Security, "The security profile.")
    providers: Providers = table(Providers, "Who serves models.")
    models: Models = table(Models, "Which models are used, and the local ones.")
    runtime: Runtime = table(Runtime, "Limits, permissions, state and sessions.")
    hooks: Hooks | None = setting(None, "Hooks around agents, tools and workflows.")
    events: Events = table(Events, "The event bus.")
    debug: Debug = table(Debug, "`Debug` messages.")
    rag: Rag = table(Rag, "Retrieval.")
    tools: Tools = table(Tools, "What tools may do.")
    kinds: Kinds = table(Kinds, "Kinds of strings in scripts, for editors.")
    extensions: dict[str, Any] = setting(
        {}, "Documented sections that this version does not use.", catch_all=True
    )
