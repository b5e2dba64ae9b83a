"""`graphql-query` against a server on loopback, which runs graphql-core where it has a schema."""

from __future__ import annotations

import json
from typing import Any

import graphql
import pytest

from llmspell.errors import SecurityError, ToolError, ValidationError
from llmspell.tools.answer import ToolResult
from llmspell.tools.service import Tools
from tests.runtime.tools.builtin.site import Asked, Page, Site

SCHEMA = graphql.build_schema("type Query { twice(n: Int!): Int }  type Mutation { set: Boolean }")


def _server(web: Site) -> str:
    """A GraphQL server; gives its address."""

    def page(asked: Asked) -> Page:
        said = asked.json
        done = graphql.graphql_sync(
            SCHEMA,
            said["query"],
            {"twice": lambda _, n: 2 * n, "set": True},
            variable_values=said.get("variables"),
            operation_name=said.get("operationName"),
        )
        return Page(json.dumps(done.formatted).encode())

    return web.add("/graphql", page)


def _ask(tools: Tools, url: str, **params: Any) -> ToolResult:
    return tools.invoke("graphql-query", {"endpoint": url, **params})


def test_a_query_gives_its_data(net: Tools, web: Site) -> None:
    url = _server(web)
    document = "query One { twice(n: 1) } query Two($n: Int!) { twice(n: $n) }"
    done = _ask(net, url, input=document, variables={"n": 21}, operation_name="Two")
    assert done.answer.operation == "query"
    assert done.result == {
        "operation": "query",
        "endpoint": url,
        "result": {"data": {"twice": 42}},
    }
    assert web.asked[-1].headers["user-agent"] == "LLMSpell-GraphQLTool/1.0"


def test_a_mutation_says_that_it_is_one(net: Tools, web: Site) -> None:
    done = _ask(net, _server(web), operation="MUTATION", input="mutation { set }")
    assert done.result["operation"] == "mutation"
    assert done.result["result"]["data"] == {"set": True}


def test_errors_beside_data_are_given_errors_alone_are_raised(net: Tools, web: Site) -> None:
    both = {"data": {"a": 1}, "errors": [{"message": "half", "path": ["b"]}]}
    assert _ask(net, web.json("/both", both), input="{ a b }").result["result"] == both
    with pytest.raises(ToolError, match="Cannot query field 'nothing'"):
        _ask(net, _server(web), input="{ nothing }")


def test_the_schema_is_read_once_for_each_server_and_key(net: Tools, web: Site) -> None:
    url = _server(web)
    found = _ask(net, url, operation="introspection").result["result"]
    again = _ask(net, url, operation="introspection").result["result"]
    assert found == again
    assert found["cached"] is True
    client = graphql.build_client_schema(found["schema"])
    assert "twice" in client.type_map["Query"].fields  # type: ignore[attr-defined]
    assert len(web.asked) == 1
    _ask(net, url, operation="introspection", headers={"Authorization": "Bearer other"})
    assert len(web.asked) == 2


def test_what_is_no_graphql_is_raised(net: Tools, web: Site) -> None:
    with pytest.raises(ToolError, match="answered 500: broken"):
        _ask(net, web.add("/e", Page(b"broken", 500)), input="{ a }")
    with pytest.raises(ToolError, match="GraphQL"):
        _ask(net, web.text("/html", "<p>"), input="{ a }")
    with pytest.raises(ToolError, match="neither data nor errors"):
        _ask(net, web.json("/empty", {}), input="{ a }")


def test_braces_in_strings_and_comments_do_not_count(net: Tools, web: Site) -> None:
    document = "{ twice(n: 1) # {{{{{{{{{{{{\n __typename @include(if: true) }"
    assert _ask(net, _server(web), input=document).result["result"]["data"]["twice"] == 2
    url = web.json("/any", {"data": 1})
    for text in ('{ a(b: "' + "{" * 20 + '") }', '{ a(b: """' + '{"' * 20 + ' """) }'):
        _ask(net, url, input=text)
    with pytest.raises(ValidationError, match="deeper than 10") as caught:
        _ask(net, url, input='{ a(b: "\\"") ' + "{" * 10)
    assert caught.value.details["field"] == "query"


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"endpoint": "nowhere", "input": "{ a }"}, "endpoint"),
        ({"input": None}, "input"),
        ({"input": "{ a }", "variables": "x"}, "variables"),
        ({"operation": "telepathy", "input": "{ a }"}, "operation"),
    ],
)
def test_mistakes_name_the_parameter(
    net: Tools, web: Site, params: dict[str, Any], field: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        net.invoke("graphql-query", {"endpoint": web.url, **params})
    assert caught.value.details["field"] == field


def test_subscriptions_and_forbidden_addresses_are_refused(
    net: Tools, tools: Tools, web: Site
) -> None:
    with pytest.raises(ToolError, match="subscription"):
        _ask(net, web.url, operation="subscription")
    with pytest.raises(SecurityError):
        _ask(tools, web.url, input="{ a }")
