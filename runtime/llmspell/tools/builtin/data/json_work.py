"""What `json-processor` does in a process of its own."""

from __future__ import annotations

from llmspell.errors import ToolError, ValidationError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def outputs(request: Any) -> list[Any]:
    """All outputs of a jq program for each text: `[program, [text, …]]`."""
    import jq

    query, texts = request
    try:
        program = jq.compile(query)
    except ValueError as error:
        raise ValidationError(f"'query' is no jq program: {error}", field="query") from None
    found: list[Any] = []
    for text in texts:
        try:
            found.extend(program.input_text(text))
        except ValueError as error:
            raise ToolError(f"jq: {error}") from None
    return found


def problems(request: Any) -> list[dict[str, str]]:
    """How a value breaks a schema: `[value, schema]`. Patterns take linear time."""
    from jsonschema_rs import Draft7Validator, RegexOptions
    from jsonschema_rs import ValidationError as Broken

    value, schema = request
    try:
        validator = Draft7Validator(schema, pattern_options=RegexOptions(), offline=True)
        errors = list(validator.iter_errors(value))
    except (Broken, ValueError) as error:
        text = str(error).partition("\n")[0]
        raise ValidationError(f"'schema' is no JSON Schema: {text}", field="schema") from None
    return [
        {
            "path": _pointer(error.instance_path),
            "message": error.message,
            "keyword": error.kind.name,
        }
        for error in errors
    ]


def _pointer(path: list[Any]) -> str:
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)
