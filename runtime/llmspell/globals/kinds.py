"""Kinds of strings that parameters of the script API take, with what editors offer for them.

Like `types`, imported under TYPE_CHECKING by the namespaces and for real by the generator only.
"""

from __future__ import annotations

from typing import Annotated, TypeAlias

from llmspell.globals.describe import Kind

DebugLevel: TypeAlias = Annotated[
    str,
    Kind(
        "debug-level",
        "A level of debug messages, in any case; also `none`, `err`, `warning` and 0 to 5.",
        {
            "off": "nothing",
            "error": "failures",
            "warn": "what may become a failure",
            "info": "what a user wants to know; the level at the start",
            "debug": "what helps to find a mistake",
            "trace": "every step",
        },
        pattern=r"(?i)\s*(off|none|err(or)?|warn(ing)?|info|debug|trace|[0-5])\s*",
    ),
]

FilterKind: TypeAlias = Annotated[
    str,
    Kind(
        "filter-kind",
        "How the pattern of a module filter is read.",
        {
            "exact": "the name of one module",
            "wildcard": "`*`, `?` and `[abc]` over the whole name",
            "regex": "a regular expression, found anywhere in the name",
            "hierarchical": "`net.*`: the module `net` and all below it",
        },
        closed=True,
    ),
]

StateScope: TypeAlias = Annotated[
    str,
    Kind(
        "state-scope",
        "Whose value it is: one of these words, or one of them with an id (`agent:<id>`).",
        {
            "global": "shared by all scripts of the project",
            "user": "of a user; `user:<id>`",
            "session": "of a session; `session:<id>`",
            "agent": "of an agent; `agent:<id>`",
            "tool": "of a tool; `tool:<id>`",
            "workflow": "of a workflow; `workflow:<id>`",
            "hook": "of a hook; `hook:<id>`",
            "custom": "for anything else; `custom:<id>`",
        },
        sources=("script:State.save",),
    ),
]

EventType: TypeAlias = Annotated[
    str,
    Kind(
        "event-type",
        "What happened, in segments with dots between them, such as `order.created`.",
        {"state.changed": "a value of `State` was written or deleted"},
        sources=("script:Event.publish", "script:Event.subscribe"),
        pattern=r".+",
    ),
]

EventPattern: TypeAlias = Annotated[
    str,
    Kind(
        "event-pattern",
        "An event type, or several with wildcards: `order.*`, `**.failed`, `*`.",
        {"*": "every event", "state.changed": "a value of `State` was written or deleted"},
        sources=("script:Event.publish",),
        pattern=r".+",
    ),
]

ConfigPath: TypeAlias = Annotated[
    str,
    Kind(
        "config-path",
        "A dotted path into the configuration, such as `tools.file_operations.enabled`.",
        sources=("config-schema",),
    ),
]

ConfigSection: TypeAlias = Annotated[
    str,
    Kind(
        "config-section",
        "A section of the configuration.",
        {
            "providers": "the model providers",
            "engines": "the script engines",
            "runtime": "limits, state and sessions",
            "tools": "what tools may do",
            "security": "the section `runtime.security`",
            "hooks": "hooks",
            "events": "the event bus",
            "debug": "the debug log",
            "rag": "retrieval",
        },
    ),
]

ProviderName: TypeAlias = Annotated[
    str,
    Kind(
        "provider-name",
        "The name of a configured provider.",
        sources=("config:providers", "script:Config.setProvider"),
    ),
]

FilePath: TypeAlias = Annotated[
    str, Kind("file-path", "The path of a file or folder.", sources=("files",))
]
