"""`llmspell doctor`: what is installed, what is configured, and what is broken."""

from __future__ import annotations

import json
import os
import platform
import shutil
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from llmspell.cli.global_options import GlobalOptions
from llmspell.errors import LLMSpellError
from llmspell.version import __version__

if TYPE_CHECKING:
    from llmspell.app import Runtime


@click.command("doctor")
@click.pass_obj
def doctor(options: GlobalOptions) -> int:
    r"""Say what is installed, what is configured, and what is broken (then the exit code is 1).

    \b
    Examples:
      llmspell doctor
      llmspell doctor --output json
    """
    report = examine(options)
    text = (
        json.dumps(report, indent=2, ensure_ascii=False)
        if options.output == "json"
        else shown(report)
    )
    click.echo(text)
    return 0 if report["healthy"] else 1


def examine(options: GlobalOptions) -> dict[str, Any]:
    """All findings as data; `problems` lists what is broken, a sentence each."""
    problems: list[str] = []

    def checked(name: str, finding: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        try:
            return finding()
        except LLMSpellError as error:
            problems.append(f"{name}: {error}")
            return {"error": str(error)}

    report: dict[str, Any] = {
        "healthy": True,
        "versions": _versions(),
        "extras": _extras(),
        "models": [],
        "configuration": checked("configuration", lambda: _configuration(options)),
        "terminal": _terminal(),
    }
    try:
        with options.runtime() as runtime:
            report["security"] = {"level": runtime.policy.level}
            report["engine"] = checked("Lua engine", lambda: _engine(runtime))
            report["state"] = checked("state store", lambda: _state(runtime))
    except LLMSpellError as error:
        if not problems:
            problems.append(str(error))
    report["healthy"] = not problems
    report["problems"] = problems
    return report


def shown(report: dict[str, Any]) -> str:
    """The findings as lines for people."""
    lines = []
    titles = {
        "versions": "Versions",
        "configuration": "Configuration",
        "security": "Security",
        "engine": "Lua engine",
        "state": "State store",
        "terminal": "Terminal",
    }
    for key, title in titles.items():
        if key not in report:
            continue
        mark = "✗" if "error" in report[key] else "✓"
        lines.append(f"{mark} {title}")
        lines += [
            f"    {name.replace('_', ' ')}: {_plain(value)}" for name, value in report[key].items()
        ]
    lines.append("✓ Extras")
    for extra in report["extras"]:
        missing = "installed" if extra["complete"] else f"missing: {', '.join(extra['missing'])}"
        lines.append(f"    {extra['name']}: {missing}")
    lines.append("  Models\n    none: this version runs no models yet")
    lines += [f"✗ {problem}" for problem in report["problems"]]
    lines.append("Everything works." if report["healthy"] else "Something is broken.")
    return "\n".join(lines)


def _plain(value: object) -> str:
    if isinstance(value, list):
        return "; ".join(map(str, value)) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value is None else str(value)


def _versions() -> dict[str, Any]:
    from llmspell.cli.installed import installed_version, lua_release

    return {
        "llmspell": __version__,
        "python": platform.python_version(),
        "lupa": installed_version("lupa"),
        "lua": lua_release(),
        "platform": platform.platform(),
        "executable": sys.executable,
    }


def _extras() -> list[dict[str, Any]]:
    from llmspell.cli.installed import extras

    return [
        {"name": extra.name, "complete": extra.complete, "missing": list(extra.missing)}
        for extra in extras()
    ]


def _configuration(options: GlobalOptions) -> dict[str, Any]:
    from pathlib import Path

    from llmspell.config.load import load_config

    named = None if options.config_path is None else Path(options.config_path)
    loaded = load_config(named, profile=options.profile, strict=options.strict_config)
    return {
        "path": None if loaded.path is None else str(loaded.path),
        "origin": loaded.origin,
        "trusted": loaded.trusted,
        "profile": options.profile,
        "notes": [str(note) for note in loaded.notes],
    }


def _engine(runtime: Runtime) -> dict[str, Any]:
    from llmspell.lua.hooks import hook_api_available

    said = runtime.run("return _VERSION", timeout=10).value
    return {"runs": said == "Lua 5.4", "hook_api": hook_api_available()}


def _state(runtime: Runtime) -> dict[str, Any]:
    store = runtime.state
    count = len(store.rows())
    path = getattr(store, "path", None)
    return {
        "backend": "memory" if path is None else "sqlite",
        "path": None if path is None else str(path),
        "entries": count,
    }


def _terminal() -> dict[str, Any]:
    from llmspell.telemetry.colour import use_color

    return {
        "interactive": sys.stdin.isatty() and sys.stdout.isatty(),
        "color": use_color(sys.stdout, os.environ),
        "term": os.environ.get("TERM"),
        "encoding": sys.stdout.encoding,
        "columns": shutil.get_terminal_size().columns,
    }
