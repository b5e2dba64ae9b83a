"""Asks a client to ask again for what it shows, where it lets servers do that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.capabilities import get_capability

if TYPE_CHECKING:
    from .server import SpellServer

_VIEWS = {
    "workspace.semantic_tokens": types.WORKSPACE_SEMANTIC_TOKENS_REFRESH,
    "workspace.inlay_hint": types.WORKSPACE_INLAY_HINT_REFRESH,
    "workspace.code_lens": types.WORKSPACE_CODE_LENS_REFRESH,
}


def refresh_views(server: SpellServer) -> None:
    """Colours, hints and lenses may be others now, though no document was edited."""
    for capability, method in _VIEWS.items():
        supported = f"{capability}.refresh_support"
        if get_capability(server.client_capabilities, supported, False):
            server.protocol.send_request(method, None)
