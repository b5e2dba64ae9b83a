"""`[engines]`: the script engines (spec config.md §3.2, §3.3)."""

from typing import Any, Literal

from llmspell.config.schema.fields import limit, section, setting, table

StdlibLevel = Literal["None", "Basic", "Standard", "All"]
SecurityLevel = Literal["Safe", "Privileged", "Unrestricted"]
CustomEngine = dict[str, Any]

_SECURITY_LEVEL = (
    "A security profile under its rs-llmspell name: Safe and Privileged mean `standard`, "
    "Unrestricted means `trusted`; `[security] level` is the direct way and wins."
)


@section
class LuaEngine:
    """`[engines.lua]`."""

    stdlib: StdlibLevel = setting(
        "Standard",
        "How much of the Lua standard library spells see.",
        aliases=("stdlib_level",),
        value_aliases={"full": "All"},
    )
    max_memory_bytes: int | None = limit(
        50_000_000,
        "Memory that a Lua state may hold, in bytes.",
        aliases=("memory_limit",),
        warn_above=1_000_000_000,
    )
    enable_debug: bool = setting(False, "Give spells the whole `debug` library.", untrusted="allow")
    timeout_ms: int | None = limit(
        30_000, "Time that one spell may run, in milliseconds.", warn_above=300_000
    )
    security_level: SecurityLevel = setting("Safe", _SECURITY_LEVEL, untrusted="level")


@section
class JavaScriptEngine:
    """`[engines.javascript]`: read and checked, but this version has no JavaScript engine."""

    strict_mode: bool = setting(True, "Run scripts in strict mode.")
    max_heap_size_bytes: int | None = limit(
        50_000_000, "Heap that a script may hold, in bytes.", warn_above=1_000_000_000
    )
    enable_console: bool = setting(True, "Give scripts a `console` object.")
    timeout_ms: int | None = limit(
        30_000, "Time that one script may run, in milliseconds.", warn_above=300_000
    )
    security_level: SecurityLevel = setting("Safe", _SECURITY_LEVEL, untrusted="level")


@section
class Engines:
    """`[engines]`: the two known engines, and free-form tables of others."""

    lua: LuaEngine = table(LuaEngine, "The Lua engine.")
    javascript: JavaScriptEngine = table(JavaScriptEngine, "The JavaScript engine (not built in).")
    custom: dict[str, Any] = setting({}, "Any other engine, free form.", catch_all=True)
