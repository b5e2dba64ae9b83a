"""Definition, references, highlights, rename and hierarchies through a real server."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.server.conftest import SERVER
from tests.server.marks import cursor
from tests.server.raw import RawClient

URI, OTHER = "file:///w/spell.lua", "file:///w/other.lua"
FOLDERS = [{"uri": "file:///w", "name": "w"}]
CAPABILITIES = {
    "workspace": {
        "workspaceEdit": {"documentChanges": True},
        "symbol": {"resolveSupport": {"properties": ["location.range"]}},
    },
    "textDocument": {
        "definition": {"linkSupport": True},
        "documentSymbol": {"hierarchicalDocumentSymbolSupport": True},
    },
}


@pytest.fixture
def editor(profile: str) -> Iterator[RawClient]:
    """A client that understands all that there is."""
    with RawClient.of_stdio(SERVER, profile) as client:
        client.initialize(capabilities=CAPABILITIES, workspaceFolders=FOLDERS)
        yield client


def ask(client: RawClient, method: str, marked: str, **more: object) -> Any:
    """The result of a request about the place of the cursor."""
    text, offset = cursor(marked)
    client.open(text.source, URI)
    return client.request(
        f"textDocument/{method}", at(text.position(offset, client.units), **more)
    )["result"]


def at(position: tuple[int, int], **more: object) -> dict[str, object]:
    line, character = position
    place = {"line": line, "character": character}
    return {"textDocument": {"uri": URI}, "position": place, **more}


def span(found: dict[str, Any]) -> tuple[int, int, int, int]:
    start, end = found["start"], found["end"]
    return start["line"], start["character"], end["line"], end["character"]


def test_a_definition_is_a_link_with_the_word_that_leads_there(editor: RawClient) -> None:
    (link,) = ask(editor, "definition", "local value = 1\nprint(val|ue)")
    assert link["targetUri"] == URI
    assert span(link["targetSelectionRange"]) == (0, 6, 0, 11)
    assert span(link["originSelectionRange"]) == (1, 6, 1, 11)


def test_a_link_is_to_all_that_is_declared(editor: RawClient) -> None:
    (link,) = ask(editor, "definition", "-- Goes.\nfunction go()\nend\ng|o()")
    assert span(link["targetRange"]) == (0, 0, 2, 3)
    assert span(link["targetSelectionRange"]) == (1, 9, 1, 11)


def test_a_string_that_names_something_leads_there_by_a_link(editor: RawClient) -> None:
    (link,) = ask(editor, "definition", "Event.publish('a.b', {})\nEvent.subscribe('a|.b')")
    assert span(link["originSelectionRange"]) == (1, 17, 1, 20)
    assert span(link["targetRange"]) == (0, 0, 0, 24)
    assert span(link["targetSelectionRange"]) == (0, 15, 0, 18)


def test_a_definition_is_a_location_for_clients_that_know_no_links(raw: RawClient) -> None:
    raw.initialize(capabilities={"textDocument": {"definition": {"linkSupport": False}}})
    (place,) = ask(raw, "definition", "local value = 1\nprint(val|ue)")
    assert (place["uri"], span(place["range"])) == (URI, (0, 6, 0, 11))


def test_a_library_function_leads_to_its_definition_file(editor: RawClient) -> None:
    (link,) = ask(editor, "declaration", "string.for|mat('')")
    # A location, or a link for a client that knows these of declarations too.
    assert link.get("targetUri", link.get("uri")).endswith("string.lua")


def test_references_are_found_in_other_documents(editor: RawClient) -> None:
    editor.open("run()", OTHER)
    marked = "function ru|n() end\nrun()"
    found = ask(editor, "references", marked, context={"includeDeclaration": False})
    assert [(each["uri"], span(each["range"])) for each in found] == [
        (OTHER, (0, 0, 0, 3)),
        (URI, (1, 0, 1, 3)),
    ]


def test_highlights_tell_reading_from_writing(editor: RawClient) -> None:
    found = ask(editor, "documentHighlight", "local a| = 1\nprint(a)")
    assert [each["kind"] for each in found] == [3, 2]


def test_a_rename_names_the_versions_of_documents(editor: RawClient) -> None:
    editor.open("run()", OTHER)
    edit = ask(editor, "rename", "function ru|n() end", newName="go")
    documents = {each["textDocument"]["uri"]: each for each in edit["documentChanges"]}
    assert documents.keys() == {URI, OTHER}
    assert documents[URI]["textDocument"]["version"] == 1
    assert documents[OTHER]["edits"][0]["newText"] == "go"


def test_a_rename_of_what_strings_name_names_the_versions_of_documents(editor: RawClient) -> None:
    editor.open("Event.subscribe('a.b')", OTHER)
    edit = ask(editor, "rename", "Event.publish('a|.b', {})", newName="a.c")
    documents = {each["textDocument"]["uri"]: each for each in edit["documentChanges"]}
    assert documents.keys() == {URI, OTHER}
    assert documents[OTHER]["textDocument"]["version"] == 1


def test_a_refused_rename_says_why(editor: RawClient) -> None:
    text, offset = cursor("local function f(a, b)\n  return a| + b\nend")
    editor.open(text.source, URI)
    place = text.position(offset, editor.units)
    prepared = editor.request("textDocument/prepareRename", at(place))["result"]
    assert prepared["placeholder"] == "a"
    error = editor.request("textDocument/rename", at(place, newName="b"))["error"]
    assert error["code"] == -32803
    assert "`b` would mean another local there" in error["message"]


def test_the_outline_is_a_tree(editor: RawClient) -> None:
    text = "local M = { x = 1 }\nfunction M:f(a)\n  local function inner() end\nend"
    editor.open(text, URI)
    document = {"textDocument": {"uri": URI}}
    first, second = editor.request("textDocument/documentSymbol", document)["result"]
    assert (first["name"], first["children"][0]["name"]) == ("M", "x")
    assert (second["name"], second["detail"], second["kind"]) == ("M:f", "(a)", 6)
    assert second["children"][0]["name"] == "inner"


def test_a_symbol_of_the_workspace_is_resolved_to_its_range(editor: RawClient) -> None:
    editor.open("local M = {}\nfunction M.makeCoffee() end", URI)
    (found, *_) = editor.request("workspace/symbol", {"query": "mcoffee"})["result"]
    assert found["name"] == "M.makeCoffee"
    assert found["location"] == {"uri": URI}
    resolved = editor.request("workspaceSymbol/resolve", found)["result"]
    assert span(resolved["location"]["range"]) == (1, 9, 1, 21)


def test_the_hierarchy_of_calls(editor: RawClient) -> None:
    text = "local function f() end\nlocal function g()\n  f()\n  f()\nend\nf()"
    editor.open(text, URI)
    (item,) = editor.request("textDocument/prepareCallHierarchy", at((0, 15)))["result"]
    incoming = editor.request("callHierarchy/incomingCalls", {"item": item})["result"]
    found = {each["from"]["name"]: len(each["fromRanges"]) for each in incoming}
    assert found == {"g": 2, "spell.lua": 1}
    (caller,) = [each["from"] for each in incoming if each["from"]["name"] == "g"]
    (outgoing,) = editor.request("callHierarchy/outgoingCalls", {"item": caller})["result"]
    assert (outgoing["to"]["name"], len(outgoing["fromRanges"])) == ("f", 2)


def test_renaming_a_file_rewrites_what_requires_it(editor: RawClient) -> None:
    editor.open("return {}", OTHER)
    editor.open("local other = require('other')", URI)
    moved = {"files": [{"oldUri": OTHER, "newUri": "file:///w/lib/another.lua"}]}
    edit = editor.request("workspace/willRenameFiles", moved)["result"]
    (change,) = edit["documentChanges"]
    assert change["textDocument"]["uri"] == URI
    assert change["edits"][0]["newText"] == "lib.another"
    assert span(change["edits"][0]["range"]) == (0, 23, 0, 28)


@pytest.mark.parametrize(
    ("old", "new", "uri", "written", "expected"),
    [
        (OTHER, "file:///w/lib/another.lua", URI, "other.lua", "lib/another.lua"),
        (OTHER, "file:///w/lib/another.lua", URI, "./other.lua", "./lib/another.lua"),
        (OTHER, "file:///w/another.lua", URI, "/w/other.lua", "/w/another.lua"),
        (OTHER, "file:///w/another.lua", "file:///w/in/spell.lua", "other.lua", "another.lua"),
        ("file:///w/in/a.lua", "file:///w/in/b.lua", "file:///w/in/c.lua", "a.lua", "b.lua"),
        ("file:///w/in/a.lua", "file:///w/b.lua", "file:///w/in/c.lua", "a.lua", "../b.lua"),
    ],
)
@pytest.mark.parametrize("function", ["dofile", "loadfile"])
def test_renaming_a_file_rewrites_the_paths_by_which_it_is_run(
    editor: RawClient, function: str, old: str, new: str, uri: str, written: str, expected: str
) -> None:
    editor.open("return {}", old)
    editor.open(f"local x = {function}('{written}', 't')\n{function}('elsewhere.lua')", uri)
    moved = {"files": [{"oldUri": old, "newUri": new}]}
    (change,) = editor.request("workspace/willRenameFiles", moved)["result"]["documentChanges"]
    assert change["textDocument"]["uri"] == uri
    (edit,) = change["edits"]
    start = len(f"local x = {function}('")
    assert edit["newText"] == expected
    assert span(edit["range"]) == (0, start, 0, start + len(written))


def test_names_that_change_together(editor: RawClient) -> None:
    found = ask(editor, "linkedEditingRange", "local a| = 1\nprint(a)")
    assert [span(each) for each in found["ranges"]] == [(0, 6, 0, 7), (1, 6, 1, 7)]


def test_a_parameter_changes_together_with_its_annotation(editor: RawClient) -> None:
    marked = "---@param a| string\nlocal function f(a) end"
    found = ask(editor, "linkedEditingRange", marked)
    assert [span(each) for each in found["ranges"]] == [(0, 10, 0, 11), (1, 17, 1, 18)]


def test_a_type_is_renamed_in_the_annotations_of_all_documents(editor: RawClient) -> None:
    editor.open("---@class Account\nlocal Account = {}", OTHER)
    marked = "---@type Acc|ount[]\nlocal all"
    prepared = ask(editor, "prepareRename", marked)
    assert (prepared["placeholder"], span(prepared["range"])) == ("Account", (0, 9, 0, 16))
    edit = editor.request("textDocument/rename", at((0, 12), newName="Client"))["result"]
    changed = {
        each["textDocument"]["uri"]: [
            (span(edit["range"]), edit["newText"]) for edit in each["edits"]
        ]
        for each in edit["documentChanges"]
    }
    assert changed == {
        URI: [((0, 9, 0, 16), "Client")],
        OTHER: [((0, 10, 0, 17), "Client")],
    }


def test_a_selection_grows(editor: RawClient) -> None:
    editor.open("print('hello')", URI)
    params = {"textDocument": {"uri": URI}, "positions": [{"line": 0, "character": 9}]}
    (found,) = editor.request("textDocument/selectionRange", params)["result"]
    spans = []
    while found is not None:
        spans.append(span(found["range"])[1::2])
        found = found.get("parent")
    assert spans == [(7, 12), (6, 13), (5, 14), (0, 14)]


def test_folds(editor: RawClient) -> None:
    editor.open("local function f()\n  return 1\nend\n", URI)
    document = {"textDocument": {"uri": URI}}
    found = editor.request("textDocument/foldingRange", document)["result"]
    assert [(each["startLine"], each["endLine"]) for each in found] == [(0, 1)]


def test_a_link_to_a_module_is_resolved(editor: RawClient) -> None:
    editor.open("return {}", OTHER)
    editor.open("require 'other' -- https://lua.org/manual.", URI)
    document = {"textDocument": {"uri": URI}}
    module, address = editor.request("textDocument/documentLink", document)["result"]
    assert address["target"] == "https://lua.org/manual"
    assert "target" not in module
    assert editor.request("documentLink/resolve", module)["result"]["target"] == OTHER


@pytest.mark.parametrize(
    "method", ["definition", "references", "documentHighlight", "linkedEditingRange"]
)
def test_a_document_that_is_not_open_brings_nothing(editor: RawClient, method: str) -> None:
    params = at((0, 0), context={"includeDeclaration": True})
    assert editor.request(f"textDocument/{method}", params)["result"] is None
