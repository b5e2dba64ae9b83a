"""A web site on loopback, for the tools that read it."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from attrs import define, field, frozen


@frozen
class Asked:
    """A request that arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


@frozen
class Page:
    """What is answered. drop: close the connection instead; hold: wait for this first.

    part: so many bytes of the body are sent before these two.
    """

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(factory=dict)
    drop: bool = False
    hold: threading.Event | None = None
    part: int = 0


@define
class Site:
    """Pages by path; a page may be a function of the request."""

    url: str = ""
    pages: dict[str, Page | Callable[[Asked], Page]] = field(factory=dict)
    asked: list[Asked] = field(factory=list)

    def text(self, path: str, body: str, kind: str = "text/html; charset=utf-8") -> str:
        """Adds a page of text; gives its address."""
        self.pages[path] = Page(body.encode(), headers={"Content-Type": kind})
        return self.url + path

    def json(self, path: str, value: Any, status: int = 200) -> str:
        """Adds a page of JSON; gives its address."""
        headers = {"Content-Type": "application/json"}
        self.pages[path] = Page(json.dumps(value).encode(), status, headers)
        return self.url + path

    def redirect(self, path: str, to: str, status: int = 302) -> str:
        """Adds a redirection; gives its address."""
        self.pages[path] = Page(b"", status, {"Location": to})
        return self.url + path

    def bomb(self, path: str, size: int = 100_000_000) -> str:
        """Adds a small page that is large when it is unpacked; gives its address."""
        packed = gzip.compress(bytes(size))
        headers = {"Content-Encoding": "gzip", "Content-Type": "text/plain"}
        self.pages[path] = Page(packed, headers=headers)
        return self.url + path

    def add(self, path: str, page: Page | Callable[[Asked], Page]) -> str:
        """Adds a page; gives its address."""
        self.pages[path] = page
        return self.url + path


class Handler(BaseHTTPRequestHandler):
    """Answers the requests to a site, which a subclass names."""

    protocol_version = "HTTP/1.1"
    site: Site

    def answer(self) -> None:
        """Notes the request, and sends the page of its path."""
        size = int(self.headers.get("Content-Length", 0))
        asked = Asked(
            self.command,
            self.path,
            {name.lower(): value for name, value in self.headers.items()},
            self.rfile.read(size),
        )
        self.site.asked.append(asked)
        page = self.site.pages.get(self.path.partition("?")[0], Page(b"not here", 404))
        self.send(page(asked) if callable(page) else page)

    def send(self, page: Page) -> None:
        """Sends a page in the way that it wants."""
        if page.part:
            self.send_head(page)
            self.wfile.write(page.body[: page.part])
        if page.hold is not None:
            page.hold.wait(60)
        if page.drop:
            self.close_connection = True
            return
        if not page.part:
            self.send_head(page)
        if self.command != "HEAD":
            self.wfile.write(page.body[page.part :])

    def send_head(self, page: Page) -> None:
        """Sends status and headers."""
        self.send_response(page.status)
        for name, value in page.headers.items():
            self.send_header(name, value)
        if "Content-Length" not in page.headers:
            self.send_header("Content-Length", str(len(page.body)))
        self.end_headers()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("do_"):
            return self.answer
        raise AttributeError(name)

    def log_message(self, *args: object) -> None:
        """Says nothing."""


@contextmanager
def site() -> Iterator[Site]:
    """A site that is served until the end of the block."""
    made = Site()
    with ThreadingHTTPServer(
        ("127.0.0.1", 0), type("Served", (Handler,), {"site": made})
    ) as server:
        server.daemon_threads = True
        made.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield made
        finally:
            server.shutdown()
            thread.join()
