"""Whatever has been typed of any program, everything that can be asked is answered."""

from __future__ import annotations

import pytest

from llmspell_server.analysis.checks.checker import Checker
from llmspell_server.analysis.folding import folds_of
from llmspell_server.analysis.outline import outline_of
from llmspell_server.analysis.text import Text
from tests.server.analysis.test_robustness import answer_everywhere
from tests.server.places import URI, place_at

from .test_accepting import PACKAGES, spoilt_beginnings


@pytest.mark.slow
@pytest.mark.parametrize("package", PACKAGES)
def test_beginnings_of_programs_are_answered(package: str) -> None:
    for beginning in spoilt_beginnings(package, 40):
        source = beginning[-20_000:]
        answer_everywhere(Text(source), len(source))
        subject = place_at(source, len(source))
        folds_of(subject.snapshot)
        outline_of(subject.snapshot)
        for placed in Checker(subject.inference).findings(URI):
            assert 0 <= placed.start <= placed.end <= len(source)
