"""Sources, modules."""

from __future__ import annotations

import pytest

from tests.debug_adapter.client import RequestFailed
from tests.debug_adapter.conftest import MakeSpell
from tests.debug_adapter.in_process import InProcess
from tests.debug_adapter.proofs import proves
from tests.debug_adapter.session.test_execution import stand_at

MAIN = "local helper = require('helper')\nlocal f = load('return 7')\nprint(helper, f()) --@here\n"


@proves("supportsLoadedSourcesRequest")
def test_loaded_sources(client: InProcess, spell: MakeSpell) -> None:
    spell("return 'help'", "helper.lua")
    it = spell(MAIN)
    stand_at(client, it, "here")
    sources = client.request("loadedSources")["sources"]
    assert [s["name"] for s in sources][:2] == ["spell.lua", "helper.lua"]
    (from_text,) = [s for s in sources if "path" not in s]
    answer = client.request("source", sourceReference=from_text["sourceReference"])
    assert answer == {"content": "return 7", "mimeType": "text/x-lua"}
    assert [e["source"]["name"] for e in client.events("loadedSource")][:2] == [
        "spell.lua",
        "helper.lua",
    ]


@proves("supportsModulesRequest")
def test_modules_are_files(client: InProcess, spell: MakeSpell) -> None:
    spell("return 'help'", "helper.lua")
    it = spell(MAIN)
    stand_at(client, it, "here")
    body = client.request("modules", startModule=0)
    assert body["totalModules"] == 2
    assert [m["name"] for m in body["modules"]] == ["spell.lua", "helper.lua"]
    page = client.request("modules", startModule=1, moduleCount=1)
    assert [m["name"] for m in page["modules"]] == ["helper.lua"] and page["totalModules"] == 2
    assert [e["module"]["name"] for e in client.events("module")] == ["spell.lua", "helper.lua"]


def test_the_text_of_a_file_that_was_loaded(client: InProcess, spell: MakeSpell) -> None:
    it = spell("print(1) --@here\n")
    stand_at(client, it, "here")
    source = {"path": str(it.path)}
    assert client.request("source", sourceReference=0, source=source)["content"] == it.text


def test_no_other_file_is_shown(client: InProcess, spell: MakeSpell) -> None:
    it = spell("print(1) --@here\n")
    stand_at(client, it, "here")
    with pytest.raises(RequestFailed, match="has not loaded /etc/passwd"):
        client.request("source", sourceReference=0, source={"path": "/etc/passwd"})
    with pytest.raises(RequestFailed, match="no source 99"):
        client.request("source", sourceReference=99)


def test_functions_know_where_they_are_defined(client: InProcess, spell: MakeSpell) -> None:
    it = spell(
        "local function f() --@f\n  return 1\nend\n"
        "local t = { g = load('\\n return 1'), p = print }\nprint(f, t) --@here\n"
    )
    stand_at(client, it, "here")
    shown = client.scope("Locals")
    place = client.request("locations", locationReference=shown["f"]["valueLocationReference"])
    assert place == {"source": {"name": "spell.lua", "path": str(it.path)}, "line": it.line("f")}
    children = client.children(shown["t"]["variablesReference"])
    loaded = client.request("locations", locationReference=children["g"]["valueLocationReference"])
    assert (loaded["source"]["sourceReference"] > 0, loaded["line"]) == (True, 1)
    assert "valueLocationReference" not in children["p"]
    frame = client.frames()[0]["id"]
    answer = client.request("evaluate", expression="f", frameId=frame, context="hover")
    assert answer["valueLocationReference"] == shown["f"]["valueLocationReference"]


def test_a_location_that_was_never_given_is_refused(client: InProcess, spell: MakeSpell) -> None:
    client.launch(spell("print(1)\n"))
    with pytest.raises(RequestFailed, match="no location 7"):
        client.request("locations", locationReference=7)
