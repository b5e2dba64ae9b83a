"""The store of JSON values by scope and key, whatever keeps them.

A backend (`memory`, `sqlite`) supplies a `Transaction` and the few operations that must be fast;
everything else is written here once, each operation in one transaction
(spec state-sessions §3, where the original reads and then writes without a lock).
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod

from llmspell.errors import StorageError
from llmspell.state import values
from llmspell.state.keys import checked_address, read_key
from llmspell.state.scope import Scope, as_scope, other_addresses

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import TracebackType
    from typing import Final, Self, TypeAlias

    from llmspell.state.values import Json

    OnChange: TypeAlias = Callable[[Scope, str, str | None, str | None], None]
    """Called with scope, key, old and new value as JSON text; None where there is no entry."""

EPOCH: Final = "epoch"
"""Property: number of the interval between two backups; each row keeps that of its last change."""
REMOVALS_SINCE: Final = "removals_since"
"""Property: the first epoch whose removed entries are all still on record."""
STORE_ID: Final = "store_id"
"""Property: a random name that tells the backups of one store from those of another."""
DATA_VERSION: Final = "data_version"
"""Property: the schema version (`major.minor.patch`) of the stored data, if migrations are used."""


class Row:
    """One stored entry: `text` is JSON, times are seconds since 1970."""

    __slots__ = ("expires_at", "key", "scope", "text", "updated_at")

    def __init__(
        self, scope: Scope, key: str, text: str, expires_at: float | None, updated_at: float
    ) -> None:
        self.scope = scope
        self.key = key
        self.text = text
        self.expires_at = expires_at
        self.updated_at = updated_at


class Transaction(ABC):
    """All or nothing: leaving the `with` block commits, an exception undoes everything.

    Other threads and processes see none of it before the end. Keys and sizes are checked as in
    the store's own methods. Times to live and `on_change` work as there, the latter after commit.
    """

    __slots__ = ("_abandoned", "_changes", "_purged", "_store")

    def __init__(self, store: StateStore) -> None:
        self._store = store
        self._changes: list[tuple[Scope, str, str | None, str | None]] = []
        self._purged = False
        self._abandoned = False

    @abstractmethod
    def __enter__(self) -> Self: ...

    @abstractmethod
    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None: ...

    def abandon(self) -> None:
        """Let the end of the block undo everything, without an exception."""
        self._abandoned = True

    def get_text(self, scope: Scope | str, key: str) -> str | None:
        """Return the JSON text of an entry, None if there is none."""
        row = self._fetch(as_scope(scope), read_key(key))
        return row.text if row else None

    def set_text(
        self, scope: Scope | str, key: str, json_text: str, *, expires_at: float | None = None
    ) -> None:
        """Write an entry; raise StorageError as `StateStore.set_text` does."""
        scope = as_scope(scope)
        key = checked_address(scope, key)
        values.check_text(json_text, key, self._store.max_value_bytes)
        if expires_at is not None and not self._purged:
            self._purged = True
            self.purge_expired()
        if self._store.on_change is not None:
            old = self._fetch(scope, key)
            self._changes.append((scope, key, old.text if old else None, json_text))
        self._put(scope, key, json_text, expires_at)

    def delete(self, scope: Scope | str, key: str) -> bool:
        """Remove an entry; return whether there was one."""
        scope = as_scope(scope)
        key = read_key(key)
        old = self._fetch(scope, key)
        self._remove(scope, key)
        if old is None:
            return False
        if self._store.on_change is not None:
            self._changes.append((scope, key, old.text, None))
        return True

    def get_row(self, scope: Scope | str, key: str) -> Row | None:
        """Return an entry with its times, None if there is none."""
        return self._fetch(as_scope(scope), read_key(key))

    @abstractmethod
    def rows(self, scope: Scope | None = None, *, since: int = 0) -> list[Row]:
        """Return the live entries, of one scope if given, sorted by scope and key.

        `since` leaves out those last changed before that epoch.
        """

    @abstractmethod
    def removals(self, since: int) -> list[tuple[Scope, str]]:
        """Return the addresses of entries removed in the epoch `since` or later.

        An entry may have been written again afterwards. Nothing is recorded in epoch 0.
        """

    @abstractmethod
    def forget_removals(self, before: int) -> None:
        """Drop the record of removals of earlier epochs than `before`."""

    @abstractmethod
    def purge_expired(self) -> int:
        """Remove entries whose time is over; return how many."""

    @abstractmethod
    def property(self, name: str) -> str | int | None:
        """Return a property of the store itself, None if it was never set."""

    @abstractmethod
    def set_property(self, name: str, value: str | int | None) -> None:
        """Set a property of the store itself, or remove it with None."""

    @abstractmethod
    def _fetch(self, scope: Scope, key: str) -> Row | None: ...

    @abstractmethod
    def _put(self, scope: Scope, key: str, text: str, expires_at: float | None) -> None: ...

    @abstractmethod
    def _remove(self, scope: Scope, key: str) -> None: ...

    def _announce(self) -> None:
        on_change = self._store.on_change
        if on_change is not None:
            for change in self._changes:
                on_change(*change)


class StateStore(ABC):
    """JSON values by scope and key.

    A scope is a `Scope` or the text that a script writes. Every method may be called from any
    thread, and raises StorageError when the storage fails; the sentence says what to do.
    Keys are compared in Unicode form NFC.

    `on_change`, if set, is called after each committed change, on the thread that made it, with
    scope, key, and the old and new values as JSON text (None: no entry). What it raises reaches
    the caller, whose change is stored nevertheless.
    """

    __slots__ = ("_clock", "max_value_bytes", "on_change")

    backend_type: str

    def __init__(
        self,
        *,
        max_value_bytes: int | None = None,
        on_change: OnChange | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.max_value_bytes = max_value_bytes
        self.on_change = on_change
        self._clock = clock

    # What a backend supplies

    @abstractmethod
    def transaction(self, *, write: bool = True) -> Transaction:
        """Return a transaction to enter with `with`.

        Meanwhile other threads wait, and with `write` other processes that want to write as well.
        While it is open, the same thread writes through it and not through the store.
        """

    @abstractmethod
    def get_text(self, scope: Scope | str, key: str) -> str | None:
        """Return the JSON text of an entry, None if there is none."""

    @abstractmethod
    def list_keys(self, scope: Scope | str, prefix: str = "") -> list[str]:
        """Return the keys of a scope that start with `prefix`, in code point order."""

    @abstractmethod
    def scopes(self) -> list[Scope]:
        """Return the scopes that have an entry, sorted by kind and id."""

    @abstractmethod
    def close(self) -> None:
        """Let go of files; using the store afterwards raises StorageError."""

    def image(self) -> bytes | None:
        """Return a consistent copy of the whole database file; None if there is no such thing."""
        return None

    def _write(self, scope: Scope, key: str, text: str, expires_at: float | None) -> None:
        with self.transaction() as transaction:
            transaction.set_text(scope, key, text, expires_at=expires_at)

    # One entry

    def get(self, scope: Scope | str, key: str) -> Json:
        """Return the value of an entry; None if there is none, or if it is null."""
        text = self.get_text(scope, key)
        return None if text is None else values.decode(text, f"key {key!r}")

    def set(self, scope: Scope | str, key: str, value: Json, *, ttl: float | None = None) -> None:
        """Write a value, which then lives for `ttl` seconds, or for ever.

        Raises:
            StorageError: the key breaks the rules of lua-globals §8, the value is not JSON or too
                large, or the storage fails.

        """
        self.set_text(scope, key, values.encode(value), ttl=ttl)

    def set_text(
        self, scope: Scope | str, key: str, json_text: str, *, ttl: float | None = None
    ) -> None:
        """Write a value given as JSON text, which is trusted to be JSON; else as `set`."""
        if isinstance(scope, str):
            scope = Scope.parse(scope)
        key = checked_address(scope, key)
        values.check_text(json_text, key, self.max_value_bytes)
        self._write(scope, key, json_text, None if ttl is None else self._clock() + ttl)

    def delete(self, scope: Scope | str, key: str) -> bool:
        """Remove an entry; return whether there was one."""
        with self.transaction() as transaction:
            return transaction.delete(scope, key)

    def exists(self, scope: Scope | str, key: str) -> bool:
        """Return whether there is an entry, be it null."""
        return self.get_text(scope, key) is not None

    def lookup(self, scope_text: str, key: str) -> Json:
        """Return what `State.load(scope_text, key)` finds, None if nothing (see `lookup_text`)."""
        text = self.lookup_text(scope_text, key)
        return None if text is None else values.decode(text, f"key {key!r}")

    def lookup_text(self, scope_text: str, key: str) -> str | None:
        """Return the JSON text that `State.load(scope_text, key)` finds, None if nothing.

        The entry of that scope and key comes first; then the other readings of the address
        (`scope.other_addresses`; lua-globals §8, the rule marked U).
        """
        text = self.get_text(scope_text, key)
        if text is None:
            for other_scope, other_key in other_addresses(scope_text, key):
                text = self.get_text(other_scope, other_key)
                if text is not None:
                    break
        return text

    # Read and write in one

    def increment(self, scope: Scope | str, key: str, delta: float = 1) -> int | float:
        """Add to a number and return the sum; an absent or null entry counts as 0.

        A time to live stays as it is.

        Raises:
            StorageError: the entry is not a number, or as for `set`.

        """
        with self.transaction() as transaction:
            row = transaction.get_row(scope, key)
            old = values.decode(row.text, f"key {key!r}") if row else None
            if old is None:
                old = 0
            if isinstance(old, bool) or not isinstance(old, int | float):
                raise StorageError(
                    f"Failed to write state: key {key!r} holds {values.encode(old)[:60]}, "
                    "which is not a number and cannot be incremented"
                )
            new = old + delta
            transaction.set_text(
                scope, key, values.encode(new), expires_at=row.expires_at if row else None
            )
            return new

    def compare_and_swap(self, scope: Scope | str, key: str, expected: Json, new: Json) -> bool:
        """Write `new` if the value is `expected`, and return whether it was.

        An absent entry and a null one are both None; 1 and 1.0 are the same; a time to live stays.
        """
        new_text = values.encode(new)
        with self.transaction() as transaction:
            row = transaction.get_row(scope, key)
            current = values.decode(row.text, f"key {key!r}") if row else None
            if not values.same(current, expected):
                return False
            transaction.set_text(scope, key, new_text, expires_at=row.expires_at if row else None)
            return True

    def set_if_absent(
        self, scope: Scope | str, key: str, value: Json, *, ttl: float | None = None
    ) -> bool:
        """Write a value if there is no entry yet, and return whether it was written."""
        text = values.encode(value)
        with self.transaction() as transaction:
            if transaction.get_text(scope, key) is not None:
                return False
            transaction.set_text(scope, key, text, expires_at=self._expiry(ttl))
            return True

    # Many entries

    def set_many(
        self, entries: Iterable[tuple[Scope | str, str, Json]], *, ttl: float | None = None
    ) -> None:
        """Write all of the (scope, key, value) entries, or none if one of them is refused."""
        encoded = [(scope, key, values.encode(value)) for scope, key, value in entries]
        with self.transaction() as transaction:
            expires_at = self._expiry(ttl)
            for scope, key, text in encoded:
                transaction.set_text(scope, key, text, expires_at=expires_at)

    def clear(self, scope: Scope | str | None = None) -> int:
        """Remove the entries of one scope, or all; return how many there were."""
        with self.transaction() as transaction:
            rows = transaction.rows(None if scope is None else as_scope(scope))
            for row in rows:
                transaction.delete(row.scope, row.key)
            return len(rows)

    def rows(self, scope: Scope | str | None = None) -> list[Row]:
        """Return the entries of one scope, or all, sorted by scope and key."""
        with self.transaction(write=False) as transaction:
            return transaction.rows(None if scope is None else as_scope(scope))

    def items(self, scope: Scope | str | None = None) -> list[tuple[Scope, str, Json]]:
        """Return (scope, key, value) of all entries, or of one scope, sorted by scope and key."""
        return [
            (row.scope, row.key, values.decode(row.text, f"key {row.key!r}"))
            for row in self.rows(scope)
        ]

    def purge_expired(self) -> int:
        """Free the space of entries whose time is over; return how many there were."""
        with self.transaction() as transaction:
            return transaction.purge_expired()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _expiry(self, ttl: float | None) -> float | None:
        return None if ttl is None else self._clock() + ttl
