import json
import os
from pathlib import Path

import pytest

from llmspell.config.document import LARGEST_FILE
from llmspell.config.load import load_config
from llmspell.config.problems import InvalidConfigError
from llmspell.config.schema import Config
from llmspell.errors import ConfigError
from tests.runtime.config.conftest import Desk, warnings


def test_without_a_file_the_defaults_hold(desk: Desk) -> None:
    loaded = desk.load()
    assert loaded.config == Config()
    assert (loaded.path, loaded.origin, loaded.trusted, loaded.notes) == (
        None,
        "defaults",
        True,
        (),
    )


def test_documented_limits_are_off_until_set(desk: Desk) -> None:
    config = desk.load_text("").config
    assert config.engines.lua.timeout_ms is None
    assert config.engines.lua.max_memory_bytes is None
    assert config.runtime.script_timeout_seconds is None
    assert config.runtime.security.max_memory_bytes is None
    assert config.runtime.security.max_execution_time_ms is None
    assert config.tools.file_operations.allowed_paths is None


def test_a_limit_that_is_set_holds(desk: Desk) -> None:
    loaded = desk.load_text("[engines.lua]\ntimeout_ms = 30000")
    assert loaded.config.engines.lua.timeout_ms == 30_000
    assert loaded.is_set("engines.lua.timeout_ms")
    assert not loaded.is_set("engines.lua.max_memory_bytes")


def test_where_a_file_came_from(desk: Desk) -> None:
    path = desk.write("")
    loaded = desk.load()
    assert (loaded.path, loaded.origin, loaded.trusted) == (path, "project", False)
    assert loaded.project == desk.project


def test_the_users_file_is_trusted(desk: Desk) -> None:
    desk.write_user("")
    loaded = desk.load()
    assert (loaded.origin, loaded.trusted, loaded.project) == ("user", True, None)


def test_environment_wins_over_the_file(desk: Desk) -> None:
    desk.environ["LLMSPELL_SCRIPT_TIMEOUT_SECONDS"] = "7"
    loaded = desk.load_text("[runtime]\nscript_timeout_seconds = 5")
    assert loaded.config.runtime.script_timeout_seconds == 7
    assert loaded.sources["runtime.script_timeout_seconds"] == "LLMSPELL_SCRIPT_TIMEOUT_SECONDS"


# --- what cannot be read


def test_missing_explicit_file(desk: Desk) -> None:
    with pytest.raises(ConfigError, match=r"^Configuration file not found: .*no\.toml$"):
        desk.load(desk.project / "no.toml")


def test_directory(desk: Desk) -> None:
    with pytest.raises(ConfigError, match="is a directory"):
        desk.load(desk.project)


def test_unreadable(desk: Desk) -> None:
    # Reading one's own memory from address 0 fails for everybody, root included.
    with pytest.raises(ConfigError, match=r"/proc/self/mem cannot be read: Input/output error"):
        desk.load(Path("/proc/self/mem"))


def test_too_large(desk: Desk) -> None:
    desk.write("#" * (LARGEST_FILE + 1))
    with pytest.raises(ConfigError, match="too large"):
        desk.load()


def test_endless_file(desk: Desk) -> None:
    with pytest.raises(ConfigError, match="too large"):
        desk.load(Path("/dev/zero"))


def test_not_utf8(desk: Desk) -> None:
    path = desk.project / "llmspell.toml"
    path.write_bytes(b"a = 1\nb = '\xff'\n")
    with pytest.raises(ConfigError, match=r"^TOML.* error: .*line 2, column 6: not valid UTF-8"):
        desk.load()


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a = 1\nb = = 2\n", "line 2, column 5"),
        ('a = 1\nb = "open', "line 2, column 10"),
        ("a = 1\na = 2\n", "line 2, column 6"),
        ("[rag]\n[rag]\n", "line 2, column 5"),
        ("x = " + "[" * 5000, "line 1"),
        ("x = " + "9" * 5000, "line 1"),
    ],
)
def test_bad_toml_names_the_place(desk: Desk, text: str, place: str) -> None:
    desk.write(text)
    with pytest.raises(ConfigError, match=rf"^TOML parsing error: .*llmspell\.toml, {place}"):
        desk.load()


def test_byte_order_mark_is_passed_over(desk: Desk) -> None:
    (desk.project / "named.toml").write_bytes(b'\xef\xbb\xbfdefault_engine = "js"')
    assert desk.load(desk.project / "named.toml").config.default_engine == "js"


# --- rules


@pytest.mark.parametrize(
    ("text", "field", "words"),
    [
        ('default_engine = ""', "default_engine", "must not be empty"),
        ('default_engine = "ruby"', "default_engine", "not configured"),
        ("[engines.lua]\ntimeout_ms = 0", "engines.lua.timeout_ms", "too small"),
        ("[engines.lua]\nmax_memory_bytes = 0", "engines.lua.max_memory_bytes", "too small"),
        ("[engines.lua]\ntimeout_ms = -1", "engines.lua.timeout_ms", "too small"),
        ("[engines.lua]\ntimeout_ms = '3'", "engines.lua.timeout_ms", "must be a whole number"),
        ("[engines.lua]\ntimeout_ms = true", "engines.lua.timeout_ms", "not true"),
        ("[engines.lua]\ntimeout_ms = 1.5", "engines.lua.timeout_ms", "not 1.5"),
        ("[engines.lua]\nstdlib = 'Most'", "engines.lua.stdlib", "None, Basic, Standard, All"),
        ("[providers]\ndefault_provider = 'x'", "providers.default_provider", "x"),
        ("[providers.x]\nprovider_type = ''", "providers.x.provider_type", "empty"),
        ("[providers.x.retry]\nbackoff_multiplier = 0", "providers.x.retry.backoff_multiplier", ""),
        (
            "[providers.x.retry]\nbackoff_multiplier = nan",
            "providers.x.retry.backoff_multiplier",
            "",
        ),
        ("[providers.x]\nrate_limit = 0", "providers.x.rate_limit.requests_per_minute", "small"),
        ("providers = 3", "providers", "must be a table"),
        ("rag = 'enabled'", "rag", "must be a table"),
        ("[rag]\ncache = []", "rag.cache", "must be a table, not an array"),
        (
            "[runtime.state_persistence.backup]\ncompression_level = 10",
            "runtime.state_persistence.backup.compression_level",
            "too large",
        ),
        (
            "[runtime.state_persistence]\nbackend_type = 'redis'",
            "runtime.state_persistence.backend_type",
            "sqlite, memory",
        ),
        ("[events]\nbuffer_size = 0", "events.buffer_size", "small"),
        (
            "[events.filtering]\ninclude_types = ['a', 'b']\nexclude_types = ['b']",
            "events.filtering.exclude_types",
            "b is both",
        ),
        ("[events.export]\nfile = ''", "events.export.file", "empty"),
        ("[events.export]\nwebhook = 'ftp://x'", "events.export.webhook", "http"),
        ("[rag.vector_storage.hnsw]\nm = 1", "rag.vector_storage.hnsw.m", "small"),
        (
            "[rag.vector_storage.hnsw]\nm = 100\nef_construction = 99",
            "rag.vector_storage.hnsw.ef_construction",
            "less than m",
        ),
        (
            "[tools.file_operations]\nallowed_paths = []",
            "tools.file_operations.allowed_paths",
            "empty",
        ),
        (
            "[tools.file_operations]\nallowed_paths = [1]",
            "tools.file_operations.allowed_paths",
            "strings",
        ),
        ("[security]\nlevel = 'loose'", "security.level", "safe, standard, trusted"),
    ],
)
def test_broken_rule_names_the_field(desk: Desk, text: str, field: str, words: str) -> None:
    with pytest.raises(InvalidConfigError) as caught:
        desk.load_text(text)
    sentence = str(caught.value)
    assert sentence.startswith(f"Configuration validation failed in field '{field}': ")
    assert words in sentence


def test_every_violation_is_reported(desk: Desk) -> None:
    with pytest.raises(InvalidConfigError) as caught:
        desk.load_text(
            "default_engine = 'x'\n[engines.lua]\ntimeout_ms = 'soon'\n[events]\nbuffer_size = 0"
        )
    assert {v.key for v in caught.value.violations} == {
        "default_engine",
        "engines.lua.timeout_ms",
        "events.buffer_size",
    }


def test_a_secret_of_a_wrong_type_is_not_shown(desk: Desk) -> None:
    with pytest.raises(ConfigError) as caught:
        desk.load_text("[providers.openai]\napi_key = 123456")
    assert "123456" not in str(caught.value)


def test_unusually_large_values_are_warned_of(desk: Desk) -> None:
    loaded = desk.load_text("[runtime]\nscript_timeout_seconds = 3601")
    assert "unusually large" in warnings(loaded)["runtime.script_timeout_seconds"]


# --- unknown keys


def test_unknown_key_names_the_nearest(desk: Desk) -> None:
    loaded = desk.load_text("[runtime]\nscript_timeout_second = 3")
    assert warnings(loaded) == {
        "runtime.script_timeout_second": (
            "unknown key, ignored; did you mean 'script_timeout_seconds'?"
        )
    }


def test_unknown_key_is_an_error_in_strict_mode(desk: Desk) -> None:
    with pytest.raises(ConfigError, match=r"^ragg: unknown key.*did you mean 'rag'\?$"):
        desk.load_text("[ragg]\nenabled = true", strict=True)


def test_documented_sections_of_other_versions_are_noted_only(desk: Desk) -> None:
    loaded = desk.load_text(
        "[kernel]\nport = 9555\n[daemon.logging]\nrotate_count = 5", strict=True
    )
    assert [(n.level, n.key) for n in loaded.notes] == [("note", "kernel"), ("note", "daemon")]
    assert loaded.config.extensions == {
        "kernel": {"port": 9555},
        "daemon": {"logging": {"rotate_count": 5}},
    }


# --- composition


def test_extends(desk: Desk) -> None:
    desk.write("[engines.lua]\ntimeout_ms = 5\nstdlib = 'All'", "base/common.toml")
    loaded = desk.load_text("extends = 'base/common.toml'\n[engines.lua]\ntimeout_ms = 6")
    assert loaded.config.engines.lua.timeout_ms == 6
    assert loaded.config.engines.lua.stdlib == "All"


def test_extends_refers_to_the_file_that_says_it(desk: Desk) -> None:
    desk.write("default_engine = 'js'", "base/deep.toml")
    desk.write("extends = 'deep.toml'", "base/common.toml")
    assert desk.load_text("extends = 'base/common.toml'").config.default_engine == "js"


def test_what_is_not_saved_yet_counts_in_place_of_the_files(desk: Desk) -> None:
    base = desk.write("[engines.lua]\ntimeout_ms = 5\nstdlib = 'All'", "base.toml")
    project = desk.write("default_engine = 'js'")
    unsaved = {
        str(project): "extends = 'base.toml'\n[engines.lua]\ntimeout_ms = 6",
        str(base): "[engines.lua]\nstdlib = 'Basic'",
    }
    config = load_config(cwd=desk.project, environ=desk.environ, unsaved=unsaved).config
    assert (config.default_engine, config.engines.lua.timeout_ms) == ("lua", 6)
    assert config.engines.lua.stdlib == "Basic"


def test_a_file_that_is_not_on_the_disk_yet_counts(desk: Desk) -> None:
    desk.write_user("default_engine = 'js'")
    path = desk.project / "llmspell.toml"
    loaded = load_config(cwd=desk.project, environ=desk.environ, unsaved={str(path): ""})
    assert (loaded.path, loaded.trusted, loaded.config.default_engine) == (path, False, "lua")


def test_extends_in_a_circle(desk: Desk) -> None:
    desk.write("extends = 'named.toml'", "base.toml")
    with pytest.raises(ConfigError, match="comes back"):
        desk.load_text("extends = 'base.toml'")


def test_extends_a_missing_file(desk: Desk) -> None:
    with pytest.raises(ConfigError, match=r"^Configuration file not found: .*no\.toml"):
        desk.load_text("extends = 'no.toml'")


@pytest.mark.parametrize("value", ["3", "''", "['a']"])
def test_extends_of_a_wrong_type(desk: Desk, value: str) -> None:
    with pytest.raises(ConfigError, match="`extends` must be the path"):
        desk.load_text(f"extends = {value}")


def test_extends_never_reads_a_pipe(desk: Desk) -> None:
    os.mkfifo(desk.project / "pipe")
    with pytest.raises(ConfigError, match="not a regular file"):
        desk.load_text("extends = 'pipe'")


def test_one_file_by_default(desk: Desk) -> None:
    desk.write_user("[engines.lua]\ntimeout_ms = 5")
    desk.write("default_engine = 'js'")
    assert desk.load().config.engines.lua.timeout_ms is None


def test_layers_when_asked_for(desk: Desk) -> None:
    desk.environ["LLMSPELL_CONFIG_LAYERED"] = "true"
    desk.system.parent.mkdir()
    desk.system.write_text("[events]\nbuffer_size = 1\nemit_state_events = true\nenabled = false")
    desk.write_user("[events]\nbuffer_size = 2\nemit_state_events = false")
    desk.write("[events]\nbuffer_size = 3")
    events = desk.load().config.events
    assert (events.buffer_size, events.emit_state_events, events.enabled) == (3, False, False)


# --- profiles


PROFILES = """
default_engine = "lua"
[engines.lua]
timeout_ms = 1
[profiles.development.engines.lua]
timeout_ms = 2
[profiles.night]
extends = "development"
default_engine = "js"
[profiles.loop]
extends = "loop"
[profiles.lost]
extends = "nowhere"
"""


def test_profile_changes_the_file(desk: Desk) -> None:
    path = desk.write(PROFILES, "named.toml")
    assert desk.load(path).config.engines.lua.timeout_ms == 1
    assert desk.load(path, profile="development").config.engines.lua.timeout_ms == 2


def test_profile_inherits(desk: Desk) -> None:
    config = desk.load(desk.write(PROFILES, "named.toml"), profile="night").config
    assert (config.default_engine, config.engines.lua.timeout_ms) == ("js", 2)


def test_profile_by_variable(desk: Desk) -> None:
    desk.environ["LLMSPELL_PROFILE"] = "night"
    assert desk.load_text(PROFILES).config.default_engine == "js"


@pytest.mark.parametrize(
    ("name", "words"), [("loop", "extends itself"), ("lost", "'nowhere'"), ("nigth", "'night'")]
)
def test_bad_profile(desk: Desk, name: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        desk.load(desk.write(PROFILES, "named.toml"), profile=name)


def test_a_shipped_profile_without_a_table_is_noted(desk: Desk) -> None:
    assert [n.key for n in desk.load(profile="production").notes] == ["profiles"]


# --- interpolation and paths


def test_interpolation(desk: Desk) -> None:
    desk.environ["HOST"] = "example.org"
    loaded = desk.load_text(
        "[providers.openai]\nbase_url = 'https://${HOST}/v${V:-1}'\nname = '$${HOST}'"
    )
    provider = loaded.config.providers.providers["openai"]
    assert (provider.base_url, provider.name) == ("https://example.org/v1", "${HOST}")


def test_interpolation_of_an_unset_variable_leaves_the_default(desk: Desk) -> None:
    loaded = desk.load_text("[providers.openai]\nbase_url = '${NOWHERE}'")
    assert loaded.config.providers.providers["openai"].base_url is None
    assert "NOWHERE is not set" in warnings(loaded)["providers.openai.base_url"]


def test_home_in_paths(desk: Desk) -> None:
    loaded = desk.load_text(
        "[tools.file_operations]\nallowed_paths = ['~/data', '*']\n"
        "[rag.vector_storage]\npersistence_path = '~/vectors'"
    )
    config = loaded.config
    assert config.tools.file_operations.allowed_paths == (f"{desk.home}/data", "*")
    assert config.rag.vector_storage.persistence_path == f"{desk.home}/vectors"


def test_paths_of_a_project_found_above_refer_to_its_folder(desk: Desk) -> None:
    desk.write("[rag.vector_storage]\npersistence_path = 'vectors'")
    below = desk.project / "src"
    below.mkdir()
    assert desk.load().config.rag.vector_storage.persistence_path == "vectors"
    found = desk.load(cwd=below).config.rag.vector_storage.persistence_path
    assert found == f"{desk.project}/vectors"


def test_index_preset(desk: Desk) -> None:
    hnsw = desk.load_text(
        "[rag.vector_storage.hnsw]\npreset = 'large'\nef_search = 9"
    ).config.rag.vector_storage.hnsw
    assert (hnsw.m, hnsw.ef_construction, hnsw.ef_search, hnsw.num_threads) == (32, 400, 9, 4)


def test_notes_are_plain_sentences(desk: Desk) -> None:
    loaded = desk.load_text("[ragg]\n")
    assert json.dumps([str(n) for n in loaded.notes]) == (
        "[\"ragg: unknown key, ignored; did you mean 'rag'?\"]"
    )
