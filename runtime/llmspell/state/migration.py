"""Changing the form of stored data from one schema version to the next.

A migration is a Python function per step that gets each entry as a record
`{"scope": text, "key": text, "value": JSON}` and returns the record to store, or None to drop it.
All steps run in one transaction (spec state-sessions §13-14, where the original migrates nothing).
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import attrs

from llmspell.errors import StorageError, ValidationError
from llmspell.state import values
from llmspell.state.scope import as_scope
from llmspell.state.store import DATA_VERSION

if TYPE_CHECKING:
    from llmspell.state.scope import Scope
    from llmspell.state.store import Row, StateStore, Transaction

Record: TypeAlias = dict[str, Any]
MigrationFunction: TypeAlias = Callable[[Record], Record | None]

_FIELDS: Final = frozenset({"scope", "key", "value"})


@attrs.frozen
class Step:
    """One registered migration."""

    from_version: str
    to_version: str
    function: MigrationFunction
    description: str = ""


@attrs.frozen
class MigrationResult:
    """What a migration did; `status` is `completed` or `already_current`, times are in ms."""

    status: str
    from_version: str
    to_version: str
    items_migrated: int = 0
    duration_ms: int = 0
    warnings: list[str] = attrs.Factory(list)
    dry_run: bool = False
    backup_id: str | None = None


@attrs.frozen
class MigrationStatus:
    """Where the data stands among the known schema versions."""

    current_version: str
    latest_version: str
    total_schemas: int
    is_latest: bool
    migration_targets: list[str]


def parse_version(text: str) -> tuple[int, int, int]:
    """Return the numbers of `major.minor.patch`.

    Raises:
        ValidationError: the text has another form.

    """
    parts = text.split(".")
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() for part in parts):
        raise ValidationError(f"Invalid version '{text}': expected major.minor.patch, as in 1.2.0")
    major, minor, patch = map(int, parts)
    return major, minor, patch


class MigrationRegistry:
    """The steps between schema versions that a program knows."""

    def __init__(self) -> None:
        self._steps: dict[str, dict[str, Step]] = {}
        self._versions: set[str] = set()

    def add(
        self,
        from_version: str,
        to_version: str,
        function: MigrationFunction,
        description: str = "",
    ) -> None:
        """Register the function that leads from one version to another.

        Raises:
            ValidationError: a version is no version, both are the same, or the step exists.

        """
        if parse_version(from_version) == parse_version(to_version):
            raise ValidationError(f"A migration from {from_version} to itself leads nowhere")
        steps = self._steps.setdefault(from_version, {})
        if to_version in steps:
            raise ValidationError(f"There is a migration from {from_version} to {to_version}")
        steps[to_version] = Step(from_version, to_version, function, description)
        self._versions |= {from_version, to_version}

    def step(
        self, from_version: str, to_version: str, description: str = ""
    ) -> Callable[[MigrationFunction], MigrationFunction]:
        """Return a decorator that registers its function (see `add`)."""

        def register(function: MigrationFunction) -> MigrationFunction:
            self.add(from_version, to_version, function, description)
            return function

        return register

    def versions(self) -> list[str]:
        """Return all versions that a step starts or ends at, the lowest first."""
        return sorted(self._versions, key=parse_version)

    def targets(self, from_version: str) -> list[str]:
        """Return the versions that can be reached from another, the lowest first."""
        return sorted(self._routes(from_version).keys() - {from_version}, key=parse_version)

    def path(self, from_version: str, to_version: str) -> list[Step]:
        """Return the fewest steps that lead from one version to another.

        Raises:
            StorageError: no steps do.

        """
        routes = self._routes(from_version)
        if to_version not in routes:
            known = ", ".join(self.targets(from_version)) or "none"
            raise StorageError(
                f"no migrations lead from {from_version} to {to_version}; "
                f"versions that can be reached: {known}"
            )
        return routes[to_version]

    def _routes(self, start: str) -> dict[str, list[Step]]:
        """Return the shortest route to each version that can be reached (breadth first)."""
        routes: dict[str, list[Step]] = {start: []}
        waiting = deque([start])
        while waiting:
            version = waiting.popleft()
            for target, step in self._steps.get(version, {}).items():
                if target not in routes:
                    routes[target] = [*routes[version], step]
                    waiting.append(target)
        return routes


class Migrator:
    """Migrates a store along the steps of a registry.

    `backup`, if given, is called before data is changed and returns the id of the backup it made.
    Data that never had a version is of the lowest one registered.
    """

    def __init__(
        self,
        store: StateStore,
        registry: MigrationRegistry,
        backup: Callable[[], str] | None = None,
    ) -> None:
        self._store = store
        self._registry = registry
        self._backup = backup

    def prepare(self) -> None:
        """Give an empty store that has no version yet the latest one; to call at start-up."""
        versions = self._registry.versions()
        with self._store.transaction() as transaction:
            if versions and transaction.property(DATA_VERSION) is None and not transaction.rows():
                transaction.set_property(DATA_VERSION, versions[-1])

    def status(self) -> MigrationStatus:
        """Return where the data stands.

        Raises:
            StorageError: no versions are registered.

        """
        with self._store.transaction(write=False) as transaction:
            current = self._current(transaction)
        versions = self._registry.versions()
        return MigrationStatus(
            current_version=current,
            latest_version=versions[-1],
            total_schemas=len(versions),
            is_latest=parse_version(current) >= parse_version(versions[-1]),
            migration_targets=self._registry.targets(current),
        )

    def migrate(self, version: str, *, dry_run: bool = False) -> MigrationResult:
        """Migrate all data to a version, or leave everything as it was.

        With `dry_run` the steps run and what they wrote is undone.

        Raises:
            ValidationError: `version` is no version.
            StorageError: no versions are registered, no steps lead there, a step failed, or the
                backup or the storage did.

        """
        parse_version(version)
        started = time.monotonic()
        current = self.status().current_version
        if current == version:
            return MigrationResult("already_current", current, version, dry_run=dry_run)
        self._registry.path(current, version)
        backup_id = self._backup() if self._backup is not None and not dry_run else None
        with self._store.transaction() as transaction:
            current = self._current(transaction)  # another process may have been faster
            steps = self._registry.path(current, version)
            migrated, dropped = _run(transaction, steps)
            transaction.set_property(DATA_VERSION, version)
            if dry_run:
                transaction.abandon()
        return MigrationResult(
            status="completed",
            from_version=current,
            to_version=version,
            items_migrated=migrated,
            duration_ms=int((time.monotonic() - started) * 1000),
            warnings=[f"{dropped} entries were dropped"] if dropped else [],
            dry_run=dry_run,
            backup_id=backup_id,
        )

    def _current(self, transaction: Transaction) -> str:
        versions = self._registry.versions()
        if not versions:
            raise StorageError("No current schema found")
        return str(transaction.property(DATA_VERSION) or versions[0])


def _run(transaction: Transaction, steps: list[Step]) -> tuple[int, int]:
    """Take every entry through the steps; return how many changed, and how many were dropped."""
    written: dict[tuple[Scope, str], tuple[Row, str]] = {}
    changed = dropped = 0
    rows = transaction.rows()
    for row in rows:
        before: Record = {
            "scope": row.scope.text,
            "key": row.key,
            "value": values.decode(row.text, f"key {row.key!r}"),
        }
        old_text = values.encode(before["value"])
        record = _through(steps, before, row)
        if record is None:
            dropped += 1
            changed += 1
            continue
        address = as_scope(record["scope"]), record["key"]
        if address in written:
            raise StorageError(f"two entries became {address[0]}:{address[1]}")
        new_text = values.encode(record["value"])
        written[address] = row, new_text
        changed += address != (row.scope, row.key) or new_text != old_text
    for row in rows:
        if (row.scope, row.key) not in written:
            transaction.delete(row.scope, row.key)
    for (scope, key), (row, text) in written.items():
        if (scope, key) != (row.scope, row.key) or text != row.text:
            transaction.set_text(scope, key, text, expires_at=row.expires_at)
    return changed, dropped


def _through(steps: list[Step], record: Record, row: Row) -> Record | None:
    for step in steps:
        where = f"step {step.from_version} to {step.to_version}, entry {row.scope}:{row.key}"
        try:
            result = step.function(record)
        except Exception as error:
            raise StorageError(f"{where}: {type(error).__name__}: {error}") from error
        if result is None:
            return None
        if not _is_record(result):
            raise StorageError(f"{where}: the step must return a record of scope, key and value")
        record = result
    return record


def _is_record(result: object) -> bool:
    return (
        isinstance(result, dict)
        and result.keys() == _FIELDS
        and isinstance(result["scope"], str)
        and isinstance(result["key"], str)
    )
