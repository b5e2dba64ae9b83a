"""`llmspell.toml` through a real server."""

from __future__ import annotations

from pathlib import Path

import pytest
from lsprotocol import types
from pytest_lsp import LanguageClient

from tests.server.opening import edits_of, open_at, problems

pytestmark = pytest.mark.asyncio


@pytest.mark.parametrize("language", ["toml", "plaintext"])
async def test_keys_are_completed(client: LanguageClient, tmp_path: Path, language: str) -> None:
    path = tmp_path / "llmspell.toml"
    document, position = open_at(client, path, "[tools.system]\nal|", language)
    found = await client.text_document_completion_async(types.CompletionParams(document, position))
    assert isinstance(found, types.CompletionList)
    assert "allowed_commands" in {item.label for item in found.items}


async def test_keys_are_explained(client: LanguageClient, tmp_path: Path) -> None:
    document, position = open_at(client, tmp_path / "llmspell.toml", "[debug]\nlev|el = 'info'")
    found = await client.text_document_hover_async(types.HoverParams(document, position))
    assert found is not None and isinstance(found.contents, types.MarkupContent)
    assert "`LLMSPELL_DEBUG_LEVEL`" in found.contents.value
    assert "docs/configuration.md" in found.contents.value


async def test_problems_are_found_and_fixed(client: LanguageClient, tmp_path: Path) -> None:
    document, _ = open_at(client, tmp_path / "llmspell.toml", "[debug]\nlevl = 'info'|\n")
    (problem,) = await problems(client, document)
    assert problem.message == "unknown key, ignored; did you mean 'level'?"
    actions = await client.text_document_code_action_async(
        types.CodeActionParams(document, problem.range, types.CodeActionContext([problem]))
    )
    (action,) = actions or ()
    assert isinstance(action, types.CodeAction)
    assert edits_of(action.edit, document.uri) == [(problem.range, "level")]


async def test_a_file_that_is_extended_counts(client: LanguageClient, tmp_path: Path) -> None:
    (tmp_path / "base.toml").write_text("[providers.mine]\napi_key = 'k'\n")
    source = "extends = 'base.toml'\n[providers]\ndefault_provider = 'mine'|\n"
    document, _ = open_at(client, tmp_path / "llmspell.toml", source)
    assert not await problems(client, document)


async def test_symbols_folds_and_links(client: LanguageClient, tmp_path: Path) -> None:
    (tmp_path / "base.toml").touch()
    source = "extends = 'base.toml'\n[tools.system]\nenabled = true|\n"
    document, _ = open_at(client, tmp_path / "llmspell.toml", source)
    symbols = await client.text_document_document_symbol_async(types.DocumentSymbolParams(document))
    assert [each.name for each in symbols or ()] == ["extends", "tools.system"]
    folds = await client.text_document_folding_range_async(types.FoldingRangeParams(document))
    assert [(each.start_line, each.end_line) for each in folds or ()] == [(1, 2)]
    links = await client.text_document_document_link_async(types.DocumentLinkParams(document))
    targets = [str(each.target) for each in links or ()]
    assert targets[0] == (tmp_path / "base.toml").as_uri()
    assert targets[1].endswith("/docs/configuration.md#toolssystem")


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ('extends = "|"', {"base.toml", "shared"}),
        ('extends = "shared/|"', {"more.toml"}),
        ('[tools.file_operations]\nallowed_paths = ["|"]', {"base.toml", "notes.txt", "shared"}),
        ('[tools.file_operations]\nallowed_paths = ["a", "sha|red"]', {"shared"}),
        ('[profiles.fast]\nextends = "|"', set()),
    ],
)
async def test_files_are_offered_where_settings_name_them(
    client: LanguageClient, tmp_path: Path, marked: str, expected: set[str]
) -> None:
    (tmp_path / "shared").mkdir()
    for name in ("base.toml", "notes.txt", "shared/more.toml"):
        (tmp_path / name).touch()
    document, position = open_at(client, tmp_path / "llmspell.toml", marked)
    found = await client.text_document_completion_async(types.CompletionParams(document, position))
    assert isinstance(found, types.CompletionList)
    assert expected <= {item.label for item in found.items}
    files = (types.CompletionItemKind.File, types.CompletionItemKind.Folder)
    assert bool(expected) == any(item.kind in files for item in found.items)


async def test_kinds_of_strings_are_offered(client: LanguageClient, tmp_path: Path) -> None:
    document, position = open_at(client, tmp_path / "llmspell.toml", "[kinds.|]")
    found = await client.text_document_completion_async(types.CompletionParams(document, position))
    assert isinstance(found, types.CompletionList)
    assert {"event-type", "state-scope"} <= {item.label for item in found.items}


@pytest.mark.parametrize("value", ["'|'", "|", "'op|"])
async def test_values_of_the_kind_of_a_setting_are_offered(
    client: LanguageClient, tmp_path: Path, value: str
) -> None:
    source = f"[providers.mine]\nprovider_type = {value}"
    document, position = open_at(client, tmp_path / "llmspell.toml", source)
    found = await client.text_document_completion_async(types.CompletionParams(document, position))
    assert isinstance(found, types.CompletionList)
    assert {'"openai"', '"anthropic"'} <= {each.label for each in found.items}


@pytest.mark.parametrize(
    ("marked", "page"),
    [
        ("[tools.file_op|erations]", "configuration.md#toolsfile_operations"),
        ("[providers.mine]\nbase_|url = 'x'", "configuration.md#providersname"),
        ("[profiles.fast.debug]\nlev|el = 'info'", "configuration.md#debug"),
        ("[kinds.event-ty|pe]", "string-kinds.md"),
    ],
)
async def test_what_is_explained_links_to_its_part_of_the_documentation(
    client: LanguageClient, tmp_path: Path, marked: str, page: str
) -> None:
    document, position = open_at(client, tmp_path / "llmspell.toml", marked)
    found = await client.text_document_hover_async(types.HoverParams(document, position))
    assert found is not None and isinstance(found.contents, types.MarkupContent)
    assert f"docs/{page})" in found.contents.value


async def test_other_toml_is_left_alone(client: LanguageClient, tmp_path: Path) -> None:
    document, position = open_at(client, tmp_path / "pyproject.toml", "[|")
    params = types.CompletionParams(document, position)
    assert await client.text_document_completion_async(params) is None
    symbols = types.DocumentSymbolParams(document)
    assert await client.text_document_document_symbol_async(symbols) is None
