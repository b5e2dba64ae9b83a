"""What the runtime would refuse is told while it is written, and the configuration can allow it."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
from lsprotocol import types
from pytest_lsp import LanguageClient

from llmspell.security.commands import ALLOWED
from tests.server.opening import edits_of

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
        (
            "Tool.execute('http-requester', { url = 'http://169.254.169.254/' })",
            "`tools.http_request.allowed_hosts`",
        ),
        (
            "Tool.execute('web-scraper', { input = 'http://localhost:8080/' })",
            "`tools.web_tools.allowed_domains`",
        ),
        (
            "Tool.execute('http-requester', { url = 'https://example.org:22/' })",
            "port 22",
        ),
        ("Tool.execute('service-checker', { target = '10.0.0.1:22' })", "private"),
        ("Tool.execute('service-checker', { target = '[::1]:80' })", "loopback"),
        (
            "Tool['process-executor']:execute({ executable = 'curl' })",
            "`tools.system.allowed_commands`",
        ),
        (
            "Tool.batch({ { tool = 'graphql-query', params = { endpoint = 'http://localhost/' } } })",
            "`tools.http_request.allowed_hosts`",
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
        "Tool.execute('http-requester', { url = 'https://example.org/' })",
        "Tool.execute('http-requester', { url = 'localhost' })",
        "Tool.execute('url-analyzer', { input = 'http://localhost/' })",
        "Tool.execute('feed-reader', { input = '<rss xmlns=\"http://localhost/\"/>' })",
        "Tool.execute('service-checker', { target = 'example.org:443' })",
        "Tool.execute('process-executor', { executable = 'ls' })",
        "print(pcall(Tool.execute, 'process-executor', { executable = 'rm' }))",
        "print(pcall(io.open, '/etc/passwd'))",
    ],
)
async def test_what_is_allowed(client: LanguageClient, tmp_path: Path, source: str) -> None:
    assert await told(client, tmp_path, source) == []


@pytest.mark.parametrize(
    "recipients",
    [
        "to = 'ada@example.org, Bo <bo@elsewhere.org>'",
        "to = { 'ada@example.org', 'bo@elsewhere.org' }",
        "to = 'ada@example.org', cc = 'bo@elsewhere.org'",
        "to = 'ada@example.org', bcc = { 'bo@elsewhere.org' }",
    ],
)
async def test_mail_to_strangers_is_told_and_can_be_allowed(
    client: LanguageClient, tmp_path: Path, recipients: str
) -> None:
    allowed = '[tools.email]\nallowed_recipients = ["*@example.org"]\n'
    (tmp_path / "llmspell.toml").write_text(allowed)
    source = f"Tool.execute('email-sender', {{ subject = 's', body = 'b', {recipients} }})"
    (found,) = await told(client, tmp_path, source)
    assert "'bo@elsewhere.org'" in found.message
    assert found.data is not None
    assert found.data["key"] == "tools.email.allowed_recipients"
    assert found.data["value"] == "bo@elsewhere.org"


async def test_mail_is_allowed_to_who_is_named_and_to_all_where_nobody_is(
    client: LanguageClient, tmp_path: Path
) -> None:
    source = (
        "Tool.execute('email-sender', { to = 'bo@elsewhere.org', subject = 's', body = 'b',"
        " reply_to = 'eve@elsewhere.org' })"
    )
    assert await told(client, tmp_path, source) == []
    allowed = '[tools.email]\nallowed_recipients = ["bo@elsewhere.org"]\n'
    (tmp_path / "llmspell.toml").write_text(allowed)
    assert await reported(client, tmp_path) == []


async def test_a_file_that_is_attached_is_judged(client: LanguageClient, tmp_path: Path) -> None:
    source = (
        "Tool.execute('email-sender', { to = 'a@example.org', subject = 's', body = 'b',"
        " attachments = { '/etc/passwd' } })"
    )
    (found,) = await told(client, tmp_path, source)
    assert "allowed_paths" in found.message


async def test_the_level_of_the_project_counts(client: LanguageClient, tmp_path: Path) -> None:
    (tmp_path / "llmspell.toml").write_text('[security]\nlevel = "safe"\n')
    (found,) = await told(client, tmp_path, "io.open('notes.txt', 'w')")
    assert "safe" in found.message


async def test_what_a_project_allows_in_vain_is_said_to_need_trust(
    client: LanguageClient, tmp_path: Path
) -> None:
    (tmp_path / "llmspell.toml").write_text('[tools.file_operations]\nallowed_paths = ["/srv"]\n')
    (found,) = await told(client, tmp_path, "io.open('/srv/x')\nio.open('notes.txt')")
    assert "llmspell config trust" in found.message


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
    (changed,) = [
        text
        for each in offered or ()
        if isinstance(each, types.CodeAction) and each.edit
        for _, text in edits_of(each.edit, configuration.as_uri())
    ]
    assert "/srv/logs" in changed


async def test_the_same_fix_allows_a_path_that_a_tool_is_given(
    client: LanguageClient, tmp_path: Path
) -> None:
    configuration = tmp_path / "llmspell.toml"
    configuration.write_text('[tools.file_operations]\nallowed_paths = ["/data"]\n')
    source = "Tool.execute('file-operations', { operation = 'read', path = '/srv/logs/x' })"
    (found,) = await told(client, tmp_path, source)
    assert found.data is not None
    assert found.data["key"] == "tools.file_operations.allowed_paths"
    assert found.data["value"] == "/srv/logs"


async def written_by_the_fix(
    client: LanguageClient, project: Path, spell: str, source: str
) -> list[str]:
    """The lines that the fix of what a spell of a project is refused writes."""
    uri = (project / spell).as_uri()
    item = types.TextDocumentItem(uri, "lua", 1, source)
    client.text_document_did_open(types.DidOpenTextDocumentParams(item))
    identifier = types.TextDocumentIdentifier(uri)
    report = await client.text_document_diagnostic_async(types.DocumentDiagnosticParams(identifier))
    assert isinstance(report, types.RelatedFullDocumentDiagnosticReport)
    (found,) = (each for each in report.items if each.code == "not-permitted")
    offered = await client.text_document_code_action_async(
        types.CodeActionParams(identifier, found.range, types.CodeActionContext([found]))
    )
    return [
        text
        for each in offered or ()
        if isinstance(each, types.CodeAction) and each.edit
        for _, text in edits_of(each.edit, (project / "llmspell.toml").as_uri())
    ]


async def fixed(client: LanguageClient, project: Path, source: str) -> types.WorkspaceEdit | None:
    """What the fix of what a spell is refused changes, if there is one."""
    (found,) = await told(client, project, source)
    identifier = types.TextDocumentIdentifier((project / "spell.lua").as_uri())
    offered = await client.text_document_code_action_async(
        types.CodeActionParams(identifier, found.range, types.CodeActionContext([found]))
    )
    edits = [
        each.edit
        for each in offered or ()
        if isinstance(each, types.CodeAction) and each.edit and "llmspell.toml" in each.title
    ]
    return edits[0] if edits else None


async def test_a_fix_makes_the_configuration_where_clients_can(
    client: LanguageClient, tmp_path: Path
) -> None:
    edit = await fixed(client, tmp_path, "io.open('/srv/logs/x')")
    assert client.capabilities is not None
    workspace = client.capabilities.workspace
    can = (workspace and workspace.workspace_edit) or types.WorkspaceEditClientCapabilities()
    if types.ResourceOperationKind.Create not in (can.resource_operations or ()):
        assert edit is None
        return
    assert edit is not None
    assert edit.document_changes is not None
    uri = (tmp_path / "llmspell.toml").as_uri()
    made = edit.document_changes[0]
    assert isinstance(made, types.CreateFile)
    assert made.uri == uri
    ((_, text),) = edits_of(edit, uri)
    assert "/srv/logs" in tomllib.loads(text)["tools"]["file_operations"]["allowed_paths"]


async def test_a_fix_is_about_the_version_that_is_open(
    client: LanguageClient, tmp_path: Path
) -> None:
    configuration = tmp_path / "llmspell.toml"
    configuration.write_text("")
    _open_configuration(client, configuration, "# not saved\n")
    edit = await fixed(client, tmp_path, "io.open('/srv/logs/x')")
    assert edit is not None
    ((place, _),) = edits_of(edit, configuration.as_uri())
    assert place.start == types.Position(1, 0)
    for each in edit.document_changes or ():
        assert isinstance(each, types.TextDocumentEdit)
        assert each.text_document.version == 1


async def test_a_fix_writes_the_line_breaks_of_the_file(
    client: LanguageClient, tmp_path: Path
) -> None:
    configuration = tmp_path / "llmspell.toml"
    configuration.write_bytes(
        b'[tools.file_operations]\r\nallowed_paths = [\r\n  "/data", # ours\r\n]\r\n'
    )
    edit = await fixed(client, tmp_path, "io.open('/srv/logs/x')")
    ((place, text),) = edits_of(edit, configuration.as_uri())
    assert place.start == types.Position(2, 17)
    assert text == '\r\n  "/srv/logs",'


async def test_the_folders_that_are_allowed_without_a_list_stay_allowed(
    client: LanguageClient, tmp_path: Path
) -> None:
    (tmp_path / "llmspell.toml").write_text("")
    (text,) = await written_by_the_fix(client, tmp_path, "spell.lua", "io.open('/srv/logs/x')")
    (names,) = tomllib.loads(text)["tools"].values()
    assert names["allowed_paths"][0] == "."
    assert names["allowed_paths"][-1] == "/srv/logs"
    assert "/tmp" in names["allowed_paths"]


async def test_a_folder_of_the_project_is_named_from_the_project_on(
    client: LanguageClient, tmp_path: Path
) -> None:
    configuration = tmp_path / "llmspell.toml"
    configuration.write_text('[tools.file_operations]\nallowed_paths = ["data"]\n')
    source = "print(io.open('data/x', 'w'), io.open('out/logs/../x', 'w'))"
    (text,) = await written_by_the_fix(client, tmp_path, "spells/spell.lua", source)
    assert text == ', "out"'


async def test_a_folder_itself_is_named_where_a_path_is_one(
    client: LanguageClient, tmp_path: Path
) -> None:
    configuration = tmp_path / "llmspell.toml"
    configuration.write_text('[tools.file_operations]\nallowed_paths = ["data"]\n')
    (tmp_path / "out").mkdir()
    source = "Tool.execute('file-operations', { operation = 'list', path = 'out' })"
    (text,) = await written_by_the_fix(client, tmp_path, "spells/spell.lua", source)
    assert text == ', "out"'


@pytest.mark.parametrize(
    ("source", "key", "listed"),
    [
        (
            "Tool.execute('http-requester', { url = 'http://localhost/' })",
            "[tools.http_request]",
            'allowed_hosts = ["*", "localhost"]',
        ),
        (
            "Tool.execute('process-executor', { executable = 'git' })",
            "[tools.system]",
            f"allowed_commands = {json.dumps([*sorted(ALLOWED), 'git'])}",
        ),
    ],
)
async def test_a_fix_keeps_what_is_allowed_without_a_list(
    client: LanguageClient, tmp_path: Path, source: str, key: str, listed: str
) -> None:
    (tmp_path / "llmspell.toml").write_text("")
    texts = await written_by_the_fix(client, tmp_path, "spell.lua", source)
    assert texts == [f"{key}\n{listed}\n"]


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


def _open_configuration(client: LanguageClient, path: Path, source: str) -> None:
    item = types.TextDocumentItem(path.as_uri(), "toml", 1, source)
    client.text_document_did_open(types.DidOpenTextDocumentParams(item))


def _write(client: LanguageClient, path: Path, version: int, source: str) -> None:
    client.text_document_did_change(
        types.DidChangeTextDocumentParams(
            types.VersionedTextDocumentIdentifier(version, path.as_uri()),
            [types.TextDocumentContentChangeWholeDocument(source)],
        )
    )


async def test_a_configuration_that_is_open_counts_before_it_is_saved(
    client: LanguageClient, tmp_path: Path
) -> None:
    configuration = tmp_path / "llmspell.toml"
    configuration.write_text('[security]\nlevel = "standard"\n')
    _open_configuration(client, configuration, '[security]\nlevel = "safe"\n')
    assert len(await told(client, tmp_path, "print(io.open('notes.txt', 'w'))")) == 1


async def test_a_configuration_that_is_not_on_the_disk_yet_counts(
    client: LanguageClient, tmp_path: Path
) -> None:
    configuration = tmp_path / "llmspell.toml"
    _open_configuration(client, configuration, '[security]\nlevel = "safe"\n')
    assert len(await told(client, tmp_path, "print(io.open('notes.txt', 'w'))")) == 1


async def test_what_was_allowed_stays_so_while_the_configuration_is_half_written(
    client: LanguageClient, tmp_path: Path
) -> None:
    configuration = tmp_path / "llmspell.toml"
    _open_configuration(client, configuration, '[security]\nlevel = "safe"\n')
    source = "print(io.open('notes.txt', 'w'))\n"
    assert len(await told(client, tmp_path, source)) == 1
    _write(client, configuration, 2, '[security]\nlevel = "safe"\n[tools')
    _write(client, tmp_path / "spell.lua", 2, f"{source}-- a")
    assert len(await reported(client, tmp_path)) == 1
    _write(client, configuration, 3, '[security]\nlevel = "standard"\n[tools]\n')
    _write(client, tmp_path / "spell.lua", 3, f"{source}-- b")
    assert await reported(client, tmp_path) == []
