"""`llmspell version`: the version, and how it was built (spec cli §6.14)."""

from __future__ import annotations

import json
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

import click

from llmspell.cli.global_options import GlobalOptions
from llmspell.version import __version__

COMPONENTS = ("cli", "kernel", "bridge", "all")
UNKNOWN = "unknown"
_GIT = {
    "commit": ("rev-parse", "HEAD"),
    "commit_short": ("rev-parse", "--short", "HEAD"),
    "branch": ("rev-parse", "--abbrev-ref", "HEAD"),
    "commit_date": ("show", "-s", "--format=%cs", "HEAD"),
}


@click.command("version")
@click.option("-v", "--verbose", is_flag=True, help="Show how it was built, too.")
@click.option("--short", is_flag=True, help="Show the number only.")
@click.option("--client", is_flag=True, help="Show the version of this program as a client.")
@click.option("--component", type=click.Choice(COMPONENTS), help="Show one part, or all with -v.")
@click.pass_obj
def version(
    options: GlobalOptions, verbose: bool, short: bool, client: bool, component: str | None
) -> None:
    r"""Show the version, and how it was built.

    \b
    Examples:
      llmspell version
      llmspell version --verbose
      llmspell version --output json
    """
    if options.output == "json":
        document = client_document() if client else build_document()
        click.echo(json.dumps(document, indent=2))
    elif short:
        click.echo(__version__)
    elif client:
        click.echo(f"Client Version: {long_line()}")
    elif verbose:
        click.echo("\n".join(verbose_lines(component)))
    elif component not in (None, "all"):
        click.echo(components()[component or "cli"])
    else:
        click.echo(long_line())


def long_line() -> str:
    """`llmspell VERSION (SHORTHASH[-modified] DATE)`, without the parenthesis outside git."""
    git = git_data()
    if git["commit"] == UNKNOWN:
        return f"llmspell {__version__}"
    modified = "-modified" if git["dirty"] else ""
    return f"llmspell {__version__} ({git['commit_short']}{modified} {git['commit_date']})"


def git_data() -> dict[str, Any]:
    """Commit, branch and date of the checkout that this runs from; `unknown` when installed."""
    checkout = Path(__file__).parents[3]
    if not (checkout / ".git").exists() or not (checkout / "pyproject.toml").exists():
        return {**dict.fromkeys(_GIT, UNKNOWN), "dirty": False}
    data: dict[str, Any] = {key: _git(checkout, *words) for key, words in _GIT.items()}
    data["dirty"] = _git(checkout, "status", "--porcelain", "--untracked-files=no") not in (
        "",
        UNKNOWN,
    )
    return data


def build_document() -> dict[str, Any]:
    """The JSON form."""
    build = {
        "timestamp": UNKNOWN,
        "profile": "editable" if git_data()["commit"] != UNKNOWN else "release",
        "host": _platform(),
        "target": _platform(),
        "python": platform.python_version(),
        "rustc": None,
        "features": features(),
    }
    return {"version": __version__, "git": git_data(), "build": build}


def client_document() -> dict[str, Any]:
    """The JSON form of `--client`."""
    git = git_data()
    return {
        "clientVersion": {
            "version": __version__,
            "gitCommit": git["commit"],
            "gitTreeState": "dirty" if git["dirty"] else "clean",
            "buildDate": git["commit_date"],
            "platform": _platform(),
        }
    }


def verbose_lines(component: str | None) -> list[str]:
    """The lines of `--verbose`."""
    document = build_document()
    git, build = document["git"], document["build"]
    lines = [
        long_line(),
        f"binary: {sys.argv[0]}",
        f"commit-hash: {git['commit']}",
        f"commit-date: {git['commit_date']}",
        f"branch: {git['branch']}",
        *(["working-tree: modified"] if git["dirty"] else []),
        f"build-timestamp: {build['timestamp']}",
        f"build-profile: {build['profile']}",
        f"host: {build['host']}",
        f"target: {build['target']}",
        f"python: {build['python']}",
        f"features: {', '.join(build['features']) or 'none'}",
    ]
    if component == "all":
        lines += ["Components:", *(f"  {line}" for line in components().values())]
    elif component:
        lines.append(components()[component])
    return lines


def components() -> dict[str, str]:
    """One line for each part."""
    from importlib.util import find_spec

    from llmspell.cli.installed import lua_release

    kernel = f"{__version__} (embedded)" if find_spec("llmspell.kernel") else "not in this version"
    return {
        "cli": f"cli: {__version__}",
        "kernel": f"kernel: {kernel}",
        "bridge": f"bridge: {__version__}",
        "lua": f"lua: enabled ({lua_release()})",
    }


def features() -> list[str]:
    """The extras whose libraries are all installed."""
    from llmspell.cli.installed import extras

    return [extra.name for extra in extras() if extra.complete and extra.name != "dev"]


def _git(checkout: Path, *words: str) -> str:
    try:
        done = subprocess.run(  # noqa: S603 - fixed words
            ["git", "-C", str(checkout), *words],  # noqa: S607 - the user's own git
            capture_output=True,
            text=True,
            timeout=5,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return UNKNOWN
    return done.stdout.strip()


def _platform() -> str:
    return f"{platform.machine() or UNKNOWN}/{sys.platform}"
