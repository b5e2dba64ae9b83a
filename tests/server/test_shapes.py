"""Which prefixes of programs count as alike, and where one stops in them."""

from __future__ import annotations

import pytest

from tests.server.shapes import Shape, shapes


def shape_of(source: str) -> Shape:
    """The shape of a whole text."""
    return dict(shapes(source))[len(source)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x.y", "object.name"),
        ("print('a'", 'print("another one"'),
        ("local a = 1 local b", "local b"),
        ("local t = { 1, 2, 3, 4, 5, x", "local t = { 1, 2, 3, 4, y"),
        ("if a then b() c", "if d then e"),
        ("f(function() return 1 end, g", "f(function() local h = {} end, i"),
        ("x = { { 1, 2 }, y", "z = { { 3, 4 }, a"),
        ("-- this", "-- that"),
    ],
)
def test_what_differs_in_names_only_is_alike(one: str, other: str) -> None:
    assert shape_of(one) == shape_of(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x.y", "x:y"),
        ("x", "x "),
        ("x ", "x\n"),
        ("string.x", "other.x"),
        ("local a a", "local a b"),
        ("f(1, x", "f(x"),
        ("if a then b", "while a do b"),
        ("function f() x", "f(function() x"),
        ("x = 'a'", "x = 'a"),
        ("-- a", "--- a"),
        ("--[[ a", "-- a"),
        ("repeat until x", "repeat x"),
    ],
)
def test_what_is_read_differently_is_not_alike(one: str, other: str) -> None:
    assert shape_of(one) != shape_of(other)


@pytest.mark.parametrize(
    ("source", "stops"),
    [
        ("local x", [1, 5, 6, 7]),
        ("a..b", [1, 2, 3, 4]),
        ("'ab\\n'", [1, 4, 5, 6]),
        ("1e9", [2, 3]),
        ("--[[ a ]]\n", [1, 5, 9, 10]),
    ],
)
def test_tokens_are_stopped_in_where_they_are_others(source: str, stops: list[int]) -> None:
    assert [offset for offset, _ in shapes(source)] == stops
