"""Sessions with some documents: what their clients are answered, as plain data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from llmspell_server.analysis.pace import thorough
from llmspell_server.analysis.text import Text
from llmspell_server.documents import Documents
from llmspell_server.kind_sources import KindWorld
from llmspell_server.lookups import Lookups
from llmspell_server.server import SpellServer
from tests.server.conftest import SERVER
from tests.server.raw import RawClient

FOLDER = "file:///nowhere/work"
"""A folder that is on no machine: servers would read what lies in it."""

_CAPABILITIES = {
    # Nothing is pushed to a client that can be told to ask again, so nothing runs on the worker.
    "workspace": {"diagnostics": {"refreshSupport": True}},
    "textDocument": {
        "diagnostic": {},
        "publishDiagnostics": {"relatedInformation": True},
        "documentSymbol": {"hierarchicalDocumentSymbolSupport": True},
        "completion": {"completionItem": {"snippetSupport": True, "labelDetailsSupport": True}},
    },
}
OF_DOCUMENTS = (
    types.TEXT_DOCUMENT_DIAGNOSTIC,
    types.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL,
    types.TEXT_DOCUMENT_DOCUMENT_SYMBOL,
    types.TEXT_DOCUMENT_FOLDING_RANGE,
    types.TEXT_DOCUMENT_DOCUMENT_LINK,
    types.TEXT_DOCUMENT_CODE_LENS,
    types.TEXT_DOCUMENT_INLAY_HINT,
)
OF_PLACES = (
    types.TEXT_DOCUMENT_COMPLETION,
    types.TEXT_DOCUMENT_HOVER,
    types.TEXT_DOCUMENT_SIGNATURE_HELP,
    types.TEXT_DOCUMENT_DEFINITION,
    types.TEXT_DOCUMENT_TYPE_DEFINITION,
    types.TEXT_DOCUMENT_IMPLEMENTATION,
    types.TEXT_DOCUMENT_REFERENCES,
    types.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT,
    types.TEXT_DOCUMENT_PREPARE_RENAME,
    types.TEXT_DOCUMENT_LINKED_EDITING_RANGE,
    types.TEXT_DOCUMENT_SELECTION_RANGE,
    types.TEXT_DOCUMENT_CODE_ACTION,
)
IN_FULL = (*OF_DOCUMENTS, types.TEXT_DOCUMENT_COMPLETION, types.TEXT_DOCUMENT_SIGNATURE_HELP)
"""What has no limit of time after which the rest is left out."""
_MORE: dict[str, dict[str, Any]] = {
    types.TEXT_DOCUMENT_REFERENCES: {"context": {"includeDeclaration": True}},
    types.TEXT_DOCUMENT_CODE_ACTION: {"context": {"diagnostics": []}},
}
_OF_LISTS = {"list", "version"}  # in the `data` of what can be resolved
_LONG = 600  # seconds, on the busiest machine


class _Nothing(Lookups):
    """Says at once that nothing is found: no thread decides what is known at a question."""

    def ask(self, arguments: tuple[str, ...], *, lives: float, budget: float) -> None:
        """Nothing."""

    def answered(self, arguments: tuple[str, ...]) -> bool:
        """Always."""
        return True


class _Server(SpellServer):
    def __init__(self) -> None:
        super().__init__()
        self.asked: Documents = {}
        self.spells.kinds = KindWorld(_Nothing())

    @property
    def documents(self) -> Documents:
        """As they were when the question came; each question sees a mapping of its own."""
        return self.asked


class Session:
    """Open documents, by the names of their files, and a server that is asked about them."""

    def __init__(self, sources: Mapping[str, str]) -> None:
        self.texts: dict[str, Text] = {}
        self._versions = dict.fromkeys(sources, 1)
        folders = [{"uri": FOLDER, "name": "work"}]
        self._begin({"capabilities": _CAPABILITIES, "workspaceFolders": folders})
        for name, source in sources.items():
            self.texts[name] = Text(source)
            opened = {"uri": uri_of(name), "languageId": "lua", "version": 1, "text": source}
            self._tell(types.TEXT_DOCUMENT_DID_OPEN, {"textDocument": opened})

    def edit(self, name: str, start: int, end: int, text: str) -> None:
        """Puts a text in place of what stands between two offsets."""
        place = _range(self.texts[name], start, end)
        self.texts[name] = self.texts[name].replaced(start, end, text)
        self._versions[name] += 1
        document = {"uri": uri_of(name), "version": self._versions[name]}
        changes = [{"range": place, "text": text}]
        params = {"textDocument": document, "contentChanges": changes}
        self._tell(types.TEXT_DOCUMENT_DID_CHANGE, params)

    def everything(self, name: str, offset: int) -> dict[str, Any]:
        """All that can be asked about a document and a place in it."""
        return {method: self.ask(method, name, offset) for method in (*OF_DOCUMENTS, *OF_PLACES)}

    def ask(self, method: str, name: str, offset: int = 0, **more: object) -> Any:
        """The result of a request, as plain data."""
        text = self.texts[name]
        params: dict[str, Any] = {"textDocument": {"uri": uri_of(name)}, **more}
        if method in OF_PLACES:
            place = _range(text, offset, offset)
            params |= {"position": place["start"], "positions": [place["start"]], "range": place}
            params |= _MORE.get(method, {})
        if method == types.TEXT_DOCUMENT_INLAY_HINT:
            params["range"] = _range(text, 0, len(text.source))
        return self._request(method, params)

    def close(self) -> None:
        """Ends the server."""
        raise NotImplementedError

    def _begin(self, params: dict[str, Any]) -> None:
        raise NotImplementedError

    def _tell(self, method: str, params: dict[str, Any]) -> None:
        raise NotImplementedError

    def _request(self, method: str, params: dict[str, Any]) -> Any:
        raise NotImplementedError


class InProcess(Session):
    """A server without threads. Nothing is left out because there is no time for it."""

    def _begin(self, params: dict[str, Any]) -> None:
        self._server = _Server()
        self._tell(types.INITIALIZE, {"processId": None, "rootUri": FOLDER, **params})
        self._server.configuration.without_client()
        self._server.know_definitions()
        self._server.files.complete = True  # there are no others

    def everything(self, name: str, offset: int) -> dict[str, Any]:
        """The same, after the edits have been over for a while."""
        self._server.diagnosing.doubt()
        return super().everything(name, offset)

    def close(self) -> None:
        self._server.close()

    def _request(self, method: str, params: dict[str, Any]) -> Any:
        server = self._server
        server.asked = dict(server.workspace.documents)
        handler = server.protocol.fm.features[method]
        try:
            with thorough(_LONG):
                result = handler(self._structured(method, params))
        except JsonRpcException as error:
            return {"refused": str(error)}
        return server.protocol._converter.unstructure(result)

    def _tell(self, method: str, params: dict[str, Any]) -> None:
        """What pygls does with a message; the features put off all that they do after it."""
        handle = self._server.protocol.fm.builtin_features[method]
        for handler, arguments, _ in handle(self._structured(method, params)):
            if method == types.INITIALIZE:
                handler(*arguments)

    def _structured(self, method: str, params: dict[str, Any]) -> Any:
        converter, expected = self._server.protocol._converter, types.METHOD_TO_TYPES[method][0]
        data = {"id": 1, "method": method, "jsonrpc": "2.0", "params": params}
        return converter.structure(data, expected).params


class OverStdio(Session):
    """A server in a process of its own, with all that goes on in it by itself."""

    def _begin(self, params: dict[str, Any]) -> None:
        self._client = RawClient.of_stdio(SERVER)
        self._client.initialize(**params)
        # Until its folders have been looked through it calls no module missing.
        self._client.request(types.WORKSPACE_DIAGNOSTIC, {"previousResultIds": []})

    def everything(self, name: str, offset: int) -> dict[str, Any]:
        """What is answered however long it takes, of a version that nothing was asked about."""
        end = len(self.texts[name].source)
        self.edit(name, end, end, " ")
        self.edit(name, end, end + 1, "")
        return {method: self.ask(method, name, offset) for method in IN_FULL}

    def close(self) -> None:
        self._client.__exit__(None, None, None)

    def _request(self, method: str, params: dict[str, Any]) -> Any:
        answer = self._client.request(method, params)
        return answer["result"] if "result" in answer else {"refused": answer["error"]["message"]}

    def _tell(self, method: str, params: dict[str, Any]) -> None:
        self._client.notify(method, params)


@contextmanager
def session(sources: Mapping[str, str], kind: type[Session] = InProcess) -> Iterator[Session]:
    """A session that is closed at the end of the block."""
    opened = kind(sources)
    try:
        yield opened
    finally:
        opened.close()


def _range(text: Text, start: int, end: int) -> dict[str, dict[str, int]]:
    places = (text.position(offset, "utf-16") for offset in (start, end))
    first, last = ({"line": line, "character": column} for line, column in places)
    return {"start": first, "end": last}


def uri_of(name: str) -> str:
    return f"{FOLDER}/{name}"


def without_numbers(result: Any) -> Any:
    """An answer without what counts the questions and the edits of the session."""
    if isinstance(result, dict):
        return {
            key: without_numbers(each) for key, each in result.items() if not _counts(key, each)
        }
    return [without_numbers(each) for each in result] if isinstance(result, list) else result


def _counts(key: str, value: Any) -> bool:
    of_list = isinstance(value, dict) and bool(_OF_LISTS & value.keys())
    return key == "resultId" or (key == "data" and of_list)
