"""docs/debugging.md lists exactly the attributes that there are."""

from __future__ import annotations

import re
from pathlib import Path

import attrs
import pytest

from llmspell_debug_adapter.protocol.arguments import AttachArguments, LaunchArguments
from llmspell_debug_adapter.protocol.structuring import camel

TEXT = (Path(__file__).parents[2] / "docs" / "debugging.md").read_text()


@pytest.mark.parametrize(
    ("title", "kind"), [("Launch", LaunchArguments), ("Attach", AttachArguments)]
)
def test_the_attributes_are_those_of_the_code(title: str, kind: type) -> None:
    section = TEXT.split(f"## {title}\n")[1].split("\n## ")[0]
    listed = re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)
    assert sorted(listed) == sorted(camel(field.name) for field in attrs.fields(kind))
