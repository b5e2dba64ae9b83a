"""Formatting through a real server."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pytest_lsp import LanguageClient

from llmspell_server.analysis.text import Text
from tests.server.profiles import units_of

URI = "file:///nowhere/spell.lua"
DOCUMENT = types.TextDocumentIdentifier(URI)
OPTIONS = types.FormattingOptions(tab_size=3, insert_spaces=True)
# An astral character before what changes: columns count UTF-16.
SOURCE = 'do\nx=1\nlocal s="🙂"..t\nend\n'

pytestmark = pytest.mark.asyncio


def opened(client: LanguageClient, source: str) -> Text:
    item = types.TextDocumentItem(URI, "lua", 1, source)
    client.text_document_did_open(types.DidOpenTextDocumentParams(item))
    return Text(source)


def after(client: LanguageClient, text: Text, edits: Sequence[types.TextEdit] | None) -> str:
    units = units_of(client)
    assert edits is not None
    source = text.source
    for edit in reversed(edits):
        start, end = (
            text.offset(place.line, place.character, units)
            for place in (edit.range.start, edit.range.end)
        )
        source = source[:start] + edit.new_text + source[end:]
    return source


def lines(first: int, last: int) -> types.Range:
    return types.Range(types.Position(first, 0), types.Position(last, 0))


async def test_a_document(client: LanguageClient) -> None:
    text = opened(client, SOURCE)
    edits = await client.text_document_formatting_async(
        types.DocumentFormattingParams(DOCUMENT, OPTIONS)
    )
    assert after(client, text, edits) == 'do\n   x = 1\n   local s = "🙂" .. t\nend\n'


async def test_tabs_where_the_editor_wants_them(client: LanguageClient) -> None:
    text = opened(client, SOURCE)
    tabs = types.FormattingOptions(tab_size=8, insert_spaces=False)
    edits = await client.text_document_formatting_async(
        types.DocumentFormattingParams(DOCUMENT, tabs)
    )
    assert after(client, text, edits).startswith("do\n\tx = 1\n\tlocal")


async def test_a_range(client: LanguageClient) -> None:
    text = opened(client, SOURCE)
    edits = await client.text_document_range_formatting_async(
        types.DocumentRangeFormattingParams(DOCUMENT, lines(1, 2), OPTIONS)
    )
    assert after(client, text, edits) == 'do\n   x = 1\nlocal s="🙂"..t\nend\n'


async def test_ranges(client: LanguageClient) -> None:
    text = opened(client, "do\na=1\nb=2\nc=3\nend\n")
    edits = await client.text_document_ranges_formatting_async(
        types.DocumentRangesFormattingParams(DOCUMENT, [lines(1, 2), lines(3, 4)], OPTIONS)
    )
    assert after(client, text, edits) == "do\n   a = 1\nb=2\n   c = 3\nend\n"


async def test_ranges_that_overlap(client: LanguageClient) -> None:
    text = opened(client, "do\na=1\nb=2\nc=3\nend\n")
    edits = await client.text_document_ranges_formatting_async(
        types.DocumentRangesFormattingParams(DOCUMENT, [lines(2, 4), lines(1, 3)], OPTIONS)
    )
    assert after(client, text, edits) == "do\n   a = 1\n   b = 2\n   c = 3\nend\n"


async def test_what_does_not_compile_is_said(client: LanguageClient) -> None:
    opened(client, "x=1\nif")
    with pytest.raises(
        JsonRpcException, match="Not formatted: it does not compile, line 2"
    ) as said:
        await client.text_document_formatting_async(
            types.DocumentFormattingParams(DOCUMENT, OPTIONS)
        )
    assert said.value.code == types.LSPErrorCodes.RequestFailed


@pytest.mark.parametrize(
    ("source", "place", "key", "expected"),
    [
        ("a()\nif b then\n", types.Position(2, 0), "\n", "a()\nif b then\n   "),
        ("a()\nif b then\n   end", types.Position(2, 6), "d", "a()\nif b then\nend"),
        ("local t = {\n\nf()", types.Position(1, 0), "\n", "local t = {\n   \nf()"),
    ],
)
async def test_while_typing(
    client: LanguageClient, source: str, place: types.Position, key: str, expected: str
) -> None:
    text = opened(client, source)
    edits = await client.text_document_on_type_formatting_async(
        types.DocumentOnTypeFormattingParams(DOCUMENT, place, key, OPTIONS)
    )
    assert after(client, text, edits) == expected
