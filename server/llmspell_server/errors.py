"""What went wrong, as a client is told: one sentence, and the code that LSP 3.17 has for it."""

from __future__ import annotations

import logging
import re

from cattrs import transform_error
from cattrs.errors import BaseValidationError
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from .analysis.pace import Cancelled
from .work.jobs import Stale

_CAMEL = re.compile(r"(?<=@ )\$\.([\w.\[\]]+)")  # `@ $.params.text_document`

logger = logging.getLogger(__name__)

# They tell a client by this code, and not by ContentModified, to ask again (LSP 3.17,
# "Pull Diagnostics").
_CANCELLED_BY_SERVER = frozenset({types.TEXT_DOCUMENT_DIAGNOSTIC, types.WORKSPACE_DIAGNOSTIC})


def error_of(method: str, reason: BaseException) -> types.ResponseError:
    """The answer to a request that has no result."""
    if isinstance(reason, Stale):
        if method in _CANCELLED_BY_SERVER:
            return types.ResponseError(
                types.LSPErrorCodes.ServerCancelled,
                "the document has changed meanwhile",
                types.DiagnosticServerCancellationData(retrigger_request=True),
            )
        return types.ResponseError(
            types.LSPErrorCodes.ContentModified, "the document has changed meanwhile"
        )
    if isinstance(reason, Cancelled):
        return types.ResponseError(types.LSPErrorCodes.RequestCancelled, f"{method} is cancelled")
    if isinstance(reason, JsonRpcException):
        return reason.to_response_error()
    return types.ResponseError(
        types.ErrorCodes.InternalError, f"{method} failed: {explanation_of(reason)}"
    )


def explanation_of(reason: BaseException) -> str:
    """A sentence about an error; the traceback goes to the server's own log."""
    if isinstance(reason, BaseValidationError):
        sentences = transform_error(reason, "$")
        return "; ".join(_CAMEL.sub(_camel, sentence) for sentence in sentences)
    logger.error("", exc_info=reason)
    return f"{type(reason).__name__}: {reason}"


def _camel(path: re.Match[str]) -> str:
    """A path as the message has it, not as its class has."""
    return re.sub("_([a-z])", lambda found: found[1].upper(), path[1])
