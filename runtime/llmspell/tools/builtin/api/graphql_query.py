"""`graphql-query` (spec tools §8.15), on httpx, with graphql-core for the introspection query."""

from __future__ import annotations

import re
import time

from llmspell.errors import ToolError, ValidationError
from llmspell.tools.answer import Answer
from llmspell.tools.builtin.web.parameters import HEADERS, TIMEOUT, TIMEOUT_MS, seconds
from llmspell.tools.description import Example, Limits, Operation, Parameter
from llmspell.tools.tool import Tool

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from llmspell.tools.call import Call

MOST_DEPTH = 10
"""How deeply the braces of a document may be nested."""

CACHED_SECONDS = 3600
CACHED_SCHEMAS = 50

_NO_BRACES = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*(?:"""|\Z)|"(?:[^"\\\n]|\\.)*"?|#[^\n]*', re.DOTALL
)
"""Strings and comments, whose braces do not count; one that is not closed goes on to the end."""


class GraphqlQuery(Tool):
    """Sends GraphQL documents to a server, and reads its schema."""

    name = "graphql-query"
    category = "api"
    security = "privileged"
    permissions = ("network",)
    requires = ("graphql", "httpx")
    limits = Limits(seconds=60)
    default_operation = "query"
    parameters = (
        Parameter(
            "endpoint", "string", "The server's URL.", required=True, aliases=("url",), kind="url"
        ),
        Parameter("input", "string", "The document.", aliases=("query",)),
        Parameter("variables", "object", "Name -> value."),
        Parameter("operation_name", "string", "Which operation of the document is run."),
        HEADERS,
        TIMEOUT,
        TIMEOUT_MS,
    )
    operations = {
        "query": Operation("reads data", needs=("input",)),
        "mutation": Operation("changes data", needs=("input",)),
        "introspection": Operation("reads the schema, which is kept for an hour"),
        "subscription": Operation("not possible: nothing stays connected"),
    }
    examples = (
        Example(
            {"endpoint": "http://10.1.2.3/graphql", "input": "{ me { name } }"},
            fails="Network access denied",
        ),
        Example(
            {"endpoint": "https://example.org/graphql", "input": "{a" * 11 + "}" * 11},
            fails="deeper than 10",
            title="a document that is nested too deeply",
        ),
        Example(
            {"operation": "subscription", "endpoint": "https://example.org/graphql"},
            fails="subscription",
        ),
    )

    def __init__(self) -> None:
        self._schemas: dict[tuple[Any, ...], tuple[float, Any]] = {}

    async def do_query(self, call: Call) -> Answer:
        """`result.result`: `data`, `errors` and `extensions` as the server gives them."""
        document = str(call.params["input"])
        _check_depth(document)
        body: dict[str, Any] = {"query": document}
        for name, key in (("variables", "variables"), ("operation_name", "operationName")):
            if call.get(name) is not None:
                body[key] = call.params[name]
        found = await _post(call, body)
        kept: dict[str, Any] = {
            key: found[key] for key in ("data", "errors", "extensions") if key in found
        }
        return _answer(call, kept)

    do_mutation = do_query

    async def do_introspection(self, call: Call) -> Answer:
        """`result.result.schema`: the answer to the standard introspection query."""
        if call.get("input") is not None:
            _check_depth(str(call.params["input"]))
        headers = call.get("headers", {})
        key = (call.params["endpoint"], *sorted((str(k), str(v)) for k, v in headers.items()))
        known = self._schemas.get(key)
        if known is None or known[0] < time.monotonic():
            from graphql import get_introspection_query

            found = await _post(call, {"query": get_introspection_query()})
            known = (time.monotonic() + CACHED_SECONDS, found["data"])
            while len(self._schemas) >= CACHED_SCHEMAS:
                self._schemas.pop(next(iter(self._schemas)))
            self._schemas[key] = known
        return _answer(call, {"schema": known[1], "cached": True})

    async def do_subscription(self, call: Call) -> Answer:  # noqa: ARG002
        """Is refused: a subscription stays open, and a call of a tool ends."""
        raise ToolError("a subscription is not possible: send a query again from time to time")


def _check_depth(document: str) -> None:
    depth = 0
    for brace in re.findall(r"[{}]", _NO_BRACES.sub("", document)):
        depth += 1 if brace == "{" else -1
        if depth > MOST_DEPTH:
            raise ValidationError(f"the document is nested deeper than {MOST_DEPTH}", field="query")


async def _post(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """What a server answers; raises ToolError where it is no GraphQL or all of it failed."""
    from llmspell.tools.builtin.web.fetching import headers_of, json_body, request

    url = str(call.params["endpoint"])
    headers = {"User-Agent": "LLMSpell-GraphQLTool/1.0", "Accept": "application/json"}
    headers |= headers_of(call.get("headers"))
    content = json_body(call, body, "variables", headers)
    try:
        reply = await request(
            call, "POST", url, headers=headers, content=content, timeout=seconds(call)
        )
    except ValidationError as error:
        error.details["field"] = "endpoint"
        raise
    if not 200 <= reply.status < 300:
        raise ToolError(f"'{url}' answered {reply.status}: {reply.text[:500]}", status=reply.status)
    found, is_json = await reply.parsed()
    if not is_json or not isinstance(found, dict):
        raise ToolError(f"'{url}' did not answer with a GraphQL result")
    if found.get("data") is None:
        raise ToolError(f"'{url}' answered: {_first_errors(found)}")
    return found


def _first_errors(found: dict[str, Any]) -> str:
    """What the first errors of a result say."""
    errors = found.get("errors")
    if not isinstance(errors, list) or not errors:
        return "neither data nor errors"
    said = (each.get("message") if isinstance(each, dict) else each for each in errors[:5])
    return "; ".join(str(text)[:500] for text in said)


def _answer(call: Call, result: dict[str, Any]) -> Answer:
    operation, endpoint = call.operation, call.params["endpoint"]
    told = {"operation": operation, "endpoint": endpoint, "result": result}
    return Answer(operation, told, message=f"{operation} of {endpoint}")
