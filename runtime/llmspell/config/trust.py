"""Which project files the user trusts: recorded by content, so that a change asks again.

Design invariant 7. The store is `trust.json` in the state folder, readable by its owner only::

    {"version": 1, "files": {"/home/me/p/llmspell.toml":
        {"trusted_at": "2026-01-31T12:00:00+00:00", "digests": {"/home/me/p/llmspell.toml": "…"}}}}

`digests` has the SHA-256 of the file and of every file that it extends: trust covers what was
there when it was given, nothing else.
"""

import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import attrs

from llmspell.config.document import read_chain, read_file
from llmspell.config.places import join, resolve, state_folder
from llmspell.config.private_file import write_private
from llmspell.errors import ConfigError

STORE_NAME = "trust.json"


@attrs.frozen
class Trust:
    """The record of one trusted file: when, and the digest of each file that it covers."""

    path: str
    trusted_at: str
    digests: Mapping[str, str]


def store_path(environ: Mapping[str, str] | None = None) -> Path:
    """Give the path of the trust store."""
    return Path(join(state_folder(os.environ if environ is None else environ), STORE_NAME))


def trust(path: Path, environ: Mapping[str, str] | None = None) -> Trust:
    """Trust a file as it is now, with everything that it extends; gives the record."""
    environ = os.environ if environ is None else environ
    chain = read_chain(path, environ)
    key = resolve(str(path))
    record = Trust(key, datetime.now(UTC).isoformat(timespec="seconds"), chain.digests)
    _write(environ, {**_read(environ), key: record})
    return record


def untrust(path: Path, environ: Mapping[str, str] | None = None) -> bool:
    """Trust a file no longer; tells whether it was trusted."""
    environ = os.environ if environ is None else environ
    records, key = _read(environ), resolve(str(path))
    if key not in records:
        return False
    _write(environ, {name: record for name, record in records.items() if name != key})
    return True


def recorded(path: Path, environ: Mapping[str, str] | None = None) -> Trust | None:
    """Give the record of a file whether or not it still holds."""
    return _read(os.environ if environ is None else environ).get(resolve(str(path)))


def is_trusted(path: Path, environ: Mapping[str, str] | None = None) -> bool:
    """Tell whether a file and all that it extends are what was trusted."""
    record = recorded(path, environ)
    if record is None:
        return False
    try:
        return all(
            sha256(read_file(Path(name), regular_only=True)).hexdigest() == digest
            for name, digest in record.digests.items()
        )
    except ConfigError:
        return False


def trusted_files(environ: Mapping[str, str] | None = None) -> tuple[Trust, ...]:
    """Give every record, in the order of paths."""
    records = _read(os.environ if environ is None else environ)
    return tuple(records[key] for key in sorted(records))


def _read(environ: Mapping[str, str]) -> dict[str, Trust]:
    """Give the records; a store that is damaged or that others may write holds none."""
    path = store_path(environ)
    try:
        if path.stat().st_mode & 0o022 and os.name == "posix":
            return {}
        held = json.loads(path.read_text(encoding="utf-8"))
        return {key: _record(key, entry) for key, entry in held["files"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _record(key: str, entry: Mapping[str, object]) -> Trust:
    digests = entry["digests"]
    if not isinstance(digests, dict) or key not in digests:
        raise ValueError("a record covers at least its own file")
    texts = {str(name): str(digest) for name, digest in digests.items()}
    return Trust(key, str(entry["trusted_at"]), texts)


def _write(environ: Mapping[str, str], records: Mapping[str, Trust]) -> None:
    path = store_path(environ)
    files = {
        key: {"trusted_at": record.trusted_at, "digests": dict(record.digests)}
        for key, record in sorted(records.items())
    }
    text = json.dumps({"version": 1, "files": files}, indent=2) + "\n"
    try:
        write_private(path, text)
    except OSError as error:
        raise ConfigError(f"The trust store {path} cannot be written: {error.strerror}") from error
