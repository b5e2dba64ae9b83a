"""Types that JSON Schemas describe."""

from __future__ import annotations

from typing import Any

import pytest

from llmspell_server.analysis.types.definitions import ClassDefinition
from llmspell_server.analysis.types.display import display
from llmspell_server.analysis.types.schemas import DescribedTable, SchemaClasses

PLACE = {"type": "object", "properties": {"x": {"type": "number"}}, "required": ["x"]}


def of(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


def described(schema: dict[str, Any]) -> tuple[SchemaClasses, ClassDefinition]:
    classes = SchemaClasses()
    classes.type(DescribedTable("T", schema))
    definition = classes.definition("T")
    assert definition is not None
    return classes, definition


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "string"}, "string"),
        ({"type": ["integer", "null"]}, "integer?"),
        ({"enum": ["a", 1, True, None]}, '"a"|1|true|nil'),
        ({"const": "a"}, '"a"'),
        ({"type": "array", "items": {"type": "boolean"}}, "boolean[]"),
        ({"type": "array"}, "table"),
        ({"anyOf": [{"type": "string"}, {"type": "number"}]}, "string|number"),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, "table<string, integer>"),
        ({"type": "object"}, "table<string, any>"),
        ({"$ref": "#/$defs/Place"}, "T.key"),
        ({"$ref": "#/$defs/Nothing"}, "any"),
        ({"$ref": "#/$defs/Circle"}, "any"),
        ({"type": "array", "items": PLACE}, "T.key[][]"),
        ({"type": "strange"}, "any"),
        ({}, "any"),
        (True, "any"),
    ],
)
def test_the_type_of_a_key(schema: Any, expected: str) -> None:
    definitions = {"Place": PLACE, "Circle": {"$ref": "#/$defs/Circle"}}
    _, definition = described({**of(key=schema), "$defs": definitions})
    assert display(definition.fields["key"].type) == expected


def test_what_is_required_and_what_is_said_of_it() -> None:
    schema = of(a={"type": "string", "description": "What."}, b={"type": "integer", "default": 3})
    _, definition = described({**schema, "required": ["a"]})
    a, b = definition.fields["a"], definition.fields["b"]
    assert (a.optional, b.optional) == (False, True)
    assert a.documentation is not None and a.documentation.text == "What."
    assert b.documentation is not None and b.documentation.text == "Default: `3`."


@pytest.mark.parametrize(("others", "exact"), [({}, True), ({"additionalProperties": True}, False)])
def test_other_keys_are_none_unless_they_are_allowed(others: dict[str, Any], exact: bool) -> None:
    _, definition = described({**of(a=True), **others})
    assert definition.is_exact is exact


def test_all_of_is_one_object() -> None:
    schema = {"allOf": [{"$ref": "#/$defs/Place"}, of(y={"type": "string"})]}
    _, definition = described({**schema, "$defs": {"Place": PLACE}})
    assert {key: field.optional for key, field in definition.fields.items()} == {
        "x": False,
        "y": True,
    }


def test_objects_within_objects_may_contain_themselves() -> None:
    node = of(next={"$ref": "#"})
    classes, definition = described(node)
    for _ in range(20):
        name = display(definition.fields["next"].type)
        found = classes.definition(name)
        assert found is not None
        definition = found


def test_a_schema_that_becomes_another_one_is_another_class() -> None:
    classes = SchemaClasses()
    first, changed, again = (
        classes.type(DescribedTable("T", schema)) for schema in (of(a=True), of(b=True), of(a=True))
    )
    assert first == again != changed
    assert (display(changed), display(again)) == ("T", "T")


def test_of_the_schemas_that_were_only_the_latest_are_kept() -> None:
    classes = SchemaClasses()
    tables = [DescribedTable("T", of(**{f"a{number}": True})) for number in range(400)]
    names = [getattr(classes.type(each), "name", "") for each in tables]
    assert len(set(names)) == 400
    assert classes.definition(names[0]) is None
    assert classes.definition(names[-1]) is not None
    assert getattr(classes.type(tables[-1]), "name", "") == names[-1]
