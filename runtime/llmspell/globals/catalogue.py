"""Which namespaces make up the script API. A new global is a line here and a module beside it."""

from __future__ import annotations

from llmspell.globals.describe import Variable

NAMESPACES = {
    "JSON": "json_",
    "Debug": "debug",
    "Streaming": "streaming",
    "Config": "config",
    "State": "state",
    "Event": "event",
    "Tool": "tool",
    "Hook": "hook",
    "Agent": "agent",
    "Provider": "provider",
    "LocalLLM": "local_llm",
}
"""Lua name -> module of `llmspell.globals` that implements it, in the order of the reference."""

TEST_NAMESPACES = {"Test": "test"}
"""The same for what exists under `llmspell test` only."""

PRELUDES = ("json", "dump", "stack", "debug", "streaming", "tool", "hook", "agent", "provider")
"""Chunks of `llmspell/globals/prelude` with the members that are written in Lua."""

TEST_PRELUDES = ("test/comparing", "test/assertions", "test/cases")
"""The same for `TEST_NAMESPACES`."""

VARIABLES = (
    Variable(
        "ARGS",
        "table<string|integer, string>",
        "The arguments of the script. `ARGS.name` for `--name value` and `--name=value` (a flag\n"
        'without a value is `"true"`), `ARGS[1]` and `ARGS["1"]` for positional ones,\n'
        "`ARGS[0]` for the script's file name.",
    ),
    Variable(
        "arg",
        "table<integer, string>",
        "The positional arguments of the script, and its file name as `arg[0]`.",
    ),
    Variable("Logger", "table", "Reserved: an empty table."),
    Variable("Utils", "table", "Reserved: an empty table."),
)
