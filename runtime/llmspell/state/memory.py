"""State that lives as long as the process."""

from __future__ import annotations

import time
from heapq import heappop, heappush
from threading import RLock

from llmspell.errors import StorageError
from llmspell.state.keys import read_key
from llmspell.state.scope import Scope
from llmspell.state.store import EPOCH, Row, StateStore, Transaction

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType
    from typing import Any, Final, Self, TypeAlias

    from llmspell.state.store import OnChange

    _Entry: TypeAlias = tuple[str, float | None, float, int]
    """JSON text, expiry, time and epoch of the last change."""

_ABSENT: Final = object()
_USE_THE_TRANSACTION: Final = (
    "Failed to write state: a transaction is open on this thread; write through it"
)


class MemoryStore(StateStore):
    """A store in dictionaries, with the behaviour of the SQLite one."""

    __slots__ = (
        "_closed",
        "_expiries",
        "_lock",
        "_open_transaction",
        "_properties",
        "_removed",
        "_scopes",
    )

    backend_type = "memory"

    def __init__(
        self,
        *,
        max_value_bytes: int | None = None,
        on_change: OnChange | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(max_value_bytes=max_value_bytes, on_change=on_change, clock=clock)
        self._lock = RLock()
        self._scopes: dict[str, dict[str, _Entry]] = {}
        self._removed: dict[tuple[str, str], int] = {}
        self._properties: dict[str, str | int] = {}
        self._expiries: list[tuple[float, str, str]] = []
        self._open_transaction = False
        self._closed = False

    def transaction(self, *, write: bool = True) -> Transaction:  # noqa: ARG002 -- one lock
        """Return a transaction to enter with `with`."""
        return _MemoryTransaction(self)

    def get_text(self, scope: Scope | str, key: str) -> str | None:
        """Return the JSON text of an entry, None if there is none."""
        text = scope if isinstance(scope, str) else scope.text
        key = read_key(key)
        with self._lock:
            self._check_open("read")
            entry = self._live(text, key)
            return None if entry is None else entry[0]

    def list_keys(self, scope: Scope | str, prefix: str = "") -> list[str]:
        """Return the keys of a scope that start with `prefix`, in code point order."""
        text = scope if isinstance(scope, str) else scope.text
        prefix = read_key(prefix)
        with self._lock:
            self._check_open("list")
            return sorted(
                key
                for key in self._scopes.get(text, ())
                if key.startswith(prefix) and self._live(text, key) is not None
            )

    def scopes(self) -> list[Scope]:
        """Return the scopes that have an entry, sorted by kind and id."""
        with self._lock:
            self._check_open("list")
            found = [
                Scope.parse(text)
                for text, entries in self._scopes.items()
                if any(self._live(text, key) is not None for key in entries)
            ]
        return sorted(found, key=lambda scope: (scope.kind, scope.id))

    def close(self) -> None:
        """Drop everything."""
        with self._lock:
            self._closed = True
            self._scopes.clear()

    def _write(self, scope: Scope, key: str, text: str, expires_at: float | None) -> None:
        if self.on_change is not None or expires_at is not None:
            super()._write(scope, key, text, expires_at)
            return
        with self._lock:
            self._check_open("write")
            if self._open_transaction:
                raise StorageError(_USE_THE_TRANSACTION)
            self._store(scope.text, key, text, None)

    def _check_open(self, what: str) -> None:
        if self._closed:
            raise StorageError(f"Failed to {what} state: the store is closed")

    def _live(self, scope: str, key: str) -> _Entry | None:
        entries = self._scopes.get(scope)
        entry = entries.get(key) if entries is not None else None
        if entry is not None and entry[1] is not None and entry[1] <= self._clock():
            return None
        return entry

    def _store(self, scope: str, key: str, text: str, expires_at: float | None) -> None:
        entries = self._scopes.get(scope)
        if entries is None:
            entries = self._scopes[scope] = {}
        epoch = self._properties.get(EPOCH, 0)
        assert isinstance(epoch, int)
        entries[key] = (text, expires_at, self._clock(), epoch)
        if expires_at is not None:
            heappush(self._expiries, (expires_at, scope, key))


class _MemoryTransaction(Transaction):
    """Keeps what it replaces, to put it back when the block fails."""

    __slots__ = ("_journal",)

    _store: MemoryStore

    def __enter__(self) -> Self:
        store = self._store
        store._lock.acquire()
        if store._open_transaction or store._closed:
            reason = "a transaction is already open on this thread"
            if store._closed:
                reason = "the store is closed"
            store._lock.release()
            raise StorageError(f"Failed to write state: {reason}")
        store._open_transaction = True
        self._journal: list[tuple[dict[Any, Any], Any, Any]] = []
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        store = self._store
        try:
            if kind is not None or self._abandoned:
                self._undo()
            self._drop_empty_scopes()
        finally:
            store._open_transaction = False
            store._lock.release()
        if kind is None and not self._abandoned:
            self._announce()

    def rows(self, scope: Scope | None = None, *, since: int = 0) -> list[Row]:
        """Return the live entries, of one scope if given, sorted by scope and key."""
        store = self._store
        found = []
        for text in list(store._scopes) if scope is None else [scope.text]:
            owner = Scope.parse(text)
            for key in store._scopes.get(text, ()):
                entry = store._live(text, key)
                if entry is not None and entry[3] >= since:
                    found.append(Row(owner, key, entry[0], entry[1], entry[2]))
        found.sort(key=lambda row: (row.scope.kind, row.scope.id, row.key))
        return found

    def removals(self, since: int) -> list[tuple[Scope, str]]:
        """Return the addresses of entries removed in the epoch `since` or later."""
        return [
            (Scope.parse(scope), key)
            for (scope, key), epoch in self._store._removed.items()
            if epoch >= since
        ]

    def forget_removals(self, before: int) -> None:
        """Drop the record of removals of earlier epochs than `before`."""
        removed = self._store._removed
        for address in [address for address, epoch in removed.items() if epoch < before]:
            self._keep(removed, address)
            del removed[address]

    def purge_expired(self) -> int:
        """Remove entries whose time is over; return how many."""
        store = self._store
        now = store._clock()
        count = 0
        while store._expiries and store._expiries[0][0] <= now:
            _, scope, key = heappop(store._expiries)
            entry = store._scopes.get(scope, {}).get(key)
            if entry is not None and entry[1] is not None and entry[1] <= now:
                self._remove(Scope.parse(scope), key)
                count += 1
        return count

    def property(self, name: str) -> str | int | None:
        """Return a property of the store itself, None if it was never set."""
        return self._store._properties.get(name)

    def set_property(self, name: str, value: str | int | None) -> None:
        """Set a property of the store itself, or remove it with None."""
        properties = self._store._properties
        self._keep(properties, name)
        if value is None:
            properties.pop(name, None)
        else:
            properties[name] = value

    def _fetch(self, scope: Scope, key: str) -> Row | None:
        entry = self._store._live(scope.text, key)
        return None if entry is None else Row(scope, key, entry[0], entry[1], entry[2])

    def _put(self, scope: Scope, key: str, text: str, expires_at: float | None) -> None:
        store = self._store
        self._keep(store._scopes.setdefault(scope.text, {}), key)
        store._store(scope.text, key, text, expires_at)

    def _remove(self, scope: Scope, key: str) -> None:
        store = self._store
        entries = store._scopes.get(scope.text)
        if entries is None or key not in entries:
            return
        self._keep(entries, key)
        del entries[key]
        epoch = store._properties.get(EPOCH, 0)
        if isinstance(epoch, int) and epoch > 0:
            self._keep(store._removed, (scope.text, key))
            store._removed[scope.text, key] = epoch

    def _keep(self, mapping: dict[Any, Any], key: Any) -> None:
        self._journal.append((mapping, key, mapping.get(key, _ABSENT)))

    def _undo(self) -> None:
        for mapping, key, old in reversed(self._journal):
            if old is _ABSENT:
                mapping.pop(key, None)
            else:
                mapping[key] = old

    def _drop_empty_scopes(self) -> None:
        scopes = self._store._scopes
        for text in [text for text, entries in scopes.items() if not entries]:
            del scopes[text]
