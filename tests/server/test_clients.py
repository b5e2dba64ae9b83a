"""A session under what real clients say that they can do.

textDocument/completion, completionItem/resolve, textDocument/hover, textDocument/signatureHelp, and
diagnostics, with whatever the server asks such a client.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pytest_lsp import LanguageClient

from tests.server.opening import problems
from tests.server.profiles import session

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture
async def client(profile: str, tmp_path: Path) -> AsyncIterator[LanguageClient]:
    """One of the recorded clients, with a folder."""
    (tmp_path / "broken.lua").write_text("X = = 1")
    folder = types.WorkspaceFolder(tmp_path.as_uri(), "it")
    async with session(profile, root_uri=folder.uri, workspace_folders=[folder]) as client:
        yield client


def opened(client: LanguageClient, tmp_path: Path, text: str) -> types.TextDocumentIdentifier:
    document = types.TextDocumentIdentifier((tmp_path / "spell.lua").as_uri())
    item = types.TextDocumentItem(document.uri, "lua", 1, text)
    client.text_document_did_open(types.DidOpenTextDocumentParams(item))
    return document


async def test_problems_and_columns(client: LanguageClient, tmp_path: Path) -> None:
    document = opened(client, tmp_path, "--[[😀]] X = = 1")
    (found,) = await problems(client, document)
    assert client.capabilities is not None
    general = client.capabilities.general
    encodings = (general and general.position_encodings) or ["utf-16"]
    column = {"utf-8": 15, "utf-16": 13, "utf-32": 12}[str(encodings[0]).lower()]
    assert found.range.start == types.Position(0, column)


async def test_an_edit_and_its_problems(client: LanguageClient, tmp_path: Path) -> None:
    document = opened(client, tmp_path, "X = 1")
    assert await problems(client, document) == []
    end = types.Position(0, 5)
    change = types.TextDocumentContentChangePartial(types.Range(end, end), " = 2")
    versioned = types.VersionedTextDocumentIdentifier(2, document.uri)
    client.text_document_did_change(types.DidChangeTextDocumentParams(versioned, [change]))
    assert len(await problems(client, document)) == 1


async def test_assistance(client: LanguageClient, tmp_path: Path) -> None:
    document = opened(client, tmp_path, "State.save('global', ")
    position = types.Position(0, 8)
    hover = await client.text_document_hover_async(types.HoverParams(document, position))
    assert hover is not None
    completed = await client.text_document_completion_async(
        types.CompletionParams(document, types.Position(0, 6))
    )
    assert isinstance(completed, types.CompletionList)
    (save,) = [item for item in completed.items if item.label == "save"]
    resolved = await client.completion_item_resolve_async(save)
    assert resolved.documentation is not None
    end = types.Position(0, 21)
    found = await client.text_document_signature_help_async(
        types.SignatureHelpParams(document, end)
    )
    assert found is not None


PROGRAM = """local shop = {}

---@param amount integer
function shop.price(amount)
  return amount * 3
end

print(shop.price(2))
"""
_USED = types.Position(7, 13)  # in the `price` that is called


async def test_looking_around(client: LanguageClient, tmp_path: Path) -> None:
    document = opened(client, tmp_path, PROGRAM)
    definition = await client.text_document_definition_async(
        types.DefinitionParams(document, _USED)
    )
    assert _lines(definition) == [3]
    references = await client.text_document_references_async(
        types.ReferenceParams(types.ReferenceContext(True), document, _USED)
    )
    assert _lines(references) == [3, 7]
    highlights = await client.text_document_document_highlight_async(
        types.DocumentHighlightParams(document, _USED)
    )
    assert highlights is not None
    assert [each.range.start.line for each in highlights] == [3, 7]


async def test_outline_folds_and_colours(client: LanguageClient, tmp_path: Path) -> None:
    document = opened(client, tmp_path, PROGRAM)
    symbols = await client.text_document_document_symbol_async(types.DocumentSymbolParams(document))
    assert symbols is not None
    assert symbols[0].name == "shop"
    folds = await client.text_document_folding_range_async(types.FoldingRangeParams(document))
    assert folds is not None
    assert (3, 4) in [(fold.start_line, fold.end_line) for fold in folds]
    tokens = await client.text_document_semantic_tokens_full_async(
        types.SemanticTokensParams(document)
    )
    assert tokens is not None
    assert tokens.data


async def test_a_rename(client: LanguageClient, tmp_path: Path) -> None:
    document = opened(client, tmp_path, PROGRAM)
    edit = None
    while edit is None:
        try:
            params = types.RenameParams(document, _USED, "cost")
            edit = await client.text_document_rename_async(params)
        except JsonRpcException as refused:
            assert "still being read" in str(refused)
    changed: list[Any] = list((edit.changes or {}).values())
    for each in edit.document_changes or ():
        assert isinstance(each, types.TextDocumentEdit)
        changed.append(each.edits)
    assert [len(edits) for edits in changed] == [2]


async def test_actions_and_formatting(client: LanguageClient, tmp_path: Path) -> None:
    document = opened(client, tmp_path, "local x  =  1\nprint(x)\n")
    edits = await client.text_document_formatting_async(
        types.DocumentFormattingParams(document, types.FormattingOptions(2, True))
    )
    assert edits
    start = types.Position(0, 12)
    actions = await client.text_document_code_action_async(
        types.CodeActionParams(document, types.Range(start, start), types.CodeActionContext([]))
    )
    assert actions is not None
    assert "Add a type annotation" in [action.title for action in actions]


def _lines(found: Any) -> list[int]:
    places = found if isinstance(found, (list, tuple)) else [found]
    ranges = [
        each.target_selection_range if isinstance(each, types.LocationLink) else each.range
        for each in places
    ]
    return sorted(each.start.line for each in ranges)
