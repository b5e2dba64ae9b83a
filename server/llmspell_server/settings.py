"""The settings of the server, each declared once: name, type, default, meaning.

The documentation (`python -m llmspell_server.reference`) and what the editor extension contributes
are generated from these declarations. In a client they stand in the section `llmspell`.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal

from attrs import Attribute, field, fields, frozen

SECTION = "llmspell"

Scope = Literal["resource", "window"]
"""Where a setting may differ: in each folder, or only for the whole session."""


@frozen
class Declared:
    """A setting as it is written down. values: those it may have, where these are few."""

    name: str
    kind: Literal["switch", "number", "text", "texts", "table"]
    default: Any
    description: str
    scope: Scope
    values: tuple[str, ...]


_SEVERITIES = ("error", "warning", "information", "hint", "off")


def _setting(
    name: str,
    default: Any,
    description: str,
    *,
    values: tuple[str, ...] = (),
    scope: Scope = "resource",
) -> Any:
    kinds = {bool: "switch", int: "number", str: "text", tuple: "texts", dict: "table"}
    declared = Declared(name, kinds[type(default)], default, description, scope, values)  # type: ignore[arg-type]
    return field(default=default, metadata={"declared": declared})


@frozen
class Settings:
    """What a user has chosen for a folder."""

    mode: str = _setting(
        "mode",
        "auto",
        "What is answered for Lua: `full`, everything; `spells`, only what no other server knows: "
        "known strings, builders, what the host allows, ways to run; `off`, nothing; `auto`, "
        "`spells` where VS Code has another extension for Lua, else `full`.",
        values=("auto", "full", "spells", "off"),
    )
    diagnostics_enable: bool = _setting(
        "diagnostics.enable", True, "Whether problems are shown at all."
    )
    diagnostics_disable: tuple[str, ...] = _setting(
        "diagnostics.disable", (), "Codes of problems that are not shown."
    )
    diagnostics_globals: tuple[str, ...] = _setting(
        "diagnostics.globals", (), "Names of globals that exist although no file defines them."
    )
    diagnostics_severity: Mapping[str, str] = _setting(
        "diagnostics.severity",
        {},
        "How grave a problem is, by its code.",
        values=_SEVERITIES,
    )
    diagnostics_globals_regex: tuple[str, ...] = _setting(
        "diagnostics.globalsRegex", (), "Regular expressions that names of such globals match."
    )
    diagnostics_scope: Mapping[str, str] = _setting(
        "diagnostics.scope",
        {},
        "Where a problem is looked for, by its code: in all files, in open ones, or nowhere.",
        values=("any", "open", "off"),
    )
    completion_auto_require: bool = _setting(
        "completion.autoRequire", True, "Whether modules that are not required yet are offered."
    )
    completion_call_snippet: bool = _setting(
        "completion.callSnippet", False, "Whether completing a function writes its call, too."
    )
    hint_enable: bool = _setting("hint.enable", True, "Whether hints stand between the code.")
    hint_parameter_names: str = _setting(
        "hint.parameterNames",
        "literals",
        "Before which arguments the names of parameters stand.",
        values=("all", "literals", "none"),
    )
    hint_variable_types: bool = _setting(
        "hint.variableTypes", False, "Whether types stand behind new variables."
    )
    hint_return_types: bool = _setting(
        "hint.returnTypes", False, "Whether types stand behind the parameters of functions."
    )
    format_enable: bool = _setting("format.enable", True, "Whether the server formats documents.")
    format_tool: str = _setting(
        "format.tool",
        "auto",
        "What formats: StyLua, the formatter of the server, or StyLua where it is installed.",
        values=("auto", "stylua", "builtin"),
    )
    format_indent: int = _setting(
        "format.indent",
        0,
        "Spaces for each level; 0: as the editor says.",
    )
    lens_enable: bool = _setting(
        "lens.enable", True, "Whether references and ways to run stand above functions and spells."
    )
    semantic_tokens_enable: bool = _setting(
        "semanticTokens.enable", True, "Whether names are coloured by what they mean."
    )
    runtime_version: str = _setting(
        "runtime.version", "Lua 5.4", "The Lua that the code is written for.", values=("Lua 5.4",)
    )
    runtime_path: tuple[str, ...] = _setting(
        "runtime.path",
        ("?.lua", "?/init.lua"),
        "Where `require` looks for a module, from the folder; `?` is the module's name.",
    )
    runtime_builtin: Mapping[str, str] = _setting(
        "runtime.builtin",
        {},
        "Which parts of Lua's library there are, by name (`io`, `debug`, …).",
        values=("default", "enable", "disable"),
        scope="window",
    )
    workspace_library: tuple[str, ...] = _setting(
        "workspace.library", (), "Folders or files with definitions that are read, too."
    )
    workspace_ignore: tuple[str, ...] = _setting(
        "workspace.ignore",
        (),
        "Patterns of files and folders to leave alone: `build/*`.",
    )
    workspace_use_git_ignore: bool = _setting(
        "workspace.useGitIgnore",
        True,
        "Whether files that `.gitignore` or `.ignore` leaves out are left alone.",
    )
    workspace_max_files: int = _setting(
        "workspace.maxFiles", 10_000, "How many files are read at most.", scope="window"
    )
    spells: str = _setting(
        "spells",
        "full",
        "What is known about spells: `full`, the globals and the rules for what they are given; "
        "`spells`, the globals only; `off`, nothing but Lua.",
        values=("full", "spells", "off"),
        scope="window",
    )


def declared() -> Iterator[tuple[str, Declared]]:
    """The settings with the names of their attributes, in the order of their declaration."""
    for attribute in fields(Settings):
        yield attribute.name, _declared(attribute)


def _declared(attribute: Attribute[Any]) -> Declared:
    found = attribute.metadata["declared"]
    assert isinstance(found, Declared)
    return found


_DECLARED = {found.name: (attribute, found) for attribute, found in declared()}


def flat(raw: object) -> dict[str, Any]:
    """Settings by their full names, whether they came nested or with dots in their names."""
    found: dict[str, Any] = {}
    if isinstance(raw, Mapping):
        _flatten(raw, "", found)
    return found


def _flatten(raw: Mapping[Any, Any], prefix: str, found: dict[str, Any]) -> None:
    for key, value in raw.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping) and name not in _DECLARED and value:
            _flatten(value, f"{name}.", found)
        else:
            found[name] = value


def read(given: Mapping[str, Any]) -> tuple[Settings, tuple[str, ...]]:
    """Settings from values by full name, and a sentence about each that is none or mistyped.

    null is the same as nothing.
    """
    chosen: dict[str, Any] = {}
    problems: list[str] = []
    for name, value in given.items():
        if name not in _DECLARED:
            problems.append(_unknown(name))
        elif value is not None:
            attribute, setting = _DECLARED[name]
            problem = _READERS[setting.kind](setting, value)
            if problem is None:
                chosen[attribute] = tuple(value) if setting.kind == "texts" else value
            else:
                problems.append(f"{SECTION}.{name} must be {problem}, not {value!r}.")
    return Settings(**chosen), tuple(problems)


def _unknown(name: str) -> str:
    close = difflib.get_close_matches(name, _DECLARED, 1)
    meant = f" Did you mean {SECTION}.{close[0]}?" if close else ""
    return f"{SECTION}.{name} is not a setting.{meant}"


def _switch(_: Declared, value: object) -> str | None:
    return None if isinstance(value, bool) else "true or false"


def _number(_: Declared, value: object) -> str | None:
    good = isinstance(value, int) and not isinstance(value, bool) and value >= 0
    return None if good else "a whole number that is not negative"


def _text(setting: Declared, value: object) -> str | None:
    if setting.values and value not in setting.values:
        return f"one of {', '.join(setting.values)}"
    return None if isinstance(value, str) else "text"


def _texts(_: Declared, value: object) -> str | None:
    good = isinstance(value, list) and all(isinstance(each, str) for each in value)
    return None if good else "a list of texts"


def _table(setting: Declared, value: object) -> str | None:
    good = isinstance(value, Mapping) and all(each in setting.values for each in value.values())
    return None if good else f"a table with one of {', '.join(setting.values)} each"


_READERS: dict[str, Callable[[Declared, object], str | None]] = {
    "switch": _switch,
    "number": _number,
    "text": _text,
    "texts": _texts,
    "table": _table,
}


def schema() -> dict[str, dict[str, Any]]:
    """The settings as JSON Schema by full name with the section: what an extension contributes."""
    return {f"{SECTION}.{name}": _schema(found) for name, (_, found) in _DECLARED.items()}


def _schema(found: Declared) -> dict[str, Any]:
    types: dict[str, dict[str, Any]] = {
        "switch": {"type": "boolean"},
        "number": {"type": "integer", "minimum": 0},
        "text": {"type": "string"},
        "texts": {"type": "array", "items": {"type": "string"}},
        "table": {"type": "object", "additionalProperties": {"enum": list(found.values)}},
    }
    shape = types[found.kind]
    if found.values and found.kind == "text":
        shape["enum"] = list(found.values)
    default = list(found.default) if found.kind == "texts" else found.default
    return {
        **shape,
        "default": default,
        "scope": found.scope,
        "markdownDescription": found.description,
    }
