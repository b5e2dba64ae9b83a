"""The `Config` global (spec lua-globals §13)."""

from __future__ import annotations

import pytest

from tests.runtime.conftest import MakeProject, Project

PROVIDERS = """
[providers]
default_provider = "house"
[providers.house]
provider_type = "openai"
base_url = "http://127.0.0.1:8080/v1"
api_key = "sk-very-secret"
default_model = "small"
temperature = 0.5
"""


def test_the_whole_configuration_and_values_at_paths(project: Project) -> None:
    assert project.value("""
        return { Config.get().default_engine, Config.get("runtime.state_persistence.enabled"),
                 Config.get("tools.file_operations.max_file_size"), Config.get("no.where") == nil,
                 Config.get("default_engine.deeper") == nil, Config.getDefaultEngine() }
    """) == ["lua", True, 50000000, True, True, "lua"]


@pytest.mark.parametrize(
    "name", ["providers", "engines", "runtime", "tools", "security", "events", "debug", "rag"]
)
def test_sections(project: Project, name: str) -> None:
    assert project.value(f"return type(Config.getSection('{name}'))") == "table"


def test_an_unknown_section_is_an_error(project: Project) -> None:
    message = project.error("Config.getSection('nonsense')")
    assert message == "Configuration error: Unknown configuration section: nonsense"


def test_the_documented_defaults_of_security(project: Project) -> None:
    assert project.value("return Config.getSecurity()") == {
        "allow_file_access": False,
        "allow_network_access": True,
        "allow_process_spawn": False,
        "max_memory_bytes": 50000000,
        "max_execution_time_ms": 300000,
    }
    assert project.value(
        "return { Config.isFileAccessAllowed(), Config.isNetworkAccessAllowed() }"
    ) == [False, True]


def test_secrets_are_masked(make_project: MakeProject) -> None:
    project = make_project(PROVIDERS)
    provider = project.value("return Config.getProvider('house')")
    assert provider["api_key"] == "<REDACTED>"
    assert provider["temperature"] == 0.5
    assert "sk-very-secret" not in str(project.value("return Config.toJson()"))
    assert project.value("return Config.listProviders()") == ["house"]
    assert project.value("return Config.get('providers.default_provider')") == "house"


def test_a_provider_that_is_not_configured_is_nil(project: Project) -> None:
    assert project.value("return Config.getProvider('none') == nil") is True


def test_a_spell_changes_its_own_copy_only(make_project: MakeProject) -> None:
    project = make_project(PROVIDERS)
    assert project.value("""
        Config.setProvider("mine", { provider_type = "ollama" })
        Config.addAllowedPath("/data")
        Config.addAllowedPath("/data")
        local paths = Config.getTools().file_operations.allowed_paths
        return { Config.listProviders(), paths[#paths], io.open("/data/x", "w") == nil }
    """) == [["house", "mine"], "/data", True]
    assert list(project.runtime.config.config.providers.providers) == ["house"]


def test_a_snapshot_can_be_restored(project: Project) -> None:
    assert project.value("""
        local stamp = Config.snapshot()
        Config.setProvider("mine", { provider_type = "ollama" })
        local before = #Config.listProviders()
        Config.restoreSnapshot(stamp)
        return { before, #Config.listProviders() }
    """) == [1, 0]
    assert (
        project.error("Config.restoreSnapshot(1)") == "Configuration error: Snapshot not found: 1"
    )


def test_security_cannot_be_changed(project: Project) -> None:
    assert (
        project.error("Config.setSecurity({ allow_file_access = true })")
        == "Configuration error: Cannot modify security settings without permission"
    )


def test_a_provider_must_be_a_table_with_names(project: Project) -> None:
    assert "Invalid provider config" in project.error("Config.setProvider('x', { 1, 2 })")


def test_permissions_of_a_spell(project: Project) -> None:
    permissions = project.value("return Config.getPermissions()")
    assert permissions["modify_providers"] is True
    assert permissions["modify_security"] is False
    assert permissions["access_secrets"] is False
