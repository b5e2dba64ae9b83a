import json
import re
import tomllib
from datetime import date

from llmspell.config.canonical import canonical
from llmspell.config.check import build
from llmspell.config.render import (
    REDACTED,
    default_toml,
    redact,
    to_json,
    to_plain,
    to_script,
    to_toml,
)
from llmspell.config.schema import Config
from tests.runtime.config.conftest import Desk

SECRETS = """
[providers.openai]
api_key = "sk-1"
api_key_env = "OPENAI_API_KEY"
base_url = "https://me:sk-2@example.org/v1"
max_tokens = 5
headers = { Authorization = "Bearer sk-3", "X-Api-Key" = "sk-4", Accept = "text" }
[tools.email]
smtp_password = "sk-5"
[kernel]
hmac_key = "sk-6"
"""


def test_plain_data_has_the_shape_of_a_file(desk: Desk) -> None:
    loaded = desk.load_text(SECRETS)
    plain = to_plain(loaded.config)
    assert plain["providers"]["openai"]["api_key"] == "sk-1"
    assert plain["kernel"] == {"hmac_key": "sk-6"}
    again, violations, _ = build(canonical(tomllib.loads(to_toml(plain))).data)
    assert violations == ()
    assert again == loaded.config


def test_absent_values_are_left_out() -> None:
    assert "timeout_ms" not in to_plain(Config())["engines"]["lua"]
    assert "hooks" not in to_plain(Config())


def test_no_secret_survives_redaction(desk: Desk) -> None:
    config = desk.load_text(SECRETS).config
    for shown in (redact(to_plain(config)), to_script(config)):
        assert "sk-" not in json.dumps(shown)
        assert json.dumps(shown).count(REDACTED) == 6


def test_redaction_leaves_what_is_no_secret(desk: Desk) -> None:
    openai = redact(to_plain(desk.load_text(SECRETS).config))["providers"]["openai"]
    assert openai["api_key_env"] == "OPENAI_API_KEY"
    assert openai["max_tokens"] == 5
    assert openai["headers"]["Accept"] == "text"
    assert openai["base_url"] == f"https://{REDACTED}@example.org/v1"


def test_spells_see_providers_below_providers(desk: Desk) -> None:
    shown = to_script(desk.load_text("[providers.ollama]\nmodel = 'm'\nseed = 3").config)
    assert shown["providers"] == {
        "providers": {
            "ollama": {
                "name": "",
                "provider_type": "ollama",
                "enabled": True,
                "default_model": "m",
                "seed": 3,
            }
        }
    }


def test_spells_see_documented_numbers_for_limits_that_are_off() -> None:
    assert to_script(Config())["runtime"]["security"] == {
        "allow_file_access": False,
        "allow_network_access": True,
        "allow_process_spawn": False,
        "max_memory_bytes": 50_000_000,
        "max_execution_time_ms": 300_000,
    }
    assert to_script(Config())["tools"]["file_operations"]["allowed_paths"] == ["/tmp"]


def test_json_is_valid_whatever_a_free_table_holds(desk: Desk) -> None:
    loaded = desk.load_text("[tools.x]\nday = 2026-01-31\nnan = nan\nlist = [1, inf]")
    shown = json.loads(to_json(to_plain(loaded.config)))["tools"]["x"]
    assert shown == {"day": str(date(2026, 1, 31)), "nan": "nan", "list": [1, "inf"]}


def test_the_default_file_loads_silently_and_changes_nothing(desk: Desk) -> None:
    loaded = desk.load_text(default_toml(), strict=True)
    assert loaded.notes == ()
    assert loaded.config == Config()


def test_every_commented_setting_is_one() -> None:
    text = re.sub(r"^# (?=\[|[a-z_]+ = )", "", default_toml(), flags=re.MULTILINE)
    shaped = canonical(tomllib.loads(text))
    assert shaped.unknown == ()
    assert text.count(" = ") > 150


def test_the_default_file_shows_defaults() -> None:
    text = default_toml()
    assert '# blocked_extensions = ["exe", "dll", "so", "dylib"]' in text
    assert '# default_headers = { "User-Agent" = "llmspell-http/1.0" }' in text
    assert "# timeout_ms = 30000" in text
