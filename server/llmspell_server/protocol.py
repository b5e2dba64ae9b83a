"""The protocol as LSP 3.17 has it, where pygls does otherwise.

"Server lifecycle": requests before `initialize` and after `shutdown` are answered with errors,
notifications there are dropped, and the exit code says whether the client shut down in order.

The thread that reads messages keeps the session and the texts of documents, and no more. The
features' handlers are jobs of the worker. Each request works on the documents as they were when it
arrived; `$/cancelRequest` is answered here, whatever the worker does.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Generator
from functools import partial
from typing import TYPE_CHECKING, Any

from attrs import frozen
from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.protocol import LanguageServerProtocol, lsp_method
from pygls.protocol.json_rpc import JsonRPCProtocol, RPCMessage, RPCNotification, RPCRequest

from .advertised import full_capabilities, suited_to
from .analysis.pace import Cancelled
from .documents import Documents, Workspace, key_of
from .errors import error_of, explanation_of
from .greeting import result
from .work.jobs import Job, Outcome, Priority, Result
from .work.priorities import OF_THE_MOMENT, priority_of

if TYPE_CHECKING:
    from cattrs import Converter
    from pygls.lsp.server import LanguageServer

    from .transport import Channel
    from .work.worker import Worker

# Handled by pygls's own parts, at once: they keep the session and the texts.
_AT_ONCE = frozenset({types.INITIALIZE, types.SHUTDOWN})


@frozen
class Asked:
    """What a job was asked: the method, and the documents as they were then."""

    method: str
    documents: Documents


class Protocol(LanguageServerProtocol):
    """One session with a client.

    finished: whether the client has said `exit`.
    """

    def __init__(self, server: LanguageServer, converter: Converter) -> None:
        self.finished = False
        self.worker: Worker
        self._channel: Channel | None = None
        self._on_parent: Callable[[int], None] = lambda _: None
        self._greeted: int | str | None = None
        self._initialized = False
        self._jobs: dict[str | int, Job] = {}
        super().__init__(server, converter)

    @property
    def workspace(self) -> Workspace:
        """The documents and folders of the session."""
        workspace = super().workspace
        assert isinstance(workspace, Workspace)
        return workspace

    @property
    def exit_code(self) -> int:
        """0 after `shutdown` and `exit`, 1 for every other end."""
        return 0 if self._shutdown and self.finished else 1

    def begin(
        self,
        channel: Channel,
        on_parent: Callable[[int], None] = lambda _: None,
        greeted: int | str | None = None,
    ) -> None:
        """Begins to answer.

        channel: where messages go. on_parent: called with the process that the client names as its
        own. greeted: the number of an `initialize` that is still to be received, but is answered.
        """
        self._channel, self._on_parent, self._greeted = channel, on_parent, greeted

    # What arrives

    def receive(self, body: bytes) -> None:
        """Takes one message. Whatever is wrong with it is answered, and the session goes on."""
        try:
            data = json.loads(body)
        except (ValueError, RecursionError) as error:
            self.refuse(f"this is not JSON: {error}")
            return
        if not isinstance(data, dict) or not _is_message(data):
            self._answer_error(
                data.get("id") if isinstance(data, dict) else None,
                types.ErrorCodes.InvalidRequest,
                'a message is an object with `jsonrpc`: "2.0" and a `method`, `result` or `error`',
            )
            return
        method = data.get("method")
        if method is not None and "id" in data:
            refusal = self._refusal(method)
            if refusal is not None:
                self._send_response(data["id"], error=refusal)
                return
        elif method is not None and not self._heeds(method):
            return
        try:
            message = self.structure_message(data)
        except JsonRpcException as error:
            if self._greeted is None or data.get("id") != self._greeted:
                self._explain(data, error)
                return
            message = self.structure_message(_understandable(data))
        self.handle_message(message)

    def refuse(self, why: str) -> None:
        """Answers something of which not even the sender's number is known."""
        self._answer_error(None, types.ErrorCodes.ParseError, why)

    def handle_message(self, message: RPCMessage) -> None:
        """Does at once what keeps the session, and gives the rest to the worker."""
        if isinstance(message, RPCRequest) and message.method not in _AT_ONCE:
            self._ask(message)
        elif isinstance(message, RPCNotification) and not isinstance(message, RPCRequest):
            try:
                self._notice(message)
            except Exception as error:  # noqa: BLE001  # what a client says must not end the session
                self.complain(f"{message.method} failed: {explanation_of(error)}")
        else:
            super().handle_message(message)

    def _heeds(self, notification: str) -> bool:
        """Whether a notification may come at this time."""
        return notification == types.EXIT or (self._initialized and not self._shutdown)

    def _refusal(self, method: str) -> types.ResponseError | None:
        """Why a request is not answered at this time, or never."""
        if self._shutdown:
            return types.ResponseError(
                types.ErrorCodes.InvalidRequest,
                f"{method} after `shutdown`: only `exit` may follow",
            )
        if not self._initialized and method != types.INITIALIZE:
            return types.ResponseError(
                types.ErrorCodes.ServerNotInitialized, f"{method} before `initialize`"
            )
        if self._initialized and method == types.INITIALIZE:
            return types.ResponseError(
                types.ErrorCodes.InvalidRequest, "`initialize` may be sent only once"
            )
        if self._handler(method) is None and method not in _AT_ONCE:
            return types.ResponseError(
                types.ErrorCodes.MethodNotFound, f"{method} is not answered by this server"
            )
        return None

    # Requests

    def _ask(self, message: RPCRequest) -> None:
        method, number = message.method, message.id
        handler = self._handler(method)
        assert handler is not None  # `receive` has refused it
        command = method == types.WORKSPACE_EXECUTE_COMMAND
        job = Job(
            lambda: self._response(number, handler(message.params)),
            priority_of(method),
            done=partial(self._answer, number, method),
            is_stale=self._staleness(method, message.params),
            gives_way=not command,
            context=Asked(method, dict(self.workspace.documents)),
        )
        self._jobs[number] = job
        self.worker.submit(job)

    def _handler(self, method: str) -> Callable[[Any], Any] | None:
        if method == types.WORKSPACE_EXECUTE_COMMAND and self.fm.commands:
            return self._command
        handler: Callable[[Any], Any] | None = self.fm.features.get(method)
        return handler

    def _command(self, params: types.ExecuteCommandParams) -> Any:
        """Runs a command; pygls makes its arguments what the command's parameters say."""
        handler, arguments, named = next(self.lsp_workspace__execute_command(params))
        return handler(*arguments, **named)

    def _staleness(self, method: str, params: Any) -> Callable[[], bool]:
        identifier = getattr(params, "text_document", None)
        if method not in OF_THE_MOMENT or identifier is None:
            return lambda: False
        documents, key = self.workspace.documents, key_of(identifier.uri)
        asked_about = documents.get(key)
        return lambda: documents.get(key) is not asked_about

    def _answer(self, number: str | int, method: str, outcome: Outcome) -> None:
        self._jobs.pop(number, None)
        if isinstance(outcome, Result):
            self._send(outcome.value)
        else:
            self._send_response(number, error=error_of(method, outcome))

    # Notifications

    def _notice(self, message: RPCNotification) -> None:
        method = message.method
        if method == types.CANCEL_REQUEST:
            self._cancel(message.params.id)
            return
        builtin = self.fm.builtin_features.get(method)
        if builtin is None:
            handler = self.fm.features.get(method)
            if handler is not None:
                self._post(method, handler, (message.params,))
            return
        # pygls' own part of it, which yields the handler of ours for somebody to call.
        for handler, arguments, _ in builtin(message.params) or ():
            self._post(method, handler, arguments)

    def _post(self, method: str, handler: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
        job = Job(
            partial(handler, *arguments),
            Priority.NOTICE,
            done=self.reporter(method),
            context=Asked(method, dict(self.workspace.documents)),
        )
        self.worker.submit(job)

    def _cancel(self, number: str | int) -> None:
        job = self._jobs.get(number)
        if job is not None:
            job.end(Cancelled())

    # What is sent

    def _send_data(self, data: Any) -> None:
        """Sends a message; the thread that sends it also puts it into JSON."""
        self._send(self._encoded(data))

    def _send(self, body: bytes) -> None:
        if self._channel is not None:
            self._channel.write(body)

    def _encoded(self, data: Any) -> bytes:
        """A message in JSON. A job may be ended while it makes one (`encoding.py`)."""
        return json.dumps(data, default=self._serialize_message, separators=(",", ":")).encode()

    def _response(self, number: str | int | None, value: Any) -> bytes:
        """An answer. Its value may be plain data: that is several times faster to send."""
        return self._encoded({"jsonrpc": self.VERSION, "id": number, "result": value})

    def _send_response(
        self,
        msg_id: str | int | None,
        result: Any = None,
        error: types.ResponseError | None = None,
    ) -> None:
        """Answers a request."""
        if self._greeted is not None and msg_id == self._greeted:
            self._greeted = None
            return
        if error is None:
            self._send(self._response(msg_id, result))
        else:
            self._send_data({"jsonrpc": self.VERSION, "id": msg_id, "error": error})

    def _answer_error(self, number: Any, code: types.ErrorCodes, message: str) -> None:
        self._send_response(number, error=types.ResponseError(code, message))

    def _explain(self, data: dict[str, Any], error: JsonRpcException) -> None:
        """Says what is wrong with a message whose parameters are not those of its method."""
        reason = explanation_of(error.__cause__ or error)
        if "method" not in data:  # a strange answer is as good as none
            future = self._request_futures.pop(data["id"], None)
            if future is not None:
                future.set_exception(error)
        elif "id" in data:
            self._answer_error(
                data["id"], types.ErrorCodes.InvalidParams, f"{data['method']}: {reason}"
            )
        else:
            self.complain(f"{data['method']} is malformed and was left out: {reason}")

    def reporter(self, work: str) -> Callable[[Outcome], None]:
        """For jobs whose outcome nobody waits for: says in the client's log that one has failed."""

        def done(outcome: Outcome) -> None:
            if isinstance(outcome, Exception):
                self.complain(f"{work} failed: {explanation_of(outcome)}")

        return done

    def complain(self, sentence: str) -> None:
        """Writes a line into the client's log: what went wrong where no answer is waited for."""
        self.notify(
            types.WINDOW_LOG_MESSAGE, types.LogMessageParams(types.MessageType.Error, sentence)
        )

    @lsp_method(types.INITIALIZE)
    def lsp_initialize(self, params: types.InitializeParams) -> Generator[Any, Any, Any]:
        """Begins the session; what has no handler is not advertised."""
        begun = super().lsp_initialize(params)
        for call in begun:
            yield call
            begun.close()  # all that follows there is to work out what is not said
        theirs = super().workspace
        self._workspace = Workspace(
            theirs.root_uri,
            self._server._text_document_sync_kind,
            list(theirs.folders.values()) or _root_as_folder(theirs.root_uri),
            theirs.position_encoding,
        )
        if params.process_id is not None:
            self._on_parent(params.process_id)
        self._initialized = True
        if self._greeted is not None:
            return {}  # is answered
        client = self._converter.unstructure(params.capabilities)
        return result(suited_to(client, full_capabilities(self._server)))

    @lsp_method(types.SHUTDOWN)
    def lsp_shutdown(self, *_: Any) -> Generator[Any, Any, None]:
        """Ends what is still being worked on; each of these requests is answered as cancelled."""
        for job in list(self._jobs.values()):
            job.end(Cancelled())
        yield from super().lsp_shutdown()

    @lsp_method(types.EXIT)
    def lsp_exit(self, *_: Any) -> tuple[()]:  # type: ignore[override]  # waits for no handler
        """Ends the session: the loop that reads messages looks at `finished`."""
        self.finished = True
        return ()


def _understandable(data: dict[str, Any]) -> dict[str, Any]:
    """An `initialize` with only what the session cannot do without.

    For clients that say of themselves what no protocol has, and are greeted already.
    """
    params = data["params"]
    general = params["capabilities"].get("general")
    encodings = general.get("positionEncodings") if isinstance(general, dict) else None
    kept = {name: params.get(name) for name in ("rootUri", "workspaceFolders")}
    options = {"initializationOptions": params.get("initializationOptions")}
    capabilities = {"general": {"positionEncodings": encodings}} if encodings else {}
    return {
        **data,
        "params": {"processId": None, "capabilities": capabilities, **kept, **options},
    }


def _root_as_folder(uri: str | None) -> list[types.WorkspaceFolder]:
    """What clients said before there were several folders."""
    return [] if uri is None else [types.WorkspaceFolder(uri, uri.rpartition("/")[2])]


def _is_message(data: dict[str, Any]) -> bool:
    if data.get("jsonrpc") != JsonRPCProtocol.VERSION:
        return False
    if "method" in data:
        return isinstance(data["method"], str) and isinstance(data.get("id", 0), str | int)
    return "id" in data and ("result" in data or "error" in data)
