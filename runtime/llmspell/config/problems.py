"""What is said about a configuration: notes for the user, and errors that stop loading."""

from typing import Literal

import attrs

from llmspell.errors import ConfigError

NoteLevel = Literal["warning", "note"]
KeyPath = tuple[str, ...]


def dotted(path: KeyPath) -> str:
    """Write a key path as a user would: `tools.web_search.max_results`."""
    return ".".join(path)


@attrs.frozen
class Note:
    """Something worth knowing that does not stop loading; `key` is a dotted key path."""

    level: NoteLevel
    key: str
    message: str

    def __str__(self) -> str:
        return f"{self.key}: {self.message}" if self.key else self.message


@attrs.frozen
class Violation:
    """A rule that a value breaks."""

    key: str
    message: str

    def __str__(self) -> str:
        return f"Configuration validation failed in field '{self.key}': {self.message}"


class InvalidConfigError(ConfigError):
    """One or more settings break rules: one sentence each, a line each."""

    def __init__(self, violations: tuple[Violation, ...]) -> None:
        super().__init__("\n".join(map(str, violations)))
        self.violations = violations
