"""textDocument/signatureHelp."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from llmspell_server.analysis.signature import active_call

from .markup import documentation

if TYPE_CHECKING:
    from llmspell_server.server import SpellServer


def register(server: SpellServer) -> None:
    """Makes the server answer."""
    options = types.SignatureHelpOptions(trigger_characters=["(", ","])
    server.feature(types.TEXT_DOCUMENT_SIGNATURE_HELP, options)(signature_help)


def signature_help(
    ls: SpellServer, params: types.SignatureHelpParams
) -> types.SignatureHelp | None:
    """The parameters of the call that holds the cursor."""
    document = ls.lua_document(params.text_document.uri)
    if document is None:
        return None
    found = active_call(document.text, document.offset(params.position), ls.api)
    if found is None:
        return None
    parameters = [
        types.ParameterInformation(label=parameter.label, documentation=parameter.description)
        for parameter in found.symbol.parameters or ()
    ]
    signature = types.SignatureInformation(
        label=found.symbol.signature,
        documentation=documentation(found.symbol, ls.api),
        parameters=parameters,
    )
    return types.SignatureHelp([signature], 0, found.parameter)
