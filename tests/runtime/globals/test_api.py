"""The description of the API: generated files are current, and it tells the truth."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from llmspell.app import Stage
from llmspell.globals.catalogue import NAMESPACES, TEST_NAMESPACES, VARIABLES
from llmspell.globals.describe import DependentSchema, Kind, TableSchema
from llmspell.globals.generate import describe, generated_files
from llmspell.globals.generator.emit_border import lua_border, python_border
from llmspell.globals.generator.emit_json import api_json
from llmspell.globals.generator.emit_luacats import definition_files, type_text
from llmspell.globals.generator.emit_markdown import reference
from llmspell.globals.generator.model import Api, Member
from llmspell.globals.generator.read import read_api
from llmspell.testing.bench import Bench
from llmspell.testing.cassettes.cassette import Cassette
from llmspell.testing.cassettes.http import RecordedHttp
from llmspell.testing.cassettes.masks import Masks
from llmspell.testing.cassettes.models import RecordedModels
from llmspell.testing.settings import TestSettings
from tests.runtime.conftest import MakeProject, Project

# A module in which DependentSchema and Kind are used as a later namespace will use them.
TOOLBOX = '''
from __future__ import annotations
from llmspell.globals.describe import DependentSchema, Kind, TableSchema, member, namespace
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated
    ToolName = Annotated[str, Kind("tool-name", "Name of a tool.", {"adder": "adds"}, closed=True)]
    Parameters = Annotated[dict, DependentSchema("name", {
        "adder": {"type": "object", "required": ["a"],
                  "properties": {"a": {"type": "number"}, "mode": {"enum": ["fast", "exact"]}}},
    }, kind="tool-name")]
    Limits = Annotated[dict, TableSchema({
        "type": "object", "required": ["seconds"],
        "properties": {"seconds": {"type": "number"}, "unit": {"enum": ["s", "ms"]}},
    })]

@namespace("Toolbox")
class Toolbox:
    """Calls tools."""
    def __init__(self, services: object) -> None: ...
    @member()
    def execute(self, name: ToolName, params: Parameters) -> bool:
        """Calls a tool.

        Args:
            name: which one.
            params: what it needs.
        """
        return True
    @member()
    def limit(self, limits: Limits) -> bool:
        """Limits tools.

        Args:
            limits: to what.
        """
        return True
'''


@pytest.fixture(scope="module")
def api() -> Api:
    return describe()


def members(api: Api) -> list[tuple[str, Member]]:
    """Every member with its full name, those of instance classes included."""
    found = [(f"{n.name}.{m.name}", m) for n in api.namespaces for m in n.members]
    for namespace in api.namespaces:
        found += [(f"{c.name}:{m.name}", m) for c in namespace.classes for m in c.methods]
    return found


def test_the_generated_files_are_those_in_the_repository() -> None:
    stale = [
        str(p) for p, text in generated_files().items() if not p.exists() or p.read_text() != text
    ]
    assert stale == [], "run `make generate`"


@pytest.fixture
def tested(make_project: MakeProject, tmp_path: Path) -> Project:
    """A runtime whose spells are tests, which have globals of their own."""
    cassette = Cassette(tmp_path / "cassette.json", "none", Masks(), "")
    bench = Bench(tmp_path / "x_test.lua", TestSettings(), cassette, tmp_path)
    models, http = RecordedModels(cassette), RecordedHttp(cassette)
    return make_project(stage=Stage(models, http, tmp_path / "state.db", bench))


def test_every_described_function_exists_in_a_spell(api: Api, tested: Project) -> None:
    project = tested
    for namespace in api.namespaces:
        names = [member.name for member in namespace.members if not member.private]
        listed = "{" + ",".join(f"'{name}'" for name in names) + "}"
        missing = project.value(f"""
            local missing = {{}}
            for _, name in ipairs {listed} do
              if type({namespace.name}[name]) ~= "function" then missing[#missing + 1] = name end
            end
            return missing
        """)
        assert missing in ({}, []), namespace.name


def test_what_is_for_tests_only_is_not_there_otherwise(api: Api, project: Project) -> None:
    for namespace in api.namespaces:
        there = project.value(f"return {namespace.name} ~= nil")
        assert there == (not namespace.only), namespace.name


def test_every_function_of_a_spell_is_described(api: Api, tested: Project) -> None:
    project = tested
    standard = set(
        project.value("""
        local names = {}
        for name, value in pairs(_G) do
          if name:match("^%u") then names[#names + 1] = name end
        end
        return names
    """)
    )
    described = {n.name for n in api.namespaces} | {v.name for v in VARIABLES}
    assert standard - {"_G", "_VERSION"} <= described
    for namespace in api.namespaces:
        present = project.value(f"""
            local names = {{}}
            for name in pairs({namespace.name}) do names[#names + 1] = name end
            return names
        """)
        assert set(present) == {m.name for m in namespace.members if not m.private}, namespace.name


def test_every_described_variable_exists_in_a_spell(project: Project) -> None:
    for variable in VARIABLES:
        assert project.value(f"return type({variable.name})") == "table", variable.name


def test_every_member_says_what_it_does(api: Api) -> None:
    silent = [name for name, member in members(api) if len(member.summary) < 10]
    assert silent == []


def test_every_parameter_of_a_public_member_is_explained(api: Api) -> None:
    silent = [
        f"{name}: {parameter.name}"
        for name, member in members(api)
        if not member.private
        for parameter in (*member.parameters, *member.options)
        if not parameter.description
    ]
    assert silent == []


def test_every_field_of_a_table_class_is_explained(api: Api) -> None:
    silent = [
        f"{cls.name}.{field.name}"
        for namespace in api.namespaces
        for cls in namespace.classes
        for field in cls.fields
        if not field.description
    ]
    assert silent == []


def test_definition_files_are_lua(api: Api, project: Project) -> None:
    for name, text in definition_files(api).items():
        path = project.folder / name
        path.write_text(text)
        assert project.value(f"return loadfile('{path}') ~= nil") is True, name


def test_the_json_form_leaves_out_what_is_private(api: Api) -> None:
    document = json.loads(api_json(api))
    assert document["version"] == 1
    assert {n["name"] for n in document["namespaces"]} == {*NAMESPACES, *TEST_NAMESPACES}
    assert not [m for n in document["namespaces"] for m in n["members"] if m.get("private")]
    assert any(n.get("debug_view") for n in document["namespaces"])


def test_the_reference_has_every_public_member(api: Api) -> None:
    text = reference(api)
    missing = [
        f"{n.name}.{m.name}"
        for n in api.namespaces
        for m in n.members
        if not m.private and f"`{n.name}.{m.name}(" not in text
    ]
    assert missing == []


@pytest.fixture
def toolbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Api:
    (tmp_path / "toolbox_probe.py").write_text(TOOLBOX)
    monkeypatch.syspath_prepend(str(tmp_path))
    return read_api(["toolbox_probe"])


def test_a_dependent_schema_becomes_an_overload_for_each_literal(toolbox: Api) -> None:
    text = definition_files(toolbox)["Toolbox.lua"]
    assert (
        '---@overload fun(name: "adder", params: { a: number, mode?: "fast"|"exact" }): boolean'
        in text
    )


def test_a_schema_of_a_table_is_its_type(toolbox: Api) -> None:
    text = definition_files(toolbox)["Toolbox.lua"]
    assert '---@param limits { seconds: number, unit?: "s"|"ms" } to what.' in text


def test_a_dependent_schema_is_data_in_the_json_form(toolbox: Api) -> None:
    document = json.loads(api_json(toolbox))
    schema = document["namespaces"][0]["members"][0]["parameters"][1]["type"]["schema"]
    assert schema["argument"] == "name"
    assert schema["kind"] == "tool-name"
    assert schema["schemas"]["adder"]["required"] == ["a"]


def test_a_string_kind_is_an_alias_with_its_values(toolbox: Api) -> None:
    text = definition_files(toolbox)["globals.lua"]
    assert "---@alias llmspell.ToolName\n---| '\"adder\"' # adds" in text
    assert json.loads(api_json(toolbox))["kinds"][0]["closed"] is True


def test_the_border_of_a_new_namespace_is_straight_code(toolbox: Api) -> None:
    assert "api.execute = function(a1, a2)" in lua_border(toolbox)
    assert "target.execute(a1.decode(), loads(a2))" in python_border(toolbox.namespaces[0])


def test_kinds_and_schemas_keep_what_they_are_given() -> None:
    kind = Kind("k", "d", {"a": "b"}, sources=("files",))
    assert (kind.values, kind.sources, kind.closed) == ({"a": "b"}, ("files",), False)
    assert DependentSchema("x", {"a": {}}).schemas == {"a": {}}
    assert TableSchema({"type": "object"}).schema == {"type": "object"}


def test_types_have_a_luacats_form(api: Api) -> None:
    for name, member in members(api):
        for parameter in member.parameters:
            assert type_text(parameter.type), name
