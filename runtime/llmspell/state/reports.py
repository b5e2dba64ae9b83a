"""The result tables of `State`'s migration and backup functions, as plain data.

Python callers use `migration` and `backup`, which raise; a script gets these tables, in which a
failure is `success = false` with an `error` (spec lua-globals §8). Absent values are left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from llmspell.errors import StorageError

if TYPE_CHECKING:
    from llmspell.state.backup import Backups
    from llmspell.state.migration import MigrationRegistry, Migrator


def migrate(migrator: Migrator, version: str) -> dict[str, Any]:
    """Return the table of `State.migrate(version)`.

    Raises:
        ValidationError: `version` is no version.
        StorageError: no schema versions are registered.

    """
    from_version = migrator.status().current_version
    try:
        result = migrator.migrate(version)
    except StorageError as error:
        return {
            "success": False,
            "error": f"Migration failed: {error}",
            "from_version": from_version,
            "target_version": version,
        }
    if result.status == "already_current":
        return {
            "success": True,
            "status": result.status,
            "current_version": result.from_version,
            "target_version": version,
        }
    table = {
        "success": True,
        "status": result.status,
        "from_version": result.from_version,
        "to_version": result.to_version,
        "items_migrated": result.items_migrated,
        "duration_ms": result.duration_ms,
    }
    if result.warnings:
        table["warnings"] = result.warnings
    if result.backup_id:
        table["backup_id"] = result.backup_id
    return table


def get_migration_status(migrator: Migrator) -> dict[str, Any]:
    """Return the table of `State.get_migration_status()`."""
    try:
        status = migrator.status()
    except StorageError as error:
        return {"current_version": "unknown", "migration_available": False, "error": str(error)}
    return {"migration_available": True, **attrs.asdict(status)}


def get_schema_versions(registry: MigrationRegistry) -> list[str]:
    """Return the array of `State.get_schema_versions()`."""
    return registry.versions()


def create_backup(backups: Backups, incremental: bool = False) -> dict[str, Any]:
    """Return the table of `State.create_backup(incremental)`."""
    try:
        info = backups.create(incremental=incremental)
    except StorageError as error:
        return {"success": False, "error": str(error), "incremental": incremental}
    return {"success": True, "backup_id": info.id, "incremental": info.incremental}


def list_backups(backups: Backups) -> list[dict[str, Any]]:
    """Return the array of `State.list_backups()`, the newest first."""
    return [
        {
            "id": info.id,
            "created_at": info.created_at,
            "size": info.size,
            "entry_count": info.entry_count,
            "incremental": info.incremental,
        }
        for info in backups.all()
    ]


def restore_backup(backups: Backups, backup_id: str) -> dict[str, Any]:
    """Return the table of `State.restore_backup(id)`."""
    try:
        result = backups.restore(backup_id)
    except StorageError as error:
        return {"success": False, "error": str(error), "backup_id": backup_id}
    return {
        "success": True,
        "backup_id": backup_id,
        "entries_restored": result.entries_restored,
        "safety_backup_id": result.safety_backup_id,
    }


def validate_backup(backups: Backups, backup_id: str) -> dict[str, Any]:
    """Return the table of `State.validate_backup(id)`."""
    table = attrs.asdict(backups.validate(backup_id))
    if table["errors"]:
        table["error"] = table["errors"][0]
    return table


def get_storage_usage(backups: Backups) -> dict[str, Any]:
    """Return the table of `State.get_storage_usage()`."""
    table = attrs.asdict(backups.usage())
    return {name: value for name, value in table.items() if value is not None}


def cleanup_backups(backups: Backups, dry_run: bool = False) -> dict[str, Any]:
    """Return the table of `State.cleanup_backups(dry_run)`."""
    try:
        result = backups.cleanup(dry_run=dry_run)
    except StorageError as error:
        return {
            "success": False,
            "error": str(error),
            "dry_run": dry_run,
            "deleted_count": 0,
            "retained_count": 0,
            "space_freed": 0,
        }
    return {"success": True, **attrs.asdict(result)}
