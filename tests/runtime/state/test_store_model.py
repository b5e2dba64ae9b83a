"""Both backends behave like a dictionary, whatever is done to them in whatever order."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from llmspell.state import Scope, StateStore
from llmspell.state.memory import MemoryStore
from llmspell.state.sqlite import SqliteStore
from tests.runtime.state.conftest import Clock

scopes = st.sampled_from(["global", "custom", "agent:a", "agent:a:b", "free text"])
keys = st.sampled_from(["a", "ab", "b:c", "é", "🜁"])
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("xyz", max_size=2), inner, max_size=3)
    ),
    max_leaves=5,
)


class DictionaryModel(RuleBasedStateMachine):
    """The store against a dictionary of (value, expiry)."""

    store: StateStore
    clock: Clock

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self.store = self.make_store()
        self.entries: dict[tuple[str, str], tuple[object, float | None]] = {}

    def make_store(self) -> StateStore:
        raise NotImplementedError

    def live(self) -> dict[tuple[str, str], object]:
        return {
            address: value
            for address, (value, expires_at) in self.entries.items()
            if expires_at is None or expires_at > self.clock.now
        }

    @rule(scope=scopes, key=keys, value=json_values, ttl=st.none() | st.integers(1, 3))
    def set(self, scope: str, key: str, value: object, ttl: int | None) -> None:
        self.store.set(scope, key, value, ttl=ttl)  # type: ignore[arg-type]
        self.entries[scope, key] = value, None if ttl is None else self.clock.now + ttl

    @rule(scope=scopes, key=keys)
    def delete(self, scope: str, key: str) -> None:
        assert self.store.delete(scope, key) == ((scope, key) in self.live())
        self.entries.pop((scope, key), None)

    @rule(scope=scopes, key=keys, value=json_values)
    def set_if_absent(self, scope: str, key: str, value: object) -> None:
        absent = (scope, key) not in self.live()
        assert self.store.set_if_absent(scope, key, value) == absent  # type: ignore[arg-type]
        if absent:
            self.entries[scope, key] = value, None

    @rule(scope=scopes, key=keys, delta=st.integers(-5, 5))
    def increment(self, scope: str, key: str, delta: int) -> None:
        value = self.live().get((scope, key), 0)
        if value is None:
            value = 0
        if isinstance(value, int) and not isinstance(value, bool):
            assert self.store.increment(scope, key, delta) == value + delta
            live = (scope, key) in self.live()
            expires_at = self.entries[scope, key][1] if live else None
            self.entries[scope, key] = value + delta, expires_at

    @rule(scope=st.none() | scopes)
    def clear(self, scope: str | None) -> None:
        doomed = [address for address in self.live() if scope in {None, address[0]}]
        assert self.store.clear(scope) == len(doomed)
        for address in doomed:
            del self.entries[address]

    @rule(written=st.lists(st.tuples(scopes, keys), max_size=3), removed=st.tuples(scopes, keys))
    def fail_in_a_transaction(
        self, written: list[tuple[str, str]], removed: tuple[str, str]
    ) -> None:
        with self.store.transaction() as transaction:
            for scope, key in written:
                transaction.set_text(scope, key, '"undone"')
            transaction.delete(*removed)
            transaction.abandon()

    @rule(seconds=st.integers(1, 2))
    def pass_time(self, seconds: int) -> None:
        self.clock.now += seconds

    @rule()
    def purge(self) -> None:
        self.store.purge_expired()

    @rule(scope=scopes, prefix=st.sampled_from(["", "a", "b:", "é"]))
    def list_keys(self, scope: str, prefix: str) -> None:
        expected = sorted(k for s, k in self.live() if s == scope and k.startswith(prefix))
        assert self.store.list_keys(scope, prefix) == expected

    @invariant()
    def holds_the_same_entries(self) -> None:
        found = {(scope.text, key): value for scope, key, value in self.store.items()}
        assert found == self.live()
        assert {scope.text for scope in self.store.scopes()} == {s for s, _ in self.live()}

    def teardown(self) -> None:
        self.store.close()


class MemoryModel(DictionaryModel):
    def make_store(self) -> StateStore:
        return MemoryStore(clock=self.clock)


class SqliteModel(DictionaryModel):
    def make_store(self) -> StateStore:
        self.folder = Path(tempfile.mkdtemp())
        return SqliteStore(self.folder / "state.db", clock=self.clock)

    def teardown(self) -> None:
        super().teardown()
        shutil.rmtree(self.folder)


@pytest.mark.parametrize("model", [MemoryModel, SqliteModel])
def test_a_store_behaves_like_a_dictionary(model: type[DictionaryModel]) -> None:
    from hypothesis.stateful import run_state_machine_as_test

    run_state_machine_as_test(
        model,
        settings=settings(max_examples=40, stateful_step_count=25, deadline=None, database=None),
    )


@pytest.mark.parametrize("text", ["", ":", "agent", "agent:", "global:x", "a:b", "agent:x:y"])
def test_any_scope_text_is_stored_and_listed_as_it_is(store: StateStore, text: str) -> None:
    store.set(text, "k", 1)
    assert store.get(text, "k") == 1
    assert store.scopes() == [Scope.parse(text)]
    assert store.scopes()[0].text == text
