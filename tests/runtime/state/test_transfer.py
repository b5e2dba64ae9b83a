"""Export and import."""

from __future__ import annotations

import json
import os
import stat
import tomllib
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llmspell.errors import StorageError, ValidationError
from llmspell.state import Scope, StateStore
from llmspell.state.memory import MemoryStore
from llmspell.state.transfer import export_document, export_file, import_document, import_file
from tests.runtime.state.conftest import Clock

ENTRIES: list[tuple[Scope | str, str, object]] = [
    ("global", "nothing", None),
    ("global", "nested", {"list": [None, 1, 1.0, "é\n", True, []], "empty": {}}),
    ("agent:a:b", "stand-in", {"$null": True, "more": {"$null": True}}),
    ("free text", "alone", {"$null": True}),
    ("free text", "twice", {"$$null": True}),
    ("custom", "big", 2**70),
]

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(texts | st.sampled_from(["$null", "$$null"]), inner, max_size=3)
    ),
    max_leaves=8,
)


def fill(store: StateStore) -> None:
    store.set_many(ENTRIES)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["state.json", "state.toml", "STATE.TOML"])
def test_an_export_brings_everything_back(
    store: StateStore, clock: Clock, tmp_path: Path, name: str
) -> None:
    fill(store)
    store.set("user:u", "brief", 1, ttl=10)
    assert export_file(store, tmp_path / name) == 7
    with MemoryStore(clock=clock) as other:
        assert import_file(other, tmp_path / name) == 7
        assert other.items() == store.items()
        clock.now += 10
        assert other.get("user:u", "brief") is None


@settings(database=None, deadline=None, max_examples=100)
@given(value=values)
def test_every_value_survives_toml(tmp_path_factory: pytest.TempPathFactory, value: object) -> None:
    path = tmp_path_factory.getbasetemp() / f"value-{os.getpid()}.toml"
    with MemoryStore() as store, MemoryStore() as other:
        store.set("global", "k", value)  # type: ignore[arg-type]
        export_file(store, path)
        import_file(other, path)
        found, expected = other.get("global", "k"), store.get("global", "k")
        assert json.dumps(found, sort_keys=True) == json.dumps(expected, sort_keys=True)
    path.unlink()


def test_an_export_is_made_to_be_read(store: StateStore, tmp_path: Path) -> None:
    store.set("global", "name", "Zoë")
    export_file(store, tmp_path / "state.json")
    export_file(store, tmp_path / "state.toml")
    assert '  "scopes": {\n    "global": {\n      "name": "Zoë"' in (
        (tmp_path / "state.json").read_text("utf-8")
    )
    assert '[scopes.global]\nname = "Zoë"\n' in (tmp_path / "state.toml").read_text("utf-8")


def test_an_export_of_one_scope_holds_only_that(store: StateStore, tmp_path: Path) -> None:
    fill(store)
    assert export_file(store, tmp_path / "state.json", "custom") == 1
    assert json.loads((tmp_path / "state.json").read_text())["scopes"] == {"custom": {"big": 2**70}}


def test_an_exported_file_belongs_to_its_owner_alone(store: StateStore, tmp_path: Path) -> None:
    export_file(store, tmp_path / "state.json")
    assert stat.S_IMODE((tmp_path / "state.json").stat().st_mode) == 0o600
    assert [file.name for file in tmp_path.glob("*.*")] == ["state.json"]


def test_merge_keeps_and_replace_removes_what_the_file_lacks(store: StateStore) -> None:
    document = {"llmspell_state": 1, "scopes": {"global": {"a": 1}}}
    store.set_many([("global", "a", 0), ("tool:t", "b", 2)])
    assert import_document(store, document, "merge") == 1
    assert store.items() == [(Scope("global"), "a", 1), (Scope("tool", "t"), "b", 2)]
    assert import_document(store, document, "replace") == 1
    assert store.items() == [(Scope("global"), "a", 1)]


@pytest.mark.parametrize("mode", ["merge", "replace"])
@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("s.json", "{", "is not well formed"),
        ("s.json", "[" * 100_000, "is not well formed"),
        ("s.json", '{"llmspell_state": 1, "scopes": {"global": {"k": NaN}}}', "NaN is not JSON"),
        ("s.toml", "a = ", "is not well formed"),
        ("s.json", b"\xff{}", "is not UTF-8"),
        ("s.json", "[1]", "this is not an export of llmspell state"),
        ("s.json", "{}", "this is not an export of llmspell state"),
        ("s.json", '{"llmspell_state": 2}', "the form version is 2"),
        ("s.json", '{"llmspell_state": 1, "scopes": {"global": 1}}', "must be a table of tables"),
        (
            "s.json",
            '{"llmspell_state": 1, "scopes": {"global": {"__k": 1}}}',
            "must not start with",
        ),
        ("s.json", '{"llmspell_state": 1, "scopes": {"g": {"k": 1e999}}}', "not JSON"),
        ("s.json", '{"llmspell_state": 1, "scopes": {"g": {"k": "\\ud800"}}}', "not Unicode"),
        (
            "s.toml",
            'llmspell_state = 1\nscopes.g.k = 1\nexpires.g.k = "soon"',
            "must be a number",
        ),
    ],
)
def test_a_bad_file_is_refused_and_changes_nothing(
    store: StateStore,
    tmp_path: Path,
    name: str,
    content: str | bytes,
    message: str,
    mode: Literal["merge", "replace"],
) -> None:
    store.set("global", "kept", 1)
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises((ValidationError, StorageError), match=message):
        import_file(store, path, mode)
    assert store.items() == [(Scope("global"), "kept", 1)]


def test_a_byte_order_mark_and_toml_dates_are_accepted(store: StateStore, tmp_path: Path) -> None:
    path = tmp_path / "state.toml"
    path.write_text("\ufeffllmspell_state = 1\nscopes.global.day = 2026-01-02\n", "utf-8")
    import_file(store, path)
    assert store.get("global", "day") == "2026-01-02"


def test_another_ending_is_refused(store: StateStore, tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match=r"should end in \.json or \.toml"):
        export_file(store, tmp_path / "state.yaml")
    with pytest.raises(ValidationError, match=r"should end in \.json or \.toml"):
        import_file(store, tmp_path / "state")


def test_a_missing_file_and_folder_are_reported(store: StateStore, tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="cannot be read: No such file"):
        import_file(store, tmp_path / "state.json")
    with pytest.raises(StorageError, match="cannot be written: No such file"):
        export_file(store, tmp_path / "missing" / "state.json")


def test_an_unknown_mode_is_refused(store: StateStore) -> None:
    with pytest.raises(ValidationError, match="Unknown import mode 'add'"):
        import_document(store, {"llmspell_state": 1}, "add")  # type: ignore[arg-type]


def test_a_toml_export_is_toml(store: StateStore, tmp_path: Path) -> None:
    fill(store)
    export_file(store, tmp_path / "state.toml")
    found = tomllib.loads((tmp_path / "state.toml").read_text("utf-8"))
    assert found["scopes"]["global"]["nothing"] == {"$null": True}
    assert export_document(store)["scopes"]["global"]["nothing"] is None
