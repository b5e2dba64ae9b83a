"""Table arguments that something else than annotations describes, such as JSON Schemas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from attrs import frozen

from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.syntax.literals import string_value
from llmspell_server.analysis.types import model
from llmspell_server.analysis.types.schemas import DescribedTable, SchemaClasses

from .expressions import Where
from .global_names import called_name
from .writes import Path

if TYPE_CHECKING:
    from .inference import Inference

Before = tuple[str | None, ...]
"""The arguments before one, where these are strings that are known."""


class Tables(Protocol):
    """Whoever knows what tables functions take."""

    def table(
        self, file: str, function: str, parameter: int, before: Before, /
    ) -> DescribedTable | None:
        """The table that a function takes at a place, from 0, in a document."""


@frozen
class NoTables:
    """Knows none."""

    def table(self, _file: str, _function: str, _parameter: int, _before: Before, /) -> None:
        """None."""


class Described:
    """The types of table arguments by what is described of them."""

    def __init__(self, inference: Inference) -> None:
        self._inference = inference
        self.classes = SchemaClasses()

    def argument(
        self, where: Where, node: tree.Call | tree.MethodCall, position: int
    ) -> model.Type | None:
        """The type of a table that is written out as an argument; None if nobody describes it."""
        values = node.arguments.values
        if position >= len(values) or not isinstance(values[position], tree.Table):
            return None
        function = called_name(self._inference, where, node)
        if function is None:
            return None
        before = tuple(self._string(where, each) for each in values[:position])
        file = where.file.file
        found = self._inference.queries.get("table", file, function, position, before)
        return self.classes.type(found) if isinstance(found, DescribedTable) else None

    def _string(self, where: Where, node: tree.Expression) -> str | None:
        """What an argument says; a variable that gets one string says that."""
        if isinstance(node, tree.Name):
            owner = where.file.owner(where.piece, Path(node.local or node.text))
            sources = self._inference.values_of(owner)
            value = sources[0].value if len(sources) == 1 else None
            if isinstance(value, tree.String):
                return string_value(value.text)
        type_ = self._inference.type(where, node)
        return type_.value if isinstance(type_, model.StringLiteral) else None
