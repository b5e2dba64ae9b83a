"""The tables that scripts get from migrations and backups (lua-globals §8)."""

from __future__ import annotations

from pathlib import Path

import pytest

from llmspell.errors import StorageError, ValidationError
from llmspell.state import StateStore, reports
from llmspell.state.backup import Backups
from llmspell.state.migration import MigrationRegistry, Migrator, Record


@pytest.fixture
def backups(store: StateStore, tmp_path: Path) -> Backups:
    return Backups(store, tmp_path / "backups")


@pytest.fixture
def migrator(store: StateStore) -> Migrator:
    def fail(_record: Record) -> Record:
        raise ValueError("no way")

    registry = MigrationRegistry()
    registry.add("1.0.0", "1.1.0", lambda record: {**record, "value": 2})
    registry.add("1.1.0", "2.0.0", fail)
    store.set("global", "a", 1)
    return Migrator(store, registry)


def test_a_migration_that_was_done(migrator: Migrator) -> None:
    table = reports.migrate(migrator, "1.1.0")
    assert isinstance(table.pop("duration_ms"), int)
    assert table == {
        "success": True,
        "status": "completed",
        "from_version": "1.0.0",
        "to_version": "1.1.0",
        "items_migrated": 1,
    }


def test_a_migration_to_where_the_data_is(migrator: Migrator) -> None:
    assert reports.migrate(migrator, "1.0.0") == {
        "success": True,
        "status": "already_current",
        "current_version": "1.0.0",
        "target_version": "1.0.0",
    }


def test_a_migration_that_failed(migrator: Migrator) -> None:
    assert reports.migrate(migrator, "2.0.0") == {
        "success": False,
        "error": "Migration failed: step 1.1.0 to 2.0.0, entry global:a: ValueError: no way",
        "from_version": "1.0.0",
        "target_version": "2.0.0",
    }


def test_a_migration_to_no_version_and_without_schemas_raises(
    migrator: Migrator, store: StateStore
) -> None:
    with pytest.raises(ValidationError, match=r"^Invalid version 'two': "):
        reports.migrate(migrator, "two")
    with pytest.raises(StorageError, match=r"^No current schema found$"):
        reports.migrate(Migrator(store, MigrationRegistry()), "1.0.0")


def test_the_migration_status(migrator: Migrator, store: StateStore) -> None:
    assert reports.get_migration_status(migrator) == {
        "current_version": "1.0.0",
        "migration_available": True,
        "total_schemas": 3,
        "latest_version": "2.0.0",
        "is_latest": False,
        "migration_targets": ["1.1.0", "2.0.0"],
    }
    assert reports.get_migration_status(Migrator(store, MigrationRegistry())) == {
        "current_version": "unknown",
        "migration_available": False,
        "error": "No current schema found",
    }


def test_backups_made_listed_and_restored(store: StateStore, backups: Backups) -> None:
    store.set("global", "a", 1)
    made = reports.create_backup(backups)
    assert made == {"success": True, "backup_id": made["backup_id"], "incremental": False}
    (listed,) = reports.list_backups(backups)
    assert listed.keys() == {"id", "created_at", "size", "entry_count", "incremental"}
    assert (listed["id"], listed["entry_count"]) == (made["backup_id"], 1)
    store.clear()
    restored = reports.restore_backup(backups, made["backup_id"])
    assert restored["success"]
    assert store.get("global", "a") == 1
    assert reports.create_backup(backups, incremental=True)["incremental"]
    assert reports.validate_backup(backups, made["backup_id"])["is_valid"]


def test_failures_are_fields(backups: Backups, tmp_path: Path) -> None:
    restored = reports.restore_backup(backups, "nothing")
    assert restored == {
        "success": False,
        "error": "'nothing' is not the id of a backup",
        "backup_id": "nothing",
    }
    validated = reports.validate_backup(backups, "nothing")
    assert (validated["is_valid"], validated["error"]) == (False, restored["error"])
    (tmp_path / "backups").write_text("a file in the way")
    made = reports.create_backup(backups, incremental=True)
    assert (made["success"], made["incremental"]) == (False, True)
    assert "cannot be written" in made["error"]


def test_usage_leaves_out_what_is_not_there(backups: Backups) -> None:
    usage = reports.get_storage_usage(backups)
    assert usage == {
        "total_backups": 0,
        "total_size": 0,
        "full_backups": 0,
        "incremental_backups": 0,
        "bytes_used": 0,
        "entries_count": 0,
    }
    backups.create()
    assert "newest_backup" in reports.get_storage_usage(backups)


def test_cleanup_tells_what_it_did(backups: Backups) -> None:
    backups.create()
    assert reports.cleanup_backups(backups, dry_run=True) == {
        "success": True,
        "dry_run": True,
        "deleted": [],
        "deleted_count": 0,
        "retained_count": 1,
        "space_freed": 0,
    }
