"""Entries of lists are explained and carried out later, through a real server."""

from __future__ import annotations

from pathlib import Path

import pytest
from lsprotocol import types
from pytest_lsp import LanguageClient

from tests.server.opening import open_at

pytestmark = pytest.mark.asyncio


def _type(client: LanguageClient, uri: str, at: types.Position, text: str) -> None:
    identifier = types.VersionedTextDocumentIdentifier(version=2, uri=uri)
    change = types.TextDocumentContentChangePartial(types.Range(at, at), text)
    client.text_document_did_change(types.DidChangeTextDocumentParams(identifier, [change]))


async def _actions(
    client: LanguageClient, document: types.TextDocumentIdentifier, line: int
) -> list[types.CodeAction]:
    report = await client.text_document_diagnostic_async(types.DocumentDiagnosticParams(document))
    assert isinstance(report, types.RelatedFullDocumentDiagnosticReport)
    here = [each for each in report.items if each.range.start.line == line]
    params = types.CodeActionParams(document, here[0].range, types.CodeActionContext(here))
    found = await client.text_document_code_action_async(params)
    return [each for each in found or () if isinstance(each, types.CodeAction)]


async def test_an_action_is_carried_out_although_others_were_asked_for_since(
    client: LanguageClient, tmp_path: Path
) -> None:
    document, _ = open_at(
        client, tmp_path / "a.lua", "local name, other = 1, 2\nprint(nmae)\nprint(othre)|\n"
    )
    first = await _actions(client, document, 1)
    await _actions(client, document, 2)
    resolved = await client.code_action_resolve_async(first[0])
    assert resolved.edit is not None
    assert "name" in str(resolved.edit)


async def test_an_action_for_an_earlier_text_is_not_carried_out(
    client: LanguageClient, tmp_path: Path
) -> None:
    document, _ = open_at(client, tmp_path / "a.lua", "local name = 1\nprint(nmae, name)|\n")
    (action, *_) = await _actions(client, document, 1)
    action.edit = None
    _type(client, document.uri, types.Position(0, 0), "\n")
    assert (await client.code_action_resolve_async(action)).edit is None


@pytest.mark.parametrize(
    ("before", "label"), [("State.", "save"), ("local savings = 1\n", "savings")]
)
async def test_a_candidate_is_explained_after_more_of_it_was_typed(
    client: LanguageClient, tmp_path: Path, before: str, label: str
) -> None:
    document, position = open_at(client, tmp_path / "a.lua", before + "|\n")
    found = await client.text_document_completion_async(types.CompletionParams(document, position))
    assert isinstance(found, types.CompletionList)
    (item,) = (each for each in found.items if each.label == label)
    _type(client, document.uri, position, "s")
    resolved = await client.completion_item_resolve_async(item)
    assert resolved.detail
