"""`graph-builder`."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from llmspell.app import Runtime
from llmspell.errors import ToolError, ValidationError
from llmspell.tools.service import Tools

NAME = "graph-builder"


def call(tools: Tools, operation: str, **params: Any) -> Any:
    """The inner result."""
    table = tools.invoke(NAME, {"operation": operation, **params}).table()
    assert table["operation"] == "graph_builder_execute"
    inner = table["result"]
    assert (inner["operation"], inner["success"]) == (operation, True)
    assert inner["metadata"] == {"tool": NAME, "operation": operation}
    return inner["result"]


def graph(edges: str, kind: str = "directed", nodes: str = "abc") -> str:
    """A graph as text; edges like `ab bc`."""
    return json.dumps(
        {
            "graph_type": kind,
            "nodes": [{"id": name} for name in nodes],
            "edges": [{"from": each[0], "to": each[1]} for each in edges.split()],
        }
    )


def test_a_graph_is_built_step_by_step(tools: Tools) -> None:
    made = call(tools, "create_graph", graph_type="undirected")
    assert made["metadata"] | {"created_at": ""} == {
        "created_at": "",
        "node_count": 0,
        "edge_count": 0,
    }
    for name in ("a", "b"):
        made = call(
            tools, "add_node", graph=json.dumps(made), node_id=name, label="L", data={"x": 1}
        )
    made = call(tools, "add_edge", graph=made, **{"from": "a", "to": "b"}, weight=1.5)
    assert made["nodes"][1] == {"id": "b", "label": "L", "data": {"x": 1}}
    assert made["edges"] == [{"from": "a", "to": "b", "label": None, "weight": 1.5, "data": None}]
    assert (made["metadata"]["node_count"], made["metadata"]["edge_count"]) == (2, 1)
    assert made["metadata"]["last_modified"] >= made["metadata"]["created_at"]


@pytest.mark.parametrize(
    ("text", "density", "degrees", "properties", "structure"),
    [
        (graph("ab bc"), 2 / 3, (1, 0, 2 / 3), (False, False, False), (1, False)),
        (graph("ab bc ca"), 1, (1, 1, 1), (False, True, False), (1, True)),
        (graph("ab", "undirected"), 1 / 3, (1, 0, 2 / 3), (False, False, False), (2, False)),
        (graph("ab bc ca", "undirected"), 1, (2, 2, 2), (False, True, False), (1, True)),
        (graph("aa"), 1 / 3, (1, 0, 1 / 3), (False, False, True), (3, True)),
        (graph("aa", "undirected", "a"), 0, (2, 2, 2), (False, False, True), (1, True)),
        (graph("", nodes=""), 0, (0, 0, 0), (True, False, False), (0, False)),
        (graph("", "undirected", ""), 0, (0, 0, 0), (True, False, False), (0, False)),
    ],
)
def test_numbers(
    tools: Tools, text: str, density: float, degrees: Any, properties: Any, structure: Any
) -> None:
    found = call(tools, "analyze", input=text)
    assert found["density"] == pytest.approx(density)
    names = ("max_degree", "min_degree", "average_degree")
    assert [found["degree_statistics"][name] for name in names] == pytest.approx(list(degrees))
    assert tuple(found["properties"].values()) == properties
    assert tuple(found["structure"].values()) == structure
    assert found["node_ids"] == [node["id"] for node in json.loads(text)["nodes"]]


def test_text_and_table_and_back(tools: Tools) -> None:
    text = graph("ab")
    document = call(tools, "import_json", input=text)
    assert document["edges"][0]["weight"] is None
    exported = call(tools, "export_json", input=document)
    assert (exported["format"], exported["node_count"], exported["edge_count"]) == ("json", 3, 1)
    assert json.loads(exported["json"]) == document
    assert tools.invoke(NAME, {"operation": "export_json", "input": text}).text == exported["json"]


def test_empty_lists_that_were_in_lua_are_taken(make_runtime: Callable[..., Runtime]) -> None:
    spell = """
    local g = Tool.execute("graph-builder", {operation = "create_graph"}).result.result
    for _, how in ipairs {JSON.stringify, function(x) return x end} do
      g = Tool.execute("graph-builder", {operation = "add_node", graph = how(g), node_id = "n" .. #g.nodes}).result.result
    end
    return g.nodes[2].id
    """
    assert make_runtime().run(spell).value == "n1"


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"operation": "create_graph", "graph_type": "mixed"}, "graph_type"),
        ({"operation": "add_node", "graph": graph(""), "node_id": "a"}, "node_id"),
        ({"operation": "add_node", "graph": graph("")}, "node_id"),
        ({"operation": "add_edge", "graph": graph(""), "from": "x", "to": "a"}, "from"),
        ({"operation": "add_edge", "graph": graph(""), "from": "a", "to": "x"}, "to"),
        ({"operation": "analyze"}, "input"),
        ({"operation": "import_json", "input": "[]"}, "input"),
        ({"operation": "import_json", "input": '{"nodes": 1}'}, "nodes"),
        ({"operation": "import_json", "input": '{"nodes": [{}]}'}, "nodes"),
        ({"operation": "import_json", "input": '{"nodes": [{"id": "a"}, {"id": "a"}]}'}, "nodes"),
        ({"operation": "import_json", "input": '{"edges": [{"from": "a", "to": "b"}]}'}, "edges"),
        ({"operation": "import_json", "input": '{"edges": [1]}'}, "edges"),
        ({"operation": "import_json", "input": {"graph_type": "x"}}, "graph_type"),
        ({"operation": "import_json", "input": " " * (10 * 1024 * 1024 + 1)}, "input"),
        ({"operation": "import_json", "input": {"nodes": [{"id": "a"}] * 10_001}}, "nodes"),
        ({"operation": "colour", "input": "{}"}, "operation"),
    ],
)
def test_mistakes_name_the_parameter(tools: Tools, params: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as caught:
        tools.invoke(NAME, params)
    assert caught.value.details["field"] == field


def test_one_node_too_many(tools: Tools) -> None:
    full = json.dumps({"nodes": [{"id": str(n)} for n in range(10_000)]})
    with pytest.raises(ValidationError) as caught:
        call(tools, "add_node", graph=full, node_id="x")
    assert caught.value.details["field"] == "max_nodes"


@pytest.mark.parametrize("text", ["{", "[" * 100_000])
def test_what_is_no_json_is_a_failure(tools: Tools, text: str) -> None:
    with pytest.raises(ToolError, match="no JSON"):
        call(tools, "analyze", input=text)
