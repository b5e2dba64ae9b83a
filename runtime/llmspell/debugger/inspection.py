"""Turns what `prelude/inspection.lua` says into records. Runs on the Lua thread only."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from llmspell.debugger.evaluation_limit import EvaluationLimit
from llmspell.debugger.model import (
    Completion,
    ExceptionInfo,
    Frame,
    Scope,
    Source,
    StepTarget,
    Thread,
    Variable,
)
from llmspell.debugger.sources import Sources
from llmspell.debugger.standard import is_harmless
from llmspell.errors import LLMSpellError

_SECONDS = {"watch": 1.0, "hover": 1.0, "variables": 1.0, "clipboard": 5.0, "repl": 30.0}
_WHOLE = {"clipboard", "repl"}
_SCOPE_KINDS: dict[str, Literal["locals", "arguments"]] = {
    "locals": "locals",
    "arguments": "arguments",
}

ENTRY_POINTS = (
    "list_threads",
    "list_frames",
    "list_scopes",
    "list_children",
    "keep_value",
    "evaluate",
    "assign",
    "describe_error",
    "list_names",
    "watch_info",
    "watch_problem",
    "set_watches",
)


class InspectionError(LLMSpellError):
    """What a client asks for cannot be shown; the message is Lua's or ours."""


class ErrorAtHand:
    """The error at which the program stands.

    origin: the function of our API, tool or provider that has raised it; empty for the program.
    """

    __slots__ = ("kind", "origin", "text", "thread", "type")

    def __init__(self, description: dict[str, Any], cause: BaseException | None) -> None:
        self.text: str = description["text"]
        self.kind: str = description["kind"]
        self.type: str = description["type"]
        self.thread: int | None = description.get("thread")
        component = cause.raised_by if isinstance(cause, LLMSpellError) else ""
        called: str = description.get("api", "")
        self.origin = f"{called} ({component})" if called and component else called or component


class Inspection:
    """Looks at the program through entry points of the prelude.

    debug_view: how a global of ours shows what it stands for. cause_of: the error of ours behind
    the text of one that Lua has raised.
    """

    def __init__(
        self,
        call: Callable[..., Any],
        sources: Sources,
        debug_view: Callable[[str], Any],
        limit: EvaluationLimit,
        cause_of: Callable[[str], BaseException | None],
    ) -> None:
        self._call = call
        self._limit = limit
        self._sources = sources
        self._debug_view = debug_view
        self._cause_of = cause_of
        self._frames: list[tuple[int, int, dict[str, Any]]] = []  # thread, level, as Lua says
        self._targets: list[str] = []
        self._owners: dict[int, int] = {}  # reference of a scope or value -> frame

    def forget(self) -> None:
        """The program goes on: numbers given out before mean nothing any more."""
        self._frames.clear()
        self._targets.clear()
        self._owners.clear()

    # Threads and frames --------------------------------------------------------------------

    def threads(self) -> list[Thread]:
        """The main program and the coroutines that are not dead."""
        return [
            Thread(item["id"], self._thread_name(item), item["status"])
            for item in _list(self._json("list_threads"))
        ]

    def _thread_name(self, item: dict[str, Any]) -> str:
        if item["id"] == 1:
            return "main"
        source = item.get("source")
        place = f" ({_short(source)}:{item['line']})" if source else ""
        return f"coroutine {item['id'] - 1}{place}, {item['status']}"

    def stack(self, thread: int, start: int, levels: int) -> tuple[list[Frame], int]:
        """Frames of a thread, innermost first, and how many there are."""
        answer = self._json("list_frames", thread, start, levels)
        return [self._frame(thread, item) for item in _list(answer["frames"])], answer["total"]

    def _frame(self, thread: int, item: dict[str, Any]) -> Frame:
        place = (thread, item["level"])
        for number, (known_thread, level, _) in enumerate(self._frames, 1):
            if (known_thread, level) == place:
                identity = number
                break
        else:
            self._frames.append((*place, item))
            identity = len(self._frames)
        builtin = item["what"] == "C"
        source = None if builtin else self._sources.of(item["source"])
        return Frame(
            identity, _function_name(item), source, max(item["line"], 0), 1, None, subtle=builtin
        )

    def _place(self, frame: int | None) -> tuple[int, int]:
        """Thread and level of a frame; thread 0 means none."""
        if frame is None:
            return 0, 0
        if not 1 <= frame <= len(self._frames):
            raise InspectionError(f"there is no frame {frame} any more")
        thread, level, _ = self._frames[frame - 1]
        return thread, level

    # Scopes and values ---------------------------------------------------------------------

    def scopes(self, frame: int) -> list[Scope]:
        """Locals, parameters, upvalues, varargs, globals and the spell API."""
        scopes = []
        for item in _list(self._json("list_scopes", *self._place(frame))):
            self._owners[item["reference"]] = frame
            scopes.append(
                Scope(
                    item["name"],
                    item["reference"],
                    _SCOPE_KINDS.get(item["kind"], ""),
                    expensive=bool(item.get("expensive")),
                    named=item.get("named"),
                )
            )
        return scopes

    def variables(
        self, reference: int, filter_: str, start: int, count: int, hexadecimal: bool
    ) -> list[Variable]:
        """The children of a scope or value."""
        text = self._call("list_children", reference, filter_.encode(), start, count, hexadecimal)
        if text is None:
            raise InspectionError(f"there is no variable {reference} any more")
        frame = self._owners.get(reference)
        found = []
        for item in _list(json.loads(text.decode("utf-8", "replace"))):
            variable = self._variable(self._with_view(item) if item.get("api") else item)
            if variable.reference and frame is not None:
                self._owners[variable.reference] = frame
            found.append(variable)
        return found

    def _variable(self, item: dict[str, Any]) -> Variable:
        kind, location = "data", None
        what = item["type"].partition(":")[0]
        if what == "function":
            kind = "method"
            source = self._sources.of(item["source"]) if item.get("source") else None
            location = None if source is None else (source, item["line"])
        elif what == "table":
            kind = "class" if not item["value"].startswith("table") else "data"
        return Variable(
            item["name"],
            item["value"],
            item["type"],
            item["reference"],
            indexed=item.get("indexed"),
            evaluate_name=item.get("expression"),
            kind=kind,
            attributes=_list_of_text(item.get("attributes")),
            location=location,
        )

    def _with_view(self, item: dict[str, Any]) -> dict[str, Any]:
        """A global of ours shows what it stands for, where it has such a view."""
        try:
            view = self._debug_view(item["api"])
        except Exception as error:  # noqa: BLE001 - a view must not break the list
            return {**item, "value": f"({error})"}
        if view is None:
            return item
        from llmspell.lua.convert import lua_value

        kept: bytes = self._call("keep_value", item["name"].encode(), packed=lua_value(view))
        shown: dict[str, Any] = json.loads(kept)
        return {**shown, "attributes": ["readOnly"]}

    def assign(self, reference: int, name: str, value: str, hexadecimal: bool) -> Variable:
        """Assigns the value of an expression to a listed variable."""
        self._call("disturb", b"facts")
        thread, level = self._place(self._owners.get(reference))
        with self._limit.watching():
            kind, text = self._call(
                "assign", reference, name.encode(), value.encode(), thread, level, hexadecimal
            )
        return self._variable(_answer(kind, text))

    def assign_expression(
        self, expression: str, value: str, frame: int | None, hexadecimal: bool
    ) -> Variable:
        """Assigns to an expression in a frame."""
        self._evaluate(f"{expression} = {value}", frame, statements=True, context="repl")
        return self.evaluate(expression, frame, "watch", hexadecimal)

    def evaluate(
        self,
        expression: str,
        frame: int | None,
        context: str,
        hexadecimal: bool,
        given_up: Callable[[], bool] | None = None,
    ) -> Variable:
        """The value of an expression; statements only in context `repl`."""
        item = self._evaluate(
            expression,
            frame,
            statements=context == "repl",
            context=context,
            hexadecimal=hexadecimal,
            given_up=given_up,
        )
        variable = self._variable(item)
        if variable.reference and frame is not None:
            self._owners[variable.reference] = frame
        return variable

    def _evaluate(
        self,
        text: str,
        frame: int | None,
        *,
        statements: bool,
        context: str,
        hexadecimal: bool = False,
        given_up: Callable[[], bool] | None = None,
    ) -> dict[str, Any]:
        if not is_harmless(text):
            self._call("disturb", b"facts")
        thread, level = self._place(frame)
        with self._limit.watching(given_up):
            kind, answer = self._call(
                "evaluate",
                text.encode(),
                thread,
                level,
                statements,
                _SECONDS.get(context, 5.0),
                hexadecimal,
                context in _WHOLE,
            )
        return _answer(kind, answer)

    # Errors --------------------------------------------------------------------------------

    def error(self) -> ErrorAtHand | None:
        """The error at which the program stands."""
        text = self._call("describe_error")
        if text is None:
            return None
        description = json.loads(text.decode("utf-8", "replace"))
        return ErrorAtHand(description, self._cause_of(description["text"]))

    def exception(self, thread: int) -> ExceptionInfo:
        """The error, with its traceback."""
        error = self.error()
        if error is None:
            raise InspectionError("the program does not stand at an error")
        frames, _ = self.stack(error.thread or thread, 0, 50)
        lines = [f"{_place_of(frame)}: in {frame.name}" for frame in frames]
        caught = error.kind != "uncaught"
        by = f" of {error.origin}" if error.origin else ""
        return ExceptionInfo(
            f"error{by} caught by {error.kind}" if caught else f"uncaught error{by}",
            error.text,
            "always" if caught else "unhandled",
            "\n".join(lines),
            error.type,
        )

    # Console -------------------------------------------------------------------------------

    def completions(self, text: str, column: int, frame: int | None) -> list[Completion]:
        """Names that fit before the column (from 1)."""
        from llmspell.debugger.completion import complete

        return complete(self._call, text, column, *self._place(frame))

    def step_in_targets(self, frame: int) -> list[StepTarget]:
        """The calls on the line of a frame, as far as its source is known."""
        from llmspell.syntax.calls import calls_on_lines
        from llmspell.syntax.chunk import Chunk

        self._place(frame)
        item = self._frames[frame - 1][2]
        known = self._sources.chunk(item["source"])
        if known is None:
            return []
        chunk = Chunk(known.text)
        targets = []
        for call in calls_on_lines(chunk, item["line"], item["line"]):
            if "…" in call.callee:  # computed: its value is not known before it is called
                continue
            self._targets.append(call.callee.replace(":", "."))
            columns = chunk.lines.column(call.start), chunk.lines.column(call.end)
            targets.append(StepTarget(len(self._targets), f"{call.callee}()", call.line, *columns))
        return targets

    def target(self, number: int) -> str:
        """The expression whose value is the function to step into."""
        if not 1 <= number <= len(self._targets):
            raise InspectionError(f"there is no call {number} to step into")
        return self._targets[number - 1]

    def data_info(
        self, name: str, reference: int | None, frame: int | None
    ) -> tuple[str | None, str, list[str]]:
        """An id for a data breakpoint: kept by the watcher until the engine ends."""
        owner = frame if frame is not None else self._owners.get(reference or 0)
        thread, level = self._place(owner)
        with self._limit.watching():
            answer = self._call("watch_info", name.encode(), reference or 0, thread, level)
        if answer is None:
            return None, f"'{name}' cannot be watched", []
        identity, shown, readable = answer
        accesses = ["read", "write", "readWrite"] if readable else ["write"]
        return identity.decode(), shown.decode("utf-8", "replace"), accesses

    def _json(self, name: str, *arguments: Any) -> Any:
        return json.loads(self._call(name, *arguments).decode("utf-8", "replace"))


def _list(value: Any) -> list[dict[str, Any]]:
    """A JSON array from Lua, where the empty table is an object."""
    return value if isinstance(value, list) else []


def _answer(kind: bytes, text: bytes) -> dict[str, Any]:
    shown = text.decode("utf-8", "replace")
    if kind == b"error":
        raise InspectionError(shown)
    record: dict[str, Any] = json.loads(shown)
    return record


def _list_of_text(value: Any) -> list[str]:
    return value if isinstance(value, list) else []


def _place_of(frame: Frame) -> str:
    source = frame.source
    return "[C]" if source is None else f"{source.path or source.name}:{frame.line}"


def _short(source: str) -> str:
    return Path(source[1:]).name if source.startswith("@") else source.lstrip("=")[:40]


def _function_name(item: dict[str, Any]) -> str:
    """A function's name as Lua programmers write it."""
    if item["what"] == "main":
        return "main chunk"
    name, kind = item.get("name"), item.get("kind")
    if not name:
        return f"function <{_short(item['source'])}:{item['defined']}>"
    if kind == "method":
        return f":{name}"
    if kind in ("metamethod", "for iterator", "hook"):
        return f"{name} ({kind})"
    return str(name)


__all__ = ["ENTRY_POINTS", "Inspection", "InspectionError", "Source"]
