"""The described uses are what the functions really ask for."""

from __future__ import annotations

from pathlib import Path

import pytest

from llmspell.app import Runtime
from llmspell.lua.streams import Streams
from llmspell.security.uses import USES, Use

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
