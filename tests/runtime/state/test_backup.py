"""Backups: what they hold, and what a restore brings back."""

from __future__ import annotations

import hashlib
import json
import re
import stat
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from llmspell.errors import ConfigError, StorageError
from llmspell.state import Scope, StateStore
from llmspell.state.backup import Backups
from llmspell.state.memory import MemoryStore
from llmspell.state.sqlite import SqliteStore
from llmspell.state.store import DATA_VERSION, Transaction
from tests.runtime.state.conftest import Clock


@pytest.fixture
def backups(store: StateStore, clock: Clock, tmp_path: Path) -> Backups:
    return Backups(store, tmp_path / "backups", clock=clock)


def contents(store: StateStore) -> dict[str, object]:
    return {f"{scope}:{key}": value for scope, key, value in store.items()}


def test_a_restore_brings_back_the_state_of_the_backup(store: StateStore, backups: Backups) -> None:
    store.set_many([("global", "a", 1), ("agent:x", "b", [None])])
    before = contents(store)
    backup = backups.create()
    store.set("global", "a", 2)
    store.set("tool:t", "new", 3)
    store.delete("agent:x", "b")
    assert backups.restore(backup.id).entries_restored == 2
    assert contents(store) == before


def test_files_and_metadata_have_the_documented_form(
    store: StateStore, backups: Backups, clock: Clock, tmp_path: Path
) -> None:
    store.set("global", "a", 1)
    store.set("agent:x", "b", "äöü")
    backup = backups.create(description="by hand")
    assert re.fullmatch(r"backup_1700000000_[0-9a-f]{16}", backup.id)
    data = tmp_path / "backups" / f"{backup.id}.backup"
    meta = json.loads((tmp_path / "backups" / f"{backup.id}.meta").read_text())
    assert sorted(file.name for file in data.parent.iterdir()) == [data.name, f"{backup.id}.meta"]
    assert meta["id"] == backup.id
    assert meta["created_at"] == "2023-11-14T22:13:20.000000+00:00"
    assert (meta["backup_type"], meta["parent_id"], meta["encryption"]) == ("Full", None, None)
    assert meta["checksums"] == {"sha256": hashlib.sha256(data.read_bytes()).hexdigest()}
    assert meta["compression"]["algorithm"] == "zlib"
    assert meta["compression"]["compressed_size"] == data.stat().st_size == backup.size
    assert meta["compression"]["original_size"] > backup.size
    assert meta["stats"]["total_entries"] == 2
    assert meta["stats"]["total_size"] == len("1") + len('"äöü"'.encode())
    assert meta["stats"]["scopes_backed_up"] == ["agent:x", "global"]
    assert meta["description"] == "by hand"
    assert stat.S_IMODE(data.stat().st_mode) == 0o600
    assert stat.S_IMODE(data.parent.stat().st_mode) == 0o700


def test_a_full_backup_of_sqlite_is_a_database(tmp_path: Path) -> None:
    with SqliteStore(tmp_path / "state.db") as store:
        store.set("global", "a", 1)
        backup = Backups(store, tmp_path, compression="none").create()
    assert (tmp_path / f"{backup.id}.backup").read_bytes().startswith(b"SQLite format 3\0")
    assert backup.meta["compression"] is None


def test_an_incremental_backup_holds_only_the_changes(store: StateStore, backups: Backups) -> None:
    store.set_many([("global", f"k{number}", number) for number in range(10)])
    full = backups.create()
    store.set("global", "k0", "changed")
    store.delete("global", "k1")
    first = backups.create(incremental=True)
    store.set("global", "k1", "back")
    store.set("global", "k2", "changed")
    second = backups.create(incremental=True)
    assert (full.incremental, first.incremental, second.incremental) == (False, True, True)
    assert (first.entry_count, second.entry_count) == (1, 2)
    assert (first.parent_id, second.parent_id) == (full.id, first.id)
    after_second = contents(store)
    store.clear()
    backups.restore(first.id)
    assert store.get("global", "k0") == "changed"
    assert not store.exists("global", "k1")
    assert len(store.items()) == 9
    backups.restore(second.id)
    assert contents(store) == after_second


def test_an_incremental_backup_after_a_restore_is_right(
    store: StateStore, backups: Backups
) -> None:
    store.set_many([("global", "a", 1), ("global", "b", 1)])
    first = backups.create()
    store.delete("global", "a")
    store.set("global", "c", 1)
    backups.restore(first.id, backup_current=False)
    restored = contents(store)
    second = backups.create(incremental=True)
    assert second.incremental
    store.clear()
    backups.restore(second.id)
    assert contents(store) == restored


def test_without_a_backup_to_build_on_an_incremental_one_is_full(
    store: StateStore, backups: Backups, tmp_path: Path
) -> None:
    assert not backups.create(incremental=True).incremental
    parent = backups.create(incremental=True)
    assert parent.incremental
    (tmp_path / "backups" / f"{parent.id}.meta").unlink()
    # The removals since the backup before that one are no longer on record.
    assert not backups.create(incremental=True).incremental


def test_a_damaged_backup_is_not_built_on(
    store: StateStore, backups: Backups, tmp_path: Path
) -> None:
    full = backups.create()
    (tmp_path / "backups" / f"{full.id}.backup").write_bytes(b"gone")
    assert not backups.create(incremental=True).incremental


def test_backups_of_another_store_are_not_built_on(backups: Backups, tmp_path: Path) -> None:
    backups.create()
    with MemoryStore() as other:
        assert not Backups(other, tmp_path / "backups").create(incremental=True).incremental


def test_incremental_backups_can_be_switched_off(store: StateStore, tmp_path: Path) -> None:
    backups = Backups(store, tmp_path / "backups", incremental=False)
    backups.create()
    assert not backups.create(incremental=True).incremental


@settings(
    database=None,
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    actions=st.lists(
        st.tuples(st.sampled_from(["set", "delete", "backup", "restore"]), st.integers(0, 3)),
        max_size=20,
    )
)
def test_every_backup_of_any_history_restores_what_it_saw(
    actions: list[tuple[str, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("history")
    with SqliteStore(folder / "state.db") as store:
        backups = Backups(store, folder / "backups", level=1)
        seen: list[tuple[str, dict[str, object]]] = []
        for step, (action, number) in enumerate(actions):
            if action == "set":
                store.set("global", f"k{number}", step)
            elif action == "delete":
                store.delete("global", f"k{number}")
            elif action == "backup":
                seen.append((backups.create(incremental=number > 0).id, contents(store)))
            elif seen:
                backups.restore(seen[number % len(seen)][0], backup_current=number > 1)
        for backup_id, expected in seen:
            backups.restore(backup_id, backup_current=False)
            assert contents(store) == expected


def test_what_is_written_while_a_backup_reads_is_in_the_next_one(
    store: StateStore, backups: Backups, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.set_many([("global", "a", 1), ("global", "b", 1), ("global", "d", 1)])
    original = Backups._read_store

    def read_after_a_write(self: Backups, parent: object) -> object:
        store.set("global", "a", 2)
        store.delete("global", "b")
        found = original(self, parent)  # type: ignore[arg-type]
        store.set("global", "c", 3)
        store.delete("global", "d")
        return found

    backups.create()
    store.delete("global", "d")
    store.set("global", "d", 2)
    monkeypatch.setattr(Backups, "_read_store", read_after_a_write)
    backups.create(incremental=True)
    monkeypatch.undo()
    last = backups.create(incremental=True)
    assert last.incremental
    before = contents(store)
    store.clear()
    backups.restore(last.id)
    assert contents(store) == before == {"global:a": 2, "global:c": 3}


def test_a_restore_backs_up_the_present_state_first(store: StateStore, backups: Backups) -> None:
    store.set("global", "a", 1)
    first = backups.create()
    store.set("global", "a", 2)
    safety = backups.restore(first.id).safety_backup_id
    assert safety is not None
    backups.restore(safety)
    assert store.get("global", "a") == 2


def test_a_dry_run_of_a_restore_changes_nothing(store: StateStore, backups: Backups) -> None:
    store.set("global", "a", 1)
    backup = backups.create()
    store.clear()
    assert backups.restore(backup.id, dry_run=True).entries_restored == 1
    assert store.items() == []
    assert len(backups.all()) == 1


def test_a_restore_that_fails_half_way_changes_nothing(store: StateStore, backups: Backups) -> None:
    store.set_many([("global", "a", 1), ("global", "b", "x" * 100)])
    backup = backups.create()
    store.clear()
    store.set("global", "c", 3)
    store.max_value_bytes = 50
    with pytest.raises(StorageError, match="takes 102 bytes"):
        backups.restore(backup.id)
    assert store.items() == [(Scope("global"), "c", 3)]


def test_a_restore_brings_back_the_schema_version(store: StateStore, backups: Backups) -> None:
    def version(transaction: Transaction) -> object:
        return transaction.property(DATA_VERSION)

    without = backups.create()
    with store.transaction() as transaction:
        transaction.set_property(DATA_VERSION, "1.2.0")
    with_version = backups.create()
    backups.restore(without.id)
    with store.transaction() as transaction:
        assert version(transaction) is None
    backups.restore(with_version.id)
    with store.transaction() as transaction:
        assert version(transaction) == "1.2.0"


def test_what_has_expired_since_is_not_restored(
    store: StateStore, backups: Backups, clock: Clock
) -> None:
    store.set("global", "a", 1, ttl=10)
    store.set("global", "b", 1, ttl=30)
    backup = backups.create()
    store.clear()
    clock.now += 20
    backups.restore(backup.id)
    assert store.list_keys("global") == ["b"]
    clock.now += 10
    assert store.list_keys("global") == []


def test_a_changed_file_is_found_and_not_restored(
    store: StateStore, backups: Backups, tmp_path: Path
) -> None:
    store.set("global", "a", 1)
    full = backups.create()
    store.set("global", "a", 2)
    last = backups.create(incremental=True)
    assert backups.validate(last.id).is_valid
    path = tmp_path / "backups" / f"{full.id}.backup"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    validation = backups.validate(last.id)
    assert (validation.is_valid, validation.checksum_valid, validation.integrity_valid) == (
        False,
        False,
        False,
    )
    assert "SHA-256 differs" in validation.errors[0]
    with pytest.raises(StorageError, match="SHA-256 differs"):
        backups.restore(last.id)
    assert store.get("global", "a") == 2


def test_a_missing_parent_is_found(store: StateStore, backups: Backups, tmp_path: Path) -> None:
    full = backups.create()
    last = backups.create(incremental=True)
    (tmp_path / "backups" / f"{full.id}.meta").unlink()
    assert f"There is no backup '{full.id}'" in backups.validate(last.id).errors[0]


def test_data_that_is_no_snapshot_is_found(
    store: StateStore, backups: Backups, tmp_path: Path
) -> None:
    backup = backups.create()
    path = tmp_path / "backups" / f"{backup.id}.backup"
    path.write_bytes(b"rubbish")
    meta_path = path.with_suffix(".meta")
    meta = json.loads(meta_path.read_text())
    meta["size"] = 7
    meta["compression"] = None
    meta["checksums"]["sha256"] = hashlib.sha256(b"rubbish").hexdigest()
    meta_path.write_text(json.dumps(meta))
    validation = backups.validate(backup.id)
    assert validation.checksum_valid
    assert not validation.integrity_valid


@pytest.mark.parametrize("backup_id", ["", "../state", "backup_1_00", "backup_1_0123456789abcdef"])
def test_an_unknown_id_is_refused(backups: Backups, backup_id: str) -> None:
    with pytest.raises(StorageError, match="backup"):
        backups.restore(backup_id)
    assert not backups.validate(backup_id).is_valid


def test_backups_that_build_on_each_other_are_refused(
    store: StateStore, backups: Backups, tmp_path: Path
) -> None:
    full = backups.create()
    path = tmp_path / "backups" / f"{full.id}.meta"
    path.write_text(json.dumps({**json.loads(path.read_text()), "parent_id": full.id}))
    assert "builds on itself" in backups.validate(full.id).errors[0]


def test_damaged_metadata_is_left_out_of_the_list(backups: Backups, tmp_path: Path) -> None:
    kept = backups.create()
    (tmp_path / "backups" / "backup_1_0123456789abcdef.meta").write_text("{}")
    assert [backup.id for backup in backups.all()] == [kept.id]


def test_usage_counts_backups_and_state(store: StateStore, backups: Backups, clock: Clock) -> None:
    assert backups.usage().oldest_backup is None
    store.set("global", "a", "x" * 10)
    first = backups.create()
    clock.now += 60
    second = backups.create(incremental=True)
    usage = backups.usage()
    assert (usage.total_backups, usage.full_backups, usage.incremental_backups) == (2, 1, 1)
    assert usage.total_size == first.size + second.size
    assert (usage.oldest_backup, usage.newest_backup) == (first.created_at, second.created_at)
    assert (usage.bytes_used, usage.entries_count) == (12, 1)


def test_cleanup_keeps_the_newest(store: StateStore, clock: Clock, tmp_path: Path) -> None:
    backups = Backups(store, tmp_path / "backups", max_backups=2, max_age=None, clock=clock)
    made = []
    for _ in range(4):
        made.append(backups.create())
        clock.now += 1
    plan = backups.cleanup(dry_run=True)
    assert (plan.deleted_count, plan.retained_count) == (2, 2)
    assert len(backups.all()) == 4
    done = backups.cleanup()
    assert set(done.deleted) == {made[0].id, made[1].id}
    assert done.space_freed == made[0].size + made[1].size
    assert [backup.id for backup in backups.all()] == [made[3].id, made[2].id]
    assert len(list((tmp_path / "backups").iterdir())) == 4


def test_cleanup_removes_what_is_too_old_but_never_the_last(
    store: StateStore, clock: Clock, tmp_path: Path
) -> None:
    backups = Backups(store, tmp_path / "backups", max_backups=None, max_age=100, clock=clock)
    backups.create()
    clock.now += 50
    newest = backups.create()
    clock.now += 1000
    assert backups.cleanup().deleted_count == 1
    assert [backup.id for backup in backups.all()] == [newest.id]
    assert backups.cleanup().deleted_count == 0


def test_cleanup_keeps_what_a_kept_backup_builds_on(
    store: StateStore, clock: Clock, tmp_path: Path
) -> None:
    backups = Backups(store, tmp_path / "backups", max_backups=1, clock=clock)
    store.set("global", "a", 1)
    alone = backups.create()
    clock.now += 1
    backups.create()
    for _ in range(2):
        clock.now += 1
        last = backups.create(incremental=True)
    assert backups.cleanup().deleted == [alone.id]
    assert backups.validate(last.id).is_valid


@pytest.mark.parametrize(
    ("compression", "level", "message"),
    [
        ("zstd", 3, "set compression_type to 'zlib' or 'none'"),
        ("lz4", 3, "needs a library"),
        ("rar", 3, "Unknown backup compression 'rar'"),
        ("zlib", 0, "must be 1 to 9"),
    ],
)
def test_a_compression_that_cannot_be_had_is_refused(
    store: StateStore, tmp_path: Path, compression: str, level: int, message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        Backups(store, tmp_path, compression=compression, level=level)


def test_the_recorded_compression_counts_not_the_present_one(
    store: StateStore, tmp_path: Path
) -> None:
    store.set("global", "a", 1)
    packed = Backups(store, tmp_path / "backups").create()
    plain = Backups(store, tmp_path / "backups", compression="none")
    unpacked = plain.create()
    for backup in (packed, unpacked):
        store.clear()
        plain.restore(backup.id)
        assert store.get("global", "a") == 1


def test_a_folder_that_cannot_be_written_is_reported(store: StateStore, tmp_path: Path) -> None:
    (tmp_path / "backups").write_text("a file")
    with pytest.raises(StorageError, match="The backup cannot be written to"):
        Backups(store, tmp_path / "backups").create()
