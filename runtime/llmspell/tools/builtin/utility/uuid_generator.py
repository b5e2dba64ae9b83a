"""`uuid-generator` (spec tools §8.9), on the standard library."""

from __future__ import annotations

import time
import uuid

from llmspell.errors import ValidationError
from llmspell.tools.answer import Answer, ToolResult
from llmspell.tools.description import Example, Limits, Operation, Parameter
from llmspell.tools.tool import Tool

TYPE_CHECKING = False
if TYPE_CHECKING:
    from llmspell.tools.call import Call

NAMESPACES = {
    "dns": uuid.NAMESPACE_DNS,
    "url": uuid.NAMESPACE_URL,
    "oid": uuid.NAMESPACE_OID,
    "x500": uuid.NAMESPACE_X500,
    "agent": uuid.UUID("6ba13d5a-3f5d-4a5b-9f7e-3d5a2f4d3a2b"),
    "tool": uuid.UUID("7cb24e6b-4f6e-5b6c-af8f-4e6b3f5e4b3c"),
    "workflow": uuid.UUID("8dc35f7c-5f7f-6c7d-bf9f-5f7c4f6f5c4d"),
}
COMPONENTS = ("agent", "tool", "workflow")
"""The namespaces of `deterministic`; anything else counts as the first (spec tools §8.9)."""

FORMATS = {"standard": "hyphenated", "hyphenated": "hyphenated"} | {
    name: name for name in ("simple", "urn", "braced")
}
VARIANTS = {
    uuid.RFC_4122: "RFC4122",
    uuid.RESERVED_NCS: "NCS",
    uuid.RESERVED_MICROSOFT: "Microsoft",
    uuid.RESERVED_FUTURE: "Future",
}


class UuidGenerator(Tool):
    """Makes and checks UUIDs and identifiers of components."""

    name = "uuid-generator"
    limits = Limits(seconds=1)
    quick = True
    default_operation = "generate"
    parameters = (
        Parameter(
            "version",
            "string",
            "1: by time; 4: random; 5: from a namespace and a name.",
            default="v4",
            choices=("v1", "v4", "v5", "1", "4", "5"),
        ),
        Parameter(
            "format", "string", "How it is written.", default="standard", choices=tuple(FORMATS)
        ),
        Parameter(
            "namespace",
            "string",
            "For names: `dns`, `url`, `oid`, `x500`, `agent`, `tool`, `workflow`, or a UUID; "
            "`deterministic` knows `agent`, `tool` and `workflow`, others count as `agent`.",
        ),
        Parameter("name", "string", "The name that the UUID is made of."),
        Parameter("prefix", "string", "What the identifier begins with."),
        Parameter("short", "boolean", "Eight characters only.", default=False),
        Parameter("timestamp", "boolean", "With the time in it.", default=False),
        Parameter("suffix", "string", "What the identifier ends with."),
        Parameter("uuid", "string", "The UUID to check."),
    )
    operations = {
        "generate": Operation("a UUID", takes=("version", "format", "namespace", "name")),
        "component_id": Operation("an identifier of a component", takes=("prefix", "short")),
        "deterministic": Operation(
            "the same UUID for the same name", needs=("name",), takes=("namespace", "name")
        ),
        "custom": Operation(
            "prefix, time, UUID and suffix", takes=("prefix", "timestamp", "short", "suffix")
        ),
        "validate": Operation("whether a text is a UUID", needs=("uuid",), takes=("uuid",)),
    }
    examples = (
        Example(
            {"operation": "generate", "version": "v5", "namespace": "dns", "name": "example.org"},
            {"result": {"uuid": "aad03681-8b63-5304-89e0-8ca8f49461b5", "version": "v5"}},
        ),
        Example(
            {"operation": "validate", "uuid": "aad03681-8b63-5304-89e0-8ca8f49461b5"},
            {"data": {"valid": True, "version": "v5", "variant": "RFC4122"}},
        ),
        Example({"version": "v5", "namespace": "test", "name": "x"}, fails="namespace"),
    )

    def do_generate(self, call: Call) -> Answer:
        """`result.uuid`, and the same as `result.id`."""
        version = "v" + str(call.get("version", "v4")).removeprefix("v")
        if version == "v5":
            made = uuid.uuid5(_namespace(call, "dns"), str(call.need("name")))
        else:
            made = uuid.uuid1() if version == "v1" else uuid.uuid4()
        form = FORMATS[call.get("format", "standard")]
        text = _written(made, form)
        told = {"uuid": text, "id": text, "version": version, "format": form}
        return Answer("generate", told, text=text)

    def do_component_id(self, call: Call) -> Answer:
        """`result.id` is `<prefix>_<uuid>`; the same as `result.uuid`."""
        prefix, short = call.get("prefix", "component"), bool(call.get("short"))
        text = f"{prefix}_{_fresh(short)}"
        told = {"id": text, "uuid": text, "prefix": prefix, "short": short}
        return Answer("component_id", told, text=text)

    def do_deterministic(self, call: Call) -> Answer:
        """`result.id` is a UUID of version 5."""
        name = str(call.params["name"])
        namespace = call.get("namespace", "agent")
        known = namespace if namespace in COMPONENTS else COMPONENTS[0]
        text = str(uuid.uuid5(NAMESPACES[known], name))
        told = {"id": text, "uuid": text, "namespace": namespace, "name": name}
        return Answer("deterministic", told, text=text)

    def do_custom(self, call: Call) -> Answer:
        """`result.id` has its parts joined by `_`."""
        short, timed = bool(call.get("short")), bool(call.get("timestamp"))
        now = str(int(time.time())) if timed else None
        parts = (call.get("prefix"), now, _fresh(short), call.get("suffix"))
        text = "_".join(str(part) for part in parts if part)
        told = {"id": text, "uuid": text, "timestamp": timed, "short": short}
        return Answer("custom", told, text=text)

    def do_validate(self, call: Call) -> Answer:
        """Whether it is a UUID, and of which version."""
        text = str(call.params["uuid"])
        try:
            found = uuid.UUID(text)
        except ValueError as error:
            return Answer("validate", {"valid": False, "uuid": text, "error": str(error)})
        told = {
            "valid": True,
            "uuid": str(found),
            "version": f"v{found.version}" if found.version else None,
            "variant": VARIANTS[found.variant],
        }
        return Answer("validate", told)

    def shaped(self, answer: Answer, seconds: float) -> ToolResult:
        """`validate` gives its data as it is (spec tools §8.9)."""
        shape = "data" if answer.operation == "validate" else self.result
        return ToolResult(self.name, shape, answer, seconds)


def _namespace(call: Call, default: str) -> uuid.UUID:
    text = str(call.get("namespace", default))
    if text in NAMESPACES:
        return NAMESPACES[text]
    try:
        return uuid.UUID(text)
    except ValueError:
        raise ValidationError(
            f"'{text}' is no namespace: use {', '.join(NAMESPACES)} or a UUID", field="namespace"
        ) from None


def _written(made: uuid.UUID, form: str) -> str:
    if form == "simple":
        return made.hex
    if form == "urn":
        return made.urn
    return f"{{{made}}}" if form == "braced" else str(made)


def _fresh(short: bool) -> str:
    made = str(uuid.uuid4())
    return made[:8] if short else made
