"""`graph-builder` (spec tools §8.13); networkx finds components and cycles."""

from __future__ import annotations

import json

from llmspell.errors import ValidationError
from llmspell.tools.answer import Answer
from llmspell.tools.builtin.data.graph_document import KINDS, GraphDocument
from llmspell.tools.builtin.data.graph_measures import measured
from llmspell.tools.description import MIB, Example, Limits, Operation, Parameter
from llmspell.tools.tool import Tool

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from llmspell.tools.call import Call

_GRAPH = '{"graph_type":"directed","nodes":[{"id":"a"},{"id":"b"}],"edges":[{"from":"a","to":"b"}]}'


class GraphBuilder(Tool):
    """Builds and measures graphs that are kept as JSON."""

    name = "graph-builder"
    category = "data"
    timed_by = "data"
    result = "nested"
    limits = Limits(seconds=30, output_bytes=50 * MIB)
    requires = ("networkx",)
    parameters = (
        Parameter("input", ("string", "object"), "The graph, as JSON text or a table."),
        Parameter("graph_type", "string", "`directed` or `undirected`.", default="directed"),
        Parameter("graph", ("string", "object"), "The graph to change, as JSON text or a table."),
        Parameter("node_id", "string", "The name of the new node."),
        Parameter("from", "string", "Where the edge begins."),
        Parameter("to", "string", "Where the edge ends."),
        Parameter("label", "string", "Of the new node or edge."),
        Parameter("data", "object", "Of the new node or edge."),
        Parameter("weight", "number", "Of the new edge."),
    )
    operations = {
        "create_graph": Operation("an empty graph", takes=("graph_type",)),
        "add_node": Operation(
            "the graph with one node more",
            needs=("graph", "node_id"),
            takes=("graph", "node_id", "label", "data"),
        ),
        "add_edge": Operation(
            "the graph with one edge more",
            needs=("graph", "from", "to"),
            takes=("graph", "from", "to", "label", "weight", "data"),
        ),
        "analyze": Operation("numbers about a graph", needs=("input",), takes=("input",)),
        "export_json": Operation("a graph as text", needs=("input",), takes=("input",)),
        "import_json": Operation("a graph from text", needs=("input",), takes=("input",)),
    }
    default_operation = "create_graph"
    examples = (
        Example(
            {"operation": "create_graph"},
            {"result": {"result": {"graph_type": "directed", "metadata": {"node_count": 0}}}},
        ),
        Example(
            {"operation": "add_edge", "graph": _GRAPH, "from": "b", "to": "a", "weight": 2},
            {"result": {"result": {"metadata": {"edge_count": 2}}}},
        ),
        Example(
            {"operation": "analyze", "input": _GRAPH},
            {"result": {"result": {"node_count": 2, "density": 1.0, "node_ids": ["a", "b"]}}},
        ),
        Example({"operation": "add_node", "graph": _GRAPH, "node_id": "a"}, fails="already"),
    )

    def do_create_graph(self, call: Call) -> Answer:
        """An empty document."""
        kind = str(call.get("graph_type", "directed"))
        if kind not in KINDS:
            raise ValidationError(
                f"'{kind}' is no kind of graph; use {' or '.join(KINDS)}", field="graph_type"
            )
        return self._answer(call, GraphDocument.empty(kind).data)

    def do_add_node(self, call: Call) -> Answer:
        """The changed document."""
        graph = GraphDocument.read(call.params["graph"], "graph")
        graph.add_node(call.params["node_id"], call.get("label"), call.get("data"))
        return self._answer(call, graph.data)

    def do_add_edge(self, call: Call) -> Answer:
        """The changed document."""
        graph = GraphDocument.read(call.params["graph"], "graph")
        more = {name: call.get(name) for name in ("label", "weight", "data")}
        graph.add_edge(call.params["from"], call.params["to"], **more)
        return self._answer(call, graph.data)

    def do_analyze(self, call: Call) -> Answer:
        """Counts, density, degrees, components, cycles."""
        return self._answer(call, measured(GraphDocument.read(call.params["input"], "input")))

    def do_export_json(self, call: Call) -> Answer:
        """`json` is the document as text."""
        graph = GraphDocument.read(call.params["input"], "input")
        text = json.dumps(graph.data, ensure_ascii=False, indent=2)
        counts = {"node_count": len(graph.nodes), "edge_count": len(graph.edges)}
        return self._answer(call, {"json": text, "format": "json", **counts}, text)

    def do_import_json(self, call: Call) -> Answer:
        """The document as a table."""
        return self._answer(call, GraphDocument.read(call.params["input"], "input").data)

    def _answer(self, call: Call, result: dict[str, Any], text: str | None = None) -> Answer:
        told = {"tool": self.name, "operation": call.operation}
        return Answer(call.operation, result, text=text, metadata=told)
