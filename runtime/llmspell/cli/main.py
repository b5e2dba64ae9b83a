"""`llmspell`: the root of the commands. Importing this, and `--help`, imports none of them."""

from __future__ import annotations

import sys

import click

from llmspell.cli.global_options import HELP, adopt
from llmspell.cli.invoke import invoke
from llmspell.cli.lazy import Lazy, LazyGroup

_ABOUT = """llmspell offers scriptable LLM interactions: it runs spells, which are Lua 5.4 scripts.

\b
First steps:
  llmspell new my-spell          make a project that runs
  llmspell run my-spell/main.lua run a spell
  llmspell repl                  try things out
  llmspell doctor                see what is installed and configured
"""

COMMANDS = {
    "run": Lazy("llmspell.cli.run:run", "Run a spell."),
    "exec": Lazy("llmspell.cli.run:exec_", "Run a line of Lua and show its value."),
    "repl": Lazy("llmspell.cli.repl.command:repl", "Try Lua out, line by line."),
    "debug": Lazy("llmspell.cli.debug.command:debug", "Run a spell step by step."),
    "test": Lazy("llmspell.cli.test:test", "Test spells, with recorded answers of models."),
    "new": Lazy("llmspell.cli.new:new", "Make a project that runs."),
    "config": Lazy(
        "llmspell.cli.config:config", "Write, check, show and trust configuration files."
    ),
    "state": Lazy(
        "llmspell.cli.state:state", "Show, clear, export and import what spells have stored."
    ),
    "tool": Lazy("llmspell.cli.tool:tool", "Find, describe, call and test tools."),
    "model": Lazy("llmspell.cli.model:model", "Fetch, list and remove the models of this machine."),
    "keys": Lazy("llmspell.cli.keys:keys", "Store the keys of services."),
    "api": Lazy("llmspell.cli.api:api", "Describe the script API, to editors and people."),
    "doctor": Lazy("llmspell.cli.doctor:doctor", "Say what is installed, configured and broken."),
    "completion": Lazy(
        "llmspell.cli.completion:completion", "Complete commands and options in your shell."
    ),
    "version": Lazy("llmspell.cli.version:version", "Show the version, and how it was built."),
}

# Commands of the other packages of this distribution, found by entry points. What their help says
# stands here, because looking there would import them.
PLUGGED = {
    "check": "Say what is wrong with Lua files.",
    "fmt": "Format Lua files.",
}

root = LazyGroup(
    "llmspell",
    table=COMMANDS,
    plugged=PLUGGED,
    help=_ABOUT,
    context_settings=HELP,
    no_args_is_help=True,
)
adopt(root, root=True)


def main() -> None:
    """Entry point of `llmspell`."""
    words = sys.argv[1:]
    if words[:1] == ["-V"]:
        from llmspell.cli.version import long_line

        click.echo(long_line())
        return
    sys.exit(invoke(root, "llmspell", words))


if __name__ == "__main__":
    main()
