"""Completion, hover and signature help through a real server."""

from __future__ import annotations

from pathlib import Path

import pytest
from lsprotocol import types
from pytest_lsp import LanguageClient

from tests.server.opening import open_at

SPELL = Path("/spell.lua")
URI = SPELL.as_uri()
DOCUMENT = types.TextDocumentIdentifier(URI)
TRIGGER = types.CompletionTriggerKind.TriggerCharacter

pytestmark = pytest.mark.asyncio


async def completions(
    client: LanguageClient, marked: str, trigger: str | None = None
) -> dict[str, types.CompletionItem]:
    _, position = open_at(client, SPELL, marked)
    context = trigger and types.CompletionContext(TRIGGER, trigger)
    found = await client.text_document_completion_async(
        types.CompletionParams(DOCUMENT, position, context or None)
    )
    items = found.items if isinstance(found, types.CompletionList) else found or ()
    return {item.label: item for item in items}


async def test_members_of_state(client: LanguageClient) -> None:
    found = await completions(client, "State.|", ".")
    assert {"save", "load", "delete", "list_keys"} <= found.keys()
    assert not {"State", "end", "print"} & found.keys()
    save = found["save"]
    assert save.kind == types.CompletionItemKind.Function
    resolved = await client.completion_item_resolve_async(save)
    assert resolved.detail
    assert resolved.detail.startswith("function save(scope: ")
    said = resolved.documentation
    assert said is not None
    text = said.value if isinstance(said, types.MarkupContent) else said
    assert text.startswith("Stores a value.")


async def test_members_of_debug_replace_what_is_written(client: LanguageClient) -> None:
    found = await completions(client, "local x = 1\nDebug.lo|")
    assert {"log", "trace", "info"} <= found.keys()
    edit = found["log"].text_edit
    assert isinstance(edit, types.TextEdit)
    assert edit.range == types.Range(types.Position(1, 6), types.Position(1, 8))


async def test_kinds_inside_a_string_argument(client: LanguageClient) -> None:
    found = await completions(client, 'State.save("|', '"')
    assert {"global", "session", "agent"} <= found.keys()
    assert found["global"].kind == types.CompletionItemKind.EnumMember
    assert found["global"].detail == "shared by all scripts of the project"


async def test_the_quote_that_ends_a_string_brings_nothing(client: LanguageClient) -> None:
    assert not await completions(client, 'x = "a"|', '"')


async def test_two_dots_bring_nothing(client: LanguageClient) -> None:
    assert not await completions(client, 'x = "a" ..|', ".")


async def test_hover_over_a_member(client: LanguageClient) -> None:
    _, position = open_at(client, SPELL, 'State.sa|ve("global", "k", 1)')
    found = await client.text_document_hover_async(types.HoverParams(DOCUMENT, position))
    assert found and isinstance(found.contents, types.MarkupContent)
    signature, _, rest = found.contents.value.partition("\n```\n\n")
    assert signature.startswith("```lua\nfunction State.save(scope: ")
    assert rest.startswith("Stores a value.") and "- `scope`:" in rest and "Storage error" in rest
    assert found.range == types.Range(types.Position(0, 6), types.Position(0, 10))


async def test_hover_leads_to_where_a_thing_is_defined(client: LanguageClient) -> None:
    _, position = open_at(client, SPELL, "local function work() end\n\nwo|rk()")
    found = await client.text_document_hover_async(types.HoverParams(DOCUMENT, position))
    assert found and isinstance(found.contents, types.MarkupContent)
    assert found.contents.value.endswith(f"\n\nDefined in [spell.lua:1]({URI}#L1)")


async def test_hover_over_a_definition_does_not_lead_to_itself(client: LanguageClient) -> None:
    _, position = open_at(client, SPELL, "local function wo|rk() end")
    found = await client.text_document_hover_async(types.HoverParams(DOCUMENT, position))
    assert found and isinstance(found.contents, types.MarkupContent)
    assert "Defined in" not in found.contents.value


async def test_signature_help_marks_the_parameter(client: LanguageClient) -> None:
    _, position = open_at(client, SPELL, 'State.save("global", "k", |')
    found = await client.text_document_signature_help_async(
        types.SignatureHelpParams(DOCUMENT, position)
    )
    assert found and found.active_parameter == 2
    (signature,) = found.signatures
    place = list(signature.parameters or ())[1].label
    assert isinstance(place, tuple)
    assert signature.label[slice(*place)] == "key: string"


async def test_a_document_that_is_not_open_is_unknown(client: LanguageClient) -> None:
    elsewhere = types.TextDocumentIdentifier("file:///elsewhere.lua")
    params = types.HoverParams(elsewhere, types.Position(0, 0))
    assert await client.text_document_hover_async(params) is None
