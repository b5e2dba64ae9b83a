from __future__ import annotations

import pytest
from lsprotocol import types
from pygls.capabilities import get_capability
from pytest_lsp import LanguageClient

from tests.server.opening import problems
from tests.server.raw import RawClient

URI = "file:///spell.lua"
DOCUMENT = types.TextDocumentIdentifier(URI)


def opened(text: str, language: str = "lua", uri: str = URI) -> types.DidOpenTextDocumentParams:
    return types.DidOpenTextDocumentParams(types.TextDocumentItem(uri, language, 1, text))


@pytest.mark.asyncio
async def test_a_syntax_error_appears_and_vanishes(client: LanguageClient) -> None:
    client.text_document_did_open(opened("print('a'\n"))
    (found,) = await problems(client, DOCUMENT)
    assert (found.message, found.code) == (
        "')' expected (to close '(' at line 1) near <eof>",
        "syntax-error",
    )
    assert found.severity == types.DiagnosticSeverity.Error

    change = types.TextDocumentContentChangePartial(
        types.Range(types.Position(0, 9), types.Position(0, 9)), ")"
    )
    document = types.VersionedTextDocumentIdentifier(2, URI)
    client.text_document_did_change(types.DidChangeTextDocumentParams(document, [change]))
    assert await problems(client, DOCUMENT) == []


def test_what_is_pushed_names_the_document_and_its_version(raw: RawClient) -> None:
    raw.initialize()
    raw.open("print(1)")
    raw.edit("print('a'", 2)
    while (report := raw.notification("textDocument/publishDiagnostics"))["version"] == 1:
        pass
    assert (report["uri"], report["version"], len(report["diagnostics"])) == (URI, 2, 1)


def test_closing_takes_diagnostics_back(raw: RawClient) -> None:
    raw.initialize()
    assert raw.problems(raw.open("X = = 1"))
    raw.notify("textDocument/didClose", {"textDocument": {"uri": URI}})
    assert raw.problems(URI) == []


def shows_related(client: LanguageClient) -> bool:
    """Whether it says that it shows other places of a problem: Emacs does not."""
    return bool(
        get_capability(
            client.capabilities, "text_document.publish_diagnostics.related_information", False
        )
    )


@pytest.mark.asyncio
async def test_what_is_not_closed_is_shown_too(client: LanguageClient) -> None:
    client.text_document_did_open(opened("local x\nif x then\n"))
    related = (await problems(client, DOCUMENT))[0].related_information
    if not shows_related(client):
        assert related is None
        return
    assert related and related[0].location.range == types.Range(
        types.Position(1, 0), types.Position(1, 2)
    )


@pytest.mark.asyncio
async def test_pulled_diagnostics_are_unchanged_for_the_same_text(client: LanguageClient) -> None:
    client.text_document_did_open(opened("X = = 1"))
    document = types.TextDocumentIdentifier(URI)
    full = await client.text_document_diagnostic_async(types.DocumentDiagnosticParams(document))
    assert isinstance(full, types.RelatedFullDocumentDiagnosticReport)
    assert [found.message for found in full.items] == ["unexpected symbol near '='"]
    again = await client.text_document_diagnostic_async(
        types.DocumentDiagnosticParams(document, previous_result_id=full.result_id)
    )
    assert isinstance(again, types.RelatedUnchangedDocumentDiagnosticReport)


def test_nothing_is_pushed_to_a_client_that_pulls(raw: RawClient) -> None:
    raw.initialize(capabilities={"textDocument": {"diagnostic": {}}})
    raw.open("X = = 1")
    raw.notify("$/setTrace", {"value": "off"})
    hover = {"textDocument": {"uri": URI}, "position": {"line": 0, "character": 0}}
    number = raw.request("textDocument/hover", hover)["id"]
    assert number == 2  # what came before it would have been a push


def test_other_languages_are_left_alone(raw: RawClient) -> None:
    raw.initialize()
    text = {"uri": "file:///a.toml", "languageId": "toml", "version": 1, "text": "X = = 1"}
    raw.notify("textDocument/didOpen", {"textDocument": text})
    raw.open("X = = 1")
    assert raw.notification("textDocument/publishDiagnostics")["uri"] == URI


def test_other_documents_are_looked_at_again_once_one_was_edited(raw: RawClient) -> None:
    raw.initialize(
        capabilities={
            "textDocument": {"diagnostic": {}},
            "workspace": {"diagnostics": {"refreshSupport": True}},
        }
    )
    raw.open("x = 1")
    raw.open("y = 1", "file:///other.lua")
    raw.edit("x = 2", 2)
    assert raw.asked("workspace/diagnostic/refresh")


def test_what_a_document_defined_that_was_never_saved_goes_with_it(raw: RawClient) -> None:
    raw.initialize()
    other = raw.open("function surely_new() end", "untitled:Untitled-1")
    uri = raw.open("surely_new()", "file:///other.lua")
    assert raw.problems(uri) == []
    raw.notify("textDocument/didClose", {"textDocument": {"uri": other}})
    while not (found := raw.problems(uri)):
        pass  # other documents are looked at again a while later
    assert [each["code"] for each in found] == ["undefined-global"]


def test_a_client_that_cannot_be_told_to_ask_again_is_pushed_to(raw: RawClient) -> None:
    answer = raw.initialize(capabilities={"textDocument": {"diagnostic": {}}})
    assert "diagnosticProvider" not in answer["capabilities"]
    raw.open("x = = 1")
    assert raw.notification("textDocument/publishDiagnostics")["diagnostics"]


def test_changed_settings_refresh_what_is_shown(raw: RawClient) -> None:
    refresh = {"refreshSupport": True}
    views = {"semanticTokens": refresh, "inlayHint": refresh, "codeLens": refresh}
    raw.initialize(capabilities={"workspace": views})
    raw.request("workspace/symbol", {"query": ""})  # the settings of before have been asked for
    raw.settings = {"hint": {"enable": False}}
    raw.notify("workspace/didChangeConfiguration", {"settings": {"llmspell": raw.settings}})
    raw.asked_all({f"workspace/{view}/refresh" for view in views})
