"""Stored keys of services: in a file that only the user can read, or in the system's keyring."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import keyring
import keyring.backend
import keyring.backends.fail
import keyring.backends.null
import pytest

from llmspell.config.credentials import credential
from llmspell.config.keys import Keys
from llmspell.config.schema import Provider
from llmspell.errors import ConfigError, ValidationError


class Memory(keyring.backend.KeyringBackend):
    """A keyring in memory."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call] # the library's
        self.held: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.held.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.held[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.held[service, username]


@pytest.fixture(autouse=True)
def no_keyring() -> Iterator[None]:
    before = keyring.get_keyring()
    keyring.set_keyring(keyring.backends.fail.Keyring())  # type: ignore[no-untyped-call]
    yield
    keyring.set_keyring(before)


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"HOME": str(tmp_path)}


@pytest.fixture
def keys(environ: dict[str, str]) -> Keys:
    return Keys(environ)


def test_a_key_is_stored_in_a_file_that_only_the_user_can_read(keys: Keys) -> None:
    assert keys.add("OpenAI", " sk-1\n").where == "file"
    assert keys.get("openai") == "sk-1"
    assert [each.service for each in keys.listed()] == ["openai"]
    assert keys.path.stat().st_mode & 0o777 == 0o600


def test_the_keyring_is_preferred_and_the_file_then_has_no_key(keys: Keys) -> None:
    held = Memory()
    keyring.set_keyring(held)
    assert keys.add("openai", "sk-1").where == "keyring"
    assert "sk-1" not in keys.path.read_text()
    assert keys.get("openai") == "sk-1"
    assert keys.remove("openai")
    assert held.held == {}


def test_a_keyring_that_forgets_what_it_takes_is_told_by_reading_back(keys: Keys) -> None:
    keyring.set_keyring(keyring.backends.null.Keyring())  # type: ignore[no-untyped-call]
    assert keys.add("openai", "sk-1").where == "file"
    assert keys.get("openai") == "sk-1"
    assert keys.path.stat().st_mode & 0o777 == 0o600


def test_an_expired_key_is_not_used(keys: Keys) -> None:
    keys.add("openai", "sk-1", days=1e-9)
    keys.add("groq", "gsk-1", days=1)
    assert (keys.get("openai"), keys.get("groq")) == (None, "gsk-1")
    assert [each.active for each in keys.listed()] == [True, False]


def test_the_trace_of_changes_has_no_key_and_is_the_users_own(keys: Keys) -> None:
    keys.add("openai", "sk-1")
    keys.add("openai", "sk-2")
    assert [each["action"] for each in keys.changes(9)] == ["Update", "Create"]
    assert "sk-" not in keys.log_path.read_text()
    assert keys.log_path.stat().st_mode & 0o777 == 0o600


def test_a_removed_key_is_gone(keys: Keys) -> None:
    keys.add("openai", "sk-1")
    assert keys.remove("openai")
    assert (keys.get("openai"), keys.remove("openai")) == (None, False)


def test_a_provider_uses_it_where_nothing_else_has_a_key(
    keys: Keys, environ: dict[str, str]
) -> None:
    keys.add("openai", "stored")
    named = Provider(provider_type="openai")
    assert credential("openai", named, environ) == "stored"
    assert credential("mine", named, environ) == "stored"
    assert credential("openai", named, {**environ, "OPENAI_API_KEY": "of env"}) == "of env"
    assert credential("groq", Provider(provider_type="groq"), environ) is None


@pytest.mark.parametrize(("service", "key"), [("", "k"), ("a/b", "k"), ("openai", " \n")])
def test_what_is_no_service_or_no_key_is_refused(keys: Keys, service: str, key: str) -> None:
    with pytest.raises(ValidationError):
        keys.add(service, key)
    assert not keys.path.exists()


def test_a_damaged_file_is_named_and_kept(keys: Keys) -> None:
    keys.path.parent.mkdir(parents=True)
    keys.path.write_text("{")
    with pytest.raises(ConfigError, match=r"keys\.json"):
        keys.add("openai", "k")
    assert keys.path.read_text() == "{"
