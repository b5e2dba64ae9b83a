"""The `State` global, over a real store (spec lua-globals §8)."""

from __future__ import annotations

import pytest

from tests.runtime.conftest import MakeProject, Project


@pytest.mark.parametrize(
    ("literal", "expected"),
    [
        ("'text'", "text"),
        ("42", 42),
        ("1.5", 1.5),
        ("true", True),
        ("{ 1, { a = 'b' } }", [1, {"a": "b"}]),
        ("{}", {}),
        ("nil", None),
    ],
)
def test_what_was_saved_is_loaded(project: Project, literal: str, expected: object) -> None:
    code = f"State.save('global', 'k', {literal}) return State.load('global', 'k')"
    assert project.value(code) == expected


def test_a_missing_value_is_nil(project: Project) -> None:
    assert project.value("return State.load('global', 'none') == nil") is True


def test_values_outlive_the_runtime(make_project: MakeProject) -> None:
    first = make_project()
    first.value("State.save('global', 'kept', 'yes')")
    first.runtime.close()
    assert make_project().value("return State.load('global', 'kept')") == "yes"


def test_the_projects_store_is_beside_its_configuration(make_project: MakeProject) -> None:
    project = make_project("default_engine = 'lua'\n")
    project.value("State.save('global', 'k', 1)")
    assert (project.folder / ".llmspell" / "state.db").exists()


def test_the_memory_backend_keeps_nothing(make_project: MakeProject) -> None:
    config = "[runtime.state_persistence]\nbackend_type = 'memory'\n"
    project = make_project(config)
    assert project.value("State.save('global', 'k', 1) return State.load('global', 'k')") == 1
    assert not (project.folder / ".llmspell").exists()


def test_scopes_are_separate_and_listed_in_order(project: Project) -> None:
    assert project.value("""
        State.save("global", "b", 1) State.save("global", "a", 1) State.save("custom", ":c", 1)
        State.delete("global", "missing")
        return { State.list_keys("global"), State.list_keys("custom"), #State.list_keys("none") }
    """) == [["a", "b"], [":c"], 0]


def test_custom_keys_with_a_leading_colon_round_trip(project: Project) -> None:
    code = "State.save('custom', ':demo:checkpoint', 7) return State.load('custom', ':demo:checkpoint')"
    assert project.value(code) == 7


def test_load_ignores_the_scope_of_a_key_that_names_one(project: Project) -> None:
    assert project.value("""
        State.save("workflow:run1", "step", "done")
        return { State.load("Global", "workflow:run1:step"), State.workflow_get("run1", "step"),
                 State.workflow_list("run1") }
    """) == ["done", "done", ["step"]]


def test_agents_and_tools_have_their_own_values(project: Project) -> None:
    assert project.value("""
        State.agent_set("a", "k", { 1 }) State.tool_set("t", "k", { 2 })
        return { State.agent_get("a", "k"), State.tool_get("t", "k"), State.load("agent:a", "k") }
    """) == [[1], [2], [1]]


@pytest.mark.parametrize("key", ["", "a..b", "a//b", "__x", "$$x", "a\\\\b", "a\\nb"])
def test_a_bad_key_is_refused(project: Project, key: str) -> None:
    message = project.error(f"State.save('global', '{key}', 1)")
    assert message.startswith("Storage error: Failed to write state: ")


def test_a_value_over_the_limit_is_refused(make_project: MakeProject) -> None:
    project = make_project("[runtime.state_persistence]\nmax_state_size_bytes = 100\n")
    assert "100" in project.error("State.save('global', 'k', ('x'):rep(200))")


def test_what_is_no_data_is_refused(project: Project) -> None:
    assert "Unsupported Lua type" in project.error("State.save('global', 'k', print)")


def test_get_and_set_do_not_exist(project: Project) -> None:
    assert project.value("return State.get == nil and State.set == nil") is True


@pytest.mark.parametrize("call", ["create_backup()", "list_backups()", "migrate('1.0.0')"])
def test_backups_and_migrations_say_how_to_switch_them_on(project: Project, call: str) -> None:
    assert "set runtime.state_persistence." in project.error(f"State.{call}")


def test_a_backup_is_made_validated_and_restored(make_project: MakeProject) -> None:
    project = make_project("[runtime.state_persistence]\nbackup_enabled = true\n")
    assert project.value("""
        State.save("global", "k", "before")
        local made = State.create_backup()
        State.save("global", "k", "after")
        local valid = State.validate_backup(made.backup_id)
        local restored = State.restore_backup(made.backup_id)
        local clean = State.cleanup_backups(true)
        return { made.success, valid.is_valid, restored.success, State.load("global", "k"),
                 #State.list_backups() >= 1, State.get_storage_usage().entries_count, clean.dry_run }
    """) == [True, True, True, "before", True, 1, True]


def test_a_migration_registered_in_python_runs_from_lua(make_project: MakeProject) -> None:
    project = make_project("[runtime.state_persistence]\nmigration_enabled = true\n")
    migrations = project.runtime.migrations
    migrations.add("1.0.0", "1.1.0", lambda record: {**record, "value": {"text": record["value"]}})
    assert project.value("""
        State.save("global", "k", "plain")
        local status = State.get_migration_status()
        local result = State.migrate("1.1.0")
        return { status.current_version, result.success, State.load("global", "k"),
                 State.get_schema_versions(), State.migrate("1.1.0").status }
    """) == ["1.0.0", True, {"text": "plain"}, ["1.0.0", "1.1.0"], "already_current"]


def test_changes_are_events_if_the_configuration_wants_them(make_project: MakeProject) -> None:
    project = make_project("[events]\nemit_state_events = true\n")
    assert project.value("""
        local id = Event.subscribe("state.*")
        State.save("global", "k", { 1 })
        local event = Event.receive(id, 0)
        return { event.data.scope, event.data.key, event.data.new_value, event.metadata.source }
    """) == ["global", "k", [1], "state_manager"]


def test_state_shows_itself_by_scope_and_key(project: Project) -> None:
    project.value("State.save('global', 'k', 1) State.save('agent:a', 'k', 2)")
    assert project.runtime.debug_view("State") == {"global": {"k": 1}, "agent:a": {"k": 2}}
