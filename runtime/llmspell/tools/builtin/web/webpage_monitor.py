"""`webpage-monitor` (spec tools §8.34), on httpx and selectolax."""

from __future__ import annotations

import asyncio
from difflib import SequenceMatcher

from llmspell.tools.answer import Answer
from llmspell.tools.builtin.web.parameters import TIMEOUT, TIMEOUT_MS, URL
from llmspell.tools.description import Example, Limits, Parameter
from llmspell.tools.isolation import isolated
from llmspell.tools.tool import Tool

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from llmspell.tools.call import Call

NESTED = ("ignore_whitespace", "timeout")


class WebpageMonitor(Tool):
    """Compares what a web page says with what it said before."""

    name = "webpage-monitor"
    category = "data"
    security = "restricted"
    permissions = ("network",)
    requires = ("httpx", "selectolax")
    limits = Limits(seconds=60)
    parameters = (
        URL,
        Parameter("previous_content", "string", "The `current_content` of an earlier call."),
        Parameter("selector", "string", "A CSS selector; only what it finds is compared."),
        Parameter(
            "ignore_whitespace",
            "boolean",
            "Compare the words as one line; otherwise line by line.",
            default=True,
        ),
        TIMEOUT,
        TIMEOUT_MS,
        Parameter(
            "parameters",
            "object",
            f"Further place for {' and '.join(f'`{each}`' for each in NESTED)}.",
            schema={
                "properties": {
                    "ignore_whitespace": {"type": "boolean"},
                    "timeout": {"type": "number", "exclusiveMinimum": 0},
                }
            },
        ),
    )
    examples = (
        Example({"input": "http://[fd00::1]/"}, fails="Network access denied"),
        Example({"input": "news"}, fails="no URL"),
    )

    async def run(self, call: Call) -> Answer:
        """`result.current_content`; with `previous_content` also `has_changes` and `changes`."""
        from llmspell.tools.builtin.web.pages import read_page

        for name in NESTED:
            if name in call.get("parameters", {}):
                call.params.setdefault(name, call.params["parameters"][name])
        url = str(call.params["input"])
        one_line: bool = call.get("ignore_whitespace", True)
        asked = {"selector": call.get("selector"), "one_line": one_line}
        _, now = await read_page(call, url, "text", asked)
        before = call.get("previous_content")
        told: dict[str, Any] = {"url": url, "current_content": now}
        if before is None:
            told |= {"has_changes": False, "message": "There is nothing to compare with yet"}
            return Answer("monitor", told, text=now)
        texts = [" ".join(text.split()) if one_line else text for text in (before, now)]
        changes = await asyncio.to_thread(_changes, call, *texts)
        told |= {
            "previous_content": before,
            "has_changes": bool(changes),
            "changes": changes,
            "change_count": len(changes),
            "selector_used": call.get("selector"),
            "ignore_whitespace": one_line,
        }
        return Answer("monitor", told, text=now, message=f"{len(changes)} changes in {url}")


def _changes(call: Call, before: str, now: str) -> list[dict[str, Any]]:
    if before == now:
        return []
    if "\n" not in before + now:
        return compared([before, now])
    found: list[dict[str, Any]] = isolated(call, f"{__name__}:compared", [before, now])
    return found


def compared(texts: list[str]) -> list[dict[str, Any]]:
    """The changes between an old and a new text, one for each place, with its first lines.

    Plain work on plain data for a process of its own: many equal lines take quadratic time. Lines
    and groups count from 1; changes less than seven lines apart are one group.
    """
    old, new = (text.splitlines() for text in texts)
    found = []
    groups = SequenceMatcher(None, old, new).get_grouped_opcodes()
    for number, group in enumerate(groups, 1):
        for tag, i, _, k, _ in group:
            if tag != "equal":
                found.append({**_change(tag, i, k, old, new), "group": number})
    return found


def _change(tag: str, i: int, k: int, old: list[str], new: list[str]) -> dict[str, Any]:
    if tag == "delete":
        return {"type": "deletion", "old_line": i + 1, "content": old[i]}
    if tag == "insert":
        return {"type": "addition", "new_line": k + 1, "content": new[k]}
    return {
        "type": "modification",
        "old_line": i + 1,
        "new_line": k + 1,
        "old_content": old[i],
        "new_content": new[k],
    }
