"""The `LLMSPELL_DEBUG*` variables as a part of the `[debug]` table (spec config §4.4, §3.8)."""

from collections.abc import Mapping

from llmspell.errors import ConfigError
from llmspell.telemetry.levels import parse_level

_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}


def debug_overrides(environ: Mapping[str, str]) -> dict[str, object]:
    """Return the keys of `[debug]` that the environment sets; nested tables hold only what is set.

    `LLMSPELL_DEBUG_OUTPUT` is a list of `stdout`, `colored` and `file:PATH` that replaces what the
    configuration says of them; `LLMSPELL_DEBUG_MODULES` is a list of `+module` (or `module`) and
    `-module`. Empty variables count as not set.

    :raises ConfigError: a variable has a value that is not allowed.
    """
    table: dict[str, object] = {}
    if enabled := environ.get("LLMSPELL_DEBUG"):
        table["enabled"] = _boolean("LLMSPELL_DEBUG", enabled)
    if level := environ.get("LLMSPELL_DEBUG_LEVEL"):
        if parse_level(level) is None:
            raise ConfigError(
                f"LLMSPELL_DEBUG_LEVEL is '{level}': use off, error, warn, info, debug or trace"
            )
        table["level"] = level.lower()
    if output := environ.get("LLMSPELL_DEBUG_OUTPUT"):
        table["output"] = _output(output)
    if modules := environ.get("LLMSPELL_DEBUG_MODULES"):
        table["module_filters"] = _module_filters(modules)
    if performance := environ.get("LLMSPELL_DEBUG_PERFORMANCE"):
        table["performance"] = {"enabled": _boolean("LLMSPELL_DEBUG_PERFORMANCE", performance)}
    return table


def _boolean(variable: str, text: str) -> bool:
    value = _BOOLEANS.get(text.lower())
    if value is None:
        raise ConfigError(f"{variable} is '{text}': use true or false")
    return value


def _items(text: str) -> list[str]:
    return [item for item in map(str.strip, text.split(",")) if item]


def _output(text: str) -> dict[str, object]:
    output: dict[str, object] = {"stdout": False, "colored": False}
    for item in _items(text):
        kind, _, path = item.partition(":")
        if item in ("stdout", "colored"):
            output[item] = True
        elif kind == "file" and path:
            output["file"] = {"path": path, "append": True}
        else:
            raise ConfigError(
                f"LLMSPELL_DEBUG_OUTPUT contains '{item}': use stdout, colored and file:PATH"
            )
    return output


def _module_filters(text: str) -> dict[str, object]:
    enabled: list[str] = []
    disabled: list[str] = []
    for item in _items(text):
        target = disabled if item.startswith("-") else enabled
        target.append(item.lstrip("+-") if item[0] in "+-" else item)
    return {"enabled": enabled, "disabled": disabled}
