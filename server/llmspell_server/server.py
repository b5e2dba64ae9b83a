"""The server: a session's protocol, what the features share, and the features wired to both.

A feature is a module with `register(server)`, which declares its handlers with
`server.feature(method, options)`, and the handlers: functions `(ls, params) -> result`. They run on
the worker (`work/`), one at a time, so they share what they like without locks; what takes long
calls the analysis, whose checkpoints end it when nobody waits any longer. Documents are those of
the moment when the request arrived. Whatever is declared so is advertised.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.uris import to_fs_path

from llmspell.version import __version__

from .analysis.actions.action import Action
from .analysis.api import Api
from .analysis.checks.checker import Checker
from .analysis.completion.candidates import Candidate
from .analysis.inference.inference import Inference
from .analysis.semantic_tokens import Tokens
from .analysis.spells.literals import Strings
from .closed_files import ClosedFiles
from .compiler import Compiler
from .configuration import Configuration
from .diagnosing import Diagnosing
from .documents import Document, Documents, Workspace, key_of
from .encoding import make_converter
from .features import (
    call_hierarchy,
    code_action,
    code_lens,
    commands,
    completion,
    configuration,
    definition,
    diagnostics,
    document_color,
    document_highlight,
    document_link,
    file_renaming,
    findings,
    folding_range,
    formatting,
    host_rules,
    hover,
    inlay_hint,
    inline_value,
    linked_editing,
    notebooks,
    references,
    rename,
    selection_range,
    semantic_tokens,
    signature_help,
    strings,
    symbols,
    syntax_errors,
    type_definition,
    type_hierarchy,
)
from .features.configuration import routed
from .features.sharing import shared, tells
from .files import WorkspaceFiles
from .generated_code import generated_code
from .greeting import NAME
from .indexing.indexing import Indexing
from .library import load_api
from .offers import Offers
from .progress import Progress
from .protocol import Asked, Protocol
from .refreshing import refresh_views
from .remedies import Remedies
from .spells import SessionTables, Spell, Spells
from .subjects import Subject
from .surroundings import Surroundings
from .watching import Watching
from .work.jobs import Job, Priority
from .work.memory import tidy
from .work.worker import Worker
from .world import SessionWorld, sizes_of_definition_files

_FEATURES = (
    call_hierarchy,
    code_action,
    code_lens,
    commands,
    completion,
    definition,
    diagnostics,
    document_color,
    document_highlight,
    document_link,
    file_renaming,
    folding_range,
    formatting,
    hover,
    inlay_hint,
    inline_value,
    linked_editing,
    notebooks,
    references,
    rename,
    selection_range,
    semantic_tokens,
    signature_help,
    strings,
    symbols,
    syntax_errors,
    findings,  # behind syntax errors
    type_definition,
    type_hierarchy,
)

_SETTLED = 2.0  # seconds after which a client has asked for most of what it ever asks for

F = TypeVar("F", bound=Callable[..., Any])


class SpellServer(LanguageServer):
    """A language server for spells. One object serves one client."""

    protocol: Protocol

    def __init__(self) -> None:
        super().__init__(
            NAME,
            __version__,
            protocol_cls=Protocol,
            converter_factory=make_converter,
            notebook_document_sync=notebooks.SYNC,
        )
        self.worker = self.protocol.worker = Worker(self._rest)
        self.compile = Compiler()
        self.closed_files = ClosedFiles(sizes_of_definition_files())
        self.world = SessionWorld(
            lambda: self.documents,
            self.compile,
            self.closed_files,
            lambda: self.surroundings.modules,
            lambda module, file: self.surroundings.is_missing(module, file),  # noqa: PLW0108  # made below
            SessionTables(lambda: self.spells, self.folder_of),
        )
        self.tokens: dict[str, tuple[str, Tokens]] = {}  # of each document, as sent last
        self.checker: Checker | None = None  # of the inference as it is
        self.rules = host_rules.SessionRules(self)
        self.completions: Offers[Candidate] = Offers()
        self.actions: Offers[Action] = Offers()
        self._strings: Strings | None = None  # of the inference as it is
        self.spells = Spells(
            lambda: self.documents,
            self.compile,
            lambda: self.strings,
            lambda: self.closed_files.summaries,
            snapshot=self.world.snapshot,
            moment=lambda: self.world.moment,
        )
        self._only_of_configurations: set[str] = set()
        self.surroundings = Surroundings(self, self.closed_files)
        self.indexing = Indexing(self)
        self.configuration = Configuration(self)
        self.files = WorkspaceFiles(self)
        self.diagnosing = Diagnosing(self)
        self.remedies = Remedies(self)
        self._watching = Watching(self)
        self.feature(types.INITIALIZE)(_initialize)
        self.feature(types.INITIALIZED)(_initialized)
        self.configuration.register(self)
        self.files.register(self)
        self.files.subscribe(self.indexing.changed)
        for feature in _FEATURES:
            feature.register(self)
        self._only_of_configurations = configuration.register(self)

    @property
    def workspace(self) -> Workspace:
        """The documents and folders of the session."""
        return self.protocol.workspace

    @property
    def api(self) -> Api:
        """What all spells can call."""
        return load_api()

    def spell(self, document: Document) -> Spell:
        """What a document can call and its strings are judged by, in its project."""
        return self.spells.of(document, self.folder_of(document.uri))

    def folder_of(self, uri: str) -> str | None:
        """The path of the folder of the workspace that holds a document."""
        path = to_fs_path(uri)
        folders = [to_fs_path(each.uri) for each in self.workspace.folders.values()]
        folders = folders or [self.workspace.root_path]
        holding = [each for each in folders if each and path and path.startswith(each + "/")]
        return max(holding, key=len, default=None)

    @property
    def documents(self) -> Documents:
        """The open documents: for a handler those that it was asked about, else those of now."""
        job = self.worker.current
        if job is not None and isinstance(job.context, Asked):
            return job.context.documents
        return self.workspace.documents

    @property
    def inference(self) -> Inference:
        """What the expressions of the documents are, as the handler that asks sees them."""
        return self.world.inference()

    @property
    def strings(self) -> Strings:
        """The strings of the documents, as the handler that asks sees them."""
        inference = self.inference
        if self._strings is None or self._strings.inference is not inference:
            self._strings = Strings(inference, load_api())
        return self._strings

    def subject(self, uri: str, position: types.Position) -> Subject | None:
        """What stands at a place of an open document with Lua in it."""
        document = self.lua_document(uri)
        if document is None:
            return None
        return Subject.at(self.inference, document, key_of(uri), document.offset(position))

    def feature(self, feature_name: str, options: Any = None) -> Callable[[F], F]:
        """Declares a handler. For configurations `features/configuration/` answers in its place.

        What only configurations had before gives way to a handler for Lua.
        """
        if feature_name in self._only_of_configurations:
            self._only_of_configurations.remove(feature_name)
            del self.protocol.fm.features[feature_name]
            self.protocol.fm.feature_options.pop(feature_name, None)
        declare = super().feature(feature_name, options)

        def mark(handler: F) -> F:
            declare(routed(feature_name, shared(feature_name, handler)))
            return handler

        return mark

    def open_document(self, uri: str) -> Document | None:
        """An open document that the server knows something of: Lua or a configuration."""
        document = self.documents.get(key_of(uri))
        return document if document is not None and document.is_known else None

    def configuration_document(self, uri: str) -> Document | None:
        """An open configuration of llmspell; None for all other documents."""
        document = self.documents.get(key_of(uri))
        return document if document is not None and document.is_configuration else None

    def guess_on(self, document: Document) -> None:
        """Guesses what a request had no time for, once there is nothing better to do."""
        left, key = self.inference.guesses.left(), key_of(document.uri)
        documents = self.workspace.documents
        if left is not None:
            self.worker.submit(
                Job(
                    left,
                    Priority.BACKGROUND,
                    is_needed=False,
                    is_stale=lambda: documents.get(key) is not document,
                    done=self.protocol.reporter("guesses"),
                )
            )

    def answers_all(self, uri: str) -> bool:
        """Whether everything is answered for the Lua of a document's folder."""
        return self.configuration.of(uri).mode in ("auto", "full")

    def tells(self, uri: str, code: str) -> bool:
        """Whether problems of a code are told of a Lua document."""
        return tells(self, uri, code)

    def lua_document(self, uri: str) -> Document | None:
        """An open document with Lua in it; None for all others."""
        document = self.documents.get(key_of(uri))
        return document if document is not None and document.is_lua else None

    def working(
        self,
        title: str,
        token: str | int | None = None,
        ended: Callable[[], object] = lambda: None,
    ) -> Progress:
        """Shows a block of work to the user: `with ls.working("Reading …") as progress`."""
        return Progress(self, title, token, ended)

    def watch(self) -> None:
        """Watches the files of the folders that there are now."""
        self._watching.files()

    def know_definitions(self) -> None:
        """Chooses the definitions by the settings."""
        self.world.know(
            spells=self.configuration.whole.spells != "off",
            without=self.configuration.disabled_parts,
        )

    def refresh(self) -> None:
        """Settings or other files have changed: all that is shown may be other than it was."""
        self.know_definitions()
        self.diagnosing.doubt()
        refresh_views(self)

    def begin(self) -> None:
        """Begins what goes on by itself, once the client is ready."""
        self.know_definitions()
        self._watching.begin()
        self.configuration.ask()
        self.files.look()
        self.worker.submit(Job(generated_code().keep, Priority.BACKGROUND), _SETTLED)

    def _rest(self) -> None:
        """Gives back memory while nobody waits."""
        self.world.let_go()
        tidy()

    def close(self) -> None:
        """Gives back what the session used."""
        self.remedies.close()
        self.spells.kinds.lookups.close()
        self.indexing.close()
        self.worker.close()
        self.compile.close()


def _initialize(ls: SpellServer, params: types.InitializeParams) -> None:
    ls.configuration.begin(params.initialization_options)


def _initialized(ls: SpellServer, _: types.InitializedParams) -> None:
    ls.begin()
