"""Which test proves which capability; `test_capabilities.py` compares with what is advertised."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])

PROOFS: dict[str, list[str]] = {}


def proves(*capabilities: str) -> Callable[[F], F]:
    """Marks a test that fails if the adapter could not do what these capabilities say."""

    def mark(function: F) -> F:
        for capability in capabilities:
            PROOFS.setdefault(capability, []).append(function.__qualname__)
        return function

    return mark
