"""`json-processor` (spec tools §8.12), on libjq and jsonschema-rs.

Both work in a process of their own: a jq program may loop for ever and cannot be stopped otherwise.
"""

from __future__ import annotations

import json

from llmspell.errors import ValidationError
from llmspell.tools.answer import Answer
from llmspell.tools.builtin.data.jq_names import forbidden_name
from llmspell.tools.builtin.data.limits import check_depth, check_validation
from llmspell.tools.description import Example, Limits, Operation, Parameter
from llmspell.tools.isolation import isolated
from llmspell.tools.tool import Tool

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from llmspell.tools.call import Call

WORK = "llmspell.tools.builtin.data.json_work"


class JsonProcessor(Tool):
    """Queries JSON with jq, validates it against a JSON Schema, and processes JSON lines."""

    name = "json-processor"
    category = "data"
    timed_by = "data"
    result = "data"
    limits = Limits(seconds=30)
    requires = ("jq",)
    parameters = (
        Parameter(
            "input",
            ("object", "array", "string", "number", "boolean"),
            "A JSON value, or JSON as text; JSON lines for `stream`.",
        ),
        Parameter(
            "query", "string", "A jq program.", default=".", aliases=("expression", "filter")
        ),
        Parameter("schema", ("object", "boolean"), "A JSON Schema (draft 7)."),
    )
    operations = {
        "query": Operation(
            "what a jq program gives",
            needs=("input", "query"),
            takes=("input", "query"),
            aliases=("transform", "jq"),
        ),
        "validate": Operation(
            "whether JSON fits a schema, and where it does not",
            needs=("input", "schema"),
            takes=("input", "schema"),
        ),
        "stream": Operation(
            "a jq program for each line", needs=("input",), takes=("input", "query")
        ),
    }
    default_operation = "query"
    examples = (
        Example(
            {"input": {"users": [{"name": "b"}, {"name": "a"}]}, "query": ".users | map(.name)"},
            {"data": ["b", "a"]},
        ),
        Example(
            {"operation": "validate", "input": {"a": "x"}, "schema": {"required": ["b"]}},
            {
                "data": {
                    "is_valid": False,
                    "errors": [
                        {
                            "path": "",
                            "message": '"b" is a required property',
                            "keyword": "required",
                        }
                    ],
                }
            },
        ),
        Example(
            {"operation": "stream", "input": '{"n":1}\n\n{"n":2}\n', "query": ".n * 10"},
            {"data": [10, 20]},
        ),
        Example({"input": {}, "query": ".a |"}, fails="query"),
    )

    def do_query(self, call: Call) -> Answer:
        """The only output, or a list of all."""
        query = _program(call)
        outputs = isolated(call, f"{WORK}:outputs", [query, [_text(call, call.params["input"])]])
        return Answer("query", outputs[0] if len(outputs) == 1 else outputs)

    def do_validate(self, call: Call) -> Answer:
        """Errors have `path` (a JSON pointer), `message` and `keyword`."""
        check_validation(call)
        value = json.loads(_text(call, call.params["input"]))
        errors = isolated(call, f"{WORK}:problems", [value, call.params["schema"]])
        return Answer("validate", {"is_valid": not errors, "errors": errors})

    def do_stream(self, call: Call) -> Answer:
        """A list of all outputs of all lines."""
        query, text = _program(call), call.params["input"]
        if not isinstance(text, str):
            raise ValidationError("'input' has to be text with a JSON value a line", field="input")
        lines = []
        for number, line in enumerate(text.split("\n"), 1):
            if line.strip():
                check_depth(call, _parsed(line, number))
                lines.append(line)
        return Answer("stream", isolated(call, f"{WORK}:outputs", [query, lines]))


def _program(call: Call) -> str:
    query = str(call.get("query", "."))
    name = forbidden_name(query)
    if name:
        raise ValidationError(f"'{name}' is not allowed in a jq program", field="query")
    return query


def _text(call: Call, value: Any) -> str:
    """A value as JSON text; a string that is JSON is what it says."""
    if isinstance(value, str):
        try:
            found = json.loads(value)
        except (ValueError, RecursionError):
            return json.dumps(value)
        check_depth(call, found)
        return value
    return json.dumps(check_depth(call, value))


def _parsed(line: str, number: int) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ValidationError(f"line {number} is no JSON: {error}", field="input") from error
