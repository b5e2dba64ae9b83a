"""What written types and tags mean."""

from __future__ import annotations

import pytest

from llmspell_server.analysis.annotations import meaning
from llmspell_server.analysis.annotations.nodes import Block, TypesTag
from llmspell_server.analysis.annotations.parse import parse_block
from llmspell_server.analysis.types import model
from llmspell_server.analysis.types.model import (
    ANY,
    INTEGER,
    NIL,
    NO_VALUES,
    NUMBER,
    SELF,
    STRING,
    UNKNOWN,
    Array,
    Function,
    Generic,
    Guard,
    IntegerLiteral,
    Map,
    Named,
    NameOf,
    NumberLiteral,
    Parameter,
    Record,
    RecordField,
    StringLiteral,
    Tuple,
    Type,
    Union,
    Values,
    choice,
)


def block(source: str) -> Block:
    lines, start = [], 0
    for line in source.split("\n"):
        lines.append((line, start))
        start += len(line) + 1
    found = parse_block(lines)
    assert not found.problems
    return found


def read(text: str) -> Type:
    (tag,) = block(f"---@type {text}").tags
    assert isinstance(tag, TypesTag)
    (node,) = tag.types
    return meaning.type_of(node)


def function(source: str, *parameters: str, is_method: bool = False) -> Function:
    found = meaning.declared_function(block(source), parameters, is_method)
    assert found is not None
    return found


def gives(*types: Type, rest: Type | None = None) -> Function:
    return Function(returns=Values(types, rest))


def takes(*parameters: Parameter) -> Function:
    return Function(parameters, returns=NO_VALUES)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("any", ANY),
        ("void", NIL),
        ("self", SELF),
        ("foo.Bar-baz", Named("foo.Bar-baz")),
        ("file*", Named("file*")),
        ("string?", Union((STRING, NIL))),
        ("| string | integer", Union((STRING, INTEGER))),
        ("string?[]", Array(Union((STRING, NIL)))),
        ("(string|integer)[]", Array(Union((STRING, INTEGER)))),
        ("[string, integer]", Tuple((STRING, INTEGER))),
        ("table<string, integer>", Map(STRING, INTEGER)),
        ("Stack<string>", Named("Stack", (STRING,))),
        ("{ a: string, b?: integer }", Record((RecordField("a", STRING), RecordField("b", INTEGER, True)))),
        ("{ [string]: integer; n: any; }", Record((RecordField("n", ANY),), ((STRING, INTEGER),))),
        ("{ [string]: integer }", Map(STRING, INTEGER)),
        ('{ ["a b"]: string }', Record((RecordField("a b", STRING),))),
        ('{ ["a"|"b"]: string }', Map(Union((StringLiteral("a"), StringLiteral("b"))), STRING)),
        ("{}", Record(())),
        ('"a"', StringLiteral("a")),
        ("'\"a\"'", StringLiteral("a")),
        (r'"a\"b"', StringLiteral('a"b')),
        ('""', StringLiteral("")),
        ("-1", IntegerLiteral(-1)),
        ("0xff", IntegerLiteral(255)),
        ("1.5", NumberLiteral(1.5)),
        ("1e3", NumberLiteral(1000.0)),
        ("true", model.TRUE),
        ("string|'a'", Union((STRING, StringLiteral("a")))),
        ("fun(a: string, b?: integer)", takes(Parameter("a", STRING), Parameter("b", INTEGER, True))),
        ("fun(...: string): any", Function((), STRING, Values((ANY,)))),
        ("fun(): string, integer", gives(STRING, INTEGER)),
        ("fun(): (a: string, b: integer)", gives(STRING, INTEGER)),
        ("fun(): (string|integer)[]", gives(Array(choice((STRING, INTEGER))))),
        ("fun(): string, ...", gives(STRING, rest=ANY)),
        ("fun(): string...", gives(rest=STRING)),
        ("fun(): string|nil", gives(Union((STRING, NIL)))),
        ("(fun(): string)|nil", Union((gives(STRING), NIL))),
        ("fun(f: fun(): string, n: number)", takes(Parameter("f", gives(STRING)), Parameter("n", NUMBER))),
        ("{ f: fun(): string, n: number }", Record((RecordField("f", gives(STRING)), RecordField("n", NUMBER)))),
    ],
)  # fmt: skip
def test_a_written_type_means(text: str, expected: Type) -> None:
    assert read(text) == expected


def test_a_function_has_the_parameters_of_the_code_with_the_types_of_the_tags() -> None:
    found = function(
        "---@param b? string\n---@param ... integer\n---@return any r", "a", "b", "..."
    )
    assert found.parameters == (Parameter("a", UNKNOWN), Parameter("b", STRING, True))
    assert found.variadic is INTEGER
    assert found.returns == Values((ANY,))
    assert found.return_names == ("r",)


def test_without_a_return_tag_nobody_knows_the_results() -> None:
    assert function("---@param a string", "a").returns is None


def test_type_parameters_are_known_in_parameters_results_and_overloads() -> None:
    found = function(
        "---@generic T: table, U\n---@param a `T`\n---@param f fun(x: T): U\n---@return T\n"
        "---@overload fun(x: U)",
        "a",
        "f",
    )
    table = Generic("T", model.TABLE)
    assert found.generics == (table, Generic("U"))
    assert found.parameters[0].type == NameOf(table)
    assert found.returns == Values((table,))
    assert found.overloads[0].parameters[0].type == Generic("U")


def test_a_variadic_type_parameter_takes_the_rest() -> None:
    found = function("---@generic T\n---@param ... T...\n---@return T...", "...")
    pack = Generic("T", variadic=True)
    assert found.variadic == pack
    assert found.returns == Values((), pack)


def test_a_result_that_is_called_dots_stands_for_any_number() -> None:
    found = function("---@return integer n\n---@return string|any ... captures", "")
    assert found.returns == Values((INTEGER,), choice((STRING, ANY)))


def test_a_return_cast_is_a_guard() -> None:
    found = function("---@return_cast a string else integer", "a")
    assert found.guards == (Guard("a", STRING, INTEGER),)


def test_lists_below_parameters_and_results_make_their_types() -> None:
    found = function("---@param a\n---| 'x' # one\n---| 'y'\n---@return string\n---| 'z'", "a")
    assert found.parameters[0].type == choice((StringLiteral("x"), StringLiteral("y")))
    assert found.returns == Values((choice((StringLiteral("z"), STRING)),))


def test_a_method_and_its_overloads_have_the_object_as_first_parameter() -> None:
    found = function(
        "---@overload fun(a: string)\n---@overload fun(self: any, a: any)", "a", is_method=True
    )
    assert found.parameters[0] == Parameter("self", SELF)
    names = [[each.name for each in overload.parameters] for overload in found.overloads]
    assert names == [["self", "a"], ["self", "a"]]


def test_a_type_parameter_may_be_declared_as_variadic() -> None:
    found = function("---@generic T...\n---@param ... T\n---@return T", "...")
    assert found.variadic == Generic("T", variadic=True)
    assert found.returns == Values((), Generic("T", variadic=True))


def test_the_documentation_of_a_function_has_text_parameters_and_marks() -> None:
    found = meaning.documentation_of(
        block(
            "---Does it.\n---@param a string the a\n---@return integer n how many\n"
            "---@deprecated use b\n---@see c.d"
        )
    )
    assert found.text == "Does it."
    assert found.parameters == {"a": "the a"}
    assert found.returns == ("how many",)
    assert found.deprecated == "use b"
    assert found.see == ("c.d",)


def test_plain_comments_document_where_there_are_no_others() -> None:
    assert meaning.documentation_of(block("-- one")).text == "one"
    assert meaning.documentation_of(block("-- one\n---two")).text == "two"
