"""What the runtime would refuse is told while it is written, and the configuration can allow it."""

from __future__ import annotations

from pathlib import Path

import pytest
from lsprotocol import types
from pytest_lsp import LanguageClient

pytestmark = pytest.mark.asyncio


async def told(client: LanguageClient, folder: Path, source: str) -> list[types.Diagnostic]:
    """What is not permitted in a spell of a folder."""
    found = await all_told(client, folder, source)
    return [each for each in found if each.code == "not-permitted"]


async def all_told(client: LanguageClient, folder: Path, source: str) -> list[types.Diagnostic]:
    """All that is told of a spell of a folder."""
    uri = (folder / "spell.lua").as_uri()
    item = types.TextDocumentItem(uri, "lua", 1, source)
    client.text_document_did_open(types.DidOpenTextDocumentParams(item))
    return await reported(client, folder)


async def reported(client: LanguageClient, folder: Path) -> list[types.Diagnostic]:
    """The same for a spell that is open."""
    uri = (folder / "spell.lua").as_uri()
    report = await client.text_document_diagnostic_async(
        types.DocumentDiagnosticParams(types.TextDocumentIdentifier(uri))
    )
    assert isinstance(report, types.RelatedFullDocumentDiagnosticReport)
    return list(report.items)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("os.execute('ls')", "runtime.security.allow_process_spawn"),
        ("io.popen('ls')", "runtime.security.allow_process_spawn"),
        ("io.open('/etc/passwd')", "allowed_paths"),
        ("local open = io.open\nopen('/etc/passwd')", "allowed_paths"),
        ("debug.getupvalue(print, 1)", "runtime.security.level"),
        ("debug.getregistry()", "no `debug.getregistry`"),
        ("io.open('/srv/x', 'w')", "may not be written"),
        ("os.remove('/srv/x')", "may not be written"),
        ("print(os.getenv('API_TOKEN'))", "allowed_env_vars"),
        (
            "Tool.execute('file-operations', { operation = 'read', path = '/etc/passwd' })",
            "allowed_paths",
        ),
        (
            "Tool.execute('base64_encoder', { operation = 'encode', input_file = '/etc/passwd' })",
            "allowed_paths",
        ),
    ],
)
async def test_what_is_refused(
    client: LanguageClient, tmp_path: Path, source: str, words: str
) -> None:
    (found,) = await told(client, tmp_path, source)
    assert words in found.message


@pytest.mark.parametrize(
    "source",
    [
        "io.open('notes.txt', 'w')",
        "print(os.getenv('HOME'))",
        "local io = { open = print }\nio.open('/etc/passwd')",
        "io.open(path)",
        "os.time()",
        "Tool.execute('file-operations', { operation = 'read', path = 'notes.txt' })",
        "Tool.execute('file-operations', { operation = 'write', path = 'x', input = '/etc/x' })",
    ],
)
async def test_what_is_allowed(client: LanguageClient, tmp_path: Path, source: str) -> None:
    assert await told(client, tmp_path, source) == []


async def test_the_level_of_the_project_counts(client: LanguageClient, tmp_path: Path) -> None:
    (tmp_path / "llmspell.toml").write_text('[security]\nlevel = "safe"\n')
    (found,) = await told(client, tmp_path, "io.open('notes.txt', 'w')")
    assert "safe" in found.message


async def test_a_fix_adds_the_folder_to_the_configuration(
    client: LanguageClient, tmp_path: Path
) -> None:
    configuration = tmp_path / "llmspell.toml"
    configuration.write_text('[tools.file_operations]\nallowed_paths = ["/data"] # ours\n')
    (found,) = await told(client, tmp_path, "io.open('/srv/logs/x')")
    identifier = types.TextDocumentIdentifier((tmp_path / "spell.lua").as_uri())
    offered = await client.text_document_code_action_async(
        types.CodeActionParams(identifier, found.range, types.CodeActionContext([found]))
    )
    edits = [
        each.edit.changes[configuration.as_uri()]
        for each in offered or ()
        if isinstance(each, types.CodeAction) and each.edit and each.edit.changes
        if configuration.as_uri() in each.edit.changes
    ]
    ((edit,),) = edits
    assert "/srv/logs" in edit.new_text


async def test_the_same_fix_allows_a_path_that_a_tool_is_given(
    client: LanguageClient, tmp_path: Path
) -> None:
    configuration = tmp_path / "llmspell.toml"
    configuration.write_text('[tools.file_operations]\nallowed_paths = ["/data"]\n')
    source = "Tool.execute('file-operations', { operation = 'read', path = '/srv/logs/x' })"
    (found,) = await told(client, tmp_path, source)
    assert found.data == {"key": "tools.file_operations.allowed_paths", "value": "/srv/logs"}


@pytest.mark.parametrize(
    "comment",
    [
        "--- @diagnostic disable-line: not-permitted",
        "---@diagnostic disable-line: not-permitted, unknown-config-path",
    ],
)
async def test_a_comment_switches_it_off(
    client: LanguageClient, tmp_path: Path, comment: str
) -> None:
    assert await all_told(client, tmp_path, f"os.execute('ls') {comment}\n") == []


async def test_settings_grade_it(client: LanguageClient, tmp_path: Path) -> None:
    settings = '{ "diagnostics.severity": { "not-permitted": "Error" } }'
    (tmp_path / ".luarc.json").write_text(settings)
    client.workspace_did_change_workspace_folders(
        types.DidChangeWorkspaceFoldersParams(
            types.WorkspaceFoldersChangeEvent([types.WorkspaceFolder(tmp_path.as_uri(), "x")], [])
        )
    )
    (found,) = await told(client, tmp_path, "os.execute('ls')")
    assert found.severity == types.DiagnosticSeverity.Error


async def test_a_change_of_the_configuration_counts(client: LanguageClient, tmp_path: Path) -> None:
    configuration = tmp_path / "llmspell.toml"
    configuration.write_text('[security]\nlevel = "safe"\n')
    assert len(await told(client, tmp_path, "print(io.open('notes.txt', 'w'))")) == 1
    configuration.write_text('[security]\nlevel = "standard"\n')
    event = types.FileEvent(configuration.as_uri(), types.FileChangeType.Changed)
    client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([event]))
    assert await reported(client, tmp_path) == []
