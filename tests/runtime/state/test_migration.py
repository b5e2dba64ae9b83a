"""Migrations of stored data."""

from __future__ import annotations

import pytest

from llmspell.errors import StorageError, ValidationError
from llmspell.state import Scope, StateStore
from llmspell.state.migration import MigrationRegistry, Migrator, Record, parse_version


@pytest.fixture
def registry() -> MigrationRegistry:
    """1.0.0 holds numbers, 1.1.0 holds {"n": number}, 2.0.0 renames and drops."""
    registry = MigrationRegistry()

    @registry.step("1.0.0", "1.1.0", "wrap numbers")
    def wrap(record: Record) -> Record:
        return {**record, "value": {"n": record["value"]}}

    @registry.step("1.1.0", "2.0.0")
    def rename(record: Record) -> Record | None:
        if record["key"] == "old":
            return None
        return {**record, "scope": "custom:v2", "key": "new-" + record["key"]}

    return registry


def failing(record: Record) -> Record:
    if record["key"] == "b":
        raise ValueError("b is bad")
    return {**record, "value": "changed"}


def test_a_migration_takes_every_entry_through_all_steps(
    store: StateStore, registry: MigrationRegistry
) -> None:
    store.set_many([("global", "a", 1), ("tool:t", "b", 2), ("global", "old", 3)])
    result = Migrator(store, registry).migrate("2.0.0")
    assert (result.status, result.from_version, result.to_version) == (
        "completed",
        "1.0.0",
        "2.0.0",
    )
    assert result.items_migrated == 3
    assert result.warnings == ["1 entries were dropped"]
    assert store.items() == [
        (Scope("custom", "v2"), "new-a", {"n": 1}),
        (Scope("custom", "v2"), "new-b", {"n": 2}),
    ]


def test_the_version_is_kept_in_the_store(store: StateStore, registry: MigrationRegistry) -> None:
    store.set("global", "a", 1)
    Migrator(store, registry).migrate("1.1.0")
    status = Migrator(store, registry).status()
    assert status.current_version == "1.1.0"
    assert status.latest_version == "2.0.0"
    assert status.migration_targets == ["2.0.0"]
    assert not status.is_latest
    assert Migrator(store, registry).migrate("1.1.0").status == "already_current"
    assert store.get("global", "a") == {"n": 1}


def test_entries_that_do_not_change_are_not_counted(store: StateStore) -> None:
    registry = MigrationRegistry()
    registry.add("1.0.0", "1.0.1", lambda record: record)
    store.set_text("global", "a", '{ "spaced" : 1 }')
    assert Migrator(store, registry).migrate("1.0.1").items_migrated == 0


def test_a_dry_run_tells_and_changes_nothing(
    store: StateStore, registry: MigrationRegistry
) -> None:
    store.set("global", "a", 1)
    result = Migrator(store, registry, backup=lambda: pytest.fail("no backup is due")).migrate(
        "2.0.0", dry_run=True
    )
    assert (result.items_migrated, result.dry_run) == (1, True)
    assert store.items() == [(Scope("global"), "a", 1)]
    assert Migrator(store, registry).status().current_version == "1.0.0"


def test_a_step_that_fails_undoes_the_whole_migration(
    store: StateStore, registry: MigrationRegistry
) -> None:
    registry.add("2.0.0", "3.0.0", failing)
    store.set_many([("global", "a", 1), ("global", "b", 2)])
    with pytest.raises(
        StorageError, match=r"step 1\.0\.0 to 9\.0\.0, entry global:b: ValueError: b is"
    ):
        registry.add("1.0.0", "9.0.0", failing)
        Migrator(store, registry).migrate("9.0.0")
    assert store.items() == [(Scope("global"), "a", 1), (Scope("global"), "b", 2)]
    assert Migrator(store, registry).status().current_version == "1.0.0"


@pytest.mark.parametrize(
    "result", ["text", {}, {"scope": "s", "key": 1, "value": 1}, {"scope": "s", "key": "k"}]
)
def test_a_step_must_return_a_record(store: StateStore, result: object) -> None:
    registry = MigrationRegistry()
    registry.add("1.0.0", "2.0.0", lambda record: result)  # type: ignore[arg-type,return-value]
    store.set("global", "a", 1)
    with pytest.raises(StorageError, match="must return a record"):
        Migrator(store, registry).migrate("2.0.0")


def test_two_entries_must_not_become_one(store: StateStore) -> None:
    registry = MigrationRegistry()
    registry.add("1.0.0", "2.0.0", lambda record: {**record, "key": "same"})
    store.set_many([("global", "a", 1), ("global", "b", 2)])
    with pytest.raises(StorageError, match="two entries became global:same"):
        Migrator(store, registry).migrate("2.0.0")
    assert len(store.items()) == 2


def test_entries_may_swap_their_keys(store: StateStore) -> None:
    registry = MigrationRegistry()
    swap = {"a": "b", "b": "a"}
    registry.add("1.0.0", "2.0.0", lambda record: {**record, "key": swap[record["key"]]})
    store.set_many([("global", "a", 1), ("global", "b", 2)])
    Migrator(store, registry).migrate("2.0.0")
    assert store.items() == [(Scope("global"), "a", 2), (Scope("global"), "b", 1)]


def test_the_shortest_way_is_taken(store: StateStore, registry: MigrationRegistry) -> None:
    registry.add("1.0.0", "2.0.0", lambda record: {**record, "value": "direct"})
    store.set("global", "a", 1)
    Migrator(store, registry).migrate("2.0.0")
    assert store.get("global", "a") == "direct"


def test_a_version_that_no_step_leads_to_is_refused(
    store: StateStore, registry: MigrationRegistry
) -> None:
    with pytest.raises(StorageError, match=r"reached: 1\.1\.0, 2\.0\.0"):
        Migrator(store, registry).migrate("3.0.0")


@pytest.mark.parametrize("version", ["", "1", "1.2", "1.2.x", "1.2.3.4", "-1.0.0", "1.0.²"])
def test_a_version_has_three_numbers(version: str) -> None:
    with pytest.raises(ValidationError, match="Invalid version '"):
        parse_version(version)


def test_versions_are_ordered_by_number(registry: MigrationRegistry) -> None:
    registry.add("2.0.0", "10.0.0", lambda record: record)
    assert registry.versions() == ["1.0.0", "1.1.0", "2.0.0", "10.0.0"]


def test_a_step_is_registered_once_and_leads_somewhere(registry: MigrationRegistry) -> None:
    with pytest.raises(ValidationError, match=r"There is a migration from 1\.0\.0 to 1\.1\.0"):
        registry.add("1.0.0", "1.1.0", lambda record: record)
    with pytest.raises(ValidationError, match="leads nowhere"):
        registry.add("1.0.0", "1.0.0", lambda record: record)


def test_without_steps_there_is_no_schema(store: StateStore) -> None:
    with pytest.raises(StorageError, match=r"^No current schema found$"):
        Migrator(store, MigrationRegistry()).migrate("1.0.0")


def test_a_backup_is_made_before_and_its_failure_stops_the_migration(
    store: StateStore, registry: MigrationRegistry
) -> None:
    store.set("global", "a", 1)
    seen: list[object] = []

    def backup() -> str:
        seen.append(store.get("global", "a"))
        return "backup_1"

    assert Migrator(store, registry, backup).migrate("1.1.0").backup_id == "backup_1"
    assert seen == [1]

    def broken() -> str:
        raise StorageError("no space")

    with pytest.raises(StorageError, match="no space"):
        Migrator(store, registry, broken).migrate("2.0.0")
    assert store.get("global", "a") == {"n": 1}


def test_a_new_store_starts_at_the_latest_version(
    store: StateStore, registry: MigrationRegistry
) -> None:
    Migrator(store, registry).prepare()
    assert Migrator(store, registry).status().is_latest


def test_a_store_with_data_does_not(store: StateStore, registry: MigrationRegistry) -> None:
    store.set("global", "a", 1)
    Migrator(store, registry).prepare()
    assert Migrator(store, registry).status().current_version == "1.0.0"
