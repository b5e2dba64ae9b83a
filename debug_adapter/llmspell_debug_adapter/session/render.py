"""The debugger's records in the words of the protocol."""

from __future__ import annotations

from llmspell.debugger.model import (
    Breakpoint,
    Completion,
    ExceptionInfo,
    Frame,
    Scope,
    Source,
    StepTarget,
    Thread,
    Variable,
)
from llmspell_debug_adapter.protocol.framing import Message
from llmspell_debug_adapter.session.client import Client
from llmspell_debug_adapter.session.locations import Locations

_KINDS = {"function": "function", "method": "method", "field": "field", "keyword": "keyword"}


class Renderer:
    """Writes records as this client wants them."""

    def __init__(self, client: Client, locations: Locations) -> None:
        self._client = client
        self._locations = locations

    def source(self, source: Source) -> Message:
        """A `Source`."""
        body: Message = {"name": source.name}
        if source.path is not None:
            body["path"] = self._client.path(source.path)
        if source.reference:
            body["sourceReference"] = source.reference
        if source.origin is not None:
            body["origin"] = source.origin
        return body

    def place(self, source: Source | None, line: int | None) -> Message:
        """Where output came from, as fields of an `output` event."""
        if source is None or line is None:
            return {}
        return {"source": self.source(source), "line": self._client.line(line)}

    def breakpoint(self, breakpoint: Breakpoint, source: Message | None = None) -> Message:  # noqa: A002 - its subject
        """A `Breakpoint`; of a source, where it belongs to one."""
        body: Message = {"verified": breakpoint.verified}
        if breakpoint.id:  # exception filters have none
            body["id"] = breakpoint.id
        if breakpoint.message is not None:
            body["message"] = breakpoint.message
        if source is not None:
            body["source"] = source
        if breakpoint.line > 0:
            body["line"] = self._client.line(breakpoint.line)
            if breakpoint.column is not None:
                body["column"] = self._client.column(breakpoint.column)
        return body

    def thread(self, thread: Thread) -> Message:
        """A `Thread`."""
        return {"id": thread.id, "name": thread.name}

    def frame(self, frame: Frame) -> Message:
        """A `StackFrame`."""
        body: Message = {"id": frame.id, "name": frame.name, "line": 0, "column": 0}
        if frame.source is not None:
            body["source"] = self.source(frame.source)
            body["line"] = self._client.line(frame.line)
            body["column"] = self._client.column(frame.column)
            if frame.end_line is not None:
                body["endLine"] = self._client.line(frame.end_line)
            if frame.source.path is not None:
                body["moduleId"] = body["source"]["path"]
        if frame.subtle and self._client.just_my_code:
            body["presentationHint"] = "subtle"
            if frame.source is not None:
                body["source"]["presentationHint"] = "deemphasize"
        return body

    def scope(self, scope: Scope) -> Message:
        """A `Scope`."""
        body: Message = {
            "name": scope.name,
            "variablesReference": scope.reference,
            "expensive": scope.expensive,
        }
        if scope.kind:
            body["presentationHint"] = scope.kind
        return body | _sizes(scope)

    def variable(self, variable: Variable) -> Message:
        """A `Variable`."""
        body: Message = {"name": variable.name, "value": variable.value}
        if variable.evaluate_name is not None:
            body["evaluateName"] = variable.evaluate_name
        return body | self._value(variable)

    def evaluated(self, variable: Variable) -> Message:
        """The body of an answer to `evaluate`."""
        return {"result": variable.value, **self._value(variable)}

    def assigned(self, variable: Variable) -> Message:
        """The body of an answer to `setVariable` and `setExpression`."""
        return {"value": variable.value, **self._value(variable, hint=False)}

    def _value(self, variable: Variable, *, hint: bool = True) -> Message:
        body: Message = {"variablesReference": variable.reference, **_sizes(variable)}
        if self._client.can.supports_variable_type:
            body["type"] = variable.type
        if variable.location is not None:
            body["valueLocationReference"] = self._locations.reference(variable.location)
        if hint:
            attributes = [name for name in variable.attributes if name != "lazy"]
            body["presentationHint"] = {"kind": variable.kind, "attributes": attributes}
            if "lazy" in variable.attributes:
                body["presentationHint"]["lazy"] = True
        return body

    def completion(self, completion: Completion, column: int) -> Message:
        """A `CompletionItem`. Its `start` counts from 1 in the text, as all columns here."""
        body: Message = {
            "label": completion.label,
            "text": completion.text,
            "type": _KINDS.get(completion.kind, "variable"),
        }
        if completion.detail:
            body["detail"] = completion.detail
        if completion.length:
            body["start"] = self._client.column(completion.start or column)
            body["length"] = completion.length
        return body

    def step_target(self, target: StepTarget) -> Message:
        """A `StepInTarget`."""
        return {
            "id": target.id,
            "label": target.label,
            "line": self._client.line(target.line),
            "column": self._client.column(target.column),
            "endColumn": self._client.column(target.end_column),
        }

    def exception(self, info: ExceptionInfo) -> Message:
        """The body of an answer to `exceptionInfo`."""
        return {
            "exceptionId": info.id,
            "description": info.description,
            "breakMode": info.mode,
            "details": {
                "message": info.description,
                "typeName": info.type,
                "stackTrace": info.traceback,
            },
        }

    def module(self, source: Source) -> Message:
        """A `Module`: each file that was loaded is one, named by its path."""
        assert source.path is not None
        path = self._client.path(source.path)
        return {"id": path, "name": source.name, "path": path, "isUserCode": source.origin is None}


def _sizes(record: Scope | Variable) -> Message:
    body: Message = {}
    if record.named is not None:
        body["namedVariables"] = record.named
    if record.indexed is not None:
        body["indexedVariables"] = record.indexed
    return body
