from __future__ import annotations

import pytest

from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.syntax.pieces import pieces_of

from .trees import kinds


def statements(source: str, broken: bool = False) -> list[str]:
    pieces = pieces_of(source, broken)
    return [kinds(piece.statement) for piece in pieces.all if piece.statement is not None]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x = 1 + 2 * 3", "(Binary + (Number 1) (Binary * (Number 2) (Number 3)))"),
        ("x = 1 .. 2 .. 3", "(Binary .. (Number 1) (Binary .. (Number 2) (Number 3)))"),
        ("x = 1 - 2 - 3", "(Binary - (Binary - (Number 1) (Number 2)) (Number 3))"),
        ("x = -2 ^ 2", "(Unary - (Binary ^ (Number 2) (Number 2)))"),
        ("x = 2 ^ -3", "(Binary ^ (Number 2) (Unary - (Number 3)))"),
        ("x = not a == b", "(Binary == (Unary not (Name a)) (Name b))"),
        ("x = a or b and c", "(Binary or (Name a) (Binary and (Name b) (Name c)))"),
        (
            "x = a | b ~ c & d",
            "(Binary | (Name a) (Binary ~ (Name b) (Binary & (Name c) (Name d))))",
        ),
        ("x = #t // 1", "(Binary // (Unary # (Name t)) (Number 1))"),
        ("x = 0x.8p-1", "(Number 0x.8p-1)"),
        ("x = (f())", "(Paren (Call (Name f) (Arguments)))"),
        ("x = a.b[c]", "(Index (Member (Name a) (Word b)) (Name c))"),
        ("x = a:b 'c'", "(MethodCall (Name a) (Word b) (Arguments (String 'c')))"),
        (
            "x = {1, a = 2, [3] = 4; f{}}",
            (
                "(Table (Item (Number 1)) (Named (Word a) (Number 2)) (Keyed (Number 3) (Number 4)) "
                "(Item (Call (Name f) (Arguments (Table)))))"
            ),
        ),
    ],
)
def test_expressions_nest_as_the_manual_says(source: str, expected: str) -> None:
    assert statements(source) == [f"(Assignment (Name x) {expected})"]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("local a <const>, b <close> = 1", ("(LocalStatement (Attribute (Name a) (Word const)) "
         "(Attribute (Name b) (Word close)) (Number 1))")),
        ("for i = 1, 2 do end", "(NumericFor (Name i) (Number 1) (Number 2) (Block))"),
        ("for k, v in p() do break end",
         "(GenericFor (Name k) (Name v) (Call (Name p) (Arguments)) (Block (Break)))"),
        ("repeat local x until x",
         "(Repeat (Block (LocalStatement (Attribute (Name x)))) (Name x))"),
        ("while a do goto b ::b:: end",
         "(While (Name a) (Block (Goto (Word b)) (Label (Word b))))"),
        ("if a then elseif b then else end",
         "(If (Branch (Name a) (Block)) (Branch (Name b) (Block)) (Branch (Block)))"),
        ("function a.b:c(d, ...) return end",
         ("(FunctionStatement (Member (Member (Name a) (Word b)) (Word c)) "
         "(Function (Name d) (Vararg) (Block (Return))))")),
        ("f()\n(g)()", "(ExpressionStatement (Call (Call (Call (Name f) (Arguments)) (Arguments (Name g))) (Arguments)))"),
    ],
)  # fmt: skip
def test_statements(source: str, expected: str) -> None:
    assert statements(source) == [expected]


def problems(source: str, broken: bool = True) -> list[str]:
    return [
        problem.message for piece in pieces_of(source, broken).all for problem in piece.problems
    ]


def test_a_member_that_is_being_written_keeps_its_function_whole() -> None:
    source = "local function f(a)\n  if a then\n    a.\n  end\nend\nlocal function g() end\n"
    first, second = statements(source, broken=True)
    assert "(Member (Name a) (Word))" in first
    assert second == "(LocalFunction (Name g) (Function (Block)))"


def test_a_keyword_behind_a_point_is_the_beginning_of_a_name() -> None:
    source = "function f()\n  a.for\n  b:in()\nend\nfunction g() end\n"
    first, second = statements(source, broken=True)
    assert "(Member (Name a) (Word for))" in first
    assert "(MethodCall (Name b) (Word in) (Arguments))" in first
    assert second.startswith("(FunctionStatement (Name g)")
    assert "a name is expected near `for`" in problems(source)


def test_an_unclosed_block_ends_where_the_indentation_says() -> None:
    source = "function f()\n  if a then\n    b()\nend\n\nfunction g() end\n"
    assert [piece.split()[0] for piece in statements(source, broken=True)] == [
        "(FunctionStatement",
        "(FunctionStatement",
    ]
    assert problems(source) == ["`end` expected to close `if`"]


def test_an_unclosed_function_ends_before_the_next_one() -> None:
    source = "local function f()\n  b()\n\nlocal function g() end\n"
    assert len(statements(source, broken=True)) == 2
    assert problems(source) == ["`end` expected to close `function`"]


@pytest.mark.parametrize(
    "typed", ["name", "name.", "name[1] = 2", "a = 1 b = 2", "{ b = 1 }", "'s'"]
)
def test_what_is_typed_in_a_table_without_its_commas_leaves_the_rest_of_it_as_it_was(
    typed: str,
) -> None:
    source = f"""
f(t, {{
  a = {{
    x = {{ 1, 2 }}
    {typed}
  }},
  b = {{ y = 3 }},
}})
g()
"""
    first, second = statements(source, broken=True)
    assert first.count("(Table") >= 4
    assert "(Named (Word b) (Table (Named (Word y) (Number 3))))" in first
    assert second == "(ExpressionStatement (Call (Name g) (Arguments)))"
    assert problems(source)[0].startswith("`,` expected near")


def test_a_table_that_is_not_closed_ends_where_the_indentation_says() -> None:
    source = "local t = {\n  a = 1\n\nx = 2\nf()\n"
    assert len(statements(source, broken=True)) == 3
    assert problems(source) == ["`}` expected near `x`"]


def test_a_value_for_what_is_no_key_is_one_problem() -> None:
    assert problems("t = {\n  a.b = 1,\n  c = 2,\n}\n") == ["unexpected `=`"]


def test_correct_text_is_read_by_its_keywords_however_it_is_indented() -> None:
    source = "function f()\n  b()\nlocal c = 1\nreturn c\nend\n"
    assert len(statements(source)) == 1
    assert problems(source, broken=False) == []


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("f(", "an expression is expected near `end of text`"),
        ("f(a", "`)` expected near `end of text`"),
        ("x = {1", "`}` expected near `end of text`"),
        ("x = 'a", "unfinished string"),
        ("x =", "an expression is expected near `end of text`"),
        ("a:b", "a method can only be called"),
        ("end", "unexpected `end`"),
        ("x = 1 ?", "unexpected `?`"),
        ("f() = 1", "cannot assign to this expression"),
        ("return 1\nf()", "`return` must be the last statement of its block"),
        ("do return 1 f() end", "`return` must be the last statement of its block"),
        ("local function f(a, ) end", "a parameter is expected near `)`"),
        ("a.b", "a statement cannot end here, before `end of text`"),
    ],
)
def test_what_lua_refuses_is_a_problem(source: str, message: str) -> None:
    assert message in problems(source)


def test_trees_of_long_chains_and_deep_nesting_are_made() -> None:
    assert len(statements("x = " + "1 + " * 5000 + "1")) == 1
    assert problems("x = " + "(" * 500 + "1" + ")" * 500)


def test_comments_behind_a_statement_belong_to_its_piece() -> None:
    first, second, _ = pieces_of("local a -- one\n-- two\nlocal b", False).all
    assert [word.text for word in first.comments] == ["-- one"]
    assert [word.text for word in second.comments] == ["-- two"]


def test_all_nodes_are_found_in_the_order_of_the_text() -> None:
    statement = pieces_of("local x = f(a, b).c", False).all[0].statement
    assert statement is not None
    names = [node.text for node in tree.walk(statement) if isinstance(node, (tree.Name, tree.Word))]
    assert names == ["x", "f", "a", "b", "c"]


def test_a_long_comment_without_end_is_a_problem_of_its_own_piece_only() -> None:
    pieces = pieces_of("x = 1\n--[==[ open ]]", True)
    assert [len(piece.problems) for piece in pieces.all] == [0, 1]
    (problem,) = pieces.all[1].problems
    assert (problem.missing, problem.opened) == ("]==]", (1, 7))
