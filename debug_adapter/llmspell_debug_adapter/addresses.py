"""Where processes that can be attached to keep their address and token.

In the runtime folder, in a file that only its user can read, named by the port. The adapter
finds it there, so nobody has to copy tokens on one machine.
"""

from __future__ import annotations

import json
import os
import socket
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from attrs import asdict, frozen

from llmspell_debug_adapter.protocol.messages import Refused


@frozen
class Address:
    """Where a process can be attached to."""

    host: str
    port: int
    token: str


def address_file(port: int) -> Path:
    """The file for the process that listens at a port of this machine."""
    return _folder() / f"debug-{port}.json"


def _folder() -> Path:
    base = os.environ.get("XDG_RUNTIME_DIR", "")
    if Path(base).is_absolute():
        return Path(base) / "llmspell"
    user = os.getuid() if hasattr(os, "getuid") else os.environ.get("USERNAME", "")
    return Path(tempfile.gettempdir()) / f"llmspell-{user}"


def publish(address: Address, spell: str) -> Path:
    """Writes the file for an address and the path of what runs there.

    Raises OSError, also where others could change the file.
    """
    path = address_file(address.port)
    folder = path.parent
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    status = folder.lstat()
    if hasattr(os, "getuid") and (status.st_uid != os.getuid() or status.st_mode & 0o022):
        raise PermissionError(f"{folder} must belong to you, and nobody else may write there")
    with suppress(FileNotFoundError):
        path.unlink()
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump({**asdict(address), "spell": spell}, file)
    return path


def running() -> Iterator[dict[str, str | int]]:
    """The spells of this user that can be attached to on this machine.

    Each with `spell` (its path), `host`, `port` and `connectionFile`, as `attach` is given them. A
    file that a killed process has left behind does not count.
    """
    for path in sorted(_folder().glob("debug-*.json")):
        with suppress(OSError, ValueError, Refused):
            address = read_address(path)
            if _is_open(address):
                yield {
                    "spell": str(json.loads(path.read_text()).get("spell", "")),
                    "host": address.host,
                    "port": address.port,
                    "connectionFile": str(path),
                }


def _is_open(address: Address) -> bool:
    """Whether somebody listens there; without a connection, which would disturb them."""
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    try:
        socket.create_server((address.host, address.port), family=family).close()
    except OSError:
        return True
    return False


def read_address(path: Path) -> Address:
    """The address in a file; raises Refused."""
    try:
        found = json.loads(path.read_text())
        return Address(str(found["host"]), int(found["port"]), str(found["token"]))
    except OSError as error:
        raise Refused(f"cannot read {path}: {error.strerror}") from None
    except (ValueError, KeyError, TypeError):
        raise Refused(f"{path} is no connection file of llmspell") from None
