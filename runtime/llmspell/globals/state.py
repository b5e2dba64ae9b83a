"""The `State` global (spec lua-globals §8, state-sessions §16)."""

from __future__ import annotations

from llmspell.errors import StorageError
from llmspell.globals.describe import member, namespace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NotRequired, TypedDict

    from llmspell.globals.kinds import StateScope
    from llmspell.globals.services import Services
    from llmspell.globals.types import JsonText
    from llmspell.state.backup import Backups
    from llmspell.state.migration import Migrator

    class MigrationResult(TypedDict):
        """What `State.migrate` did.

        Fields:
            success: whether the data has the wanted version now.
            status: `completed` or `already_current`.
            current_version: the version of the data, if it was the wanted one already.
            target_version: the wanted version, if nothing was done.
            from_version: the version of the data before.
            to_version: the version of the data now.
            items_migrated: how many entries were changed.
            duration_ms: how long it took.
            warnings: what went unexpectedly, if anything did.
            backup_id: the backup that was made before.
            error: what failed; the data is then as it was.
        """

        success: bool
        status: NotRequired[str]
        current_version: NotRequired[str]
        target_version: NotRequired[str]
        from_version: NotRequired[str]
        to_version: NotRequired[str]
        items_migrated: NotRequired[int]
        duration_ms: NotRequired[int]
        warnings: NotRequired[list[str]]
        backup_id: NotRequired[str]
        error: NotRequired[str]

    class MigrationStatus(TypedDict):
        """How the data stands to the registered schema versions.

        Fields:
            current_version: the version of the data, or `unknown`.
            migration_available: whether there are schema versions at all.
            total_schemas: how many versions are registered.
            latest_version: the highest one.
            is_latest: whether the data has it.
            migration_targets: the versions that the data can be migrated to.
            error: why there is nothing to migrate.
        """

        current_version: str
        migration_available: bool
        total_schemas: NotRequired[int]
        latest_version: NotRequired[str]
        is_latest: NotRequired[bool]
        migration_targets: NotRequired[list[str]]
        error: NotRequired[str]

    class BackupResult(TypedDict):
        """What `State.create_backup` did.

        Fields:
            success: whether there is a new backup.
            backup_id: its id.
            incremental: whether it holds the changes since another one only.
            error: what failed.
        """

        success: bool
        backup_id: NotRequired[str]
        incremental: bool
        error: NotRequired[str]

    class BackupEntry(TypedDict):
        """One backup.

        Fields:
            id: what `State.restore_backup` takes.
            created_at: when it was made (RFC 3339).
            size: its size on disk, in bytes.
            entry_count: how many entries it holds.
            incremental: whether it builds on an earlier one.
        """

        id: str
        created_at: str
        size: int
        entry_count: int
        incremental: bool

    class RestoreResult(TypedDict):
        """What `State.restore_backup` did.

        Fields:
            success: whether the state is that of the backup now.
            backup_id: the backup.
            entries_restored: how many entries there are now.
            safety_backup_id: a backup of what was there before.
            error: what failed; the state is then as it was.
        """

        success: bool
        backup_id: str
        entries_restored: NotRequired[int]
        safety_backup_id: NotRequired[str]
        error: NotRequired[str]

    class BackupValidation(TypedDict):
        """Whether a backup can be restored.

        Fields:
            is_valid: whether it can.
            backup_id: the backup.
            checksum_valid: whether its file is as it was written.
            integrity_valid: whether its content can be read, with all it builds on.
            errors: what is wrong.
            warnings: what is odd.
            error: the first of the errors.
        """

        is_valid: bool
        backup_id: str
        checksum_valid: bool
        integrity_valid: bool
        errors: list[str]
        warnings: list[str]
        error: NotRequired[str]

    class StorageUsage(TypedDict):
        """How much the backups and the state take.

        Fields:
            total_backups: how many backups there are.
            total_size: their size on disk, in bytes.
            full_backups: how many of them are complete.
            incremental_backups: how many build on another one.
            oldest_backup: when the oldest was made.
            newest_backup: when the newest was made.
            bytes_used: size of all values of the state, in bytes.
            entries_count: how many entries the state has.
        """

        total_backups: int
        total_size: int
        full_backups: int
        incremental_backups: int
        oldest_backup: NotRequired[str]
        newest_backup: NotRequired[str]
        bytes_used: int
        entries_count: int

    class CleanupResult(TypedDict):
        """What `State.cleanup_backups` did, or would do.

        Fields:
            success: whether it went well.
            dry_run: whether nothing was really deleted.
            deleted_count: how many backups were deleted.
            retained_count: how many stay.
            space_freed: bytes on disk.
            error: what failed.
        """

        success: bool
        dry_run: bool
        deleted_count: int
        retained_count: int
        space_freed: int
        error: NotRequired[str]


@namespace("State")
class State:
    """Keeps values from run to run, under a scope and a key.

    Values are plain data: nil, booleans, numbers, strings and tables of them. They are stored in
    the project (`.llmspell/state.db`), or for scripts without a project in the user's state
    folder. Every write is on disk when the call returns.
    """

    def __init__(self, services: Services) -> None:
        self._services = services
        self._store = services.state

    def debug_view(self) -> dict[str, Any]:
        """How `State` shows itself: scope -> key -> value."""
        shown: dict[str, Any] = {}
        for scope, key, value in self._store.items():
            shown.setdefault(str(scope), {})[key] = value
        return shown

    @member()
    def save(self, scope: StateScope, key: str, value: JsonText) -> None:
        """Stores a value.

        Args:
            scope: whose value it is, such as `global` or `agent:<id>`.
            key: its name: 1 to 256 characters, without `..`, `//`, backslash or control
                characters, not starting with `__` or `$$`.
            value: plain data.

        Raises:
            Storage error: the key breaks a rule, the value is too large, or the disk refuses.

        Example:
            State.save("global", "visits", (State.load("global", "visits") or 0) + 1)
        """
        self._store.set_text(scope, key, value)

    @member()
    def load(self, scope: StateScope, key: str) -> JsonText | None:
        """Gives a stored value, or nil where there is none.

        Args:
            scope: whose value it is.
            key: its name.
        """
        return self._store.lookup_text(scope, key)

    @member()
    def delete(self, scope: StateScope, key: str) -> None:
        """Forgets a value; it need not exist.

        Args:
            scope: whose value it is.
            key: its name.
        """
        self._store.delete(scope, key)

    @member()
    def list_keys(self, scope: StateScope) -> list[str]:
        """Gives the keys of a scope in order.

        Args:
            scope: whose keys.
        """
        return self._store.list_keys(scope)

    @member()
    def workflow_get(self, workflow_id: str, step: str) -> JsonText | None:
        """Gives what a step of a workflow stored.

        Args:
            workflow_id: the execution's id.
            step: name of the step.
        """
        return self._store.get_text(f"workflow:{workflow_id}", step)

    @member()
    def workflow_list(self, workflow_id: str) -> list[str]:
        """Gives the names of the steps that stored something.

        Args:
            workflow_id: the execution's id.
        """
        return self._store.list_keys(f"workflow:{workflow_id}")

    @member()
    def agent_get(self, agent_id: str, key: str) -> JsonText | None:
        """Gives a value of an agent.

        Args:
            agent_id: the agent's id.
            key: name of the value.
        """
        return self._store.get_text(f"agent:{agent_id}", key)

    @member()
    def agent_set(self, agent_id: str, key: str, value: JsonText) -> None:
        """Stores a value for an agent.

        Args:
            agent_id: the agent's id.
            key: name of the value.
            value: plain data.
        """
        self._store.set_text(f"agent:{agent_id}", key, value)

    @member()
    def tool_get(self, tool_id: str, key: str) -> JsonText | None:
        """Gives a value of a tool.

        Args:
            tool_id: the tool's id.
            key: name of the value.
        """
        return self._store.get_text(f"tool:{tool_id}", key)

    @member()
    def tool_set(self, tool_id: str, key: str, value: JsonText) -> None:
        """Stores a value for a tool.

        Args:
            tool_id: the tool's id.
            key: name of the value.
            value: plain data.
        """
        self._store.set_text(f"tool:{tool_id}", key, value)

    # Migrations ----------------------------------------------------------------------------

    @member()
    def migrate(self, version: str) -> MigrationResult:
        """Brings the stored data to a schema version; all of it, or none.

        Needs `runtime.state_persistence.migration_enabled = true`. The versions and the steps
        between them are registered in Python (`Runtime.migrations`).

        Args:
            version: the wanted version, `major.minor.patch`.
        """
        from llmspell.state import reports

        return reports.migrate(self._migrator(), version)  # type: ignore[return-value]

    @member()
    def get_migration_status(self) -> MigrationStatus:
        """Gives how the stored data stands to the registered schema versions."""
        from llmspell.state import reports

        return reports.get_migration_status(self._migrator())  # type: ignore[return-value]

    @member()
    def get_schema_versions(self) -> list[str]:
        """Gives the registered schema versions in order."""
        from llmspell.state import reports

        self._migrator()
        return reports.get_schema_versions(self._services.migrations)

    # Backups -------------------------------------------------------------------------------

    @member()
    def create_backup(self, incremental: bool = False) -> BackupResult:
        """Writes a backup of the whole state.

        Needs `runtime.state_persistence.backup_enabled = true`, as all functions on backups do.

        Args:
            incremental: only what changed since the newest backup.
        """
        from llmspell.state import reports

        return reports.create_backup(self._backups(), incremental)  # type: ignore[return-value]

    @member()
    def list_backups(self) -> list[BackupEntry]:
        """Gives the backups."""
        from llmspell.state import reports

        return reports.list_backups(self._backups())  # type: ignore[return-value]

    @member()
    def restore_backup(self, backup_id: str) -> RestoreResult:
        """Puts the state back to what a backup holds, after backing up what is there.

        Args:
            backup_id: the backup.
        """
        from llmspell.state import reports

        return reports.restore_backup(self._backups(), backup_id)  # type: ignore[return-value]

    @member()
    def validate_backup(self, backup_id: str) -> BackupValidation:
        """Tells whether a backup can be restored.

        Args:
            backup_id: the backup.
        """
        from llmspell.state import reports

        return reports.validate_backup(self._backups(), backup_id)  # type: ignore[return-value]

    @member()
    def get_storage_usage(self) -> StorageUsage:
        """Gives how much the state and its backups take."""
        from llmspell.state import reports

        return reports.get_storage_usage(self._backups())  # type: ignore[return-value]

    @member()
    def cleanup_backups(self, dry_run: bool = False) -> CleanupResult:
        """Deletes the backups that are too old or too many by the configuration.

        Args:
            dry_run: only say what would be deleted.
        """
        from llmspell.state import reports

        return reports.cleanup_backups(self._backups(), dry_run)  # type: ignore[return-value]

    def _migrator(self) -> Migrator:
        migrator = self._services.migrator
        if migrator is None:
            raise StorageError(_off("migrations", "migration_enabled"))
        return migrator

    def _backups(self) -> Backups:
        backups = self._services.backups
        if backups is None:
            raise StorageError(_off("backups", "backup_enabled"))
        return backups


def _off(what: str, key: str) -> str:
    return f"{what} are off; set runtime.state_persistence.{key} = true in the configuration"
