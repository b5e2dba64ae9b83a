from __future__ import annotations

import builtins
import os
import subprocess
import sys
from pathlib import Path

import pytest

from llmspell_server.generated_code import GeneratedCode

START = """
import builtins
asked, compile = [], builtins.compile
from llmspell_server.generated_code import generated_code
generated_code().serve()
builtins.compile = lambda *args, **named: (asked.append(args[1]), compile(*args, **named))[1]
from lsprotocol import types
from llmspell_server.work.jobs import Result
assert types.Position(1, 2) == types.Position(1, 2)
assert hash(Result(1)) == hash(Result(1)) != hash(Result(2))
generated_code().keep()
print(sum("attrs generated" in str(name) for name in asked))
"""


def start(cache: Path) -> int:
    """How many classes were compiled at a start."""
    environment = {**os.environ, "XDG_CACHE_HOME": str(cache)}
    run = subprocess.run([sys.executable, "-c", START], capture_output=True, env=environment)
    assert run.returncode == 0, run.stderr.decode()
    return int(run.stdout)


def test_a_second_start_compiles_no_class(tmp_path: Path) -> None:
    assert start(tmp_path) > 500
    assert start(tmp_path) == 0


def test_a_damaged_file_is_as_good_as_none(tmp_path: Path) -> None:
    start(tmp_path)
    (file,) = (tmp_path / "llmspell" / "language-server").iterdir()
    data = file.read_bytes()
    file.write_bytes(data[:-100] + bytes(100))
    assert start(tmp_path) > 500
    assert start(tmp_path) == 0


def test_another_text_is_compiled_anew(tmp_path: Path) -> None:
    first = GeneratedCode(tmp_path)
    first.compile("x = 1", "<generated>", "exec")
    first.keep()
    found: dict[str, int] = {}
    exec(GeneratedCode(tmp_path).compile("x = 2", "<generated>", "exec"), found)
    assert found["x"] == 2


def test_code_that_was_not_used_is_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for text in ("x = 1", "x = 2"):
        code = GeneratedCode(tmp_path)
        code.compile(text, "<generated>", "exec")
        code.keep()
    asked: list[str] = []
    monkeypatch.setattr(builtins, "compile", lambda text, *_: asked.append(text))
    last = GeneratedCode(tmp_path)
    last.compile("x = 2", "<generated>", "exec")
    last.compile("x = 1", "<generated>", "exec")
    assert asked == ["x = 1"]
