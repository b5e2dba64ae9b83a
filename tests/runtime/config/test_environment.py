import re
from pathlib import Path

import pytest

from llmspell.config.environment import REGISTRY, Variable, read_environment
from llmspell.config.schema import Config
from llmspell.config.schema.fields import find
from llmspell.errors import ConfigError
from tests.runtime.config.conftest import Desk

EXAMPLES = {"bool": "true", "int": "7", "float": "1.5", "str": "text", "strings": "a, b"}


def example(variable: Variable) -> str:
    if variable.name.endswith("WEBHOOK"):
        return "https://example.org/hook"
    if variable.name.endswith("DEFAULT_ENGINE"):
        return "javascript"
    if variable.name.endswith("EF_CONSTRUCTION"):
        return "77"
    if "EXCLUDE" in variable.name:
        return "x"
    return variable.choices[0] if variable.kind == "choice" else EXAMPLES[variable.kind]


def test_names_are_unique() -> None:
    assert len({v.name for v in REGISTRY}) == len(REGISTRY)


def test_every_setting_exists() -> None:
    for variable in REGISTRY:
        for setting in variable.settings:
            assert find(Config, tuple(setting.split("."))) is not None, setting


@pytest.mark.parametrize("variable", REGISTRY, ids=lambda v: v.name)
def test_a_variable_reaches_the_configuration(desk: Desk, variable: Variable) -> None:
    desk.environ[variable.name] = example(variable)
    loaded = desk.load()
    for setting in variable.settings:
        assert loaded.sources[setting] == variable.name
    if not variable.settings:
        assert [(n.level, n.key) for n in loaded.notes] == [("note", variable.name)]
    elif variable.kind in {"int", "str", "strings"}:
        assert loaded.config != Config()


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("LLMSPELL_STATE_ENABLED", "yes", "must be true or false, not 'yes'"),
        ("LLMSPELL_STATE_ENABLED", "True", "must be true or false"),
        ("LLMSPELL_MAX_MEMORY_BYTES", "1e6", "must be a whole number"),
        ("LLMSPELL_MAX_MEMORY_BYTES", "0", "too small"),
        ("LLMSPELL_STATE_BACKEND", "redis", "must be one of sqlite, memory"),
        ("LLMSPELL_TOOLS_SEARCH_ENGINE", "altavista", "must be one of google"),
        ("LLMSPELL_KERNEL_PORT", "many", "must be a whole number"),
    ],
)
def test_a_wrong_value_fails(name: str, value: str, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_environment({name: value})
    assert str(caught.value).startswith(f"Environment variable parsing error: {name}: ")
    assert words in str(caught.value)


def test_all_wrong_values_are_reported() -> None:
    with pytest.raises(ConfigError) as caught:
        read_environment({"LLMSPELL_STATE_ENABLED": "1", "LLMSPELL_EVENTS_ENABLED": "0"})
    assert len(str(caught.value).splitlines()) == 2


def test_an_empty_variable_says_nothing(desk: Desk) -> None:
    desk.environ["LLMSPELL_MAX_MEMORY_BYTES"] = ""
    assert desk.load().config == Config()


def test_a_key_makes_a_provider(desk: Desk) -> None:
    desk.environ["OPENAI_API_KEY"] = "k1"
    provider = desk.load().config.providers.providers["openai"]
    assert (provider.provider_type, provider.api_key) == ("openai", "k1")


def test_the_prefixed_key_wins(desk: Desk) -> None:
    desk.environ.update(OPENAI_API_KEY="k1", LLMSPELL_PROVIDER_OPENAI_API_KEY="k2")
    assert desk.load().config.providers.providers["openai"].api_key == "k2"


def test_web_variables_set_both_sections(desk: Desk) -> None:
    desk.environ["LLMSPELL_TOOLS_WEB_ALLOWED_DOMAINS"] = "a.org, b.org"
    tools = desk.load().config.tools
    assert tools.web_tools is not None
    assert tools.web_tools.allowed_domains == tools.web_search.allowed_domains == ("a.org", "b.org")


def test_keys_are_sensitive() -> None:
    for variable in REGISTRY:
        if re.search(r"API_KEY|PASSWORD|HMAC", variable.name):
            assert variable.sensitive, variable.name


def test_every_documented_variable_is_registered() -> None:
    """Names from spec config.md §4.3, as the groups write them."""
    documented = Path(__file__).with_name("documented_variables.txt").read_text().split()
    assert set(documented) <= {v.name for v in REGISTRY}
