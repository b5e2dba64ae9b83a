"""Scopes: whose a state entry is.

A spell names a scope by text (`"global"`, `"custom"`, `"agent:researcher"`, or anything else);
the store keeps it as two columns, kind and id, so that an id may contain colons
(spec state-sessions §1).
"""

from __future__ import annotations

from llmspell.errors import ValidationError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Final

GLOBAL: Final = "global"
OTHER: Final = "other"

OWNER_KINDS: Final = frozenset({"user", "session", "agent", "tool", "workflow", "hook", "custom"})
"""Kinds that stand before an id, as in `agent:researcher`, or alone."""

_MEMO_LIMIT: Final = 1024
_memo: dict[str, Scope] = {}


class Scope:
    """Whose an entry is: a kind, and the id of the owner where the kind has one.

    `kind` is `global`, one of `OWNER_KINDS`, or `other` for text of any other form, which is then
    the id. `text` is what a spell writes; `Scope.parse(scope.text) == scope` always holds.
    """

    __slots__ = ("id", "kind", "text")

    kind: str
    id: str
    text: str

    def __init__(self, kind: str, id: str = "") -> None:  # noqa: A002 -- the field's own name
        """Raise ValidationError if no script text stands for this kind and id."""
        text = id if kind == OTHER else f"{kind}:{id}" if id else kind
        if _split(text) != (kind, id):
            raise ValidationError(f"There is no scope of kind {kind!r} with the id {id!r}")
        self.kind = kind
        self.id = id
        self.text = text

    @staticmethod
    def parse(text: str) -> Scope:
        """Return the scope that a script's text names; every text names one."""
        scope = _memo.get(text)
        if scope is None:
            scope = Scope(*_split(text))
            if len(_memo) >= _MEMO_LIMIT:
                _memo.clear()
            _memo[text] = scope
        return scope

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Scope) and self.text == other.text)

    def __hash__(self) -> int:
        return hash(self.text)

    def __repr__(self) -> str:
        return f"Scope({self.kind!r}, {self.id!r})"

    def __str__(self) -> str:
        return self.text


def _split(text: str) -> tuple[str, str]:
    if text == GLOBAL or text in OWNER_KINDS:
        return text, ""
    kind, _, owner = text.partition(":")
    if owner and kind in OWNER_KINDS:
        return kind, owner
    return OTHER, text


def as_scope(scope: Scope | str) -> Scope:
    """Return the scope itself, or the one that a script's text names."""
    return Scope.parse(scope) if isinstance(scope, str) else scope


def other_addresses(scope_text: str, key: str) -> Iterator[tuple[str, str]]:
    """Yield the (scope text, key) pairs under which `load(scope_text, key)` looks next.

    A spell's address is the flat text `<scope>:<key>`, so the same text may have been saved with
    the colon elsewhere; after that the bare key may address an entry of another scope
    (`workflow:<execution>:<step>`); at last, for scope `custom`, the key without its leading
    colon (lua-globals §8, the rule marked U).
    """
    for address in _readings(f"{scope_text}:{key}"):
        if address != (scope_text, key):
            yield address
    yield from _readings(key)
    if scope_text == "custom" and key.startswith(":"):
        yield scope_text, key[1:]
        yield from _readings(key[1:])


def _readings(flat: str) -> Iterator[tuple[str, str]]:
    """Yield every way to read a flat address, the longest scope first."""
    colon = flat.rfind(":")
    while colon > 0:
        if colon + 1 < len(flat):
            yield flat[:colon], flat[colon + 1 :]
        colon = flat.rfind(":", 0, colon)
