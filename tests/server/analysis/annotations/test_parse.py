"""Annotations as nodes; what is expected is written as kinds and texts."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmspell_server.analysis.annotations.nodes import (
    Block,
    ClassTag,
    DiagnosticTag,
    FieldTag,
    ParamTag,
    ReturnTag,
    TypesTag,
)
from llmspell_server.analysis.annotations.parse import parse_block
from llmspell_server.analysis.annotations.type_grammar import names_in
from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.syntax.comments import comment_blocks
from llmspell_server.analysis.syntax.pieces import pieces_of

LIBRARY = sorted((Path(__file__).parents[4] / "runtime/llmspell/library").rglob("*.lua"))


def block(source: str) -> Block:
    lines, start = [], 0
    for line in source.split("\n"):
        lines.append((line, start))
        start += len(line) + 1
    return parse_block(lines)


def written(node: tree.Node) -> str:
    """The kinds of a type's nodes, nested, with the names and literals in it."""
    inside = [written(child) for child in node.children()]
    own = getattr(node, "text", "")
    kind = type(node).__name__.removesuffix("Node")
    return own if kind == "Word" else " ".join([f"({kind}", *([own] if own else []), *inside]) + ")"


@pytest.mark.parametrize(
    ("type_", "expected"),
    [
        ("string", "(Name string)"),
        ("a.b-c", "(Name a.b-c)"),
        ("string|nil", "(Union (Name string) (Name nil))"),
        ("string?", "(Optional (Name string))"),
        ("string[][]", "(Array (Array (Name string)))"),
        ("(string|integer)[]", "(Array (Union (Name string) (Name integer)))"),
        ("[string, integer]", "(Tuple (Name string) (Name integer))"),
        ("table<string, integer>", "(Name table (Name string) (Name integer))"),
        ("'a'|\"b\"|3|-1", "(Union (Literal 'a') (Literal \"b\") (Literal 3) (Literal -1))"),
        ("{ a: string, b?: T; [string]: V }",
         "(Record (Entry a (Name string)) (Entry b (Name T)) (Entry (Name string) (Name V)))"),
        ("fun()", "(Function)"),
        ("fun(a: string, b?: T, ...: V): R",
         ("(Function (Parameter a (Name string)) (Parameter b (Name T)) "
         "(Parameter ... (Name V)) (Result (Name R)))")),
        ("fun(): A, B", "(Function (Result (Name A)) (Result (Name B)))"),
        ("fun(): (a: A, ...: B)", "(Function (Result (Name A) a) (Result (Name B) ...))"),
        ("fun(cb: fun(): A, b: B)",
         "(Function (Parameter cb (Function (Result (Name A)))) (Parameter b (Name B)))"),
        ("async fun(): A", "(Function (Result (Name A)))"),
        ("fun(a): fun(b)", "(Function (Parameter a) (Result (Function (Parameter b))))"),
        ("`T`", "(Name T)"),
        ("T...", "(Name T)"),
    ],
)  # fmt: skip
def test_types(type_: str, expected: str) -> None:
    (tag,) = block(f"---@type {type_}").tags
    assert isinstance(tag, TypesTag)
    assert [written(each) for each in tag.types] == [expected]


def test_a_class_has_generics_parents_and_attributes() -> None:
    (tag,) = block("---About it.\n---@class (exact) Stack<T, U: string>: Base<T>, Other text").tags
    assert isinstance(tag, ClassTag)
    assert tag.name is not None
    assert (tag.name.text, tag.attributes, tag.about) == ("Stack", ("exact",), "About it.")
    assert [each.name.text for each in tag.generics] == ["T", "U"]
    assert [written(each) for each in tag.parents] == ["(Name Base (Name T))", "(Name Other)"]


@pytest.mark.parametrize(
    ("line", "name", "optional", "visibility", "type_"),
    [
        ("---@field a string text", "a", False, "public", "(Name string)"),
        ("---@field a? string", "a", True, "public", "(Name string)"),
        ("---@field private a string", "a", False, "private", "(Name string)"),
        ("---@field private string", "private", False, "public", "(Name string)"),
        ('---@field ["a b"] string', "a b", False, "public", "(Name string)"),
        ("---@field [string] integer", None, False, "public", "(Name integer)"),
    ],
)
def test_fields(line: str, name: str | None, optional: bool, visibility: str, type_: str) -> None:
    (tag,) = block(line).tags
    assert isinstance(tag, FieldTag)
    assert tag.type is not None
    assert (tag.name.text if tag.name else None) == name
    assert (tag.optional, tag.visibility, written(tag.type)) == (optional, visibility, type_)


def test_a_parameter_has_a_type_and_a_description() -> None:
    (tag,) = block("---@param a? string|integer the # text").tags
    assert isinstance(tag, ParamTag)
    assert tag.name is not None
    assert (tag.name.text, tag.optional, tag.description) == ("a", True, "the # text")


def test_choices_belong_to_the_tag_above() -> None:
    (tag,) = block('---@param a string\n---|"x" # first\n---|> "y"').tags
    assert isinstance(tag, ParamTag)
    assert [(each.description, each.is_default) for each in tag.choices] == [
        ("first", False),
        ("", True),
    ]


def test_results_have_names_and_the_last_one_a_description() -> None:
    (tag,) = block("---@return string a, integer? b # why").tags
    assert isinstance(tag, ReturnTag)
    assert [each.name.text for each in tag.results if each.name] == ["a", "b"]
    assert tag.results[1].description == "why"


def test_text_is_what_is_no_tag() -> None:
    found = block("---First.\n---\n--- Second.\n---@async\n---Third.")
    assert found.text == "First.\n\nSecond.\nThird."


def test_a_diagnostic_has_an_action_and_codes() -> None:
    (tag,) = block("---@diagnostic disable-next-line: undefined-global, unused-local").tags
    assert isinstance(tag, DiagnosticTag)
    assert tag.action is not None
    assert tag.action.text == "disable-next-line"
    assert [code.text for code in tag.codes] == ["undefined-global", "unused-local"]


def test_a_misspelt_tag_is_a_problem_with_a_suggestion() -> None:
    (problem,) = block("---@parm a string").problems
    assert (problem.code, problem.suggestion) == ("unknown-doc-tag", "param")


def test_what_only_begins_like_meta_is_not_meta() -> None:
    assert block("---@meta-anything").tags == ()
    assert block("---@meta _").tags[0].word.text == "meta"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("---@type", "luadoc-miss-type-name"),
        ("---@type string|", "luadoc-miss-type-name"),
        ("---@class", "luadoc-miss-class-name"),
        ("---@type { a: string", "luadoc-miss-symbol"),
        ("---@type fun(", "luadoc-miss-arg-name"),
        ("---@type fun(a b", "luadoc-miss-symbol"),
        ("---@type {a: }", "luadoc-miss-type-name"),
        ("---@type A<", "luadoc-miss-type-name"),
        ("---@type (string", "luadoc-miss-symbol"),
        ("---@type " + "(" * 5000, "luadoc-miss-type-name"),
        ("---@param", "luadoc-miss-param-name"),
        ("---@param a", "luadoc-miss-type-name"),
        ("---@field", "luadoc-miss-field-name"),
        ("---@field a", "luadoc-miss-type-name"),
        ("---@alias", "luadoc-miss-alias-name"),
        ("---@alias A", "luadoc-miss-alias-extends"),
        ("---@enum", "luadoc-miss-enum-name"),
        ("---@overload string", "luadoc-miss-fun-after-overload"),
        ("---@operator", "luadoc-miss-operator-name"),
        ("---@operator plus: A", "unknown-operator"),
        ("---@cast", "luadoc-miss-cast-name"),
        ("---@diagnostic", "luadoc-miss-diag-mode"),
        ("---@diagnostic off", "luadoc-error-diag-mode"),
        ("---@return", "luadoc-miss-type-name"),
    ],
)
def test_what_is_missing_is_a_problem(line: str, code: str) -> None:
    assert code in [problem.code for problem in block(line).problems]


@pytest.mark.parametrize(
    "text",
    [
        "---@class (partial) A<T, U: table>: { x: T }",
        "---@interface A",
        "---@field [1] string",
        "---@field a\n---| 'x'",
        "---@type\n---| 'x'",
        "---@type {\n---  a: string,\n---}",
        "---@alias A<K, V> table<K, V>",
        "---@alias A\n---| 'a' # one\n---|>'b' # two\n---|+'c'",
        "---@enum (key) A",
        "---@param ... any text",
        '---@param a\n---| "x"',
        "---@return any ...",
        "---@generic T...",
        "---@overload async fun()",
        "---@vararg string",
        "---@operator unm: A",
        "---@operator call(...): A",
        "---@cast a.b +string, -?, +?",
        "--[[@as string]]",
        "--[=[@as string]=]",
        "---@version >5.2, JIT",
        "---@source file.c:10",
        "---@module 'a.b'",
        "---@diagnostic disable",
        "---@return_cast a string else integer",
        "---@return_overload true, T...",
        "---@language json",
        "---@namespace a.b",
        "--- @param a string",
        "---@field a\u00a0string",
        "---@field a\u2028 string\f",
    ],
)
def test_a_tag_is_read_without_problems(text: str) -> None:
    found = block(text)
    assert len(found.tags) == 1
    assert not found.problems


def test_tags_of_other_tools_are_no_mistakes() -> None:
    assert not block("---@usage a()\n---@tparam string a\n---@whatever").problems


def test_a_type_goes_on_over_lines_inside_brackets_with_places_that_hold() -> None:
    source = "---@type {\n---  a: Foo,\n---  b: Bar,\n---}\n---@async"
    found = block(source)
    assert [tag.word.text for tag in found.tags] == ["type", "async"]
    names = names_in(found.tags[0])
    assert [source[name.start : name.end] for name in names] == ["Foo", "Bar"]


def test_an_open_bracket_does_not_reach_over_the_next_tag() -> None:
    found = block("---@param f fun(\n---@return string")
    assert [tag.word.text for tag in found.tags] == ["param", "return"]


def test_lines_behind_a_parameter_go_on_with_its_description() -> None:
    found = block("---@param a string one\n---two\n---\n---Text\n---@return any r three\n---four")
    first, second = found.tags
    assert first.description == "one\ntwo"
    assert second.description == "three\nfour"
    assert found.text == "Text"


def test_comments_with_two_dashes_count_only_where_there_are_no_others() -> None:
    assert block("-- one\n-- two").plain == "one\ntwo"
    assert block("-- one\n---two").plain == ""
    assert not block("-- @param a string").tags


def test_names_of_types_know_their_place() -> None:
    source = "---@type table<Key, Value[]>"
    found = names_in(block(source).tags[0])
    places = [source[name.name.start : name.name.end] for name in found]
    assert places == ["table", "Key", "Value"]


@pytest.mark.parametrize("path", LIBRARY, ids=lambda path: path.stem)
def test_our_definitions_have_no_problems(path: Path) -> None:
    for piece in pieces_of(path.read_text("utf-8"), False).all:
        for lines in comment_blocks(piece):
            assert parse_block((line.text, line.start) for line in lines).problems == ()


FRAGMENTS = [
    *("---@type ", "---@param ", "---@return ", "---@class ", "---@field ", "---@cast ", "---| "),
    *(
        "fun(",
        ")",
        "{",
        "}",
        "[",
        "]",
        "<",
        ">",
        "|",
        "?",
        ",",
        ":",
        "...",
        "`",
        "'",
        "a",
        " ",
        "#",
    ),
    *("\n", "---", "--[[@as ", "é", "@", "private ", "\u2028", "\u00a0"),
]


@given(st.lists(st.sampled_from(FRAGMENTS), max_size=15).map("".join))
def test_anything_is_read(source: str) -> None:
    found = block(source)
    for tag in found.tags:
        for node in tree.walk(tag):
            assert 0 <= node.start <= node.end <= len(source)
