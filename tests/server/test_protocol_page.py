"""Each row of the page about the protocol names a test that there is."""

from __future__ import annotations

import re
from pathlib import Path

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs" / "language-server-protocol.md"
_TEST = re.compile(r"`([\w/]+\.py)::(\w+)`")


def test_each_row_names_a_test_that_there_is() -> None:
    rows = [line for line in PAGE.read_text().splitlines() if line.startswith("| ")]
    claims = [row for row in rows if row not in ("| what | test |", "| --- | --- |")]
    assert claims
    for row in claims:
        named = _TEST.findall(row)
        assert named, row
        for file, test in named:
            assert f"def {test}(" in (HERE / file).read_text(), row
