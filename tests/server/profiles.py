"""What real clients say that they can do: the capability files of pytest-lsp."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest
from lsprotocol import types
from lsprotocol.converters import get_converter
from pytest_lsp import ClientServerConfig, LanguageClient, client_capabilities

from llmspell_server.analysis.text import Units
from tests.server import sent
from tests.server.fork_server import COMMAND

PROFILES = ("visual_studio_code", "neovim", "emacs")
BARE = "bare"
"""No real client: says only what a test has it say."""

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

_ASKED = (
    types.CLIENT_REGISTER_CAPABILITY,
    types.CLIENT_UNREGISTER_CAPABILITY,
    types.WORKSPACE_CODE_LENS_REFRESH,
    types.WORKSPACE_INLAY_HINT_REFRESH,
    types.WORKSPACE_SEMANTIC_TOKENS_REFRESH,
)


def reason_for_one(test: pytest.Item) -> str | None:
    """Why a test runs as one client only, where it or its module says that."""
    mark = test.get_closest_marker("one_client")
    if mark is None:
        return None
    (reason,) = mark.args
    return str(reason)


def accounted(test: pytest.Item) -> bool:
    """Whether a test runs as each client, or says why it does not."""
    return reason_for_one(test) is not None or (
        hasattr(test, "callspec") and "profile" in test.callspec.params
    )


def capabilities_of(profile: str) -> dict[str, Any]:
    """The capabilities of a client, as JSON has them."""
    if profile == BARE:
        return {}
    said: dict[str, Any] = get_converter().unstructure(client_capabilities(profile))
    return said


def merged(profile: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    """What a client says, with what a test needs of every client."""
    found = dict(profile)
    for key, value in more.items():
        before = found.get(key)
        both = isinstance(before, Mapping) and isinstance(value, Mapping)
        found[key] = merged(before, value) if both else value  # type: ignore[arg-type]
    return found


async def begin(client: LanguageClient, profile: str, **params: Any) -> None:
    """Begins a session of a client that agrees to all that the server asks."""
    capabilities = _SHOWS_MARKDOWN if profile == BARE else client_capabilities(profile)
    for method in _ASKED:
        client.feature(method)(_agrees)
    sent.watch(client)
    result = await client.initialize_session(types.InitializeParams(capabilities, **params))
    client.units = str(result.capabilities.position_encoding)  # type: ignore[attr-defined]


@asynccontextmanager
async def session(profile: str, **params: Any) -> AsyncIterator[LanguageClient]:
    """A client of a server of its own, for as long as the block runs."""
    client = await ClientServerConfig(server_command=COMMAND).start()
    assert isinstance(client, LanguageClient)
    await begin(client, profile, **params)
    yield client
    await client.shutdown_session()
    await client.stop()  # type: ignore[no-untyped-call]


def units_of(client: LanguageClient) -> Units:
    """What the columns of a session count."""
    units: Units = client.units  # type: ignore[attr-defined]
    return units


def _agrees(*_: object) -> None:
    """What every client answers to a request that has no result."""
