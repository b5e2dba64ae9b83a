"""Real servers of databases, on loopback, each in a folder of its own."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import trustme

USER, PASSWORD = "spell", "s3cr:t/pass@word"
QUOTED = "s3cr%3At%2Fpass%40word"
NOBODY = 65534


class Server(NamedTuple):
    """A server. url: with its user and password; socket: for the same, without TCP.

    authority: the certificate of who has signed that of the server, in PEM.
    """

    url: str
    port: int
    socket: str
    authority: bytes


def missing(*programs: str) -> str:
    """Why a server cannot be started; "" where it can."""
    absent = [name for name in programs if _program(name) is None]
    return f"{', '.join(absent)} not found" if absent else ""


@contextmanager
def postgresql() -> Iterator[Server]:
    """PostgreSQL with an empty database `shop`."""
    with _folder() as folder:
        (folder / "password").write_text(PASSWORD)
        data = folder / "data"
        _run(
            *("initdb", "-D", str(data), "-U", USER, "-A", "scram-sha-256", "--no-sync"),
            *(f"--pwfile={folder / 'password'}", "-E", "UTF8", "--locale=C"),
        )
        port = _free_port()
        authority, certificate, key = _certified(folder)
        settings = {
            "ssl": "on",
            "ssl_cert_file": str(certificate),
            "ssl_key_file": str(key),
            "listen_addresses": "127.0.0.1",
            "port": str(port),
            "unix_socket_directories": str(folder),
            "fsync": "off",
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with _serving("ready to accept connections", "postgres", "-D", str(data), *options):
            url = f"postgresql://{USER}:{QUOTED}@127.0.0.1:{port}/shop"
            server = Server(url, port, str(folder), authority)
            import psycopg

            with psycopg.connect(
                server.url.replace("/shop", "/postgres"), autocommit=True
            ) as connection:
                connection.execute("CREATE DATABASE shop")
            yield server


@contextmanager
def mariadb() -> Iterator[Server]:
    """MariaDB with an empty database `shop`."""
    with _folder() as folder:
        data, line = folder / "data", folder / "socket"
        data.mkdir()
        _give(data)
        _run("mariadbd", "--no-defaults", "--bootstrap", f"--datadir={data}", asked=_tables())
        port = _free_port()
        options = [f"--datadir={data}", f"--socket={line}", f"--port={port}"]
        authority, certificate, key = _certified(folder)
        options += [f"--ssl-cert={certificate}", f"--ssl-key={key}"]
        options += ["--bind-address=127.0.0.1", "--skip-name-resolve", "--pid-file=pid"]
        with _serving("ready for connections", "mariadbd", "--no-defaults", *options):
            import pymysql

            root = pymysql.connect(user="root", unix_socket=str(line), ssl_disabled=True)
            with root, root.cursor() as cursor:
                cursor.execute("CREATE DATABASE shop")
                cursor.execute(f"CREATE USER {USER} IDENTIFIED BY %s", (PASSWORD,))
                cursor.execute(f"GRANT ALL ON shop.* TO {USER}")
            url = f"mariadb://{USER}:{QUOTED}@127.0.0.1:{port}/shop"
            yield Server(url, port, str(line), authority)


def _certified(folder: Path) -> tuple[bytes, Path, Path]:
    """A certificate for 127.0.0.1: that of its authority in PEM, its file, and that of its key."""
    authority = trustme.CA()
    made = authority.issue_cert("127.0.0.1")
    certificate, key = folder / "server.pem", folder / "server.key"
    made.cert_chain_pems[0].write_to_path(certificate)
    made.private_key_pem.write_to_path(key)
    key.chmod(0o600)
    for each in (certificate, key):
        _give(each)
    return authority.cert_pem.bytes(), certificate, key


def _program(name: str) -> str | None:
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/bin")


def _user() -> int | None:
    """Servers refuse to run as root."""
    return NOBODY if os.getuid() == 0 else None


@contextmanager
def _folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="llmspell-db-"))
    _give(folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _give(folder: Path) -> None:
    user = _user()
    if user is not None:
        os.chown(folder, user, -1)


def _command(arguments: Sequence[str]) -> list[str]:
    program = _program(arguments[0])
    assert program is not None
    return [program, *arguments[1:]]


def _tables() -> str:
    """What makes the tables of a new MariaDB, whose root has no password."""
    parts = ("mysql_system_tables.sql", "mysql_system_tables_data.sql")
    texts = [(Path("/usr/share/mysql") / part).read_text() for part in parts]
    begin = ("CREATE DATABASE mysql;", "USE mysql;", "SET @auth_root_socket=NULL;")
    return "\n".join((*begin, *texts))


def _run(*arguments: str, asked: str = "") -> None:
    done = subprocess.run(
        _command(arguments), user=_user(), cwd="/", input=asked, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


@contextmanager
def _serving(ready: str, *arguments: str) -> Iterator[None]:
    """A server that has written that it is ready; it is ended with the block."""
    with subprocess.Popen(
        _command(arguments), user=_user(), cwd="/", stderr=subprocess.PIPE, text=True
    ) as server:
        assert server.stderr is not None
        try:
            said = []
            for line in server.stderr:
                said.append(line)
                if ready in line:
                    break
            else:
                raise AssertionError("".join(said))
            # What it goes on to write must not fill the pipe.
            threading.Thread(target=server.stderr.read, daemon=True).start()
            yield
        finally:
            server.send_signal(signal.SIGQUIT)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
