"""What an input of the debugger means: a command, or Lua; where a breakpoint is wished."""

from __future__ import annotations

import pytest

from llmspell.cli.debug.commands import COMMANDS, NAMES, split
from llmspell.cli.debug.points import Wish, parse_wish
from llmspell.errors import LLMSpellError


@pytest.mark.parametrize(
    ("text", "name", "rest"),
    [
        ("next", "next", ""),
        ("n", "next", ""),
        (" n ", "next", ""),
        (".next", "next", ""),
        (":next", "next", ""),
        ("db:next", "next", ""),
        ("debug:b 3", "break", "3"),
        ("b spell.lua:3 if x == 1", "break", "spell.lua:3 if x == 1"),
        ("break t:method", "break", "t:method"),
        ("p -1", "print", "-1"),
        ("p ...", "print", "..."),
        ("print t.x, 2", "print", "t.x, 2"),
        ("watch #t", "watch", "#t"),
        ("set n = n + 1", "set", "n = n + 1"),
        ("set t['='] = 1", "set", "t['='] = 1"),
        ("bt", "stack", ""),
        ("?", "help", ""),
        ("run --name Ada", "run", "--name Ada"),
        (".n = 1", "next", "= 1"),
    ],
)
def test_commands(text: str, name: str, rest: str) -> None:
    assert split(text) == (COMMANDS[name], rest)


@pytest.mark.parametrize(
    "text",
    [
        "n = 1",
        "n == 1",
        "p = 5",
        "list.items",
        "list[1]",
        "step(1)",
        "n + 1",
        "c, d = 1, 2",
        "n .. 'x'",
        "s and t",
        "unknown",
        "local x = 1",
        "...",
        ".5 + 1",
        "#t",
        "-n",
    ],
)
def test_lua(text: str) -> None:
    assert split(text) is None


def test_a_dot_before_no_command_is_an_error() -> None:
    with pytest.raises(LLMSpellError, match=r"Unknown command: \.nonsense"):
        split(".nonsense 3")


def test_every_name_leads_to_one_command() -> None:
    spellings = [name for first, command in COMMANDS.items() for name in (first, *command.aliases)]
    assert len(spellings) == len(set(spellings)) == len(NAMES)


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("12", Wish(None, 12, None, None)),
        ("a.lua:12", Wish("a.lua", 12, None, None)),
        ("C:\\x\\a.lua:12", Wish("C:\\x\\a.lua", 12, None, None)),
        ("a b.lua:12", Wish("a b.lua", 12, None, None)),
        ("a.lua:12 if n > 3", Wish("a.lua", 12, None, "n > 3")),
        ("a.lua:12 n > 3", Wish("a.lua", 12, None, "n > 3")),
        ("12 iffy", Wish(None, 12, None, "iffy")),
        ("a.lua:12 if t[':9'] == 1", Wish("a.lua", 12, None, "t[':9'] == 1")),
        ("mix", Wish(None, 0, "mix", None)),
        ("t.mix", Wish(None, 0, "t.mix", None)),
        ("t:mix if n", Wish(None, 0, "t:mix", "n")),
    ],
)
def test_places(text: str, wish: Wish) -> None:
    assert parse_wish(text) == wish


@pytest.mark.parametrize("text", ["", "0", "a.lua:0", "a.lua:", ":3x", "a b", "-3"])
def test_no_places(text: str) -> None:
    assert parse_wish(text) is None
