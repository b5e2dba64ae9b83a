"""Backups of a store: full or incremental, restored all or nothing.

A full backup of a SQLite store is an image made by SQLite's online backup, of a memory store a
JSON snapshot. An incremental one is JSON with the entries changed and removed since its parent.

Which ones those are is known by *epochs*: the store has a number that each backup raises by one
before it reads, each entry keeps the number under which it was last written, and so do records
of removals. What is written while a backup reads may come in twice, which does no harm, and
nothing is missed; writers are never kept waiting (spec state-sessions §15, where the original is
neither atomic nor incremental).
"""

from __future__ import annotations

import json
import os
import time
from typing import TYPE_CHECKING, Any, Final

import attrs

from llmspell.errors import StorageError
from llmspell.state.backup_files import BackupFolder, BackupInfo, new_id, rfc3339
from llmspell.state.scope import Scope
from llmspell.state.store import DATA_VERSION, EPOCH, REMOVALS_SINCE, STORE_ID, Row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from llmspell.state.store import StateStore

DEFAULT_MAX_BACKUPS: Final = 10
DEFAULT_MAX_AGE: Final = 2_592_000.0
"""Seconds: 30 days."""


@attrs.frozen
class RestoreResult:
    """What a restore did, or would do; `safety_backup_id` is the state as it was before."""

    backup_id: str
    entries_restored: int
    safety_backup_id: str | None
    dry_run: bool


@attrs.frozen
class Validation:
    """Whether a backup, and those it builds on, can be restored; the time is RFC 3339."""

    backup_id: str
    is_valid: bool
    checksum_valid: bool
    integrity_valid: bool
    validated_at: str
    errors: list[str]
    warnings: list[str]


@attrs.frozen
class Usage:
    """The space that backups take, in bytes, and the times (RFC 3339) of the first and last."""

    total_backups: int
    total_size: int
    full_backups: int
    incremental_backups: int
    oldest_backup: str | None
    newest_backup: str | None
    bytes_used: int
    entries_count: int


@attrs.frozen
class Cleanup:
    """The backups that a clean-up removed, or would remove, and the bytes that they took."""

    dry_run: bool
    deleted: list[str]
    deleted_count: int
    retained_count: int
    space_freed: int


class Backups:
    """The backups of one store in one folder.

    Every method raises StorageError when the store or the folder fails. `max_backups` and
    `max_age` (seconds) are what `cleanup` keeps to; None is no limit.
    """

    def __init__(
        self,
        store: StateStore,
        folder: Path,
        *,
        compression: str = "zlib",
        level: int = 6,
        incremental: bool = True,
        max_backups: int | None = DEFAULT_MAX_BACKUPS,
        max_age: float | None = DEFAULT_MAX_AGE,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Raise ConfigError for a compression that is not in the standard library."""
        self._store = store
        self._folder = BackupFolder(folder, compression, level)
        self._incremental = incremental
        self._max_backups = max_backups
        self._max_age = max_age
        self._clock = clock

    def create(self, *, incremental: bool = False, description: str = "") -> BackupInfo:
        """Make a backup and return it.

        It is a full one unless `incremental` is asked for, enabled, and possible: there must be a
        backup of this same store to build on.
        """
        started = time.monotonic()
        created = self._clock()
        store_id, epoch, removals_since = self._begin_epoch()
        parent = None
        if incremental and self._incremental:
            parent = self._possible_parent(store_id, removals_since)
        form, data, rows = self._read_store(parent)
        with self._store.transaction(write=False) as transaction:
            data_version = transaction.property(DATA_VERSION)
        info = self._folder.write(
            new_id(created),
            created,
            data,
            {
                "backup_type": "Incremental" if parent else "Full",
                "parent_id": parent.id if parent else None,
                "description": description,
                "form": form,
                "store_id": store_id,
                "epoch": epoch,
                "data_version": data_version,
                "stats": {
                    "total_entries": len(rows),
                    "total_size": _size(rows),
                    "duration_ms": int((time.monotonic() - started) * 1000),
                    "scopes_backed_up": sorted({row.scope.text for row in rows}),
                },
            },
        )
        self._forget_removals(epoch)
        return info

    def all(self) -> list[BackupInfo]:
        """Return the backups in the folder, the newest first."""
        return self._folder.all()

    def restore(
        self, backup_id: str, *, backup_current: bool = True, dry_run: bool = False
    ) -> RestoreResult:
        """Make the store what it was at a backup, all or nothing.

        The backup is validated first, and the present state is backed up unless
        `backup_current` is false. With `dry_run` nothing is changed.
        """
        chain = self._chain(backup_id)
        for info in chain:
            for problem in self._folder.problems(info):
                raise StorageError(problem)
        now = self._clock()
        entries = {
            address: row
            for address, row in self._entries(chain).items()
            if row.expires_at is None or row.expires_at > now
        }
        if dry_run:
            return RestoreResult(backup_id, len(entries), None, dry_run=True)
        safety = None
        if backup_current:
            safety = self.create(description=f"before restoring {backup_id}").id
        with self._store.transaction() as transaction:
            for row in transaction.rows():
                if (row.scope, row.key) not in entries:
                    transaction.delete(row.scope, row.key)
            for (scope, key), row in entries.items():
                transaction.set_text(scope, key, row.text, expires_at=row.expires_at)
            transaction.set_property(DATA_VERSION, chain[-1].meta["data_version"])
        return RestoreResult(backup_id, len(entries), safety, dry_run=False)

    def validate(self, backup_id: str) -> Validation:
        """Return whether a backup and those that it builds on are whole and can be read."""
        errors: list[str] = []
        checksum_valid = integrity_valid = False
        try:
            chain = self._chain(backup_id)
            for info in chain:
                errors += self._folder.problems(info)
            checksum_valid = not errors
            if checksum_valid:
                self._entries(chain)
                integrity_valid = True
        except StorageError as error:
            errors.append(str(error))
        return Validation(
            backup_id=backup_id,
            is_valid=not errors,
            checksum_valid=checksum_valid,
            integrity_valid=integrity_valid,
            validated_at=rfc3339(self._clock()),
            errors=errors,
            warnings=[],
        )

    def usage(self) -> Usage:
        """Return the space that backups take, and the size of the state itself."""
        backups = self.all()
        rows = self._store.rows()
        return Usage(
            total_backups=len(backups),
            total_size=sum(info.size for info in backups),
            full_backups=sum(not info.incremental for info in backups),
            incremental_backups=sum(info.incremental for info in backups),
            oldest_backup=backups[-1].created_at if backups else None,
            newest_backup=backups[0].created_at if backups else None,
            bytes_used=_size(rows),
            entries_count=len(rows),
        )

    def cleanup(self, *, dry_run: bool = False) -> Cleanup:
        """Remove backups beyond the allowed count or age.

        The newest one stays in any case, and so does every backup that one that stays builds on.
        """
        backups = self.all()
        by_id = {info.id: info for info in backups}
        oldest = self._clock() - self._max_age if self._max_age is not None else None
        kept: set[str] = set()
        for place, info in enumerate(backups):
            too_many = self._max_backups is not None and place >= self._max_backups
            too_old = oldest is not None and info.created < oldest
            if place == 0 or not (too_many or too_old):
                kept.update(_ancestry(info, by_id))
        doomed = [info for info in backups if info.id not in kept]
        if not dry_run:
            for info in doomed:  # the newest first: no child is ever without its parent
                self._folder.remove(info)
        return Cleanup(
            dry_run=dry_run,
            deleted=[info.id for info in doomed],
            deleted_count=len(doomed),
            retained_count=len(backups) - len(doomed),
            space_freed=sum(info.size for info in doomed),
        )

    def _begin_epoch(self) -> tuple[str, int, int]:
        """Raise the epoch; return the store's id, the new epoch, and whence removals are known."""
        with self._store.transaction() as transaction:
            store_id = transaction.property(STORE_ID)
            if store_id is None:
                store_id = os.urandom(16).hex()
                transaction.set_property(STORE_ID, store_id)
            epoch = int(transaction.property(EPOCH) or 0) + 1
            transaction.set_property(EPOCH, epoch)
            return str(store_id), epoch, int(transaction.property(REMOVALS_SINCE) or 1)

    def _forget_removals(self, epoch: int) -> None:
        with self._store.transaction() as transaction:
            since = max(epoch, int(transaction.property(REMOVALS_SINCE) or 1))
            transaction.forget_removals(since)
            transaction.set_property(REMOVALS_SINCE, since)

    def _possible_parent(self, store_id: str, removals_since: int) -> BackupInfo | None:
        candidates = [
            info
            for info in self.all()
            if info.store_id == store_id and info.epoch >= removals_since
        ]
        for info in sorted(candidates, key=lambda info: info.epoch, reverse=True):
            if self.validate(info.id).checksum_valid:
                return info
        return None

    def _read_store(self, parent: BackupInfo | None) -> tuple[str, bytes, list[Row]]:
        """Return the form of the data, the data, and the entries in it."""
        if parent is None:
            image = self._store.image()
            if image is not None:
                from llmspell.state.sqlite import rows_of_image

                return "sqlite", image, rows_of_image(image)
        since = parent.epoch if parent else 0
        with self._store.transaction(write=False) as transaction:
            rows = transaction.rows(since=since)
            removed = transaction.removals(since) if parent else []
        snapshot = {
            "rows": [
                [row.scope.text, row.key, row.text, row.expires_at, row.updated_at] for row in rows
            ],
            "removed": [[scope.text, key] for scope, key in removed],
        }
        return "json", json.dumps(snapshot).encode(), rows

    def _chain(self, backup_id: str) -> list[BackupInfo]:
        """Return the backups that build the given one up, the full one first."""
        chain = [self._folder.get(backup_id)]
        while chain[0].parent_id is not None:
            if len(chain) != len({info.id for info in chain}):
                raise StorageError(f"Backup '{backup_id}' builds on itself")
            chain.insert(0, self._folder.get(chain[0].parent_id))
        return chain

    def _entries(self, chain: list[BackupInfo]) -> dict[tuple[Scope, str], Row]:
        entries: dict[tuple[Scope, str], Row] = {}
        for info in chain:
            rows, removed = _unpack(info, self._folder.read(info))
            for address in removed:
                entries.pop(address, None)
            entries.update({(row.scope, row.key): row for row in rows})
        return entries


def _unpack(info: BackupInfo, data: bytes) -> tuple[list[Row], list[tuple[Scope, str]]]:
    """Return the entries of a backup and the addresses that it removes."""
    if info.meta["form"] == "sqlite":
        from llmspell.state.sqlite import rows_of_image

        return rows_of_image(data), []
    try:
        snapshot: dict[str, Any] = json.loads(data)
        rows = [Row(Scope.parse(row[0]), *row[1:]) for row in snapshot["rows"]]
        removed = [(Scope.parse(scope), key) for scope, key in snapshot["removed"]]
    except (ValueError, KeyError, TypeError) as error:
        raise StorageError(f"Backup '{info.id}' cannot be read: {error!r}") from error
    return rows, removed


def _ancestry(info: BackupInfo, by_id: dict[str, BackupInfo]) -> Iterable[str]:
    """Yield the ids of a backup and of those that it builds on."""
    seen: set[str] = set()
    current: BackupInfo | None = info
    while current is not None and current.id not in seen:
        seen.add(current.id)
        current = by_id.get(current.parent_id) if current.parent_id else None
    return seen


def _size(rows: list[Row]) -> int:
    return sum(len(row.text.encode()) for row in rows)
