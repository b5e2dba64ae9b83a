"""Which databases a spell may ask, and who learns of passwords."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest

from llmspell.tools.service import Tools
from tests.runtime.tools.builtin.database.servers import PASSWORD, QUOTED, Server

NAME = "database-connector"


def told(tools: Tools, database: str = "default", query: str = "SELECT 1 AS one") -> Any:
    return tools.invoke(NAME, {"operation": "query", "query": query, "database": database}).envelope


def message(tools: Tools, database: str = "default") -> str:
    return str(told(tools, database)["error"]["message"])


@pytest.fixture(params=["postgresql", "mariadb"])
def server(request: pytest.FixtureRequest) -> Server:
    made: Server = request.getfixturevalue(request.param)
    return made


def configured(url: str, more: str = "") -> str:
    return f'[tools.database]\n{more}\n[tools.database.connections]\nmain = "{url}"\n'


def test_a_configured_database_is_reached_by_its_name(
    make_runtime: Callable[..., Any], server: Server
) -> None:
    tools = make_runtime(configured(server.url)).tools
    assert told(tools, "main")["result"]["results"] == [{"one": 1}]


def test_the_only_database_is_the_default(make_runtime: Callable[..., Any], server: Server) -> None:
    assert told(make_runtime(configured(server.url)).tools)["result"]["database"] == "main"


def test_unknown_names_are_told_with_those_that_there_are(make_runtime: Callable[..., Any]) -> None:
    tools = make_runtime(configured("sqlite:a.db")).tools
    assert "no database is called 'mian': there are main" in message(tools, "mian")


def test_servers_are_reached_by_their_sockets(
    make_runtime: Callable[..., Any], server: Server
) -> None:
    place = f"@127.0.0.1:{server.port}/"
    url = server.url.replace(place, f"@:{server.port}/") + f"?socket={server.socket}"
    assert told(make_runtime(configured(url)).tools)["success"]


def test_hosts_of_the_configuration_may_leave_a_database_out(
    make_runtime: Callable[..., Any], server: Server
) -> None:
    config = configured(server.url, 'allowed_hosts = ["db.example.org"]')
    assert "tools.database.allowed_hosts" in message(make_runtime(config).tools)


def test_a_url_of_a_spell_reaches_what_the_policy_allows(
    make_runtime: Callable[..., Any], tools: Tools, server: Server
) -> None:
    refused = message(tools, server.url)
    assert refused.startswith("Security violation")
    assert "tools.database.allowed_hosts" in refused
    config = '[tools.database]\nallowed_hosts = ["127.0.0.1"]'
    assert told(make_runtime(config).tools, server.url)["result"]["database"] == "url"


def test_the_profile_safe_reaches_none(make_runtime: Callable[..., Any], server: Server) -> None:
    tools = make_runtime(configured(server.url), security="safe").tools
    assert "Network access denied" in message(tools)


def test_a_password_is_in_no_result_and_no_error(
    make_runtime: Callable[..., Any], server: Server, capfd: pytest.CaptureFixture[str]
) -> None:
    wrong = server.url.replace("spell:", "nobody:")
    closed = server.url.replace(str(server.port), "1")
    found = [told(make_runtime(configured(url)).tools) for url in (server.url, wrong, closed)]
    assert [each["success"] for each in found] == [True, False, False]
    said = str(found) + str(capfd.readouterr())
    assert PASSWORD not in said
    assert QUOTED not in said


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:secret@h/db?passfile=/etc/passwd",
        "postgresql://u:secret@h:99999999/db",
        "mysql://u:secret@h/db?read_default_file=/x",
        "oracle://u:secret@h/db",
        "postgresql://u:secret@/db",
        "postgresql://u:secret@h/db?sslmode=maybe",
        "sqlite://host/secret.db",
    ],
)
def test_a_wrong_url_is_told_without_it(tools: Tools, url: str) -> None:
    said = message(tools, url)
    assert said.startswith("Validation error")
    assert "secret" not in said


def test_files_are_those_of_the_policy(tools: Tools, tmp_path: Path) -> None:
    for database in ("sqlite:/etc/passwd", "sqlite:////etc/passwd", "/etc/passwd"):
        assert message(tools, database).startswith("Security violation")
    (tmp_path / "a.db").touch()
    assert told(tools, "sqlite:a.db")["success"]
    assert "missing.db" in message(tools, "sqlite:missing.db")


def test_an_untrusted_project_names_no_databases(
    make_runtime: Callable[..., Any], tmp_path: Path
) -> None:
    (tmp_path / "a.db").touch()
    (tmp_path / "llmspell.toml").write_text(configured("sqlite:a.db"))
    assert "none is configured" in message(make_runtime().tools)


def test_the_environment_limits_rows(make_runtime: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "a.db").touch()
    environ = {"DATABASE_SQLITE_PATH": "a.db", "DATABASE_MAX_ROWS": "2"}
    tools = make_runtime(environ=environ).tools
    found = told(tools, query="VALUES (1), (2), (3)")["result"]
    assert (len(found["results"]), found["truncated"]) == (2, True)


def test_changes_can_be_switched_off(make_runtime: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "a.db").touch()
    environ = {"DATABASE_SQLITE_PATH": "a.db", "DATABASE_ALLOW_DML": "false"}
    params = {"operation": "query", "query": "DELETE FROM t", "query_type": "DELETE"}
    done = make_runtime(environ=environ).tools.invoke(NAME, params)
    assert "DATABASE_ALLOW_DML" in done.envelope["error"]["message"]


def test_queries_are_logged_where_that_is_wished(
    make_runtime: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr("llmspell.telemetry.trace.trace", lambda *told: said.append(told[2]))
    (tmp_path / "a.db").touch()
    told(make_runtime(configured("sqlite:a.db", "enable_query_logging = true")).tools)
    assert "main: SELECT 1 AS one" in said[0]


ENCRYPTED = {
    "postgresql": "SELECT ssl AS encrypted FROM pg_stat_ssl WHERE pid = pg_backend_pid()",
    "mariadb": "SHOW STATUS LIKE 'Ssl_cipher'",
}


@pytest.mark.parametrize("mode", ["disable", "prefer", "require"])
def test_connections_are_encrypted_as_asked(
    make_runtime: Callable[..., Any], server: Server, mode: str
) -> None:
    tools = make_runtime(configured(f"{server.url}?sslmode={mode}")).tools
    scheme = server.url.partition(":")[0]
    (row,) = told(tools, query=ENCRYPTED[scheme])["result"]["results"]
    assert bool(row.get("encrypted") or row.get("Value")) is (mode != "disable")


def test_a_server_is_known_by_its_certificate(
    make_runtime: Callable[..., Any],
    server: Server,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    url = f"{server.url}?sslmode=verify-full"
    assert "certificate verify failed" in message(make_runtime(configured(url)).tools)
    (tmp_path / "authority.pem").write_bytes(server.authority)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    assert told(make_runtime(configured(url)).tools)["success"]
    other = url.replace("127.0.0.1", "localhost")
    assert "localhost" in message(make_runtime(configured(other)).tools)


def test_no_more_connections_are_open_than_allowed(
    make_runtime: Callable[..., Any], postgresql: Server
) -> None:
    tools = make_runtime(configured(postgresql.url, "max_connections = 1")).tools
    params = {"operation": "query", "query": "SELECT pg_sleep(60)"}
    first = tools.submit(NAME, params)
    with psycopg.connect(postgresql.url) as watching:
        while not watching.execute(
            "SELECT 1 FROM pg_stat_activity WHERE query = %s", (params["query"],)
        ).fetchall():
            assert not first.future.done()
            watching.rollback()
    second = tools.submit(NAME, {"operation": "query", "query": "SELECT 1"}, seconds=0.5)
    error = second.future.result(30).envelope["error"]["message"]
    assert error.startswith("Timeout error")
    first.call.cancel()
    assert not first.future.result(30).success
    assert told(tools)["success"]


@contextmanager
def hostile(answer: Callable[[socket.socket], None]) -> Iterator[tuple[int, list[bytes]]]:
    """A server that says something of its own, and what clients have sent to it."""
    heard: list[bytes] = []

    def serve() -> None:
        while True:
            try:
                line, _ = listener.accept()
            except OSError:
                return
            with line, suppress(OSError):
                line.settimeout(5)
                answer(line)
                while part := line.recv(4096):
                    heard.append(part)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1], heard
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(10)


ALLOWED = '[tools.database]\nallowed_hosts = ["127.0.0.1"]\nconnection_timeout_seconds = 2'


def test_a_hostile_server_gets_no_password_of_the_user(
    make_runtime: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What libpq finds in the environment and in ~/.pgpass is the user's, not the spell's."""

    def asks_for_password(line: socket.socket) -> None:
        line.recv(4096)
        line.sendall(b"R" + struct.pack(">ii", 8, 3))

    (tmp_path / ".pgpass").write_text("*:*:*:*:from-file\n")
    (tmp_path / ".pgpass").chmod(0o600)
    monkeypatch.setenv("PGPASSFILE", str(tmp_path / ".pgpass"))
    monkeypatch.setenv("PGPASSWORD", "from-environment")
    with hostile(asks_for_password) as (port, heard):
        tools = make_runtime(ALLOWED).tools
        assert message(tools, f"postgresql://u@127.0.0.1:{port}/db?sslmode=disable")
    assert b"from-" not in b"".join(heard)


def test_a_password_is_not_sent_unencrypted_to_whoever_asks(
    make_runtime: Callable[..., Any],
) -> None:
    def asks_for_clear_text(line: socket.socket) -> None:
        flags = 0x00080000 | 0x8000 | 0x200  # PLUGIN_AUTH, SECURE_CONNECTION, PROTOCOL_41
        greeting = b"\x0a8.0.0\0" + struct.pack("<i", 1) + b"12345678\0"
        greeting += struct.pack("<HBHHB", flags & 0xFFFF, 45, 2, flags >> 16, 21) + bytes(10)
        greeting += b"123456789012\0mysql_native_password\0"
        line.sendall(struct.pack("<I", len(greeting)) + greeting)
        line.recv(4096)
        switch = b"\xfemysql_clear_password\0"
        line.sendall(struct.pack("<I", len(switch) | 2 << 24) + switch)

    with hostile(asks_for_clear_text) as (port, heard):
        tools = make_runtime(ALLOWED).tools
        said = message(tools, f"mysql://u:plain-secret@127.0.0.1:{port}/db")
    assert "unencrypted" in said
    assert b"plain-secret" not in b"".join(heard)


def test_a_server_that_says_nothing_is_given_up(make_runtime: Callable[..., Any]) -> None:
    with hostile(lambda _: None) as (port, _):
        tools = make_runtime(ALLOWED).tools
        for scheme in ("postgresql", "mysql"):
            params = {"operation": "schema", "database": f"{scheme}://u@127.0.0.1:{port}/db"}
            done = tools.submit(NAME, params, seconds=2).future.result(60)
            assert not done.success
