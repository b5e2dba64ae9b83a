import re
import tomllib
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from llmspell.config.jsonschema import config_schema
from llmspell.config.render import default_toml, to_plain
from llmspell.config.schema import Config
from tests.runtime.config.test_render import SECRETS
from tests.runtime.config.test_samples import SAMPLES

VALIDATOR = Draft202012Validator(config_schema())

# `[llm]` is read for old files, but no editor should offer it.
OFFERED = {name: text for name, text in SAMPLES.items() if name != "fleet"}


def errors(document: dict[str, Any]) -> list[str]:
    return [error.message for error in VALIDATOR.iter_errors(document)]


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(config_schema())


def test_the_defaults_are_valid() -> None:
    assert errors(to_plain(Config())) == []
    assert errors(tomllib.loads(default_toml())) == []


@pytest.mark.parametrize("text", [*OFFERED.values(), SECRETS], ids=[*OFFERED, "secrets"])
def test_samples_are_valid(text: str) -> None:
    assert errors(tomllib.loads(text)) == []


def test_profiles_are_checked_like_the_file() -> None:
    assert (
        errors({"profiles": {"p": {"extends": "q", "engines": {"lua": {"timeout_ms": 1}}}}}) == []
    )
    assert errors({"profiles": {"p": {"engines": {"lua": {"timeout_ms": 0}}}}}) != []


@pytest.mark.parametrize(
    "text",
    [
        "nothing = 1",
        "[engines.lua]\ntimeout_ms = 0",
        "[engines.lua]\ntimeout_ms = 'x'",
        "[engines.lua]\nstdlib = 'Most'",
        "[rag]\nenable = true",
        "[providers.openai]\ntimeout_seconds = 'x'",
        "[providers.openai]\nrate_limit = 0",
        "[security]\nlevel = 'loose'",
        "[tools.email]\nsmtp_port = 70000",
    ],
)
def test_mistakes_are_found(text: str) -> None:
    assert errors(tomllib.loads(text)) != []


def test_every_setting_is_described() -> None:
    schema = config_schema()
    tables = [schema, *schema["$defs"].values()]
    for table in tables:
        for name, setting in table["properties"].items():
            assert name == "$schema" or name == "extends" or setting.get("description"), name


def test_aliases_are_deprecated() -> None:
    provider = config_schema()["$defs"]["Provider"]["properties"]
    assert provider["model"]["deprecated"] is True
    assert "deprecated" not in provider["default_model"]


def test_descriptions_are_sentences() -> None:
    for table in config_schema()["$defs"].values():
        for setting in table["properties"].values():
            text = setting.get("description", ".")
            assert re.search(r"[.)]$", text), text
