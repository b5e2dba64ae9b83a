"""A table argument whose keys depend on an earlier argument, as the API description writes it."""

from __future__ import annotations

import pytest

from llmspell.globals.generator.emit_luacats import schema_type
from tests.server.analysis.checks.checking import check
from tests.server.analysis.test_completion import offered

SCHEMAS = {
    "calculator": {
        "type": "object",
        "properties": {
            "expression": {"type": "string"},
            "mode": {"enum": ["exact", "float"]},
            "limits": {"type": "object", "properties": {"digits": {"type": "integer"}}},
        },
        "required": ["expression"],
    },
    "reader": {
        "type": "object",
        "properties": {"path": {"type": "string"}},
        "required": ["path"],
    },
}
OVERLOADS = "".join(
    f'---@overload fun(name: "{name}", params: {schema_type(schema)}): any\n'
    for name, schema in SCHEMAS.items()
)
API = (
    f"{OVERLOADS}---@param name string\n---@param params table\n---@return any\n"
    "local function execute(name, params) return name, params end\n"
)


@pytest.mark.parametrize(
    ("call", "expected", "missing"),
    [
        ("execute('calculator', { ‸ })", "expression mode limits", "path"),
        ("execute('reader', { ‸ })", "path", "expression"),
        ("execute('calculator', { expression = '1', ‸ })", "mode limits", "expression"),
        ("execute('calculator', { limits = { ‸ } })", "digits", "mode"),
        ("execute('calculator', { mode = '‸' })", "exact float", ""),
    ],
)
def test_keys_and_values_are_those_of_the_earlier_argument(
    call: str, expected: str, missing: str
) -> None:
    found = offered(API + call)
    assert set(expected.split()) <= found.keys()
    assert not set(missing.split()) & found.keys()


@pytest.mark.parametrize(
    ("code", "call"),
    [
        ("unknown-key", "execute('calculator', { expression = '1', ⟦mod⟧ = 'exact' })"),
        ("missing-fields", "execute('calculator', ⟦{⟧ mode = 'exact' })"),
        ("assign-type-mismatch", "execute('reader', { path = ⟦1⟧ })"),
        ("assign-type-mismatch", "execute('calculator', { expression = '1', mode = ⟦'slow'⟧ })"),
        ("unknown-key", "execute('other', { anything = 1 })"),
    ],
)
def test_what_does_not_fit_the_earlier_argument_is_found(code: str, call: str) -> None:
    check(code, API + call)


def test_the_nearest_key_is_named() -> None:
    (found,) = check("unknown-key", API + "execute('reader', { path = 'x', ⟦pth⟧ = 1 })")
    assert found.finding.data["near"] == ["path"]
