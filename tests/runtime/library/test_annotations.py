"""The definition files are well written: each thing described, each parameter annotated."""

import re
from pathlib import Path

import pytest

from .definitions import LUA54, PATHS, Alias, Definition, aliases, definitions, split, type_in

DEFINITIONS = definitions()
FUNCTIONS = [found for found in DEFINITIONS if found.names is not None]
STREAMS = {"io.stdin", "io.stdout", "io.stderr"}  # fields: a phrase on one line
LINKED = [found for found in DEFINITIONS if found.name not in STREAMS | {"file"}]
LIBRARIES = {"coroutine", "debug", "io", "math", "os", "package", "string", "table", "utf8"}
# It has no place of its own in the manual.
WITHOUT_ANCHOR = {"debug.setcstacklimit"}


def test_each_library_has_its_file() -> None:
    assert {path.stem for path in PATHS} == LIBRARIES | {"basic"}
    assert {path.parent for path in PATHS} == {LUA54}


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.name)
def test_file_is_a_meta_file_that_no_program_can_require(path: Path) -> None:
    assert path.read_text(encoding="utf-8").startswith("---@meta _\n\n")


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.name)
def test_lines_fit_on_a_screen(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if len(line) > 120 or line != line.rstrip()] == []


@pytest.mark.parametrize("found", DEFINITIONS, ids=str)
def test_everything_has_a_description_that_begins_with_a_sentence(found: Definition) -> None:
    first = found.text[0]
    assert len(first) > 15
    assert first[0].isupper() or found.name in STREAMS


@pytest.mark.parametrize("found", LINKED, ids=str)
def test_description_ends_with_its_place_in_the_manual(found: Definition) -> None:
    anchor = f"pdf-{found.name}"
    if found.name in LIBRARIES | WITHOUT_ANCHOR:
        anchor = r"6\.\d+"
    link = rf"\[View manual\]\(https://www\.lua\.org/manual/5\.4/manual\.html#{anchor}\)"
    assert re.fullmatch(link, found.text[-1])


@pytest.mark.parametrize("found", FUNCTIONS, ids=str)
def test_parameters_are_annotated_in_the_order_of_the_signature(found: Definition) -> None:
    assert found.names is not None
    assert [parameter.name for parameter in found.parameters] == list(found.names)


@pytest.mark.parametrize("found", FUNCTIONS, ids=str)
def test_no_required_parameter_stands_after_an_optional_one(found: Definition) -> None:
    for parameters in found.signatures:
        flags = [parameter.optional for parameter in parameters if parameter.name != "..."]
        assert flags == sorted(flags)


@pytest.mark.parametrize("found", FUNCTIONS, ids=str)
def test_generic_names_are_declared_and_used(found: Definition) -> None:
    declared = {part.split(":")[0] for line in found.tags("generic") for part in split(line)}
    types = [parameter.type for signature in found.signatures for parameter in signature]
    types += [type_in(line) for line in found.tags("return")]
    used = re.findall(r"\b[A-Z]\b", re.sub(r'"[^"]*"', "", "\n".join(types)))
    assert set(used) == declared


@pytest.mark.parametrize("found", FUNCTIONS, ids=str)
def test_a_result_that_must_be_used_exists(found: Definition) -> None:
    if "---@nodiscard" in found.doc:
        assert found.tags("return")


@pytest.mark.parametrize("alias", aliases().values(), ids=lambda alias: alias.name)
def test_each_literal_of_an_alias_is_explained_once(alias: Alias) -> None:
    values = [value for value, _ in alias.entries]
    assert len(values) == len(set(values)) > 1
    assert all(note for _, note in alias.entries)


def test_every_type_named_is_known() -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in PATHS)
    classes = set(re.findall(r"---@class ([\w*]+)", text))
    builtin = {"any", "nil", "boolean", "true", "false", "string", "number", "integer", "table"}
    builtin |= {"thread", "userdata", "function", "fun", "async"}
    known = classes | set(aliases()) | builtin
    for found in FUNCTIONS:
        types = [parameter.type for signature in found.signatures for parameter in signature]
        types += [type_in(line) for line in found.tags("return")]
        named = re.sub(r'"[^"]*"|\w+\??: ', "", "\n".join(types))
        assert set(re.findall(r"[a-z]\w+\*?", named)) <= known, found.name
