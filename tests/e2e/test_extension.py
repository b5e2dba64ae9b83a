"""The VS Code extension in a real extension host; the tests themselves stand beside its sources."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.code_server import EXTENSION
from tests.e2e.extension_host import failures_of

SUITES = sorted(
    path.name.removesuffix(".test.ts") for path in (EXTENSION / "test").glob("*.test.ts")
)


@pytest.mark.slow
@pytest.mark.usefixtures("extension")
@pytest.mark.parametrize("suite", SUITES)
def test_in_the_extension_host(suite: str, tmp_path: Path) -> None:
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    failures = failures_of(suite, tmp_path, workspace)
    assert not failures, "\n".join(failures)
