import keyring
import keyring.backend
import pytest

from llmspell.config.advice import advice
from llmspell.config.credentials import credential
from llmspell.config.keys import Keys
from llmspell.config.schema import Provider
from tests.runtime.config.conftest import Desk


def advised(desk: Desk, text: str) -> dict[str, str]:
    return {n.key: n.message for n in advice(desk.load_text(text), desk.environ)}


QUIET = "[providers.ollama]\n"


def test_nothing_to_say(desk: Desk) -> None:
    assert advised(desk, QUIET) == {}


@pytest.mark.parametrize(
    ("text", "key", "words"),
    [
        ("", "providers", "no providers"),
        ("[providers.openai]\n", "providers.openai", "OPENAI_API_KEY"),
        ("[providers.x]\napi_key_env = 'MY_KEY'\n", "providers.x", "MY_KEY"),
        (
            QUIET + "[runtime.security]\nallow_network_access = false",
            "runtime.security.allow_network_access",
            "disabled",
        ),
        (
            QUIET + "[runtime.security]\nallow_process_spawn = true",
            "runtime.security.allow_process_spawn",
            "process",
        ),
        (
            QUIET + "[tools.file_operations]\nallowed_paths = ['*']",
            "tools.file_operations.allowed_paths",
            "every file",
        ),
        (
            QUIET + "[tools.file_operations]\nallowed_paths = ['/etc']",
            "tools.file_operations.allowed_paths",
            "system",
        ),
        (
            QUIET + "[tools.file_operations]\nallowed_paths = ['/no/such']",
            "tools.file_operations.allowed_paths",
            "does not exist",
        ),
        (
            QUIET + "[tools.http_request]\nallowed_hosts = ['*']",
            "tools.http_request.allowed_hosts",
            "every host",
        ),
    ],
)
def test_advice(desk: Desk, text: str, key: str, words: str) -> None:
    assert words in advised(desk, text)[key]


class Locked(keyring.backend.KeyringBackend):
    """A keyring that would ask the user for its password."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call] # the library's
        self.held: str | None = None
        self.asked = 0

    def set_password(self, service: str, username: str, password: str) -> None:
        self.held = password

    def get_password(self, service: str, username: str) -> str | None:
        self.asked += 1
        return self.held


def test_a_stored_key_is_known_of_without_asking_the_keyring(desk: Desk) -> None:
    before, locked = keyring.get_keyring(), Locked()
    keyring.set_keyring(locked)
    try:
        assert Keys(desk.environ).add("openai", "sk-1").where == "keyring"
        locked.asked = 0
        assert advised(desk, "[providers.openai]\n") == {}
        assert locked.asked == 0
    finally:
        keyring.set_keyring(before)


@pytest.mark.parametrize(
    ("provider", "environ", "key"),
    [
        (Provider(provider_type="openai", api_key="a", api_key_env="B"), {"B": "b"}, "a"),
        (Provider(provider_type="openai", api_key_env="B"), {"B": "b", "OPENAI_API_KEY": "c"}, "b"),
        (Provider(provider_type="openai"), {"OPENAI_API_KEY": "c"}, "c"),
        (Provider(provider_type="openai"), {"LLMSPELL_OPENAI_API_KEY": "d"}, "d"),
        (Provider(provider_type="openai"), {"LLMSPELL_MINE_API_KEY": "e"}, "e"),
        (Provider(provider_type="openai"), {"LLMSPELL_API_KEY_OPENAI": "f"}, "f"),
        (Provider(provider_type="openai"), {"ANTHROPIC_API_KEY": "g"}, None),
    ],
)
def test_where_a_key_comes_from(
    provider: Provider, environ: dict[str, str], key: str | None
) -> None:
    assert credential("mine", provider, environ) == key
