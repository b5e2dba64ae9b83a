"""What is declared about diagnostics."""

from __future__ import annotations

import pytest

from llmspell_server.analysis.checks.catalogue import CODES, GROUPS, Code

from .checking import check

EXAMPLES = [code for code in CODES.values() if code.group != "syntax"]


@pytest.mark.parametrize("code", EXAMPLES, ids=lambda code: code.name)
def test_examples_show_what_is_reported(code: Code) -> None:
    check(code.name, code.example, **{"lib/text": "return {}"})


def test_every_code_has_a_group_and_a_sentence() -> None:
    groups = {group.name for group in GROUPS}
    for code in CODES.values():
        assert code.group in groups
        assert code.meaning.endswith(".")
