"""What the server says that it can do: what has a handler, and nothing else."""

from __future__ import annotations

from collections.abc import Container

from lsprotocol import types
from pygls.capabilities import get_capability
from pygls.feature_manager import FeatureManager


def complete_capabilities(
    capabilities: types.ServerCapabilities,
    client: types.ClientCapabilities,
    features: FeatureManager,
) -> None:
    """Puts right what pygls derives from the registered features."""
    handled = features.features
    if not features.commands:
        capabilities.execute_command_provider = None
    _with_resolving(capabilities, client, handled)
    ranges = get_capability(client, "text_document.range_formatting.ranges_support", False)
    if ranges and types.TEXT_DOCUMENT_RANGES_FORMATTING in handled:
        capabilities.document_range_formatting_provider = types.DocumentRangeFormattingOptions(
            ranges_support=True
        )
    workspace = capabilities.workspace
    if workspace is not None and workspace.file_operations == types.FileOperationOptions():
        workspace.file_operations = None


def _with_resolving(
    capabilities: types.ServerCapabilities,
    client: types.ClientCapabilities,
    handled: Container[str],
) -> None:
    """The flags that pygls leaves to the options of a feature."""
    if capabilities.completion_provider is not None:
        resolves = types.COMPLETION_ITEM_RESOLVE in handled
        capabilities.completion_provider.resolve_provider = resolves or None
    actions = capabilities.code_action_provider
    if not actions or types.CODE_ACTION_RESOLVE not in handled:
        return
    if get_capability(client, "text_document.code_action.resolve_support", None) is not None:
        if actions is True:
            actions = types.CodeActionOptions()
        actions.resolve_provider = True
        capabilities.code_action_provider = actions
