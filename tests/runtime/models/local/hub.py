"""A hub on loopback: it lists the files of a repository, redirects to them, and knows ranges."""

from __future__ import annotations

import hashlib
import re
import threading
from typing import Any

from attrs import define, field

from tests.runtime.tools.builtin.site import Asked, Page, Site

REPOSITORY = "someone/Tiny-GGUF"
REVISION = "0123abcd"
MODEL = b"GGUF" + (3).to_bytes(4, "little") + bytes(16) + bytes(range(256)) * 4000
"""A file with the head of a GGUF file without tensors and keys, some megabyte long."""

_RANGE = re.compile(r"bytes=(\d+)-")


@define
class Hub:
    """drops: after how many bytes the next connections break. promised: a false length.

    base: of which model it says it was made. holds: after how many bytes the next connections wait for what.
    """

    site: Site
    repository: str = REPOSITORY
    files: dict[str, bytes] = field(factory=dict)
    digests: dict[str, str] = field(factory=dict)
    drops: list[int] = field(factory=list)
    holds: list[tuple[int, threading.Event]] = field(factory=list)
    tag: str = '"one"'
    promised: int | None = None
    base: str = ""

    def add(self, name: str, content: bytes, digest: str | None = None) -> None:
        """Adds a file; `digest` is a wrong one that the hub announces."""
        self.files[name] = content
        self.digests[name] = digest or hashlib.sha256(content).hexdigest()
        self.site.json(f"/api/models/{self.repository}", self._told())
        self.site.redirect(f"/{self.repository}/resolve/{REVISION}/{name}", f"/cdn/{name}")
        self.site.add(f"/cdn/{name}", self._send)

    def asked_for(self, name: str) -> list[str]:
        """The ranges that were asked for of a file, empty for the whole."""
        asked = (each for each in self.site.asked if each.path == f"/cdn/{name}")
        return [each.headers.get("range", "") for each in asked]

    def _told(self) -> dict[str, Any]:
        siblings = [
            {
                "rfilename": name,
                "size": len(content),
                "lfs": {"sha256": self.digests[name], "size": len(content), "pointerSize": 1},
            }
            for name, content in self.files.items()
        ]
        told = {"id": self.repository, "sha": REVISION, "siblings": siblings}
        return told | ({"cardData": {"base_model": self.base}} if self.base else {})

    def _send(self, asked: Asked) -> Page:
        content = self.files[asked.path.removeprefix("/cdn/")]
        headers = {"ETag": self.tag}
        if self.promised is not None:
            return Page(b"", headers={"Content-Length": str(self.promised)}, drop=True, part=1)
        begin, status = 0, 200
        wanted = _RANGE.fullmatch(asked.headers.get("range", ""))
        if wanted and asked.headers.get("if-range", self.tag) == self.tag:
            begin, status = int(wanted[1]), 206
            if begin >= len(content):
                return Page(b"", 416)
        if self.holds:
            part, event = self.holds.pop(0)
            return Page(content[begin:], status, headers, part=part, hold=event)
        if self.drops:
            return Page(content[begin:], status, headers, part=self.drops.pop(0), drop=True)
        return Page(content[begin:], status, headers)
