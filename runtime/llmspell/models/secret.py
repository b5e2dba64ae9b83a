"""Keeps a key out of what is said: servers repeat in their errors what they were sent."""

from __future__ import annotations

SHORTEST = 6
"""Characters of a key; anything shorter is a word that may stand for something else."""

HIDDEN = "<hidden>"


class Secret:
    """A key, or none."""

    def __init__(self, key: str | None) -> None:
        self._key = key if key and len(key) >= SHORTEST else None

    def hidden_in(self, text: str) -> str:
        """The text without the key."""
        return text.replace(self._key, HIDDEN) if self._key else text

    def hide_in(self, error: BaseException) -> None:
        """Takes the key out of a library's error, which tracebacks show as the cause of ours."""
        error.args = tuple(self._hidden(each) for each in error.args)
        for name in ("message", "error"):
            if hasattr(error, name):
                setattr(error, name, self._hidden(getattr(error, name)))

    def _hidden(self, value: object) -> object:
        return self.hidden_in(str(value)) if self._key and self._key in str(value) else value
