"""Whatever has been typed of any program, everything that can be asked is answered."""

from __future__ import annotations

import pytest

from llmspell_server.analysis.checks.checker import Checker
from tests.server.asking import ask_everywhere
from tests.server.corpora import PACKAGES
from tests.server.places import URI, place_at

from .test_accepting import spoilt_beginnings


@pytest.mark.slow
@pytest.mark.parametrize("package", PACKAGES)
def test_beginnings_of_programs_are_answered(package: str) -> None:
    for beginning in spoilt_beginnings(package, 40):
        source = beginning[-20_000:]
        subject = place_at(source, len(source))
        ask_everywhere(subject)
        for placed in Checker(subject.inference).findings(URI):
            assert 0 <= placed.start <= placed.end <= len(source)
