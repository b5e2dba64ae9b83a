"""What the tests of editors share."""

from __future__ import annotations

import pytest

from tests.e2e.built_extension import build


@pytest.fixture(scope="session")
def extension() -> None:
    """The extension is built from the sources."""
    build()
