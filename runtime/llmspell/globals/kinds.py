"""Kinds of strings that parameters of the script API take, with what editors offer for them.

Like `types`, imported under TYPE_CHECKING by the namespaces and for real by the generator only.
"""

from __future__ import annotations

from typing import Annotated, TypeAlias

from llmspell.agents.templates import TEMPLATES
from llmspell.globals.describe import Background, Files, Kind, Remedy, Segments
from llmspell.globals.generator.config_values import config_paths
from llmspell.globals.model_remarks import MODEL_REMARKS, NOT_USABLE
from llmspell.hooks.points import FIRED, POINTS
from llmspell.models.registry import TYPES, ProviderType
from llmspell.models.specifiers import documented, documented_details
from llmspell.tools.catalogue import tool_details
from llmspell.tools.registry import built_in_tools

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
        message="is not a level of debug messages",
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
            **{
                form: f"{text}; `{name}:<id>`"
                for name, text in {
                    "user": "of a user",
                    "session": "of a session",
                    "agent": "of an agent",
                    "tool": "of a tool",
                    "workflow": "of a workflow",
                    "hook": "of a hook",
                    "custom": "for anything else",
                }.items()
                for form in (name, f"{name}:<…>")
            },
        },
        sources=("script:State.save",),
        background=Background("llmspell.globals.providing:state_scopes", seconds_to_live=30),
        used=True,
        segments=Segments(":"),
    ),
]

EventType: TypeAlias = Annotated[
    str,
    Kind(
        "event-type",
        "What happened, in segments with dots between them, such as `order.created`.",
        {"state.changed": "a value of `State` was written or deleted"},
        sources=("script:Event.publish", "script:Event.emit"),
        defined_by=("Event.publish", "Event.emit"),
        segments=Segments("."),
        pattern=r"(?s).+",
        message="is no event type: it must not be empty",
    ),
]

EventPattern: TypeAlias = Annotated[
    str,
    Kind(
        "event-pattern",
        "An event type, or several with wildcards: `order.*`, `**.failed`, `*`.",
        {"state.changed": "a value of `State` was written or deleted"},
        sources=("script:Event.publish", "script:Event.emit"),
        defined_by=("Event.publish", "Event.emit"),
        segments=Segments(
            ".", {"*": "any text without a dot; at the end, all that follows", "**": "any segments"}
        ),
        pattern=r"(?s).+",
        message="is no event pattern: it must not be empty",
    ),
]

ConfigPath: TypeAlias = Annotated[
    str,
    Kind(
        "config-path",
        "A dotted path into the configuration, such as `tools.file_operations.enabled`.",
        config_paths(),
        sources=("config-paths:providers.providers=providers",),
        segments=Segments("."),
        closed=True,
        link="configuration.md",
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
        sources=("config:",),
        link="configuration.md",
    ),
]


def _provider_text(each: ProviderType) -> str:
    if each.on_this_machine:
        return "models of this machine"
    return "hosted models, with a key"


ProviderName: TypeAlias = Annotated[
    str,
    Kind(
        "provider-name",
        "The name of a provider: a configured one, or one that needs no configuration.",
        {name: _provider_text(each) for name, each in TYPES.items()},
        sources=("config:providers", "script:Config.setProvider"),
    ),
]

ModelSpecifier: TypeAlias = Annotated[
    str,
    Kind(
        "model-specifier",
        "A model: `provider/model`, for local ones also with `@llama_cpp` or `@ollama` behind it.",
        documented(),
        background=Background(
            "llmspell.globals.model_remarks:looked", seconds_to_live=60, budget_seconds=20
        ),
        segments=Segments("/"),
        endings=(r"@(llama_cpp|llama-cpp|candle)", r"-(\d{8}|\d{4}-\d{2}-\d{2}|latest)"),
        remarks=MODEL_REMARKS,
        remedies={"pull": Remedy("Pull this model", "llmspell.globals.model_remarks:pull")},
        details=documented_details(),
    ),
]

ModelProvider: TypeAlias = Annotated[
    str,
    Kind(
        "model-provider",
        "Who serves a model: a configured provider, or one that needs no configuration.",
        {name: _provider_text(each) for name, each in TYPES.items()},
        sources=("config:providers", "script:Config.setProvider"),
        background=Background(
            "llmspell.globals.model_remarks:providers", seconds_to_live=60, budget_seconds=20
        ),
        remarks={NOT_USABLE: MODEL_REMARKS[NOT_USABLE]},
    ),
]

AgentTemplate: TypeAlias = Annotated[
    str,
    Kind(
        "agent-template",
        "A kind of agent to begin with.",
        {name: each.description for name, each in TEMPLATES.items()},
        closed=True,
    ),
]

FilePath: TypeAlias = Annotated[
    str,
    Kind(
        "file-path",
        "The path of a file or folder, from the folder in which the spell runs.",
        files=Files(roots=("workspace", "script"), folders=True),
        applies_to=(
            "dofile:1",
            "loadfile:1",
            "io.open:1",
            "io.lines:1",
            "io.input:1",
            "io.output:1",
            "os.remove:1",
            "os.rename:1",
            "os.rename:2",
        ),
    ),
]

SpellFile: TypeAlias = Annotated[
    str,
    Kind(
        "spell-file",
        "The path of a spell, from the folder of the script or the working directory.",
        files=Files(extensions=(".lua",)),
    ),
]

HookPoint: TypeAlias = Annotated[
    str,
    Kind(
        "hook-point",
        "Where a hook runs; `custom:<name>` is any point of your own.",
        {
            **{name: POINTS[name] for name in FIRED},
            "custom:<…>": "a point of your own, reached by Python programs",
        },
        pattern="|".join((*POINTS, "custom:.+")),
        message="is no hook point",
        segments=Segments(":"),
    ),
]

HookPriority: TypeAlias = Annotated[
    str,
    Kind(
        "hook-priority",
        "When a hook runs among those of its point.",
        {
            "highest": "before all others",
            "high": "before normal ones",
            "normal": "in the order of registration",
            "low": "after normal ones",
            "lowest": "after all others",
        },
        closed=True,
    ),
]

_TOOLS = built_in_tools()

_TOOL_MAKERS = ("Tool.register", "ToolDefinition.name", "AsToolSettings.tool_name")
"""What makes tools, each with a name."""

ToolName: TypeAlias = Annotated[
    str,
    Kind(
        "tool-name",
        "The name of a tool, such as `base64-encoder`; underscores may stand for hyphens.",
        {told["name"]: told["description"] for told in _TOOLS},
        sources=tuple(f"script:{each}" for each in _TOOL_MAKERS),
        defined_by=_TOOL_MAKERS,
        definition={"text": "description", "schema": "parameters", "function": "execute"},
        applies_to=("Tool.register:1",),
        looked_up=True,
        background=Background("llmspell.globals.providing:tools", seconds_to_live=600),
        schemas={told["name"]: told["schema"] for told in _TOOLS},
        tables=(
            "ToolInfo.execute:0:1",
            *(
                f"ToolCall.{table}:{name}"
                for table in ("params", "parameters")
                for name in ("tool", "name")
            ),
        ),
        aliases={alias: told["name"] for told in _TOOLS for alias in told["aliases"]},
        alike={"_": "-"},
        details={told["name"]: tool_details(told) for told in _TOOLS},
        places={told["name"]: told["class"] for told in _TOOLS},
    ),
]

MODULE_PATH = Kind(
    "module-path",
    "A module: a Lua file beside the script or in the workspace, with dots between folders.",
    {
        name: f"Lua's own library `{name}`"
        for name in ("coroutine", "debug", "io", "math", "os", "package", "string", "table", "utf8")
    },
    files=Files(patterns=("?.lua", "?/init.lua"), separator=".", must_exist=True),
    segments=Segments("."),
    applies_to=("require:1",),
    message="is not found: there is no such module beside the script or in the workspace",
    code="unresolved-require",
)

URL = Kind("url", "The address of a service: `https://…`.")
PAGE_URL = Kind("page-url", "The address of a page: `https://…`.")
HOST = Kind("host", "A host: its name or address, also with a port, or a URL that names it.")
PROGRAM = Kind("program", "A program: its name, or the absolute path of its file.")

RECIPIENT = Kind(
    "recipient", "Who gets mail: `ada@example.org`, also with a name; several have commas between."
)

KINDS = (MODULE_PATH, URL, PAGE_URL, HOST, PROGRAM, RECIPIENT)
"""Kinds that no namespace mentions: those of functions that are described elsewhere."""
