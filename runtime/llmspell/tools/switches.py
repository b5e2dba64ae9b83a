"""Which tools the configuration switches off, and how often all together may be called."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from llmspell.config.schema.tools import Tools as Settings
    from llmspell.tools.registry import Entry

HTTP = frozenset(
    {"http-requester", "graphql-query", "api-tester", "webhook-caller", "web-scraper"}
    | {"url-analyzer", "webpage-monitor", "sitemap-crawler", "feed-reader"}
)


def switched_off(settings: Settings, entry: Entry) -> str:
    """The key that switches a tool off; "" where none does. Tools of spells are always there."""
    if entry.source == "spell":
        return ""
    if settings.enabled is False:
        return "tools.enabled"
    if entry.category == "filesystem" and not settings.file_operations.enabled:
        return "tools.file_operations.enabled"
    if entry.name == "web-searcher" and not settings.web_search.enabled:
        return "tools.web_search.enabled"
    if entry.name in HTTP and not settings.http_request.enabled:
        return "tools.http_request.enabled"
    if entry.category == "system" and settings.system is not None and not settings.system.enabled:
        return "tools.system.enabled"
    return ""
