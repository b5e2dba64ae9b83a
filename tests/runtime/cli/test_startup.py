"""What a short run imports: each of these costs milliseconds that every spell would pay."""

from __future__ import annotations

import subprocess
import sys

from tests.runtime.cli.conftest import Shell

FORBIDDEN = {
    "llmspell.agents", "llmspell.models",
    "asyncio", "attr", "attrs", "cattrs", "click", "contextvars", "ctypes", "dataclasses", "datetime",
    "difflib", "email", "glob", "hashlib", "http", "importlib.metadata", "importlib.resources", "inspect",
    "jsonschema", "logging", "multiprocessing", "pathlib", "platform", "prompt_toolkit", "pygments",
    "random", "selectors", "shutil", "socket", "sqlite3", "ssl", "statistics", "subprocess", "tempfile",
    "tomllib", "traceback", "tree_sitter", "typing", "unittest", "urllib", "uuid", "zipfile",
}  # fmt: skip

# What a bare interpreter, and lupa, import by themselves is not ours to forbid.
BASELINE = "import sys, lupa.lua54"


def _modules(code: str, shell: Shell) -> set[str]:
    program = f"import sys\n{code}\nsys.stderr.write('\\n'.join(sys.modules))"
    environ = {k: v for k, v in shell.environ.items() if not k.startswith("COVERAGE_")}
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=shell.folder,
        env=environ,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return set(done.stderr.split("\n"))


def _ran(shell: Shell, text: str, *words: str) -> set[str]:
    script = shell.write("spell.lua", text)
    code = f"""
sys.argv = ['llmspell-run', *{list(words)!r}, {str(script)!r}]
from llmspell.cli.run_main import main
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
"""
    return _modules(code, shell) - _modules(BASELINE, shell)


def test_an_empty_spell(shell: Shell) -> None:
    assert not _ran(shell, "") & FORBIDDEN


def test_a_spell_with_output_arguments_and_modules(shell: Shell) -> None:
    shell.write("m.lua", "return 1")
    assert not _ran(shell, "print(require('m'), ARGS[0]) io.write('x')") & FORBIDDEN


def test_json_needs_no_more(shell: Shell) -> None:
    assert not _ran(shell, "print(JSON.stringify(JSON.parse('[1]')))") & FORBIDDEN


def test_a_spell_without_a_model_imports_nothing_of_models(shell: Shell) -> None:
    script = """
    State.save("a", 1)
    Event.publish("a.b", {})
    print(#Tool.list(), Tool.execute("calculator", {input = "1 + 1"}).success, Agent, Provider)
    """
    names = {"llama_cpp", "ollama", "openai", "anthropic", "huggingface_hub", "numpy", "tenacity"}
    imported = _ran(shell, script)
    assert not imported & names
    assert not [
        each for each in imported if each.startswith(("llmspell.models", "llmspell.agents"))
    ]


def test_a_time_limit_needs_ctypes_only_to_stop(shell: Shell) -> None:
    assert not _ran(shell, "", "--timeout", "10") & FORBIDDEN
