"""A session without a client: the same checks, for whoever has files and no editor."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Self

from lsprotocol import types

from .analysis.workspace.summary import Summary
from .diagnosing import Report
from .documents import Document, key_of
from .server import SpellServer

if TYPE_CHECKING:
    from .checking.trace import Trace

# Like a client that asks by itself: nothing is pushed, so nothing runs on the worker.
_CAPABILITIES = types.ClientCapabilities(
    text_document=types.TextDocumentClientCapabilities(
        diagnostic=types.DiagnosticClientCapabilities()
    ),
    general=types.GeneralClientCapabilities(position_encodings=[types.PositionEncodingKind.Utf32]),
)


class Headless:
    """A session over some folders. Columns count characters.

    closed: what is known of files that are only looked into, by their paths. trace: notes what is
    asked of others.
    """

    def __init__(
        self, folders: Sequence[Path], closed: Mapping[str, Summary], trace: Trace | None = None
    ) -> None:
        self._server = SpellServer()
        if trace is not None:
            self._server.spells.kinds.lookups = trace.lookups
            self._server.spells.kinds.folders = trace.folders
            self._server.rules.permitted = trace.permitted
        self._server.spells.kinds.lookups.changed = lambda: None  # `problems` looks again itself
        self._server.spells.kinds.remarking = False  # a program is not wrong for a machine's sake
        uris = [folder.resolve().as_uri() for folder in folders]
        named = [types.WorkspaceFolder(uri, uri.rpartition("/")[2]) for uri in uris]
        params = types.InitializeParams(
            _CAPABILITIES, root_uri=uris[0] if uris else None, workspace_folders=named
        )
        for _ in self._server.protocol.lsp_initialize(params):
            pass  # what the server does at its beginning is about clients
        self._server.configuration.without_client()
        self._server.know_definitions()
        summaries = {key_of(Path(path).as_uri()): found for path, found in closed.items()}
        self._server.closed_files.put(summaries)
        self._server.files.complete = True  # nothing is in the folders but what is given here

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.close()

    def problems(
        self, sources: Mapping[Path, str]
    ) -> Iterator[tuple[Path, list[types.Diagnostic]]]:
        """What is wrong with files, which are opened all together, in the order of their lines."""
        server = self._server
        opened = {path: path.resolve().as_uri() for path in sources}
        for path, uri in opened.items():
            item = types.TextDocumentItem(uri, "lua", 0, sources[path])
            server.workspace.put_text_document(item)
        for path, uri in opened.items():
            document = server.documents[key_of(uri)]
            report = self._report(document)
            yield path, sorted(report.items, key=_place)

    def _report(self, document: Document) -> Report:
        """The problems of a document, all answers of other processes awaited."""
        diagnosing, lookups = self._server.diagnosing, self._server.spells.kinds.lookups
        while True:
            before = lookups.begun
            report = diagnosing.report(document)
            if lookups.begun == before:
                return report
            lookups.wait()
            diagnosing.forget()


def _place(problem: types.Diagnostic) -> tuple[int, int, str]:
    start = problem.range.start
    return start.line, start.character, str(problem.code)
