"""Which databases there are, and where: from the environment, the configuration, or a URL.

The user's own are `DATABASE_POSTGRESQL_URL`, `DATABASE_MYSQL_URL`, `DATABASE_SQLITE_PATH` (spec
tools §8.37) and `[tools.database.connections]`. Their servers may be asked wherever they are,
unless `tools.database.allowed_hosts` leaves them out; those of URLs that a spell gives only as the
policy allows. A connection knows its password; nothing that is told of it does.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, quote, unquote, urlsplit

import attrs

from llmspell.errors import ConfigError, NetworkError, ValidationError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from llmspell.security.network import NetworkRules
    from llmspell.security.urls import Address
    from llmspell.tools.builtin.database.sql import Dialect
    from llmspell.tools.call import Call

DEFAULT = "default"
VARIABLES = {
    "postgresql": "DATABASE_POSTGRESQL_URL",
    "mysql": "DATABASE_MYSQL_URL",
    "sqlite": "DATABASE_SQLITE_PATH",
}
SSL_MODES = ("disable", "prefer", "require", "verify-full")

_SCHEMES: dict[str, Dialect] = {
    "postgresql": "postgresql",
    "postgres": "postgresql",
    "mysql": "mysql",
    "mariadb": "mysql",
    "sqlite": "sqlite",
}
_PORTS = {"postgresql": 5432, "mysql": 3306}
_SCHEME = re.compile(r"([A-Za-z]+)(?:\+\w+)?:(.*)", re.DOTALL)


@attrs.frozen
class Connection:
    """One database. name: what scripts call it; own: whether the user named it, not a spell.

    path: of a file of SQLite; socket: of a server on this machine (for PostgreSQL its folder).
    """

    name: str
    dialect: Dialect
    own: bool
    host: str = ""
    port: int = 0
    database: str = ""
    user: str = ""
    password: str = attrs.field(default="", repr=False)
    socket: str = ""
    path: str = ""
    ssl_mode: str = "prefer"

    def without_secrets(self, text: str) -> str:
        """A text of a driver or server in which the password does not stand."""
        for secret in {self.password, quote(self.password, safe="")} - {""}:
            text = text.replace(secret, "***")
        return text

    def addresses(self, call: Call, seconds: float) -> tuple[Address, ...]:
        """The addresses of its server that the policy lets be reached.

        Raises SecurityError where there is none, and NetworkError for a name that is not found
        within some seconds.
        """
        from llmspell.background import on_loop
        from llmspell.security.http import resolve

        rules = self._rules(call)
        host = rules.check_host(self.host, self.port)
        try:
            found = on_loop(resolve(host, self.port)).result(seconds)
        except (OSError, UnicodeError) as error:
            raise NetworkError(f"the name '{host}' cannot be resolved: {error}") from None
        return rules.reachable(host, self.port, found)

    def check_socket(self, call: Call) -> str:
        """The socket of a server on this machine; raises SecurityError where it is out of reach."""
        call.policy.check_network(self.socket)
        return self.socket if self.own else call.policy.check_path(self.socket, "write")

    def _rules(self, call: Call) -> NetworkRules:
        from llmspell.security.hosts import host_list

        rules = call.policy.network_for("database")
        if not self.own:
            return rules
        place = f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"
        return attrs.evolve(rules, allowed=(*rules.allowed, host_list(rules.key, ("*", place))))


def connection(call: Call) -> Connection:
    """The database that a call names; without a name `default`, or the only one there is.

    Raises ConfigError where there is none of that name.
    """
    name = str(call.get("database", DEFAULT))
    if _SCHEME.fullmatch(name):
        return from_url(name, name="url", own=False)
    if "/" in name:
        return Connection(name=name, dialect="sqlite", own=False, path=name)
    known = _configured(call)
    if name == DEFAULT and DEFAULT not in known and len(known) == 1:
        name = next(iter(known))
    if name not in known:
        there = f"there are {', '.join(sorted(known))}" if known else "none is configured"
        raise ConfigError(
            f"no database is called '{name}': {there}; set {', '.join(VARIABLES.values())} or "
            f"`tools.database.connections.{name}`",
            field="database",
        )
    return from_url(known[name], name=name, own=True)


def _configured(call: Call) -> dict[str, str]:
    database = call.settings.database
    known = {k: str(v) for k, v in (database.connections if database else {}).items()}
    for name, variable in VARIABLES.items():
        value = call.around.environ.get(variable)
        if value:
            bare = name == "sqlite" and not value.startswith("sqlite:")
            known.setdefault(name, f"sqlite:{quote(value)}" if bare else value)
    return known


def from_url(url: str, *, name: str, own: bool) -> Connection:
    """The connection that a URL describes; raises ValidationError, without the URL in it."""
    found = _SCHEME.fullmatch(url.strip())
    dialect = _SCHEMES.get(found[1].lower()) if found else None
    if found is None or dialect is None:
        raise _wrong(name, f"it begins with none of {', '.join(f'{s}:' for s in _SCHEMES)}")
    if dialect == "sqlite":
        return _file(name, found[2], own=own)
    try:
        parts = urlsplit(f"{found[1]}:{found[2]}")
        port = parts.port
    except ValueError:
        raise _wrong(name, "its host or port cannot be read") from None
    options = dict(parse_qsl(parts.query))
    mode = options.pop("sslmode", options.pop("ssl-mode", "prefer")).lower().replace("_", "-")
    socket = options.pop("socket", options.pop("unix_socket", ""))
    host = unquote(parts.hostname or "")
    if dialect == "postgresql" and options.get("host", "").startswith("/"):
        socket = options.pop("host")
    if options:
        raise _wrong(name, f"its options are sslmode and socket, not {', '.join(sorted(options))}")
    if mode not in SSL_MODES:
        raise _wrong(name, f"sslmode is one of {', '.join(SSL_MODES)}")
    if bool(host) == bool(socket):
        raise _wrong(name, "it needs a host or a socket")
    return Connection(
        name=name,
        dialect=dialect,
        own=own,
        host=host,
        port=port or _PORTS[dialect],
        database=unquote(parts.path.lstrip("/")),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        socket=socket,
        ssl_mode=mode,
    )


def _file(name: str, rest: str, *, own: bool) -> Connection:
    """`sqlite:PATH`, `sqlite:///RELATIVE` or `sqlite:////ABSOLUTE`."""
    path = unquote(rest)
    if path.startswith("//"):
        if not path.startswith("///"):
            raise _wrong(
                name, "a file has no host; write sqlite:///relative or sqlite:////absolute"
            )
        path = path[3:]
    if not path or path == ":memory:":
        raise _wrong(name, "it names no file")
    return Connection(name=name, dialect="sqlite", own=own, path=path)


def _wrong(name: str, reason: str) -> ValidationError:
    return ValidationError(f"the URL of the database '{name}' is wrong: {reason}", field="database")
