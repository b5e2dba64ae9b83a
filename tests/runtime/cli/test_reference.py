"""docs/cli.md is what the commands say."""

from __future__ import annotations

import re

from llmspell.cli import execution
from llmspell.cli.main import COMMANDS
from llmspell.cli.reference import PLACE, cli_reference


def test_reference_is_current() -> None:
    assert PLACE.read_text(encoding="utf-8") == cli_reference(), (
        "run python -m llmspell.cli.reference"
    )


def test_reference_has_every_command() -> None:
    titles = re.findall(r"^#+ (llmspell.*)$", cli_reference(), re.MULTILINE)
    assert {f"llmspell {name}" for name in COMMANDS} | {
        "llmspell-run",
        "llmspell state export",
    } <= set(titles)


def test_reference_has_every_exit_code() -> None:
    text = cli_reference()
    codes = [v for k, v in vars(execution).items() if k.isupper() and type(v) is int]
    assert len(codes) == 7
    for code in codes:
        assert f"\n| {code} |" in text
