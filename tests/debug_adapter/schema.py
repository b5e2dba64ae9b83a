"""The DAP JSON schema, as it ships inside debugpy, made strict, with what is newer than that copy.

Strict: an object whose properties are listed may have no others, so that a misspelt key is found.
"""

from __future__ import annotations

import importlib.util
import json
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft4Validator

_SCHEMA = "_vendored/pydevd/_pydevd_bundle/_debug_adapter/debugProtocol.json"

# Open by intention: what is in there belongs to each adapter, or varies.
_OPEN = {
    "LaunchRequestArguments",
    "AttachRequestArguments",
    "RestartArguments",
    "Message",
    "ProtocolMessage",
    "ValueFormat",  # StackFrameFormat adds to it
}

_INTEGER = {"type": "integer"}
_VALUE_LOCATION = {"valueLocationReference": _INTEGER}

_NEWER = {
    "Capabilities": {"supportsANSIStyling": {"type": "boolean"}},
    "Variable": {"declarationLocationReference": _INTEGER, **_VALUE_LOCATION},
}
_NEWER_IN_BODIES = ("EvaluateResponse", "SetVariableResponse", "SetExpressionResponse")


def _message(kind: str, **properties: Any) -> dict[str, Any]:
    return {
        "allOf": [
            {"$ref": f"#/definitions/{kind}"},
            {"type": "object", "properties": properties},
        ]
    }


_NEWER_DEFINITIONS = {
    "LocationsRequest": _message(
        "Request",
        command={"type": "string", "enum": ["locations"]},
        arguments={"$ref": "#/definitions/LocationsArguments"},
    ),
    "LocationsArguments": {
        "type": "object",
        "properties": {"locationReference": _INTEGER},
        "required": ["locationReference"],
    },
    "LocationsResponse": _message(
        "Response",
        body={
            "type": "object",
            "properties": {
                "source": {"$ref": "#/definitions/Source"},
                "line": _INTEGER,
                "column": _INTEGER,
                "endLine": _INTEGER,
                "endColumn": _INTEGER,
            },
            "required": ["source", "line"],
        },
    ),
}

# Commands of ours beside the protocol.
_OWN = {"llmspell/authenticate"}


@cache
def definitions() -> dict[str, Any]:
    """The definitions by name."""
    spec = importlib.util.find_spec("debugpy")
    assert spec is not None and spec.origin is not None, (
        "the tests need debugpy: pip install -e '.[dev]'"
    )
    schema = json.loads((Path(spec.origin).parent / _SCHEMA).read_text())
    found: dict[str, Any] = schema["definitions"]
    for name, properties in _NEWER.items():
        found[name]["properties"].update(properties)
    for name in _NEWER_IN_BODIES:
        found[name]["allOf"][-1]["properties"]["body"]["properties"].update(_VALUE_LOCATION)
    found.update(_NEWER_DEFINITIONS)
    # What may be launch or attach arguments is, with two such open types, always both.
    restart = found["RestartArguments"]["properties"]["arguments"]
    restart["anyOf"] = restart.pop("oneOf")
    for name, definition in found.items():
        if name not in _OPEN:
            _close(definition)
    return found


def _close(definition: dict[str, Any]) -> None:
    if "allOf" in definition:
        body = definition["allOf"][-1].get("properties", {}).get("body")
        if isinstance(body, dict) and "properties" in body:
            body.setdefault("additionalProperties", False)
    elif definition.get("type") == "object" and "properties" in definition:
        definition.setdefault("additionalProperties", False)


@cache
def _names(kind: str, suffix: str) -> dict[str, str]:
    """Command or event -> the definition of its message."""
    found = {}
    for name, definition in definitions().items():
        if name.endswith(suffix) and "allOf" in definition:
            allowed = definition["allOf"][-1]["properties"].get(kind, {}).get("enum")
            if allowed:
                found[allowed[0]] = name
    return found


def all_requests() -> list[str]:
    """Every command of the protocol."""
    return sorted(_names("command", "Request"))


@cache
def _validator(name: str) -> Draft4Validator:
    schema = {"$ref": f"#/definitions/{name}", "definitions": definitions()}
    return Draft4Validator(schema)


def check(message: dict[str, Any]) -> None:
    """Raises AssertionError if a message is not what the protocol says."""
    name = _definition_of(message)
    errors = [
        f"{'/'.join(map(str, error.absolute_path))}: {error.message}"
        for error in _validator(name).iter_errors(message)
    ]
    assert not errors, f"not a {name}: {errors}\n{json.dumps(message, indent=1)}"


def _definition_of(message: dict[str, Any]) -> str:
    kind = message.get("type")
    if kind == "request":
        if message["command"] in _OWN:
            return "Request"
        return _names("command", "Request")[message["command"]]
    if kind == "event":
        return _names("event", "Event")[message["event"]]
    assert kind == "response", message
    if not message["success"]:
        return "ErrorResponse"
    request = _names("command", "Request").get(message["command"])
    return request.removesuffix("Request") + "Response" if request else "Response"
