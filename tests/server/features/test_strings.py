"""Strings of known kinds through a real server."""

from __future__ import annotations

from pathlib import Path

import pytest
from lsprotocol import types
from pytest_lsp import LanguageClient

from tests.server.opening import edits_of, open_at, problems

pytestmark = pytest.mark.asyncio


async def labels(client: LanguageClient, path: Path, marked: str) -> set[str]:
    document, position = open_at(client, path, marked)
    found = await client.text_document_completion_async(types.CompletionParams(document, position))
    assert isinstance(found, types.CompletionList)
    return {item.label for item in found.items}


async def test_modules_beside_the_script(client: LanguageClient, tmp_path: Path) -> None:
    (tmp_path / "greeting.lua").touch()
    assert "greeting" in await labels(client, tmp_path / "main.lua", 'require "|"')


async def test_types_of_events_that_the_script_publishes(
    client: LanguageClient, tmp_path: Path
) -> None:
    source = 'Event.publish("order.created", 1)\nEvent.subscribe("order.|")'
    assert "created" in await labels(client, tmp_path / "main.lua", source)


async def test_providers_of_the_configuration_on_the_disk(
    client: LanguageClient, tmp_path: Path
) -> None:
    (tmp_path / "llmspell.toml").write_text("[providers.house]\n")
    assert "house" in await labels(client, tmp_path / "main.lua", 'Config.getProvider("|")')


async def test_kinds_of_the_configuration_in_the_editor(
    client: LanguageClient, tmp_path: Path
) -> None:
    toml = '[kinds.event-type]\nvalues = { "tea.ready" = "drink it" }\n'
    item = types.TextDocumentItem((tmp_path / "llmspell.toml").as_uri(), "toml", 1, toml)
    client.text_document_did_open(types.DidOpenTextDocumentParams(item))
    assert "tea" in await labels(client, tmp_path / "main.lua", 'Event.publish("|")')


async def test_hover_explains_a_string(client: LanguageClient, tmp_path: Path) -> None:
    document, position = open_at(client, tmp_path / "a.lua", 'Config.get("tools.sys|tem.enabled")')
    found = await client.text_document_hover_async(types.HoverParams(document, position))
    assert found is not None and isinstance(found.contents, types.MarkupContent)
    assert "Whether process and environment tools are there." in found.contents.value


@pytest.mark.parametrize(
    ("marked", "code", "near"),
    [
        ('print(Config.get("tools.sytem"))|', "unknown-config-path", "system"),
        ('State.save("golbal", "k", 1)|', "unknown-state-scope", "global"),
    ],
)
async def test_a_string_that_is_wrong_is_a_diagnostic(
    client: LanguageClient, tmp_path: Path, marked: str, code: str, near: str
) -> None:
    document, _ = open_at(client, tmp_path / "a.lua", marked)
    (problem,) = await problems(client, document)
    assert problem.code == code
    assert problem.data == {"near": [near]}


async def test_a_file_is_a_link(client: LanguageClient, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").touch()
    document, _ = open_at(client, tmp_path / "main.lua", 'io.open("notes.txt")|')
    links = await client.text_document_document_link_async(types.DocumentLinkParams(document))
    assert [each.target for each in links or ()] == [(tmp_path / "notes.txt").as_uri()]


ORDERS = 'Event.publish("order.created", 1)\nEvent.subscribe("order.cr|eated")\n'


def spans(found: object) -> list[tuple[int, int]]:
    """Where places begin, which are links for clients that know these."""
    assert isinstance(found, (list, tuple))
    ranges = [
        each.target_selection_range if isinstance(each, types.LocationLink) else each.range
        for each in found
    ]
    return [(each.start.line, each.start.character) for each in ranges]


async def test_the_type_of_an_event_is_defined_where_it_is_published(
    client: LanguageClient, tmp_path: Path
) -> None:
    document, position = open_at(client, tmp_path / "main.lua", ORDERS)
    params = types.DefinitionParams(document, position)
    assert spans(await client.text_document_definition_async(params)) == [(0, 15)]


async def test_the_uses_of_the_type_of_an_event(client: LanguageClient, tmp_path: Path) -> None:
    document, position = open_at(client, tmp_path / "main.lua", ORDERS)
    params = types.ReferenceParams(types.ReferenceContext(True), document, position)
    assert spans(await client.text_document_references_async(params)) == [(0, 15), (1, 17)]


async def test_the_type_of_an_event_is_renamed(client: LanguageClient, tmp_path: Path) -> None:
    document, position = open_at(client, tmp_path / "main.lua", ORDERS)
    prepared = await client.text_document_prepare_rename_async(
        types.PrepareRenameParams(document, position)
    )
    assert isinstance(prepared, types.PrepareRenamePlaceholder)
    assert prepared.placeholder == "order.created"
    edit = await client.text_document_rename_async(
        types.RenameParams(document, position, "order.new")
    )
    starts = [each.start for each, _ in edits_of(edit, document.uri)]
    assert starts == [types.Position(0, 15), types.Position(1, 17)]


async def test_a_setting_is_defined_in_the_configuration(
    client: LanguageClient, tmp_path: Path
) -> None:
    (tmp_path / "llmspell.toml").write_text("[tools.system]\nenabled = true\n")
    source = 'Config.get("tools.system.enab|led")'
    document, position = open_at(client, tmp_path / "main.lua", source)
    params = types.DefinitionParams(document, position)
    assert spans(await client.text_document_definition_async(params)) == [(1, 0)]


@pytest.mark.parametrize(
    "source",
    [
        'Debug.addAdvancedFilter("x", "wildcrd", true)|',
        '---@type llmspell.FilterKind\nlocal kind = "wildcrd"|\nprint(kind)',
    ],
)
async def test_what_type_and_kind_refuse_is_told_once(
    client: LanguageClient, tmp_path: Path, source: str
) -> None:
    document, _ = open_at(client, tmp_path / "a.lua", source)
    assert [each.code for each in await problems(client, document)] == ["unknown-filter-kind"]


async def test_a_module_is_found_by_another_name_of_require(
    client: LanguageClient, tmp_path: Path
) -> None:
    (tmp_path / "lib.lua").write_text("return {}\n")
    source = 'local load_module = require\nload_module("li|b")'
    document, position = open_at(client, tmp_path / "main.lua", source)
    found = await client.text_document_definition_async(types.DefinitionParams(document, position))
    assert isinstance(found, list)
    uris = [each.target_uri if isinstance(each, types.LocationLink) else each.uri for each in found]
    assert uris == [(tmp_path / "lib.lua").as_uri()]


async def test_a_misspelt_string_is_put_right(client: LanguageClient, tmp_path: Path) -> None:
    document, _ = open_at(client, tmp_path / "a.lua", 'Debug.log("wran", "x")|')
    (problem,) = await problems(client, document)
    actions = await client.text_document_code_action_async(
        types.CodeActionParams(document, problem.range, types.CodeActionContext([problem]))
    )
    fix = next(each for each in actions or () if isinstance(each, types.CodeAction))
    if fix.edit is None:  # the client asks for it when the user has chosen
        fix = await client.code_action_resolve_async(fix)
    assert edits_of(fix.edit, document.uri) == [(problem.range, "warn")]
