"""`llmspell keys` in real processes."""

from __future__ import annotations

from collections.abc import Callable

import pexpect

from tests.runtime.cli.conftest import Shell

NO_KEYRING = "keyring.backends.fail.Keyring"


def test_a_key_is_read_listed_without_itself_and_removed(shell: Shell) -> None:
    shell.environ["PYTHON_KEYRING_BACKEND"] = NO_KEYRING
    added = shell("llmspell", "keys", "add", "openai", stdin="sk-secret\n").ok()
    assert added.startswith("✓ Key of 'openai' stored in ")
    listed = shell("llmspell", "keys", "list").ok()
    assert listed.split()[:2] == ["openai", "file"]
    told = shell("llmspell", "--output", "json", "keys", "list")
    assert told.json["keys"][0]["service"] == "openai"
    assert "sk-secret" not in added + listed + told.out
    assert shell("llmspell", "keys", "remove", "openai").ok() == "✓ Key of 'openai' removed\n"
    assert "no key of 'openai' is stored" in shell("llmspell", "keys", "remove", "openai").failed(1)


def test_on_a_terminal_the_key_is_asked_for_and_not_shown(
    shell: Shell, terminal: Callable[..., pexpect.spawn[str]]
) -> None:
    shell.environ["PYTHON_KEYRING_BACKEND"] = NO_KEYRING
    asked = terminal("llmspell", "keys", "add", "openai")
    asked.expect("Key of openai: ")
    asked.sendline("sk-secret")
    asked.expect("stored in")
    assert "sk-secret" not in (asked.before or "")
    asked.expect(pexpect.EOF)


def test_keys_are_replaced_expire_and_leave_a_trace(shell: Shell) -> None:
    shell.environ["PYTHON_KEYRING_BACKEND"] = NO_KEYRING
    shell("llmspell", "keys", "add", "openai", "sk-one", "--expires-in", "0.0000001").ok()
    assert shell("llmspell", "keys", "list").ok().rstrip().endswith("expired")
    shell("llmspell", "keys", "rotate", "openai", stdin="sk-two\n").ok()
    detailed = shell("llmspell", "keys", "list", "--detailed").ok()
    assert detailed.split()[3:] == ["-", "file_openai"]
    [told] = shell("llmspell", "--output", "json", "keys", "list", "-d").json["keys"]
    assert (told["key_id"], told["expires_at"], told["is_active"]) == ("file_openai", None, True)
    shell("llmspell", "keys", "remove", "openai").ok()
    assert "no key of 'openai'" in shell("llmspell", "keys", "rotate", "openai", "x").failed(1)
    lines = shell("llmspell", "keys", "audit").ok().splitlines()
    assert [line.split()[1] for line in lines] == ["Delete", "Rotate", "Create"]
    newest = shell("llmspell", "--output", "json", "keys", "audit", "--limit", "1").json["entries"]
    assert [(each["action"], each["service"]) for each in newest] == [("Delete", "openai")]


def test_keys_of_the_environment_are_stored(shell: Shell) -> None:
    shell.environ |= {"PYTHON_KEYRING_BACKEND": NO_KEYRING, "LLMSPELL_API_KEY_GROQ": "gsk-secret"}
    assert shell("llmspell", "keys", "load-env").ok() == "✓ Keys stored: groq\n"
    assert shell("llmspell", "keys", "list").ok().split()[0] == "groq"
    assert "no variable" in shell("llmspell", "keys", "load-env", "-p", "NOTHING_").failed(1)
