"""Writes `api.json`: the description as data, for editors and other tools."""

from __future__ import annotations

import json
from typing import Any

from attrs import asdict, evolve

from llmspell.globals.generator.emit_snippets import snippet
from llmspell.globals.generator.model import Api

FORMAT_VERSION = 1


def api_json(api: Api) -> str:
    """The description as JSON text; empty and false entries are left out."""
    shown = _public(api)
    described = _slim(asdict(shown))
    kinds = {kind["name"]: kind for kind in api.kinds}
    for namespace, data in zip(shown.namespaces, described["namespaces"], strict=True):
        for member, entry in zip(namespace.members, data["members"], strict=True):
            entry["snippet"] = snippet(namespace.name, member, kinds)
    return json.dumps({"version": FORMAT_VERSION, **described}, indent=1) + "\n"


def _public(api: Api) -> Api:
    """The API without the members that only preludes use."""
    return evolve(
        api,
        namespaces=[
            evolve(namespace, members=[m for m in namespace.members if not m.private])
            for namespace in api.namespaces
        ],
    )


def _slim(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: _slim(member)
            for key, member in value.items()
            if member not in (None, False, "", [], {})
            and key not in ("python_name", "module", "python_class")
        }
    if isinstance(value, list):
        return [_slim(member) for member in value]
    return value
