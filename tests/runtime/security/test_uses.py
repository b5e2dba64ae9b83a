"""The described uses are what the functions really ask for."""

from __future__ import annotations

from pathlib import Path

import pytest

from llmspell.app import Runtime
from llmspell.lua.documentation import library
from llmspell.lua.streams import Streams
from llmspell.security.policy import LEVELS
from llmspell.security.uses import USES, WITHHELD, Use

CALLS = {
    "read": "{function}({given})",
    "mode": "{function}({given}, 'r')",
    "write": "{function}({given})",
    "process": "{function}('true')",
    "temporary": "{function}()",
}


@pytest.mark.parametrize(
    "use",
    [use for use in USES if use.permission != "variable"],
    ids=lambda use: f"{use.function}-{use.argument}",
)
def test_a_function_is_refused_what_it_is_said_to_ask_for(use: Use, tmp_path: Path) -> None:
    given = "'/nowhere/else'"
    if use.function == "os.rename":
        given = f"{given}, 'there'" if use.argument == 0 else f"'here', {given}"
    call = CALLS[use.permission].format(function=use.function, given=given)
    streams = Streams(lambda _: None, lambda _: None, lambda _: b"")
    runtime = Runtime(
        streams=streams,
        script_dir=str(tmp_path),
        security="safe",
        environ={"HOME": str(tmp_path)},
    )
    code = f"local ok, a, b = pcall(function() return {call} end) return tostring(a) .. tostring(b)"
    try:
        said = str(runtime.run(code).value)
    finally:
        runtime.close()
    assert "not allowed" in said or "security level" in said, said


def _missing(level: str, folder: Path) -> set[str]:
    """The functions of Lua's library that a spell does not find."""
    streams = Streams(lambda _: None, lambda _: None, lambda _: b"")
    runtime = Runtime(
        streams=streams, script_dir=str(folder), security=level, environ={"HOME": str(folder)}
    )
    names = [name for name, found in library().names.items() if found.parameters is not None]
    try:
        return {name for name in names if runtime.run(f"return {name} == nil").value is True}
    finally:
        runtime.close()


@pytest.mark.parametrize("level", LEVELS)
def test_withheld_are_the_functions_that_a_spell_lacks(level: str, tmp_path: Path) -> None:
    expected = {
        each.function
        for each in WITHHELD
        if each.level is None or LEVELS.index(each.level) > LEVELS.index(level)
    }
    assert _missing(level, tmp_path) == expected
