"""The working directory of a session, and what its spells may touch there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from llmspell.errors import LLMSpellError
from llmspell.security.policy import Policy


class Place:
    """Moves a session to another folder, as if it had been started there.

    Where the policy's folders include the working directory (the profile `standard`), they
    include the new one then: it is the user who went there, not a spell.
    """

    def __init__(self, policy: Policy) -> None:
        self._policy = policy

    def move(self, folder: Path) -> None:
        """Makes a folder the working directory; raises LLMSpellError."""
        try:
            os.chdir(folder)
        except OSError as error:
            raise LLMSpellError(f"{folder}: {error.strerror}") from error
        policy, here = self._policy, os.path.realpath(".")
        before, policy.cwd = policy.cwd, here
        policy.read_roots = _with(policy.read_roots, before, here)
        policy.write_roots = _with(policy.write_roots, before, here)

    @contextmanager
    def inside(self, folder: Path) -> Iterator[None]:
        """Works in a folder for a while."""
        policy, before = self._policy, Path.cwd()
        kept = policy.cwd, policy.read_roots, policy.write_roots
        self.move(folder)
        try:
            yield
        finally:
            os.chdir(before)
            policy.cwd, policy.read_roots, policy.write_roots = kept


def _with(roots: tuple[str, ...] | None, before: str, here: str) -> tuple[str, ...] | None:
    if roots is None or before not in roots or here in roots:
        return roots
    return (*roots, here)
