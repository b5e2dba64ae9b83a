"""textDocument/signatureHelp."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from llmspell_server.analysis.signature import Signature, active_call

from .markup import markdown, suited

if TYPE_CHECKING:
    from llmspell_server.server import SpellServer

_FORMAT = "signature_help.signature_information.documentation_format"


def register(server: SpellServer) -> None:
    """Makes the server answer."""
    options = types.SignatureHelpOptions(trigger_characters=["(", ","], retrigger_characters=[")"])
    server.feature(types.TEXT_DOCUMENT_SIGNATURE_HELP, options)(signature_help)


def signature_help(
    ls: SpellServer, params: types.SignatureHelpParams
) -> types.SignatureHelp | None:
    """The parameters of the call that holds the cursor."""
    subject = ls.subject(params.text_document.uri, params.position)
    if subject is None:
        return None
    found = active_call(subject)
    ls.guess_on(subject.document)
    if found is None:
        return None
    signatures = [_signature(ls, each) for each in found.signatures]
    return types.SignatureHelp(signatures, found.active, found.signatures[found.active].parameter)


def _signature(ls: SpellServer, signature: Signature) -> types.SignatureInformation:
    def shown(text: str) -> types.MarkupContent | str | None:
        return suited(markdown(text), ls, _FORMAT) if text else None

    return types.SignatureInformation(
        label=signature.label,
        documentation=shown(signature.text),
        parameters=[
            types.ParameterInformation(place, shown(text)) for place, text in signature.parameters
        ],
        active_parameter=signature.parameter,
    )
