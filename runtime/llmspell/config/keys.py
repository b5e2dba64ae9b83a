"""Keys of services that the user has stored: in the system's keyring, or in a file of mode 0600.

The file `keys.json` in llmspell's state folder says which services there are, and where their key
is; without a keyring it has the keys themselves. A key is never shown again. `keys-audit.jsonl`
beside it says what was changed when, without keys.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import frozen

from llmspell.config.places import state_folder
from llmspell.config.private_file import write_private
from llmspell.errors import ConfigError, ValidationError

if TYPE_CHECKING:
    from types import ModuleType

APPLICATION = "llmspell"
"""The name under which the keyring has them."""


@frozen
class StoredKey:
    """A service with a key.

    where: `keyring` or `file`. created, expires: seconds since 1970; None for a key that stays.
    """

    service: str
    where: str
    created: float
    expires: float | None = None

    @property
    def id(self) -> str:
        """The name of the key itself."""
        return f"{self.where}_{self.service}"

    @property
    def active(self) -> bool:
        """Whether it is used: it has not expired."""
        return self.expires is None or time.time() < self.expires


class Keys:
    """The stored keys of a user."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.path = Path(state_folder(environ), "keys.json")
        self.log_path = self.path.with_name("keys-audit.jsonl")

    def listed(self) -> list[StoredKey]:
        """The services with a key, by name; raises ConfigError for a damaged file."""
        return [_stored(service, entry) for service, entry in sorted(self._read().items())]

    def get(self, service: str) -> str | None:
        """The key of a service, None if there is none, it expired or the keyring is shut."""
        entry = self._read().get(service.lower())
        if entry is None or not _stored(service.lower(), entry).active:
            return None
        if entry["where"] == "file":
            return str(entry["key"])
        keyring = _keyring()
        if keyring is None:
            return None
        from keyring.errors import KeyringError

        with suppress(KeyringError):
            found: str | None = keyring.get_password(APPLICATION, service.lower())
            return found
        return None

    def has(self, service: str) -> bool:
        """Whether a valid key of a service is stored; no keyring is asked, so none can prompt."""
        entry = self._read().get(service.lower())
        return entry is not None and _stored(service.lower(), entry).active

    def add(self, service: str, key: str, *, days: float | None = None) -> StoredKey:
        """Stores the key of a service, in place of one that was there.

        days: how long it is valid; None for as long as it is stored.
        """
        name = _named(service)
        return self._store(name, key, days, "Update" if name in self._read() else "Create")

    def rotate(self, service: str, key: str) -> StoredKey:
        """Stores a new key in place of one that is there; raises ValidationError without one."""
        name = _named(service)
        if name not in self._read():
            raise ValidationError(f"no key of '{service}' is stored", field="service")
        return self._store(name, key, None, "Rotate")

    def changes(self, most: int) -> list[dict[str, str]]:
        """The last changes, the newest first: `timestamp`, `key_id`, `service`, `action`."""
        try:
            lines = self.log_path.read_text("utf-8").splitlines()
        except FileNotFoundError:
            return []
        except OSError as error:
            raise ConfigError(f"'{self.log_path}' cannot be read: {error.strerror}") from error
        return [json.loads(line) for line in reversed(lines[-most:] if most else [])]

    def _store(self, name: str, key: str, days: float | None, action: str) -> StoredKey:
        key = key.strip()
        if not key:
            raise ValidationError("the key is empty", field="key")
        entries = self._read()
        entry: dict[str, Any] = {"where": "file", "created": time.time()}
        if days is not None:
            entry["expires"] = entry["created"] + days * 86_400
        if _kept_by_keyring(name, key):
            entry["where"] = "keyring"
        else:
            entry["key"] = key
        entries[name] = entry
        self._write(entries)
        stored = _stored(name, entry)
        self._note(action, stored)
        return stored

    def remove(self, service: str) -> bool:
        """Forgets the key of a service; tells whether there was one."""
        entries = self._read()
        entry = entries.pop(service.lower(), None)
        if entry is None:
            return False
        if entry["where"] == "keyring" and (keyring := _keyring()) is not None:
            from keyring.errors import KeyringError

            with suppress(KeyringError):  # it is gone there already, or locked
                keyring.delete_password(APPLICATION, service.lower())
        self._write(entries)
        self._note("Delete", _stored(service.lower(), entry))
        return True

    def _note(self, action: str, stored: StoredKey) -> None:
        moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        told = {
            "timestamp": moment,
            "key_id": stored.id,
            "service": stored.service,
            "action": action,
        }
        try:
            handle = os.open(self.log_path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            with open(handle, "a", encoding="utf-8") as file:  # noqa: PTH123 - a descriptor
                file.write(json.dumps(told) + "\n")
        except OSError as error:
            raise ConfigError(f"'{self.log_path}' cannot be written: {error.strerror}") from error

    def _read(self) -> dict[str, dict[str, Any]]:
        try:
            found = json.loads(self.path.read_text("utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise ConfigError(f"'{self.path}' cannot be read: {error}") from error
        if not isinstance(found, dict):
            raise ConfigError(f"'{self.path}' is no file of keys")
        return found

    def _write(self, entries: Mapping[str, Mapping[str, Any]]) -> None:
        try:
            write_private(self.path, json.dumps(entries, indent=2) + "\n")
        except OSError as error:
            raise ConfigError(f"'{self.path}' cannot be written: {error.strerror}") from error


def _stored(service: str, entry: Mapping[str, Any]) -> StoredKey:
    return StoredKey(service, entry["where"], entry["created"], entry.get("expires"))


def _named(service: str) -> str:
    name = service.strip().lower()
    if not name or not name.replace("-", "").replace("_", "").isalnum():
        raise ValidationError(f"'{service}' is no name of a service", field="service")
    return name


def _keyring() -> ModuleType | None:
    """The library, if it is installed and the system has a keyring."""
    try:
        import keyring
        from keyring.backends import fail
    except ImportError:
        return None
    return None if isinstance(keyring.get_keyring(), fail.Keyring) else keyring


def _kept_by_keyring(service: str, key: str) -> bool:
    """Whether the keyring has the key now: some backends (`null`) take one and forget it."""
    keyring = _keyring()
    if keyring is None:
        return False
    from keyring.errors import KeyringError

    try:
        keyring.set_password(APPLICATION, service, key)
        kept: bool = keyring.get_password(APPLICATION, service) == key
    except KeyringError:
        return False
    return kept
