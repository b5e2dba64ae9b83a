"""What the extension's manifest says is current, and can be translated."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

EXTENSION = Path(__file__).parents[2] / "vscode-extension"
SHOWN = {"title", "label", "description", "markdownDescription", "contents", "name"}
MANIFEST = json.loads((EXTENSION / "package.json").read_text("utf-8"))
TEXTS = json.loads((EXTENSION / "package.nls.json").read_text("utf-8"))


def _strings(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Each text below, with the key that it or its list stands under."""
    if isinstance(value, dict):
        for name, member in value.items():
            yield from _strings(member, name)
    elif isinstance(value, list):
        for member in value:
            yield from _strings(member, key)
    elif isinstance(value, str):
        yield key, value


def test_the_generated_files_are_current() -> None:
    done = subprocess.run([sys.executable, EXTENSION / "generate.py", "--check"])
    assert done.returncode == 0, "run `make generate`"


def test_every_text_of_the_manifest_can_be_translated() -> None:
    """All but names, which are one word."""
    prose = [
        text
        for key, text in _strings(MANIFEST)
        if key in SHOWN and not re.fullmatch(r"%[\w.-]+%|[\w.$-]+", text)
    ]
    assert prose == []


def test_the_texts_of_the_manifest_are_those_that_there_are() -> None:
    used = {name for _, text in _strings(MANIFEST) for name in re.findall(r"^%([\w.-]+)%$", text)}
    assert used == set(TEXTS)


def test_every_file_that_the_manifest_names_is_there() -> None:
    named = [
        text
        for _, text in _strings(MANIFEST)
        if re.match(r"(\./)?(media|snippets|l10n|walkthrough)", text)
    ]
    assert named
    missing = [name for name in named if not (EXTENSION / name).exists()]
    assert missing == []
