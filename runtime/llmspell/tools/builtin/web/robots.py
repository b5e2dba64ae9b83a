"""What the robots.txt of a site lets our tools read (RFC 9309)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.robotparser import RobotFileParser

from llmspell.tools.builtin.web.fetching import request
from llmspell.tools.builtin.web.parameters import page_options

if TYPE_CHECKING:
    from llmspell.tools.call import Call

AGENT = "LLMSpell"
"""The name that a robots.txt calls us by."""

MOST_BYTES = 512 * 1024


class Robots:
    """The answers for one call; the file of each site is read once."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._sites: dict[tuple[str, str], RobotFileParser] = {}

    async def allow(self, url: str) -> bool:
        """Whether a URL may be read.

        A site without the file allows all, one whose server fails nothing; what is no address on
        the web may not be read. Raises what
        `fetching.request` raises.
        """
        try:
            scheme, host, *_ = urlsplit(url)
        except ValueError:
            return False
        if scheme not in ("http", "https"):
            return False
        if (scheme, host) not in self._sites:
            self._sites[scheme, host] = await self._read(f"{scheme}://{host}/robots.txt")
        return self._sites[scheme, host].can_fetch(AGENT, url)

    async def _read(self, url: str) -> RobotFileParser:
        reply = await request(self._call, "GET", url, most=MOST_BYTES, **page_options(self._call))
        rules = RobotFileParser()
        if reply.status >= 500:
            rules.parse(["User-agent: *", "Disallow: /"])
        else:
            rules.parse(reply.text.splitlines() if reply.status < 300 else [])
        return rules
