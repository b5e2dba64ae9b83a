"""When problems are looked for, and how clients get to know of them.

What finds problems is a *provider*: a function `(ls, document) -> problems as LSP has them`, given
to `Diagnosing.add` by the module that registers it. Providers run on the worker, in the order in
which they were added, with the text that `document` has; they know nothing of settings, versions
or results. A provider whose findings depend on other files needs no more than that: changed files
and settings make all findings doubtful, and what comes out the same is told to nobody.

A client that can pull (`textDocument/diagnostic`) is told nothing by itself: it would show each
problem twice. To all others the problems of open documents are pushed, soon after the last edit.
Where an edit is felt all over a document, they are told at first what is wrong with what was
edited, together with what was found elsewhere before, at the places where that is now.
What is pulled is always complete.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from hashlib import blake2b
from typing import TYPE_CHECKING, Literal
from weakref import WeakKeyDictionary

from attrs import evolve, frozen
from lsprotocol import types
from pygls.capabilities import get_capability

from .analysis.checks.suppression import NONE, Suppressions
from .analysis.pace import Cancelled, OutOfTime, checkpoint, until
from .documents import Document, key_of
from .work.jobs import Job, Priority

if TYPE_CHECKING:
    from .server import SpellServer

SOURCE = "llmspell"
_PAUSE = 0.04  # seconds after an edit: the next keystroke of a burst comes sooner
_LATER = 1.0  # seconds after an edit: it may matter to other documents
_PATIENCE = 0.02  # seconds for all of a document, before what was edited is told

Provider = Callable[["SpellServer", Document], Iterable[types.Diagnostic]]

SEVERITIES = {
    "error": types.DiagnosticSeverity.Error,
    "warning": types.DiagnosticSeverity.Warning,
    "information": types.DiagnosticSeverity.Information,
    "hint": types.DiagnosticSeverity.Hint,
}


@frozen
class Report:
    """The problems of a document, and a name for exactly these problems."""

    items: list[types.Diagnostic]
    result_id: str


@frozen
class _Known:
    round: tuple[int, int]
    report: Report


REFRESHED = "workspace.diagnostics.refresh_support"
"""The capability of clients that can be told to ask again."""
_RELATED = (
    "text_document.publish_diagnostics.related_information",
    "text_document.diagnostic.related_information",
)


class Diagnosing:
    """The problems of a session's documents.

    patience: how many seconds it may take to find all problems of an edited document, before those
    of what was edited are pushed.
    """

    patience = _PATIENCE

    def __init__(self, server: SpellServer) -> None:
        self._server = server
        self._providers: list[tuple[str, Provider]] = []
        self._round = 0  # what was found in an earlier one may be wrong now
        self._round_of_open = 0  # the same, of open documents only
        self._doubting: Job | None = None
        self._known: WeakKeyDictionary[Document, _Known] = WeakKeyDictionary()
        self._told: dict[str, tuple[int | None, str]] = {}  # pushed last: version, result
        self._closed: dict[str, tuple[object, _Known]] = {}

    def add(self, provider: Provider, of: Literal["lua", "configuration"] = "lua") -> None:
        """Makes a provider part of every look for problems in documents of a kind."""
        self._providers.append((of, provider))

    # What is found

    def report(self, document: Document) -> Report:
        """The problems of a document as they are now, by the settings of its folder."""
        known, now = self._known.get(document), (self._round, self._round_of_open)
        if known is not None and known.round == now:
            return known.report
        report = self._look(document)
        self._known[document] = _Known(now, report)
        return report

    def report_of_file(self, uri: str) -> Report | None:
        """The same for a file of the workspace that need not be open; None where there is none.

        Of closed files only the findings are kept, for as long as the file is the same.
        """
        files = self._server.files
        if key_of(uri) in self._server.documents:
            document = self._server.open_document(uri)
            return None if document is None else self.report(document)
        stamp, now = files.stamp(uri), (self._round, 0)
        before = self._closed.get(uri)
        if before is not None and before[0] == stamp and before[1].round == now:
            return before[1].report
        document = files.document(uri)
        if document is None:
            return None
        report = self._look(document)
        self._closed[uri] = (stamp, _Known(now, report))
        return report

    def _look(self, document: Document) -> Report:
        settings = self._server.configuration.of(document.uri)
        items: list[types.Diagnostic] = []
        with_related = self._shows_related
        if settings.diagnostics_enable:
            disabled = frozenset(settings.diagnostics_disable)
            of = "lua" if document.is_lua else "configuration"
            said = self._comments(document)
            shared = of == "lua" and not self._server.answers_all(document.uri)
            for provider in (each for kind, each in self._providers if kind == of):
                checkpoint()
                for item in provider(self._server, document):
                    if shared and not self._server.tells(document.uri, str(item.code)):
                        continue
                    chosen = settings.diagnostics_severity.get(str(item.code))
                    if item.code in disabled or chosen == "off":
                        continue
                    if said.suppresses(str(item.code), item.range.start.line):
                        continue
                    found = item if chosen is None else _graded(item, chosen)
                    items.append(found if with_related else _alone(found))
        return Report(items, _name_of(items))

    def _comments(self, document: Document) -> Suppressions:
        """What the comments of a document say about diagnostics."""
        if not document.is_lua or "@diagnostic" not in document.source:
            return NONE
        return Suppressions(document.snapshot(self._server.compile))

    # Who is told

    @property
    def pulled(self) -> bool:
        """Whether the client asks by itself, also again when it is told to.

        One that cannot be told would show what was true before other files or settings changed.
        """
        client = self._server.client_capabilities
        asks = get_capability(client, "text_document.diagnostic", None) is not None
        return asks and bool(get_capability(client, REFRESHED, False))

    @property
    def _shows_related(self) -> bool:
        """Whether the client shows the other places that belong to a problem."""
        client = self._server.client_capabilities
        return any(get_capability(client, each, False) for each in _RELATED)

    def push_soon(self, uri: str, pause: float = _PAUSE) -> None:
        """Pushes the problems of an open document, unless it is edited again before."""
        documents, key = self._server.workspace.documents, key_of(uri)
        document = documents.get(key)
        if self.pulled or document is None or not document.is_known:
            return
        self._server.worker.submit(
            Job(
                lambda: self._push(document),
                Priority.FRESH,
                is_stale=lambda: documents.get(key) is not document,
                done=self._server.protocol.reporter("diagnostics"),
            ),
            pause,
        )

    def take_back(self, uri: str) -> None:
        """Takes back what was pushed for a document that is closed now."""
        self._told.pop(key_of(uri), None)
        if not self.pulled:
            self._server.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, []))

    def doubt(self) -> None:
        """Files or settings have changed: all is looked at again."""
        self.forget()
        self._look_again(list(self._server.workspace.documents.values()))

    def forget(self) -> None:
        """What was found may be wrong now, which nobody is told."""
        self._round += 1
        self._server.world.doubt()

    def doubt_others_later(self, uri: str) -> None:
        """Looks at the other open documents once the edits of one have been over for a while."""
        if self._doubting is not None:
            self._doubting.end(Cancelled())
        edited = key_of(uri)
        if self._server.workspace.documents.keys() - {edited}:
            job = Job(
                lambda: self._doubt_all_but(edited),
                Priority.BACKGROUND,
                done=self._server.protocol.reporter("diagnostics"),
            )
            self._doubting = self._server.worker.submit(job, _LATER)

    def _doubt_all_but(self, edited: str) -> None:
        opened = dict(self._server.workspace.documents)
        kept = opened.pop(edited, None)
        known = None if kept is None else self._known.get(kept)
        before, now = (self._round, self._round_of_open), (self._round, self._round_of_open + 1)
        self._round_of_open += 1
        if kept is not None and known is not None and known.round == before:
            self._known[kept] = _Known(now, known.report)
        self._look_again(list(opened.values()))

    def _look_again(self, documents: list[Document]) -> None:
        if not self.pulled:
            for document in documents:
                self.push_soon(document.uri)
        else:
            self._server.workspace_diagnostic_refresh(None)

    def _push(self, document: Document) -> None:
        told = self._told.get(key_of(document.uri))
        if told is not None and told[0] != document.version:
            deadline = time.monotonic() + self.patience
            try:
                with until(lambda: time.monotonic() > deadline):
                    self.report(document)
            except OutOfTime:
                self._tell(document, self._first_report(document))
        self._tell(document, self.report(document))

    def _first_report(self, document: Document) -> Report:
        """The problems of what was edited as they are now, of all else as they were found last."""
        with self._server.inference.queries.lagging():
            return self._look(document)

    def _tell(self, document: Document, report: Report) -> None:
        told = (document.version, report.result_id)
        if self._told.get(key_of(document.uri)) == told:
            return
        self._server.text_document_publish_diagnostics(
            types.PublishDiagnosticsParams(document.uri, report.items, document.version)
        )
        self._told[key_of(document.uri)] = told


def _graded(item: types.Diagnostic, severity: str) -> types.Diagnostic:
    return evolve(item, severity=SEVERITIES[severity])


def _alone(item: types.Diagnostic) -> types.Diagnostic:
    """A problem without the other places that belong to it."""
    return evolve(item, related_information=None) if item.related_information else item


def _name_of(items: list[types.Diagnostic]) -> str:
    """A name for problems: of 475 in 1.3 ms, where their JSON takes 3.6."""
    said = [
        (
            (start := each.range.start).line,
            start.character,
            (end := each.range.end).line,
            end.character,
            each.severity,
            each.code,
            each.message,
            each.tags,
            each.related_information,
            each.data,
        )
        for each in items
    ]
    return blake2b(repr(said).encode(), digest_size=16).hexdigest()
