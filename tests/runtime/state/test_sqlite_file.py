"""The file behind the SQLite backend, and what is said when it is unwell."""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from llmspell.errors import StorageError
from llmspell.state import Scope
from llmspell.state.sqlite import SqliteStore


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "state.db"


@pytest.fixture
def store(path: Path) -> Iterator[SqliteStore]:
    with SqliteStore(path, busy_timeout=0.01) as made:
        yield made


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_reading_creates_no_file(store: SqliteStore, tmp_path: Path) -> None:
    assert store.get("global", "k") is None
    assert store.lookup("global", "a:b") is None
    assert not store.exists("global", "k")
    assert not store.delete("global", "k")
    assert store.list_keys("global") == []
    assert store.scopes() == []
    assert store.items() == []
    assert store.image() is None
    assert list(tmp_path.iterdir()) == []


def test_file_and_folder_belong_to_their_owner_alone(store: SqliteStore, path: Path) -> None:
    store.set("global", "k", 1)
    assert mode(path.parent) == 0o700
    assert {file.name: mode(file) for file in path.parent.iterdir()} == {
        "state.db": 0o600,
        "state.db-wal": 0o600,
        "state.db-shm": 0o600,
    }


def test_a_folder_that_was_there_keeps_its_mode(store: SqliteStore, path: Path) -> None:
    path.parent.mkdir(mode=0o755)
    store.set("global", "k", 1)
    assert mode(path.parent) == 0o755


def test_the_file_is_in_wal_mode_and_closes_into_one_file(store: SqliteStore, path: Path) -> None:
    store.set("global", "k", 1)
    with closing(sqlite3.connect(path)) as other:
        assert other.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    store.close()
    assert [file.name for file in path.parent.iterdir()] == ["state.db"]


def test_values_outlive_the_store(store: SqliteStore, path: Path) -> None:
    store.set("agent:a", "k", {"v": [1, None]})
    store.close()
    with SqliteStore(path) as again:
        assert again.items() == [(Scope("agent", "a"), "k", {"v": [1, None]})]


def test_two_stores_on_one_file_see_each_other(store: SqliteStore, path: Path) -> None:
    with SqliteStore(path) as other:
        store.set("global", "k", 1)
        assert other.get("global", "k") == 1
        other.set("global", "k", 2)
        assert store.get("global", "k") == 2


def test_tables_of_other_rooms_in_the_file_are_left_alone(store: SqliteStore, path: Path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as other, other:
        other.execute("CREATE TABLE session (id TEXT)")
        other.execute("INSERT INTO session VALUES ('s')")
    store.set("global", "k", 1)
    store.clear()
    with closing(sqlite3.connect(path)) as other:
        assert other.execute("SELECT id FROM session").fetchall() == [("s",)]


@pytest.mark.parametrize(
    "content", [b"this is no database" * 100, b"SQLite format 3\x00" + b"x" * 99]
)
def test_a_file_that_is_no_database_is_named_and_kept(
    store: SqliteStore, path: Path, content: bytes
) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(StorageError, match=r"state\.db is damaged or is not a database; move it"):
        store.get("global", "k")
    assert path.read_bytes() == content


def test_a_database_damaged_inside_is_reported(store: SqliteStore, path: Path) -> None:
    for number in range(200):
        store.set("global", f"k{number}", "x" * 500)
    store.close()
    data = bytearray(path.read_bytes())
    data[4096:] = b"\xa5" * (len(data) - 4096)
    path.write_bytes(data)
    with (
        SqliteStore(path) as damaged,
        pytest.raises(StorageError, match="is damaged or is not a database"),
    ):
        damaged.items()


def test_a_damaged_value_is_reported_with_its_key(store: SqliteStore) -> None:
    store.set_text("global", "k", "{not json")
    with pytest.raises(StorageError, match="the value of key 'k' is damaged"):
        store.get("global", "k")


def test_a_folder_that_cannot_be_written_is_reported(
    store: SqliteStore, path: Path, unprivileged: None
) -> None:
    path.parent.mkdir(mode=0o500)
    with pytest.raises(StorageError, match="check the permissions of the file and of its folder"):
        store.set("global", "k", 1)


def test_a_file_that_cannot_be_written_is_reported(
    store: SqliteStore, path: Path, unprivileged: None
) -> None:
    store.set("global", "k", 1)
    store.close()
    path.chmod(0o400)
    with (
        SqliteStore(path) as again,
        pytest.raises(StorageError, match=r"Permission denied.*check the permissions"),
    ):
        again.set("global", "k", 2)


def test_a_file_that_becomes_read_only_is_reported(store: SqliteStore) -> None:
    store.set("global", "k", 1)
    assert store._connection is not None
    store._connection.execute("PRAGMA query_only = ON")
    with pytest.raises(StorageError, match=r"Failed to write state.*cannot be written; check"):
        store.set("global", "k", 2)
    assert store.get("global", "k") == 1


def test_a_folder_in_the_place_of_the_file_is_reported(store: SqliteStore, path: Path) -> None:
    path.mkdir(parents=True)
    with pytest.raises(StorageError, match="cannot be created or written"):
        store.set("global", "k", 1)


def test_a_full_disk_is_reported_and_costs_nothing_that_was_stored(store: SqliteStore) -> None:
    store.set("global", "k", "old")
    assert store._connection is not None
    store._connection.execute("PRAGMA max_page_count = 10")
    with pytest.raises(StorageError, match=r"the disk that holds .* is full; free some space"):
        store.set("global", "k", "x" * 100_000)
    with pytest.raises(StorageError, match="is full"):
        store.set_many([("global", "a", 1), ("global", "b", "x" * 100_000)])
    assert store.items() == [(Scope("global"), "k", "old")]
    store.set("global", "k", "new")
    assert store.get("global", "k") == "new"


def test_a_lock_held_too_long_is_reported(store: SqliteStore, path: Path) -> None:
    store.set("global", "k", 1)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageError, match=r"another process has kept .* locked for 0\.01 s"):
            store.set("global", "k", 2)
        with pytest.raises(StorageError, match="try again, or end the process"):
            store.increment("global", "k")
        assert store.get("global", "k") == 1
        other.execute("ROLLBACK")
    store.set("global", "k", 3)
    assert store.get("global", "k") == 3


def test_a_file_of_a_newer_layout_is_refused(store: SqliteStore, path: Path) -> None:
    store.set("global", "k", 1)
    with store.transaction() as transaction:
        transaction.set_property("layout_version", 99)
    with (
        SqliteStore(path) as again,
        pytest.raises(StorageError, match=r"written by a newer llmspell \(layout 99"),
    ):
        again.get("global", "k")


def test_an_image_holds_what_was_committed(store: SqliteStore) -> None:
    from llmspell.state.sqlite import rows_of_image

    store.set("global", "k", [1])
    image = store.image()
    assert image is not None
    assert [(row.scope.text, row.key, row.text) for row in rows_of_image(image)] == [
        ("global", "k", "[1]")
    ]


@pytest.mark.parametrize("image", [b"", b"no database" * 300, b"SQLite format 3\0" + b"x" * 5000])
def test_an_image_of_something_else_is_refused(image: bytes) -> None:
    from llmspell.state.sqlite import rows_of_image

    with pytest.raises(StorageError, match="holds no state database"):
        rows_of_image(image)
