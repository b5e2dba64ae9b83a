"""Small operations under pytest-benchmark: run once by `make test`, timed by `make bench`."""

from __future__ import annotations

from typing import Any

from llmspell.globals.arguments import script_arguments
from llmspell.lua.convert import lua_value
from llmspell.security.policy import policy_for

NESTED = {"rows": [{"id": i, "name": f"name {i}", "tags": ["a", "b"]} for i in range(1000)]}


def test_converting_a_nested_value(benchmark: Any) -> None:
    converted = benchmark(lua_value, NESTED)
    assert converted[b"rows"][999][b"name"] == b"name 999"


def test_checking_a_path(benchmark: Any, tmp_path: Any) -> None:
    policy = policy_for("standard", script_dir=tmp_path, cwd=tmp_path)
    assert benchmark(policy.check_path, "notes.txt", "write") == str(tmp_path / "notes.txt")


def test_reading_script_arguments(benchmark: Any) -> None:
    named, _ = benchmark(script_arguments, "spell.lua", ["--name", "Ada", "one", "two"])
    assert named["name"] == "Ada"
