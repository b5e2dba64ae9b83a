"""Numbers about a graph: those of the original, and what networkx finds besides."""

from __future__ import annotations

from collections import Counter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from llmspell.tools.builtin.data.graph_document import GraphDocument


def measured(graph: GraphDocument) -> dict[str, Any]:
    """What `analyze` tells.

    Density and completeness count n(n-1)/2 pairs for both kinds of graph; degrees are out-degrees
    of directed graphs. `structure` has the usual definitions.
    """
    nodes, edges = len(graph.nodes), len(graph.edges)
    pairs = nodes * (nodes - 1) // 2
    degrees = _degrees(graph)
    return {
        "node_count": nodes,
        "edge_count": edges,
        "graph_type": graph.kind,
        "density": edges / pairs if pairs else 0.0,
        "degree_statistics": {
            "max_degree": max(degrees, default=0),
            "min_degree": min(degrees, default=0),
            "average_degree": sum(degrees) / nodes if nodes else 0.0,
        },
        "properties": {
            "is_empty": not nodes,
            "is_complete": nodes > 1 and edges == pairs,
            "has_self_loops": any(edge["from"] == edge["to"] for edge in graph.edges),
        },
        "structure": _structure(graph),
        "node_ids": [node["id"] for node in graph.nodes],
        "note": "density counts n(n-1)/2 pairs; degrees of directed graphs are out-degrees",
    }


def _degrees(graph: GraphDocument) -> list[int]:
    counts = Counter(edge["from"] for edge in graph.edges)
    if graph.kind == "undirected":
        counts.update(edge["to"] for edge in graph.edges)
    return [counts[node["id"]] for node in graph.nodes]


def _structure(graph: GraphDocument) -> dict[str, Any]:
    """Components and cycles; directed graphs are taken as they are for cycles only."""
    import networkx as nx

    made: Any = nx.MultiDiGraph() if graph.kind == "directed" else nx.MultiGraph()
    made.add_nodes_from(node["id"] for node in graph.nodes)
    made.add_edges_from((edge["from"], edge["to"]) for edge in graph.edges)
    if graph.kind == "directed":
        components = nx.number_weakly_connected_components(made) if graph.nodes else 0
        cyclic = not nx.is_directed_acyclic_graph(made)
    else:
        components = nx.number_connected_components(made)
        cyclic = len(graph.edges) > len(graph.nodes) - components
    return {"connected_components": components, "has_cycles": cyclic}
