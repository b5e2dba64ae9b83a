"""Which hosts and addresses tools may reach (design invariant 7, spec tools.md §6.1 and §7.2).

Under `standard` these are public addresses. Names are judged before they are resolved
(`check_url`, `check_host`), their addresses after (`check_address`), and the connection goes to an
address that was judged (`security.http`), so that a name that resolves differently the next time
gains nothing. Loopback, private and other special addresses are reached when a trusted
configuration names the host or network in the list of allowed hosts; `trusted` reaches all.

What is allowed by naming: an address or network all that it contains; a name also the private
addresses that it resolves to (an intranet's names), and `localhost` the loopback ones. A `*.suffix`
allows public addresses only, since others may add names below it.
"""

from collections.abc import Iterable

import attrs

from llmspell.errors import SecurityError
from llmspell.security.addresses import LOOPBACK, PRIVATE, kind_of
from llmspell.security.hosts import HostList, host_list
from llmspell.security.urls import Address, Target, parse_host, parse_url

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from llmspell.security.policy import Policy

    Purpose = Literal["http_request", "web_tools", "database", "email"]

DANGEROUS_PORTS = frozenset(
    {22, 23, 25, 110, 135, 139, 445, 1433, 3306, 3389, 5432, 5900, 6379, 8020, 9200, 11211, 27017}
)
"""Ports whose servers may take an HTTP request for commands of theirs (spec tools.md §7.2)."""

METADATA_NAMES = ("metadata.google.internal", "metadata.goog", "instance-data.ec2.internal")
"""Names under which clouds answer with keys; the hosts below them are meant too."""

_LISTS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "http_request": (("http_request", "allowed_hosts", "blocked_hosts"),),
    "web_tools": (
        ("http_request", "allowed_hosts", "blocked_hosts"),
        ("web_tools", "allowed_domains", "blocked_domains"),
    ),
    "database": (("database", "allowed_hosts", ""),),
    "email": (),
}
"""Which lists hold for which tools: the table, the key of what is allowed, and of what is not."""


@attrs.frozen
class NetworkRules:
    """The answers about hosts for one kind of tools.

    policy: whether there is any network. allowed, blocked: lists that the user wrote.
    only: further lists of allowed hosts, which allow no special address. key: the list to name when
    a host is missing. unrestricted: every address may be reached.
    """

    policy: "Policy"
    key: str
    allowed: tuple[HostList, ...] = ()
    blocked: tuple[HostList, ...] = ()
    only: tuple[HostList, ...] = ()
    unrestricted: bool = False

    def check_url(self, url: str) -> Target:
        """Give what a URL names; ask for `Target.url`, and connect as `security.http` does.

        Raises `ValidationError` for what is no URL and `SecurityError` for what is refused.
        """
        self.policy.check_network(url)
        target = parse_url(url)
        self._check_name(target.host, target.port, target.address)
        if target.port in DANGEROUS_PORTS and not self.names_port(
            target.host, target.port, target.address
        ):
            raise self._denied(
                f"port {target.port} of '{target.host}' is not one for HTTP",
                f"{target.host}:{target.port}",
            )
        return target

    def check_host(self, name: str, port: int) -> str:
        """Give the host of a server of another protocol, in ASCII; raises as `check_url` does."""
        self.policy.check_network(name)
        host, address = parse_host(name)
        self._check_name(host, port, address)
        return host

    def check_address(self, host: str, port: int, address: Address) -> None:
        """Raise `SecurityError` when an address that a host resolves to may not be reached."""
        for blocked in self.blocked:
            if blocked.covers(host, port, address):
                raise _blocked(host, address, blocked.key)
        kind = "" if self.unrestricted else kind_of(address)
        if kind and not self._is_named(host, port, address, kind):
            which = f"'{host}' is {address}" if host != str(address) else f"'{host}'"
            link = "," if host != str(address) else " is"
            raise self._denied(f"{which}{link} {kind} address", str(address))

    def reachable(self, host: str, port: int, addresses: Iterable[Address]) -> tuple[Address, ...]:
        """Give those of a host's addresses that may be reached, in their order.

        Raises `SecurityError` when none is.
        """
        found: list[Address] = []
        refused: SecurityError | None = None
        for address in addresses:
            try:
                self.check_address(host, port, address)
            except SecurityError as error:
                refused = refused or error
            else:
                found.append(address)
        if not found and refused is not None:
            raise refused
        return tuple(found)

    def names_port(self, host: str, port: int, address: Address | None = None) -> bool:
        """Tell whether the user named this port of this host, or nothing is refused anyway."""
        return self.unrestricted or any(
            entry.port == port and entry.covers(host, port, address)
            for listed in self.allowed
            for entry in listed.entries
        )

    def _check_name(self, host: str, port: int, address: Address | None) -> None:
        for listed in self.blocked:
            if listed.covers(host, port, address):
                raise _blocked(host, None, listed.key)
        for listed in (*self.allowed, *self.only):
            if not listed.covers(host, port, address):
                raise SecurityError(
                    f"Domain not in allowed list: '{host}'; add it to `{listed.key}` in a trusted "
                    "configuration",
                    setting=listed.key,
                    value=host,
                )
        if address is not None:
            self.check_address(host, port, address)
        elif not self.unrestricted:
            self._check_special_name(host, port)

    def _check_special_name(self, host: str, port: int) -> None:
        """Refuse names that are known to lead to special addresses without resolving them."""
        if any(host == name or host.endswith(f".{name}") for name in METADATA_NAMES):
            if not self._name_is_named(host, port):
                raise self._denied(f"'{host}' answers with a machine's own credentials", host)
        elif host == "localhost" or host.endswith(".localhost"):
            loopback = (parse_host(text)[1] for text in ("127.0.0.1", "::1"))
            if not any(a and self._is_named(host, port, a, LOOPBACK) for a in loopback):
                raise self._denied(f"'{host}' is this machine", host)

    def _is_named(self, host: str, port: int, address: Address, kind: str) -> bool:
        """Tell whether a list of the user allows an address of this kind."""
        if any(
            entry.contains(address) and entry.port in (None, port)
            for listed in self.allowed
            for entry in listed.entries
        ):
            return True
        own_machine = kind == LOOPBACK and (host == "localhost" or host.endswith(".localhost"))
        return (kind in PRIVATE or own_machine) and self._name_is_named(host, port)

    def _name_is_named(self, host: str, port: int) -> bool:
        return any(
            entry.name == host and entry.port in (None, port)
            for listed in self.allowed
            for entry in listed.entries
        )

    def _denied(self, why: str, what: str) -> SecurityError:
        """The refusal of what the user may allow by naming it."""
        return SecurityError(
            f"Network access denied: {why}; add '{what}' to `{self.key}` in a trusted "
            "configuration (beside '*', to keep the others), or run with `--security trusted`",
            setting=self.key,
            value=what,
            beside=["*"],
        )


def network_rules(policy: "Policy", purpose: "Purpose") -> NetworkRules:
    """Make the rules of one kind of tools; raises `ConfigError` for a list that names no hosts."""
    settings = policy.settings
    allowed: list[HostList] = []
    blocked: list[HostList] = []
    only: list[HostList] = []
    key = "tools.http_request.allowed_hosts"
    for table, allow, block in _LISTS[purpose]:
        key = f"tools.{table}.{allow}"
        listed = settings.get(table, allow)
        if listed is not None:
            allowed.append(host_list(key, listed))
        only += [host_list(key, texts) for texts in settings.narrower(table, allow)]
        refused = settings.get(table, block), *settings.narrower(table, block)
        blocked += [host_list(f"tools.{table}.{block}", t) for t in refused if t is not None]
    if purpose == "email":
        key = "tools.email.smtp_host"
        server = settings.get("email", "smtp_host") or policy.environ.get("EMAIL_SMTP_HOST")
        # Mail goes to the user's own server, wherever that is.
        allowed += [host_list(key, ("*", server))] if server else []
    return NetworkRules(
        policy, key, tuple(allowed), tuple(blocked), tuple(only), policy.level == "trusted"
    )


def _blocked(host: str, address: Address | None, key: str) -> SecurityError:
    which = f"'{host}'" if address is None or host == str(address) else f"'{host}' ({address})"
    return SecurityError(f"Host blocked: {which} is in `{key}`")
