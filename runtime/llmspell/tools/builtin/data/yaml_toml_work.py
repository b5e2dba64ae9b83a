"""What `yaml-toml-processor` does in a process of its own, which is ended with the call."""

from __future__ import annotations

import copy
import json

from llmspell.errors import ToolError, ValidationError
from llmspell.tools.builtin.data.documents import (
    Broken,
    Editable,
    Plain,
    check_no_null,
    format_of,
    loaded,
    written,
)
from llmspell.tools.builtin.data.key_paths import MISSING, merge, put, remove, steps, value_at

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def parse(request: dict[str, Any]) -> dict[str, Any]:
    """`data`, `format` and how many `documents` there are; several are a list."""
    format_, found = _read(request)
    plain = Plain(request["depth"])
    data = [plain.of(each) for each in found]
    count = len(data)
    return {"data": data[0] if count == 1 else data, "format": format_, "documents": count}


def validate(request: dict[str, Any]) -> dict[str, Any]:
    """Whether it is `valid`, and the `errors`: `message`, `line` and `column`, or `path`."""
    format_ = _format(request)
    errors: list[dict[str, Any]] = []
    try:
        found = loaded(request["text"], format_)
    except Broken as error:
        errors.append({"message": str(error), "line": error.line, "column": error.column})
        found = []
    if request.get("schema") is not None:
        from llmspell.tools.builtin.data.json_work import problems

        plain = Plain(request["depth"])
        for data in found:
            errors += problems([plain.of(data), request["schema"]])
    return {"valid": not errors, "format": format_, "errors": errors}


def convert(request: dict[str, Any]) -> dict[str, Any]:
    """The data as `text` of another format; of the same one, with its comments."""
    format_, found = _read(request)
    to = request["to"]
    if to == format_ and len(found) == 1 and format_ != "json":
        text = Editable(request["text"], format_).text()
    else:
        plain = Plain(request["depth"], moments=to != "json")
        data = plain.of(found[0] if len(found) == 1 else found)
        text = written(_without_null(data) if request.get("null") == "omit" else data, to)
    return {"text": text, "format": to, "from": format_}


def get(request: dict[str, Any]) -> dict[str, Any]:
    """The `value` at a place."""
    format_, data = _one(request)
    found = value_at(data, steps(request["key"]))
    if found is MISSING:
        if "default" not in request:
            raise ValidationError(f"there is nothing at '{request['key']}'", field="key")
        return {"value": request["default"], "format": format_, "found": False}
    return {"value": found, "format": format_, "found": True}


def change(request: dict[str, Any]) -> dict[str, Any]:
    """The `text` after a change, with its comments, and whether it has `changed`."""
    format_, before = _one(request)
    expected = copy.deepcopy({} if before is None else before)
    _change(expected, request)
    if format_ == "toml":
        check_no_null(expected)
    edited = _editable(request, format_)
    _change(edited.data, request)
    text = edited.text()
    # An alias or a library's fault would change something else besides; nobody would notice.
    if Plain(request["depth"]).of(loaded(text, format_)[0]) != expected:
        raise ToolError(
            f"{request['operation']} at '{request.get('key', '')}' would change more than that; is "
            "it an alias of another place?"
        )
    return {"text": text, "data": expected, "format": format_, "changed": expected != before}


def _change(data: Any, request: dict[str, Any]) -> None:
    place = steps(request.get("key", ""))
    operation = request["operation"]
    if operation == "delete":
        remove(data, place)
    elif operation == "set":
        put(data, place, copy.deepcopy(request["value"]))
    else:
        if place and value_at(data, place) is MISSING:
            put(data, place, {})
        target = value_at(data, place)
        if not hasattr(target, "items"):
            raise ValidationError("only a table can be merged into", field="key")
        merge(target, copy.deepcopy(request["with"]), append=request.get("lists") == "append")


def _editable(request: dict[str, Any], format_: str) -> Editable:
    try:
        return Editable(request["text"], format_)
    except Broken as error:
        raise _told(error, format_) from None


def _one(request: dict[str, Any]) -> tuple[str, Any]:
    format_, found = _read(request)
    if len(found) != 1:
        raise ValidationError(f"the text has {len(found)} documents, not one", field="input")
    return format_, Plain(request["depth"]).of(found[0])


def _read(request: dict[str, Any]) -> tuple[str, list[Any]]:
    format_ = _format(request)
    try:
        return format_, loaded(request["text"], format_) or [None]
    except Broken as error:
        raise _told(error, format_) from None


def _format(request: dict[str, Any]) -> str:
    return request.get("format") or format_of(request["text"])


def _told(error: Broken, format_: str) -> ValidationError:
    place = f" (line {error.line}, column {error.column})" if error.line else ""
    return ValidationError(f"this is no {format_.upper()}: {error}{place}", field="input")


def _without_null(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: _without_null(each) for key, each in data.items() if each is not None}
    if isinstance(data, list):
        return [_without_null(each) for each in data if each is not None]
    return data


def work(request: Any) -> Any:
    """Does what the request's `operation` says."""
    operations = {"parse": parse, "validate": validate, "convert": convert, "get": get}
    found = operations.get(request["operation"], change)(request)
    json.dumps(found)  # whatever a library gave, the answer is plain
    return found
