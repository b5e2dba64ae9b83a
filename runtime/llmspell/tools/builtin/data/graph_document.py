"""Graphs as JSON documents: read and checked, changed (spec tools §8.13)."""

from __future__ import annotations

import json

from llmspell.errors import ToolError, ValidationError
from llmspell.telemetry.timestamps import now

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MOST_NODES = 10_000
MOST_EDGES = 50_000
LONGEST = 10 * 1024 * 1024
KINDS = ("directed", "undirected")


class GraphDocument:
    """A graph that has been checked. `data` is the document itself."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.data = data
        self.kind: str = data["graph_type"]
        self.nodes: list[dict[str, Any]] = data["nodes"]
        self.edges: list[dict[str, Any]] = data["edges"]

    @classmethod
    def empty(cls, kind: str) -> GraphDocument:
        """A new graph."""
        told = {"created_at": now(), "node_count": 0, "edge_count": 0}
        return cls({"graph_type": kind, "nodes": [], "edges": [], "metadata": told})

    @classmethod
    def read(cls, given: Any, field: str) -> GraphDocument:
        """A document from its text, or from a table.

        Raises ToolError for what is no JSON, ValidationError for what is no graph; `field` names
        the parameter in general faults.
        """
        if isinstance(given, str):
            if len(given) > LONGEST:
                raise ValidationError(f"the graph has more than {LONGEST} characters", field=field)
            try:
                given = json.loads(given)
            except (ValueError, RecursionError) as error:
                raise ToolError(f"the graph is no JSON: {error}") from None
        if not isinstance(given, dict):
            raise ValidationError("the graph has to be an object", field=field)
        kind = given.get("graph_type", "directed")
        if kind not in KINDS:
            raise ValidationError(
                f"'graph_type' is {kind!r}; use {' or '.join(KINDS)}", field="graph_type"
            )
        nodes = [_node(each) for each in _list(given, "nodes", MOST_NODES)]
        edges = [_edge(each) for each in _list(given, "edges", MOST_EDGES)]
        ids = {node["id"] for node in nodes}
        if len(ids) < len(nodes):
            raise ValidationError("two nodes have the same 'id'", field="nodes")
        for edge in edges:
            for end in ("from", "to"):
                if edge[end] not in ids:
                    raise ValidationError(
                        f"an edge leads '{end}' '{edge[end]}', which is no node", field="edges"
                    )
        told = given.get("metadata")
        return cls(
            {
                "graph_type": kind,
                "nodes": nodes,
                "edges": edges,
                "metadata": told if isinstance(told, dict) and told else None,
            }
        )

    @property
    def ids(self) -> set[str]:
        """The names of all nodes."""
        return {node["id"] for node in self.nodes}

    def add_node(self, name: str, label: Any, data: Any) -> None:
        """Raises ValidationError for a name that there is, or one node too many."""
        if name in self.ids:
            raise ValidationError(f"there is a node '{name}' already", field="node_id")
        if len(self.nodes) >= MOST_NODES:
            raise ValidationError(f"a graph has at most {MOST_NODES} nodes", field="max_nodes")
        self.nodes.append({"id": name, "label": label, "data": data})
        self._changed()

    def add_edge(self, start: str, end: str, **more: Any) -> None:
        """Raises ValidationError for an end that is no node, or one edge too many."""
        for field, name in (("from", start), ("to", end)):
            if name not in self.ids:
                raise ValidationError(f"there is no node '{name}'", field=field)
        if len(self.edges) >= MOST_EDGES:
            raise ValidationError(f"a graph has at most {MOST_EDGES} edges", field="max_edges")
        self.edges.append({"from": start, "to": end, **more})
        self._changed()

    def _changed(self) -> None:
        told = dict(self.data["metadata"] or {"created_at": now()})
        told |= {"node_count": len(self.nodes), "edge_count": len(self.edges)}
        self.data["metadata"] = told | {"last_modified": now()}


def _list(given: dict[str, Any], name: str, most: int) -> list[Any]:
    """A list of the document; an empty Lua table stands for an empty one."""
    value = given.get(name)
    if value is None or value == {}:
        return []
    if not isinstance(value, list):
        raise ValidationError(f"'{name}' has to be a list", field=name)
    if len(value) > most:
        raise ValidationError(f"a graph has at most {most} {name}", field=name)
    return value


def _node(given: Any) -> dict[str, Any]:
    if not isinstance(given, dict) or not isinstance(given.get("id"), str):
        raise ValidationError("a node has to be an object with a text 'id'", field="nodes")
    return {"id": given["id"], "label": given.get("label"), "data": given.get("data")}


def _edge(given: Any) -> dict[str, Any]:
    ends = (given.get("from"), given.get("to")) if isinstance(given, dict) else (None, None)
    if not all(isinstance(end, str) for end in ends):
        raise ValidationError(
            "an edge has to be an object with the texts 'from' and 'to'", field="edges"
        )
    weight = given.get("weight")
    if weight is not None and (isinstance(weight, bool) or not isinstance(weight, int | float)):
        raise ValidationError("the 'weight' of an edge has to be a number", field="edges")
    return {
        "from": given["from"],
        "to": given["to"],
        "label": given.get("label"),
        "weight": weight,
        "data": given.get("data"),
    }
