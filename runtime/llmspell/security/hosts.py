"""Lists of hosts in a configuration: names, `*.suffix`, `*`, addresses and networks.

An entry may end in a port (`db.example.org:8443`, `[::1]:8080`) and then holds for that alone.
"""

import ipaddress
from collections.abc import Iterable
from functools import cache

import attrs

from llmspell.errors import ConfigError, LLMSpellError
from llmspell.security.addresses import Network, embedded
from llmspell.security.urls import Address, parse_host

EVERY = "*"


@attrs.frozen
class HostEntry:
    """One entry: of `name`, `suffix` and `network` one is set, or none for `*`."""

    name: str = ""
    suffix: str = ""
    network: Network | None = None
    port: int | None = None

    def covers(self, host: str, port: int | None, address: Address | None) -> bool:
        """Tell whether a host with this name, or this address of it, is meant."""
        if self.port is not None and self.port != port:
            return False
        if self.network is not None:
            return self.contains(address)
        if self.name:
            return host == self.name
        return not self.suffix or host.endswith(self.suffix)

    def contains(self, address: Address | None) -> bool:
        """Tell whether the entry is a network with this address in it."""
        if self.network is None or address is None:
            return False
        return address in self.network or embedded(address) in self.network


@attrs.frozen
class HostList:
    """A list of a configuration. key: where it stands."""

    key: str
    entries: tuple[HostEntry, ...]

    def covers(self, host: str, port: int | None, address: Address | None) -> bool:
        """Tell whether one of the entries means this host."""
        return any(entry.covers(host, port, address) for entry in self.entries)


def host_list(key: str, texts: Iterable[object]) -> HostList:
    """Give the list that stands at a key; raises `ConfigError` for an entry that names no host."""
    return HostList(key, tuple(_entry(key, str(text).strip()) for text in texts))


@cache
def _entry(key: str, text: str) -> HostEntry:
    if text == EVERY:
        return HostEntry()
    try:
        return HostEntry(network=ipaddress.ip_network(text.strip("[]"), strict=False))
    except ValueError:
        pass
    name, mark, digits = text.rpartition(":")
    port = int(digits) if mark and digits.isascii() and digits.isdigit() else None
    name = text if port is None else name
    try:
        if name == EVERY:
            return HostEntry(port=port)
        host, address = parse_host(name.removeprefix("*."))
    except LLMSpellError as error:
        raise ConfigError(f"{key}: '{text}' names no host or network: {error}") from None
    if address is not None:
        return HostEntry(network=ipaddress.ip_network(address), port=port)
    if name.startswith("*."):
        return HostEntry(suffix=f".{host}", port=port)
    return HostEntry(name=host, port=port)
