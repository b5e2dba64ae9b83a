"""`yaml-toml-processor`: YAML, TOML and JSON, on ruamel.yaml and tomlkit, which keep comments.

It works in a process of its own: merge keys and aliases of YAML can make a parser take for ever.
"""

from __future__ import annotations

import os

from llmspell.errors import ValidationError
from llmspell.security.opening import open_to_read, write_whole
from llmspell.tools.answer import Answer
from llmspell.tools.builtin.data.documents import FORMATS
from llmspell.tools.builtin.filesystem.paths import check_size, file_path, storage_errors
from llmspell.tools.description import MIB, Example, Limits, Operation, Parameter
from llmspell.tools.isolation import isolated
from llmspell.tools.tool import Tool

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from llmspell.tools.call import Call

WORK = "llmspell.tools.builtin.data.yaml_toml_work:work"
LARGEST = 10 * MIB
_EXTENSIONS = {".yaml": "yaml", ".yml": "yaml", ".toml": "toml", ".json": "json"}
_SOURCE = ("input", "path", "format")


class YamlTomlProcessor(Tool):
    """Reads, checks, converts and changes YAML, TOML and JSON, and keeps their comments."""

    name = "yaml-toml-processor"
    category = "data"
    timed_by = "data"
    permissions = ("read", "write")
    limits = Limits(seconds=30)
    requires = ("ruamel.yaml", "tomlkit")
    aliases = ("yaml-processor", "toml-processor")
    parameters = (
        Parameter("input", "string", "The text.", aliases=("text", "content")),
        Parameter(
            "path", "string", "A file with the text.", aliases=("file_path",), kind="file-path"
        ),
        Parameter(
            "format", "string", "What the text is; guessed otherwise.", choices=("auto", *FORMATS)
        ),
        Parameter("to", "string", "The format to convert to.", choices=FORMATS),
        Parameter(
            "key",
            "string",
            "A place, as in `server.ports[0]`, from 0, or `/server/ports/0`.",
            aliases=("key_path", "pointer"),
        ),
        Parameter(
            "value",
            ("string", "number", "boolean", "object", "array"),
            "What to put there.",
        ),
        Parameter(
            "default",
            ("string", "number", "boolean", "object", "array"),
            "What `get` gives where there is nothing.",
        ),
        Parameter("with", "object", "What to merge into the table at `key`, or the whole."),
        Parameter(
            "lists",
            "string",
            "What merging does with two lists.",
            default="replace",
            choices=("replace", "append"),
        ),
        Parameter(
            "null",
            "string",
            "What becomes of null in TOML, which has none.",
            default="error",
            choices=("error", "omit"),
        ),
        Parameter("schema", ("object", "boolean"), "A JSON Schema (draft 7)."),
        Parameter("output_path", "string", "A file for the resulting text.", kind="file-path"),
    )
    operations = {
        "parse": Operation("the data", takes=_SOURCE, aliases=("read", "load")),
        "validate": Operation("whether it is correct, and where not", takes=(*_SOURCE, "schema")),
        "convert": Operation(
            "the text in another format",
            needs=("to",),
            takes=(*_SOURCE, "to", "null", "output_path"),
        ),
        "get": Operation(
            "the value at a place", needs=("key",), takes=(*_SOURCE, "key", "default")
        ),
        "set": Operation(
            "the text with a value at a place",
            needs=("key", "value"),
            takes=(*_SOURCE, "key", "value", "output_path"),
        ),
        "delete": Operation(
            "the text without a place", needs=("key",), takes=(*_SOURCE, "key", "output_path")
        ),
        "merge": Operation(
            "the text with another table in it",
            needs=("with",),
            takes=(*_SOURCE, "key", "with", "lists", "output_path"),
        ),
    }
    default_operation = "parse"
    examples = (
        Example(
            {"input": "ports: [80, 443]\nname: no\n"},
            {"result": {"data": {"ports": [80, 443], "name": "no"}, "format": "yaml"}},
        ),
        Example(
            {"operation": "set", "input": "[a] # mine\nb = 1 # one\n", "key": "a.b", "value": 2},
            {"result": {"text": "[a] # mine\nb = 2 # one\n", "format": "toml", "changed": True}},
        ),
        Example(
            {"operation": "convert", "path": "@/a.json", "to": "yaml"},
            {"text": "a:\n  - 1\n"},
            files={"a.json": '{"a": [1]}'},
        ),
        Example({"input": "a: [1", "format": "yaml"}, fails="line 1"),
    )

    def do_parse(self, call: Call) -> Answer:
        """`data`, the `format`, and `documents`: several of YAML are a list in `data`."""
        found = _work(call)
        return Answer("parse", found, message=f"{found['format'].upper()}")

    def do_validate(self, call: Call) -> Answer:
        """`valid`, and `errors` with `message`, `line` and `column`, or `path` by the schema."""
        found = _work(call, schema=call.get("schema"))
        valid = found["valid"]
        return Answer("validate", found, message="valid" if valid else "not valid")

    def do_convert(self, call: Call) -> Answer:
        """`text`; comments are kept only within one format."""
        return _with_text(call, _work(call, to=call.need("to"), null=call.get("null", "error")))

    def do_get(self, call: Call) -> Answer:
        """`value`, and whether it was `found`."""
        given = {"default": call.params["default"]} if "default" in call.params else {}
        return Answer("get", _work(call, key=call.need("key"), **given))

    def do_set(self, call: Call) -> Answer:
        """`text` with its comments, its `data`, and whether it has `changed`."""
        return _with_text(call, _work(call, key=call.need("key"), value=call.params["value"]))

    def do_delete(self, call: Call) -> Answer:
        """As `set`."""
        return _with_text(call, _work(call, key=call.need("key")))

    def do_merge(self, call: Call) -> Answer:
        """As `set`."""
        given = {"with": call.need("with"), "lists": call.get("lists", "replace")}
        return _with_text(call, _work(call, key=call.get("key", ""), **given))


def _work(call: Call, **given: Any) -> dict[str, Any]:
    text, format_ = _text(call)
    settings = call.settings.data
    depth = settings.max_json_depth if settings else 100
    request = {"operation": call.operation, "text": text, "format": format_, "depth": depth}
    found: dict[str, Any] = isolated(call, WORK, request | given)
    return found


def _text(call: Call) -> tuple[str, str]:
    """The text and its format, "" where that is to be found out."""
    format_ = call.get("format", "auto")
    format_ = "" if format_ == "auto" else format_
    text = call.get("input")
    if (text is None) == (call.get("path") is None):
        raise ValidationError("either 'input' or 'path' is needed", field="input")
    if text is None:
        path = file_path(call)
        with storage_errors("read", path), open_to_read(call.policy, path) as file:
            data = file.read(LARGEST + 1)
        check_size(call, len(data), "path")
        text = data.decode("utf-8-sig")
        format_ = format_ or _EXTENSIONS.get(os.path.splitext(path)[1].lower(), "")
    if len(text) > LARGEST:
        raise ValidationError(f"the text is longer than {LARGEST} characters", field="input")
    return text, format_


def _with_text(call: Call, found: dict[str, Any]) -> Answer:
    path = call.get("output_path")
    if path is not None:
        resolved = file_path(call, "output_path", "write")
        with storage_errors("write", resolved):
            write_whole(call.policy, resolved, found["text"].encode())
        found["output_path"] = path
    return Answer(call.operation, found, text=found["text"])
