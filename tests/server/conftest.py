"""Servers in processes of their own, and the parts of one for tests of the analysis."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_lsp
from lsprotocol import types
from pytest_lsp import ClientServerConfig, LanguageClient

from llmspell_server.analysis.api import Api
from llmspell_server.compiler import Compiler
from llmspell_server.library import load_api
from tests.server.raw import RawClient

SERVER = [sys.executable, "-m", "llmspell_server"]


@pytest.fixture
def raw() -> Iterator[RawClient]:
    """A server over standard input and output to which any message can be sent."""
    with RawClient.of_stdio(SERVER) as client:
        yield client


_FORMATS = [types.MarkupKind.Markdown]
_SHOWS_MARKDOWN = types.ClientCapabilities(
    text_document=types.TextDocumentClientCapabilities(
        hover=types.HoverClientCapabilities(content_format=_FORMATS),
        completion=types.CompletionClientCapabilities(
            completion_item=types.ClientCompletionItemOptions(documentation_format=_FORMATS)
        ),
        signature_help=types.SignatureHelpClientCapabilities(
            signature_information=types.ClientSignatureInformationOptions(
                documentation_format=_FORMATS
            )
        ),
    )
)


@pytest_lsp.fixture(config=ClientServerConfig(server_command=SERVER))  # type: ignore[untyped-decorator]
async def client(lsp_client: LanguageClient) -> AsyncIterator[None]:
    """A client that shows Markdown, and neither pulls diagnostics nor names position encodings."""
    await lsp_client.initialize_session(types.InitializeParams(_SHOWS_MARKDOWN))
    yield
    await lsp_client.shutdown_session()


@pytest.fixture(scope="session")
def api() -> Api:
    """What spells can call."""
    return load_api()


@pytest.fixture(scope="session")
def compiler() -> Iterator[Compiler]:
    """Lua's compiler."""
    compiler = Compiler()
    yield compiler
    compiler.close()
