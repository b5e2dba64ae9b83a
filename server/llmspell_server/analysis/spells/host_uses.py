"""Calls that need a permission of the host, and what they need it for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Protocol

from attrs import field, frozen

from llmspell_server.analysis.syntax import tree

Wanted = Mapping[str, Iterable[tuple[str, int]]]
"""By a function's name: the permission that it asks for, and which argument it is about."""

Said = Callable[[tree.Expression], str | None]
"""What an argument says, where that is known."""

_WRITING = frozenset("wa+")


@frozen
class HostUse:
    """What a call asks the host for.

    permission: as the runtime names it, with `mode` resolved. subject: the path, command or name,
    None where it is not written out.
    """

    function: str
    permission: str
    subject: str | None


@frozen
class Refusal:
    """What is refused, and why.

    key, value: the setting that would allow it, as TOML says it, and what it is set to or gets
    besides. beside: what a list that is made for that has to have, so that no more is refused.
    """

    message: str
    key: str | None = None
    value: str | bool | None = None
    beside: tuple[str, ...] = ()

    @property
    def data(self) -> dict[str, Any]:
        """What a quick fix needs of it."""
        data: dict[str, Any] = {"key": self.key, "value": self.value} if self.key else {}
        return data | {"beside": list(self.beside)} if self.beside else data


class HostRules(Protocol):
    """Whoever knows what the host allows."""

    @property
    def wanted(self) -> Wanted:
        """Which functions ask for which permission."""

    @property
    def wanted_by_kinds(self) -> Mapping[str, str]:
        """Which kinds of strings in tables, by their types, ask for which permission."""

    @property
    def compiled_modules(self) -> frozenset[str]:
        """Names of modules that are known to be written in C, which a host may never load."""

    @property
    def adding(self) -> frozenset[str]:
        """Methods of its builders that add to what there is, by class and name."""

    def refusal(self, file: str, use: HostUse, /) -> Refusal | None:
        """Why a document would be refused what it asks for; None where it is allowed."""

    def elsewhere(self, file: str, /) -> Mapping[str, str]:
        """The globals that a document does not have, with the commands under which others do."""


@frozen
class NoRules:
    """A host that refuses nothing."""

    wanted: Wanted = field(factory=dict)
    wanted_by_kinds: Mapping[str, str] = field(factory=dict)
    compiled_modules: frozenset[str] = frozenset()
    adding: frozenset[str] = frozenset()

    def refusal(self, _file: str, _use: HostUse, /) -> Refusal | None:
        """None."""
        return None

    def elsewhere(self, _file: str, /) -> Mapping[str, str]:
        """None."""
        return {}


NO_RULES = NoRules()


def uses_of_call(
    call: tree.Call, function: str, wanted: Wanted, said: Said
) -> Iterator[tuple[tree.Node, HostUse]]:
    """What a call of a function asks for, each with the node that says it."""
    for named, argument in wanted.get(function, ()):
        given = call.arguments.values[argument : argument + 2] if argument >= 0 else ()
        subject = said(given[0]) if given else None
        permission = _by_mode(given, said) if named == "mode" else named
        if permission is not None:
            node = given[0] if given and subject is not None else call.callee
            yield node, HostUse(function, permission, subject)


def _by_mode(given: tuple[tree.Expression, ...], said: Said) -> str | None:
    """Whether a file is opened for reading or writing; None where that is not known."""
    mode = said(given[1]) if len(given) > 1 else "r"
    if mode is None:
        return None
    return "write" if _WRITING & set(mode) else "read"
