"""Keys are in nothing that a user can have shown, even where servers repeat what they were sent."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.runtime.cli.conftest import Shell
from tests.runtime.cli.test_keys import NO_KEYRING
from tests.runtime.tools.builtin.site import Asked, Page, site

CONFIGURED, FROM_VARIABLE, STORED = "sk-configured-1", "sk-variable-22", "sk-stored-333"
SPELL = """
for _, model in ipairs({"one/m", "two/m", "three/m", "four/m"}) do
  local agent = Agent.builder():model(model):build()
  print(pcall(function() return agent:complete("Hi") end))
  print(JSON.stringify(agent:get_config()), Debug.dump(agent))
end
print(JSON.stringify(Config.get()), JSON.stringify(Provider.list()))
Agent.builder():model("one/m"):build():complete("raised")
"""


@pytest.fixture
def told(shell: Shell) -> Iterator[Shell]:
    """Four providers, whose server refuses keys and repeats them."""

    def refuse(asked: Asked) -> Page:
        sent = asked.headers.get("authorization") or asked.headers.get("x-api-key", "")
        return Page(b'{"error": {"message": "wrong key: %s"}}' % sent.encode(), 401)

    with site() as server:
        for path in ("/chat/completions", "/models", "/v1/messages", "/v1/models", "/api/chat"):
            server.add(path, refuse)
        for path in ("/api/version", "/api/tags"):
            server.add(path, refuse)
        at = f'base_url = "{server.url}"'
        config = f"""
        [providers.one]
        provider_type = "openai"
        api_key = "{CONFIGURED}"
        {at}
        [providers.two]
        provider_type = "anthropic"
        api_key_env = "TWO"
        {at}
        [providers.three]
        provider_type = "ollama"
        api_key_env = "TWO"
        {at}
        [providers.four]
        provider_type = "openai"
        {at}
        """
        shell.write("llmspell.toml", config)
        shell.write("spell.lua", SPELL)
        shell.environ |= {"TWO": FROM_VARIABLE, "PYTHON_KEYRING_BACKEND": NO_KEYRING}
        shell("llmspell", "keys", "add", "four", stdin=f"{STORED}\n").ok()
        shell("llmspell", "config", "trust").ok()
        yield shell


@pytest.mark.parametrize(
    "arguments",
    [
        "run spell.lua",
        "--output json run spell.lua",
        "--trace trace run spell.lua",
        "config show",
        "--output json config show",
        "model list --by-provider --format json",
        "doctor",
        "keys list",
    ],
)
def test_keys_are_in_nothing_that_is_printed(told: Shell, arguments: str) -> None:
    done = told("llmspell", *arguments.split())
    said = done.out + done.err
    assert len(said) > len("four")
    if "spell.lua" in arguments:
        assert said.count("wrong key: ") >= 5
    for key in (CONFIGURED, FROM_VARIABLE, STORED):
        assert key not in said
