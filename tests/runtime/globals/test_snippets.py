"""The snippets of the API description: calls with stops for what they need."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import llmspell
from llmspell.app import Runtime

API = json.loads((Path(llmspell.__file__).parent / "library/api.json").read_text("utf-8"))
SNIPPETS = {
    f"{namespace['name']}.{member['name']}": member["snippet"]
    for namespace in API["namespaces"]
    for member in namespace["members"]
}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("State.list_keys", 'State.list_keys("${1:scope}")'),
        ("Debug.setLevel", 'Debug.setLevel("${1|off,error,warn,info,debug,trace|}")'),
        ("Config.setProvider", 'Config.setProvider("${1:name}", ${2:settings})'),
        ("Streaming.create", "Streaming.create(function()\n\t$1\nend)"),
        ("Event.subscribe", 'Event.subscribe("${1:pattern}")'),
        ("Config.get", "Config.get()"),
    ],
)
def test_a_call_has_a_stop_for_each_argument_that_it_needs(name: str, text: str) -> None:
    assert SNIPPETS[name] == text


def test_every_snippet_is_a_lua_call() -> None:
    with Runtime() as runtime:
        for name, snippet in SNIPPETS.items():
            code = re.sub(r"\$\{\d+[:|]([^}|,]*)[^}]*\}|\$\d+", r"\1", snippet)
            loaded = runtime.run(f"return load([[{code}]]) ~= nil").value
            assert loaded is True, f"{name}: {code}"
