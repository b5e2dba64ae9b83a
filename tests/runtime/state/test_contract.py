"""What every backend of the state store does."""

from __future__ import annotations

import threading

import pytest

from llmspell.errors import StorageError
from llmspell.state import Scope, StateStore
from tests.runtime.state.conftest import Clock

VALUES = [
    pytest.param(value, id=repr(value))
    for value in [
        None,
        True,
        0,
        -(2**63),
        2**80,
        1.0,
        1e-300,
        "",
        "äöü 🜁",
        "\x00",
        [],
        {},
        [None, [1, {"a": []}]],
        {"": {"k": None}},
    ]
]


@pytest.mark.parametrize("value", VALUES)
def test_a_value_comes_back_as_it_was(store: StateStore, value: object) -> None:
    store.set("global", "k", value)  # type: ignore[arg-type]
    found = store.get("global", "k")
    assert found == value
    assert type(found) is type(value)


def test_an_absent_entry_is_none(store: StateStore) -> None:
    assert store.get("global", "k") is None
    assert store.get_text("global", "k") is None
    assert not store.exists("global", "k")


def test_a_null_entry_exists(store: StateStore) -> None:
    store.set("global", "k", None)
    assert store.get("global", "k") is None
    assert store.exists("global", "k")


def test_json_text_goes_in_and_out_as_it_is(store: StateStore) -> None:
    store.set_text("global", "k", '{"b": 1,  "a": 2}')
    assert store.get_text("global", "k") == '{"b": 1,  "a": 2}'


def test_a_second_value_replaces_the_first(store: StateStore) -> None:
    store.set("global", "k", 1)
    store.set("global", "k", 2)
    assert store.get("global", "k") == 2
    assert store.list_keys("global") == ["k"]


def test_delete_tells_whether_there_was_an_entry(store: StateStore) -> None:
    store.set("global", "k", 1)
    assert store.delete("global", "k")
    assert not store.delete("global", "k")
    assert not store.exists("global", "k")


def test_scopes_do_not_share_keys(store: StateStore) -> None:
    store.set("agent:a", "k", 1)
    store.set("agent:b", "k", 2)
    assert store.get("agent:a", "k") == 1
    assert store.get(Scope("agent", "b"), "k") == 2


def test_an_id_with_colons_does_not_run_into_the_key(store: StateStore) -> None:
    store.set("custom:tenant:1", "k", "in the id")
    store.set("custom:tenant", "1:k", "in the key")
    assert store.get("custom:tenant:1", "k") == "in the id"
    assert store.list_keys("custom:tenant") == ["1:k"]


def test_keys_are_listed_in_order(store: StateStore) -> None:
    for key in ["b", "a", "ä", "Z", "🜁", "\uffee"]:
        store.set("global", key, 0)
    assert store.list_keys("global") == ["Z", "a", "b", "ä", "\uffee", "🜁"]


@pytest.mark.parametrize("last", ["a", "%", "_", "*", "\ud7ff", "\U0010ffff"])
def test_keys_are_listed_by_prefix(store: StateStore, last: str) -> None:
    expected = sorted(["p" + last, "p" + last + "x", "p" + last + "\U0010ffff"])
    for key in [*expected, "p", "q", "o", "p!"]:
        store.set("global", key, 0)
    assert store.list_keys("global", "p" + last) == expected


def test_keys_are_the_same_in_every_unicode_form(store: StateStore) -> None:
    store.set("global", "e\N{COMBINING ACUTE ACCENT}", 1)
    assert store.get("global", "é") == 1
    assert store.list_keys("global", "e\N{COMBINING ACUTE ACCENT}") == ["é"]
    assert store.delete("global", "e\N{COMBINING ACUTE ACCENT}")


def test_scopes_lists_those_with_entries(store: StateStore) -> None:
    store.set("user:u", "k", 1)
    store.set("global", "k", 1)
    store.set("anything else", "k", 1)
    store.delete("anything else", "k")
    assert [scope.text for scope in store.scopes()] == ["global", "user:u"]


def test_items_are_sorted_by_scope_and_key(store: StateStore) -> None:
    store.set("tool:t", "b", 1)
    store.set("tool:t", "a", 2)
    store.set("agent:x", "z", 3)
    assert store.items() == [
        (Scope("agent", "x"), "z", 3),
        (Scope("tool", "t"), "a", 2),
        (Scope("tool", "t"), "b", 1),
    ]
    assert store.items("agent:x") == [(Scope("agent", "x"), "z", 3)]


def test_clear_removes_one_scope(store: StateStore) -> None:
    store.set_many([("global", "a", 1), ("global", "b", 2), ("custom", "c", 3)])
    assert store.clear("global") == 2
    assert store.items() == [(Scope("custom"), "c", 3)]


def test_clear_removes_everything(store: StateStore) -> None:
    store.set_many([("global", "a", 1), ("custom", "c", 3)])
    assert store.clear() == 2
    assert store.items() == []


def test_set_many_writes_nothing_if_one_key_is_refused(store: StateStore) -> None:
    store.set("global", "a", "old")
    with pytest.raises(StorageError):
        store.set_many([("global", "a", "new"), ("global", "b", 1), ("global", "__c", 2)])
    assert store.items() == [(Scope("global"), "a", "old")]


def test_a_failed_transaction_leaves_no_trace(store: StateStore) -> None:
    store.set("global", "kept", 1)
    with pytest.raises(RuntimeError), store.transaction() as transaction:
        transaction.set_text("global", "kept", "2")
        transaction.set_text("global", "new", "3")
        transaction.delete("global", "kept")
        transaction.set_property("name", "value")
        raise RuntimeError
    assert store.items() == [(Scope("global"), "kept", 1)]
    with store.transaction() as transaction:
        assert transaction.property("name") is None


def test_an_abandoned_transaction_leaves_no_trace(store: StateStore) -> None:
    with store.transaction() as transaction:
        transaction.set_text("global", "k", "1")
        transaction.abandon()
    assert store.items() == []


def test_a_transaction_in_a_transaction_is_refused(store: StateStore) -> None:
    with store.transaction():
        with pytest.raises(StorageError, match="already open"), store.transaction():
            pass
        with pytest.raises(StorageError, match="write through it"):
            store.set("global", "k", 1)
    store.set("global", "k", 2)
    assert store.get("global", "k") == 2


def test_increment_starts_from_zero_and_adds(store: StateStore) -> None:
    assert store.increment("global", "n") == 1
    assert store.increment("global", "n", 41) == 42
    assert store.increment("global", "n", -0.5) == 41.5
    assert store.get("global", "n") == 41.5


@pytest.mark.parametrize("value", ["1", True, [1]])
def test_increment_refuses_what_is_no_number(store: StateStore, value: object) -> None:
    store.set("global", "n", value)  # type: ignore[arg-type]
    with pytest.raises(StorageError, match="not a number"):
        store.increment("global", "n")
    assert store.get("global", "n") == value


def test_increments_of_many_threads_all_count(store: StateStore) -> None:
    def add() -> None:
        for _ in range(100):
            store.increment("global", "n")

    threads = [threading.Thread(target=add) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.get("global", "n") == 800


def test_compare_and_swap_writes_over_the_expected_value_only(store: StateStore) -> None:
    assert store.compare_and_swap("global", "k", None, {"v": [1]})
    assert not store.compare_and_swap("global", "k", None, 2)
    assert not store.compare_and_swap("global", "k", {"v": [True]}, 2)
    assert store.compare_and_swap("global", "k", {"v": [1.0]}, 2)
    assert store.get("global", "k") == 2


def test_set_if_absent_writes_once(store: StateStore) -> None:
    assert store.set_if_absent("global", "k", 1)
    assert not store.set_if_absent("global", "k", 2)
    assert store.get("global", "k") == 1


def test_one_of_many_threads_sets_an_absent_entry(store: StateStore) -> None:
    barrier = threading.Barrier(8)
    winners: list[int] = []

    def race(number: int) -> None:
        barrier.wait()
        if store.set_if_absent("global", "k", number):
            winners.append(number)

    threads = [threading.Thread(target=race, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert winners == [store.get("global", "k")]


def test_an_entry_is_gone_when_its_time_is_over(store: StateStore, clock: Clock) -> None:
    store.set("global", "k", 1, ttl=10)
    clock.now += 9.9
    assert store.get("global", "k") == 1
    clock.now += 0.1
    assert store.get("global", "k") is None
    assert not store.exists("global", "k")
    assert store.list_keys("global") == []
    assert store.scopes() == []
    assert store.items() == []
    assert store.clear() == 0
    assert not store.delete("global", "k")


def test_an_expired_entry_counts_as_absent_when_written(store: StateStore, clock: Clock) -> None:
    store.set("global", "n", 5, ttl=1)
    store.set("global", "k", 5, ttl=1)
    clock.now += 1
    assert store.increment("global", "n") == 1
    assert store.set_if_absent("global", "k", 6)
    clock.now += 100
    assert store.get("global", "n") == 1
    assert store.get("global", "k") == 6


def test_increment_keeps_the_time_to_live(store: StateStore, clock: Clock) -> None:
    store.set("global", "n", 1, ttl=10)
    store.increment("global", "n")
    clock.now += 10
    assert store.get("global", "n") is None


def test_setting_again_ends_the_time_to_live(store: StateStore, clock: Clock) -> None:
    store.set("global", "k", 1, ttl=10)
    store.set("global", "k", 2)
    clock.now += 10
    assert store.purge_expired() == 0
    assert store.get("global", "k") == 2


def test_writing_with_a_time_to_live_frees_what_has_expired(
    store: StateStore, clock: Clock
) -> None:
    store.set("global", "a", 1, ttl=1)
    store.set("global", "b", 1, ttl=5)
    clock.now += 2
    store.set("global", "c", 1, ttl=1)
    assert store.purge_expired() == 0
    clock.now += 10
    assert store.purge_expired() == 2


def test_a_value_that_is_too_large_is_refused(store: StateStore) -> None:
    store.max_value_bytes = 10
    store.set("global", "k", "12345678")
    with pytest.raises(StorageError, match="takes 11 bytes, more than the limit of 10"):
        store.set("global", "k", "123456789")
    with pytest.raises(StorageError, match="takes 12 bytes"):
        store.set("global", "k", "äöüäö")
    assert store.get("global", "k") == "12345678"


@pytest.mark.parametrize("value", [float("nan"), float("inf"), object(), {"k": {1}}, "\ud800"])
def test_what_is_no_json_is_refused(store: StateStore, value: object) -> None:
    with pytest.raises(StorageError, match="Failed to write state: the value"):
        store.set("global", "k", value)  # type: ignore[arg-type]
    assert not store.exists("global", "k")


def test_a_value_that_holds_itself_is_refused(store: StateStore) -> None:
    value: list[object] = []
    value.append(value)
    with pytest.raises(StorageError, match="the value is not JSON"):
        store.set("global", "k", value)


def test_text_that_is_no_unicode_is_refused_as_key_and_scope(store: StateStore) -> None:
    with pytest.raises(StorageError, match="not valid Unicode"):
        store.set("global", "\udc80", 1)
    with pytest.raises(StorageError, match="not valid Unicode"):
        store.set("\udc80", "k", 1)


def test_every_change_is_announced_with_old_and_new_text(store: StateStore) -> None:
    seen: list[tuple[str, str, str | None, str | None]] = []
    store.set("global", "a", 1)
    store.on_change = lambda scope, key, old, new: seen.append((scope.text, key, old, new))
    store.set("global", "a", 2)
    store.increment("global", "a")
    store.set_if_absent("tool:t", "b", None)
    store.delete("tool:t", "b")
    store.delete("tool:t", "b")
    store.clear()
    assert seen == [
        ("global", "a", "1", "2"),
        ("global", "a", "2", "3"),
        ("tool:t", "b", None, "null"),
        ("tool:t", "b", "null", None),
        ("global", "a", "3", None),
    ]


def test_a_change_that_is_undone_is_not_announced(store: StateStore) -> None:
    seen: list[object] = []
    store.on_change = lambda *change: seen.append(change)
    with pytest.raises(StorageError):
        store.set_many([("global", "a", 1), ("global", "", 2)])
    assert seen == []


def test_what_listens_to_changes_may_use_the_store(store: StateStore) -> None:
    seen: list[object] = []
    store.on_change = lambda scope, key, old, new: seen.append(store.get(scope, key))
    store.set("global", "a", 7)
    assert seen == [7]


def test_a_closed_store_says_so(store: StateStore) -> None:
    store.set("global", "k", 1)
    store.close()
    for use in (
        lambda: store.get("global", "k"),
        lambda: store.set("global", "k", 2),
        lambda: store.list_keys("global"),
        lambda: store.increment("global", "k"),
        store.clear,
    ):
        with pytest.raises(StorageError, match="closed"):
            use()


class TestLookup:
    """`State.load` (lua-globals §8, the rule marked U)."""

    def test_finds_what_was_saved_under_the_same_scope(self, store: StateStore) -> None:
        store.set("s", "k", 1)
        assert store.lookup("s", "k") == 1

    def test_finds_an_entry_of_another_scope_by_its_whole_address(self, store: StateStore) -> None:
        store.set("workflow:exec-1", "step", {"ok": True})
        assert store.lookup("Global", "workflow:exec-1:step") == {"ok": True}

    def test_finds_an_address_whose_id_has_colons(self, store: StateStore) -> None:
        store.set("workflow:a:b", "c", 1)
        assert store.lookup("global", "workflow:a:b:c") == 1

    def test_finds_a_flat_address_that_was_split_elsewhere(self, store: StateStore) -> None:
        store.set("workflow", "pipeline:status", "done")
        assert store.lookup("workflow:pipeline", "status") == "done"

    def test_finds_a_custom_key_with_a_leading_colon(self, store: StateStore) -> None:
        store.set("custom", ":demo:checkpoint", 1)
        assert store.lookup("custom", ":demo:checkpoint") == 1

    def test_finds_a_custom_key_without_its_leading_colon(self, store: StateStore) -> None:
        store.set("custom", "demo", 1)
        store.set("demo", "checkpoint", 2)
        assert store.lookup("custom", ":demo") == 1
        assert store.lookup("custom", ":demo:checkpoint") == 2

    def test_prefers_the_scope_it_was_given(self, store: StateStore) -> None:
        store.set("agent:a", "k", "elsewhere")
        store.set("custom", "agent:a:k", None)
        assert store.lookup("custom", "agent:a:k") is None

    def test_does_not_take_the_same_key_from_another_scope(self, store: StateStore) -> None:
        store.set("global", "k", 1)
        assert store.lookup("custom", "k") is None

    @pytest.mark.parametrize("key", ["", ":", "::", "a:", ":a", "__x", "a..b"])
    def test_finds_nothing_under_strange_keys(self, store: StateStore, key: str) -> None:
        assert store.lookup("custom", key) is None
