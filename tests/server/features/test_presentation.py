"""Colours of words, hints, values beside the code, and types to go to, through a real server."""

from __future__ import annotations

import pytest
from lsprotocol import types
from pytest_lsp import LanguageClient

from tests.server.marks import cursor
from tests.server.profiles import units_of

URI = "file:///spell.lua"
DOCUMENT = types.TextDocumentIdentifier(URI)

pytestmark = pytest.mark.asyncio


def opened(client: LanguageClient, marked: str) -> types.Position:
    text, offset = cursor(marked, "‸")
    item = types.TextDocumentItem(URI, "lua", 1, text.source)
    client.text_document_did_open(types.DidOpenTextDocumentParams(item))
    return types.Position(*text.position(offset, units_of(client)))


def change(client: LanguageClient, line: int, start: int, end: int, text: str) -> None:
    place = types.Range(types.Position(line, start), types.Position(line, end))
    client.text_document_did_change(
        types.DidChangeTextDocumentParams(
            types.VersionedTextDocumentIdentifier(version=2, uri=URI),
            [types.TextDocumentContentChangePartial(range=place, text=text)],
        )
    )


async def test_tokens_after_an_edit_come_as_an_edit_of_the_numbers(client: LanguageClient) -> None:
    opened(client, "local a = 1\nprint(a)\n‸")
    full = await client.text_document_semantic_tokens_full_async(
        types.SemanticTokensParams(DOCUMENT)
    )
    assert full is not None
    assert full.result_id is not None
    assert len(full.data) == 15
    change(client, 1, 6, 7, "b")
    delta = await client.text_document_semantic_tokens_full_delta_async(
        types.SemanticTokensDeltaParams(DOCUMENT, full.result_id)
    )
    assert isinstance(delta, types.SemanticTokensDelta)
    numbers = list(full.data)
    for edit in delta.edits:
        numbers[edit.start : edit.start + edit.delete_count] = edit.data or ()
    again = await client.text_document_semantic_tokens_full_async(
        types.SemanticTokensParams(DOCUMENT)
    )
    assert again is not None
    assert numbers == list(again.data)


async def test_tokens_of_an_unknown_answer_come_whole(client: LanguageClient) -> None:
    opened(client, "local a = 1\n‸")
    found = await client.text_document_semantic_tokens_full_delta_async(
        types.SemanticTokensDeltaParams(DOCUMENT, "none")
    )
    assert isinstance(found, types.SemanticTokens)


async def test_tokens_of_a_range_are_those_of_its_statements(client: LanguageClient) -> None:
    opened(client, "local a = 1\nlocal b = 2\nlocal c = 3\n‸")
    place = types.Range(types.Position(1, 1), types.Position(1, 2))
    found = await client.text_document_semantic_tokens_range_async(
        types.SemanticTokensRangeParams(DOCUMENT, place)
    )
    assert found is not None
    assert list(found.data)[:3] == [1, 6, 1]
    assert len(found.data) == 5


async def test_a_colour_in_a_string_can_be_seen_and_changed(client: LanguageClient) -> None:
    opened(client, "local c = '#ff8000'\n‸")
    (found,) = await client.text_document_document_color_async(types.DocumentColorParams(DOCUMENT))
    assert (found.color.red, found.color.blue) == (1.0, 0.0)
    assert found.range == types.Range(types.Position(0, 11), types.Position(0, 18))
    (shown,) = await client.text_document_color_presentation_async(
        types.ColorPresentationParams(DOCUMENT, types.Color(0.0, 1.0, 0.0, 0.5), found.range)
    )
    assert shown.label == "#00ff0080"


async def test_values_beside_the_code_are_those_known_where_it_stands(
    client: LanguageClient,
) -> None:
    source = (
        "local a = { b = 1 }\nlocal function f(p)\n  do local a = p end\n  print(a.b, p)‸\nend\n"
    )
    position = opened(client, source)
    stopped = types.Range(position, position)
    whole = types.Range(types.Position(0, 0), types.Position(5, 0))
    found = await client.text_document_inline_value_async(
        types.InlineValueParams(DOCUMENT, whole, types.InlineValueContext(1, stopped))
    )
    shown = [
        value.expression
        if isinstance(value, types.InlineValueEvaluatableExpression)
        else value.variable_name
        for value in found or ()
        if not isinstance(value, types.InlineValueText)
    ]
    assert shown == ["a", "p", "p", "a.b", "p"]


CLASSES = "---@class Base\nlocal Base = {}\nfunction Base:m() end\n---@class Sub: Base\nlocal Sub = {}\nfunction Sub:m() end\n"


async def lines(found: object) -> list[int]:
    assert isinstance(found, list)
    return [each.range.start.line for each in found]


async def test_the_type_of_a_variable_can_be_gone_to(client: LanguageClient) -> None:
    position = opened(client, CLASSES + "---@type Sub\nlocal s\nprint(s‸)")
    found = await client.text_document_type_definition_async(
        types.TypeDefinitionParams(DOCUMENT, position)
    )
    assert await lines(found) == [3]


async def test_implementations_of_a_method_are_found_in_descendants(
    client: LanguageClient,
) -> None:
    position = opened(client, CLASSES + "---@type Base\nlocal b\nb:m‸()")
    found = await client.text_document_implementation_async(
        types.ImplementationParams(DOCUMENT, position)
    )
    assert await lines(found) == [2, 5]


async def test_classes_descend_from_each_other(client: LanguageClient) -> None:
    position = opened(client, CLASSES + "---@type Sub‸\nlocal s")
    prepared = await client.text_document_prepare_type_hierarchy_async(
        types.TypeHierarchyPrepareParams(DOCUMENT, position)
    )
    assert prepared is not None
    (item,) = prepared
    parents = await client.type_hierarchy_supertypes_async(
        types.TypeHierarchySupertypesParams(item)
    )
    assert [each.name for each in parents or ()] == ["Base"]
    children = await client.type_hierarchy_subtypes_async(
        types.TypeHierarchySubtypesParams((parents or [item])[0])
    )
    assert [each.name for each in children or ()] == ["Sub"]


TABLES = """local Base = {}
Base.__index = Base
function Base.new() local self = setmetatable({}, Base) return self end
local Sub = setmetatable({}, { __index = Base })
Sub.__index = Sub
local object = Base.new()
"""


@pytest.mark.parametrize("named", ["print(Base‸)", "print(object‸)"])
async def test_tables_that_code_makes_descend_from_each_other(
    client: LanguageClient, named: str
) -> None:
    position = opened(client, TABLES + named)
    prepared = await client.text_document_prepare_type_hierarchy_async(
        types.TypeHierarchyPrepareParams(DOCUMENT, position)
    )
    assert prepared is not None
    (base,) = prepared
    assert (base.name, base.range.start) == ("Base", types.Position(0, 6))
    children = await client.type_hierarchy_subtypes_async(types.TypeHierarchySubtypesParams(base))
    assert children is not None
    (sub,) = children
    assert sub.name == "Sub"
    parents = await client.type_hierarchy_supertypes_async(types.TypeHierarchySupertypesParams(sub))
    assert [each.name for each in parents or ()] == ["Base"]


async def test_an_action_says_what_it_changes_when_it_is_asked(client: LanguageClient) -> None:
    opened(client, "print(1 + 2)‸\n")
    place = types.Range(types.Position(0, 6), types.Position(0, 11))
    found = await client.text_document_code_action_async(
        types.CodeActionParams(DOCUMENT, place, types.CodeActionContext([]))
    )
    (action,) = [each for each in found or () if each.title == "Extract a local"]
    assert isinstance(action, types.CodeAction)
    resolved = action
    if action.edit is None:
        resolved = await client.code_action_resolve_async(action)
    assert resolved.edit is not None


async def test_a_hint_names_a_parameter_and_tells_its_type(client: LanguageClient) -> None:
    opened(client, "---@param size integer\nlocal function f(size) end\nf(1)‸\n")
    whole = types.Range(types.Position(0, 0), types.Position(3, 0))
    found = await client.text_document_inlay_hint_async(types.InlayHintParams(DOCUMENT, whole))
    assert found is not None
    (hint,) = found
    assert (hint.label, hint.position) == ("size:", types.Position(2, 2))
    resolved = await client.inlay_hint_resolve_async(hint)
    assert isinstance(resolved.tooltip, types.MarkupContent)
    assert "integer" in resolved.tooltip.value


async def test_a_lens_counts_references_when_it_comes_into_view(client: LanguageClient) -> None:
    opened(client, "local function f() end\nf()\nf()‸\n")
    found = await client.text_document_code_lens_async(types.CodeLensParams(DOCUMENT))
    (lens,) = [each for each in found or () if each.data is not None]
    resolved = await client.code_lens_resolve_async(lens)
    assert resolved.command is not None
    assert resolved.command.title == "2 references"


async def test_the_state_of_the_server_can_be_asked_for(client: LanguageClient) -> None:
    opened(client, "‸")
    found = await client.workspace_execute_command_async(
        types.ExecuteCommandParams("llmspell.server.status")
    )
    assert isinstance(found, dict)
    assert found["openDocuments"] == 1
    refresh = types.ExecuteCommandParams("llmspell.server.refresh")
    assert await client.workspace_execute_command_async(refresh) is None


async def test_what_a_hover_of_a_debugger_evaluates_can_be_asked_for(
    client: LanguageClient,
) -> None:
    position = opened(client, "print(a.b‸.c)")
    arguments: list[types.LSPAny] = [
        DOCUMENT.uri,
        {"line": position.line, "character": position.character},
    ]
    found = await client.workspace_execute_command_async(
        types.ExecuteCommandParams("llmspell.server.evaluatable", arguments)
    )
    assert found == {
        "range": {"start": {"line": 0, "character": 6}, "end": {"line": 0, "character": 9}},
        "expression": "a.b",
    }
