import subprocess
import sys

import pytest

HEAVY = (
    "attr",
    "attrs",
    "cattrs",
    "inspect",
    "tomllib",
    "asyncio",
    "typing",
    "typing_extensions",
    "dataclasses",
    "pathlib",
    "re",
    "json",
    "tempfile",
)


@pytest.mark.parametrize("module", ["llmspell.config.discovery", "llmspell.security.policy"])
def test_a_start_imports_nothing_heavy(module: str) -> None:
    # -S keeps out what site and .pth files import; the path is what they would have set.
    code = f"import sys; sys.path = {sys.path!r}; import {module}; print(' '.join(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-S", "-c", code], capture_output=True, text=True, check=True
    )
    assert set(HEAVY) & set(done.stdout.split()) == set()


def test_a_start_without_configuration_stays_light(tmp_path: object) -> None:
    code = (
        f"import sys; sys.path = {sys.path!r}\n"
        "from llmspell.config.discovery import anything_configured\n"
        "from llmspell.security.policy import policy_for\n"
        f"assert not anything_configured({str(tmp_path)!r}, {{'HOME': {str(tmp_path)!r}}})\n"
        f"policy_for(None, script_dir='.', cwd={str(tmp_path)!r})\n"
        "print(' '.join(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", code], capture_output=True, text=True, check=True
    )
    assert set(HEAVY) & set(done.stdout.split()) == set()
