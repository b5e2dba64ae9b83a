"""Results of calls whose fields have a schema that the script gives: in the call, or before it.

`ask("…", { schema = {…} }).data`, or `builder():schema({…}):build():ask("…").data`: where such a
schema may stand is described with the field (`llmspell.globals.describe.SchemaAt`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from attrs import evolve

from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.types import model
from llmspell_server.analysis.types.model import Type, Values
from llmspell_server.analysis.types.schemas import SchemaPlace

from .expressions import Where
from .global_names import called_name, declared_name
from .sources import constructor_of
from .writes import Path, key_of_field
from .written_schemas import UNKNOWN, certain, data_of, opened

if TYPE_CHECKING:
    from .inference import Inference

_FURTHEST = 32  # calls and variables between an object and what was said when it was made
_Call = tuple[Where, tree.Call | tree.MethodCall]


class GivenSchemas:
    """What is known of results by the schemas that scripts give."""

    def __init__(self, inference: Inference) -> None:
        self._inference = inference

    def of_call(self, where: Where, node: tree.Call | tree.MethodCall, results: Values) -> Values:
        """The results of a call, with what schemas say of the fields of the first."""
        if not results.items:
            return results
        first = self._refined(where, node, results.items[0])
        return Values((first, *results.items[1:]), results.rest)

    def of_function(self, where: Where, node: tree.Call | tree.MethodCall, wanted: Type) -> Type:
        """The function that a call wants, with what schemas say of the fields of what it gets."""
        if not isinstance(wanted, model.Function):
            return wanted
        parameters = tuple(self._of_parameter(where, node, each) for each in wanted.parameters)
        return wanted if parameters == wanted.parameters else evolve(wanted, parameters=parameters)

    def _of_parameter(
        self, where: Where, node: tree.Call | tree.MethodCall, parameter: model.Parameter
    ) -> model.Parameter:
        arms = model.members_of(parameter.type)
        refined = tuple(self._refined(where, node, each) for each in arms)
        return parameter if refined == arms else evolve(parameter, type=model.choice(refined))

    def _refined(self, where: Where, node: tree.Call | tree.MethodCall, type_: Type) -> Type:
        if not isinstance(type_, model.Named):
            return type_
        infer = self._inference
        described = infer.described.schemas_at(type_.name)
        base = infer.class_named(type_.name) if described else None
        if base is None:
            return type_
        schemas = {
            field: schema
            for field, places in described.items()
            if (schema := self._schema(where, node, places))
        }
        return infer.described.classes.refined(base, schemas) if schemas else type_

    def _schema(
        self, where: Where, node: tree.Call | tree.MethodCall, places: tuple[SchemaPlace, ...]
    ) -> Any:
        """The schema that is given nearest to a call; None where that is worked out."""
        for there, call in self._calls(where, node):
            values = call.arguments.values
            names = {declared_name(self._inference, there, call)}
            names.add(called_name(self._inference, there, call))
            for place in places:
                if place.function in names and place.parameter < len(values):
                    found = _at(values[place.parameter], place.key)
                    if found is not None:
                        return self._read(there, found)
        return None

    def _calls(self, where: Where, node: tree.Call | tree.MethodCall) -> Iterator[_Call]:
        """A call, and those by which the object was got whose function it is."""
        here: tree.Expression | None = node
        for _ in range(_FURTHEST):
            match here:
                case tree.Paren(inner=inner):
                    here = inner
                case tree.MethodCall(base=base):
                    yield where, here
                    here = base
                case tree.Call(callee=callee):
                    yield where, here
                    here = callee.base if isinstance(callee, tree.Member) else None
                case tree.Name():
                    found = self._value(where, here)
                    if found is None:
                        return
                    where, here = found
                case _:
                    return

    def _read(self, where: Where, node: tree.Expression) -> Any:
        if isinstance(node, tree.Name):
            found = self._value(where, node)
            if found is None or constructor_of(found[1]) is None:
                return None
            node = found[1]
        data = data_of(node)
        return None if data is UNKNOWN else opened(certain(data))

    def _value(self, where: Where, name: tree.Name) -> tuple[Where, tree.Expression] | None:
        """The one value that a variable gets."""
        owner = where.file.owner(where.piece, Path(name.local or name.text))
        sources = self._inference.values_of(owner)
        if len(sources) != 1 or sources[0].value is None or sources[0].position:
            return None
        return self._inference.where(sources[0].file, sources[0].piece), sources[0].value


def _at(value: tree.Expression, key: str) -> tree.Expression | None:
    """The value itself, or what stands behind a key of it."""
    if not key:
        return value
    fields = value.fields if isinstance(value, tree.Table) else ()
    return next((each.value for each in fields if key_of_field(each) == key), None)
