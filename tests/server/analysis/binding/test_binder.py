"""Which declaration a name means. `|` stands in the name that is asked for, `⟦…⟧` around the answer."""

from __future__ import annotations

import pytest

from llmspell_server.analysis.binding.variables import Local
from llmspell_server.analysis.snapshot import Snapshot
from llmspell_server.analysis.syntax import tree
from tests.server.marks import cursor, ranges, shown


def asked(marked: str) -> tuple[Snapshot, Local | None]:
    text, offset = cursor(marked)
    snapshot = Snapshot.of(text)
    piece, path = snapshot.path_at(offset)
    name = path[-1]
    assert isinstance(name, tree.Name), path
    return snapshot, snapshot.local(piece, name)


def declared(marked: str) -> str:
    """The text with the declaration of the name at the cursor marked."""
    snapshot, local = asked(marked.replace("⟦", "").replace("⟧", ""))
    if local is None:
        return snapshot.text.source
    for piece in snapshot.pieces.all:
        if local in snapshot.binding(piece).all:
            return shown(snapshot.text, snapshot.span(piece, local.declaration))
    raise AssertionError("a local without a piece")


@pytest.mark.parametrize(
    "marked",
    [
        "local ⟦a⟧ = 1\nprint(a|)",
        "local ⟦a⟧ = 1\nlocal b = function() return a| end",
        "local ⟦a⟧ = 1\ndo local a = 2 end\nprint(a|)",
        "local a = 1\ndo local ⟦a⟧ = 2 print(a|) end",
        "local a = 1\nlocal ⟦a⟧ = 2\nprint(a|)",
        "local ⟦a⟧ = 1\nlocal a = a|",
        "local function ⟦f⟧() return f|() end",
        "local f = function() return f|() end",
        "local function f(⟦a⟧) return a| end",
        "for ⟦i⟧ = 1, 2 do print(i|) end",
        "local ⟦i⟧\nfor i = 1, i| do end",
        "for k, ⟦v⟧ in pairs(t) do print(v|) end",
        "repeat local ⟦x⟧ = f() until x|",
        "do local x end\nprint(x|)",
        "local x <const>, ⟦y⟧ = 1, 2\ny| = 3",
        "function ⟦⟧a.b(⟦c⟧) c|() end".replace("⟦⟧", ""),
        "if a then local x end\nprint(x|)",
        "do\nlocal ⟦a⟧\nlocal function f() a|() end\nend",
    ],
)
def test_a_name_means_the_declaration_that_lua_means(marked: str) -> None:
    assert declared(marked) == marked.replace("|", "")


def test_a_method_has_an_implicit_self() -> None:
    _, local = asked("function a:b() return self| end")
    assert local is not None
    assert local.kind == "self"


def test_uses_of_a_local_of_the_chunk_are_found_in_all_pieces() -> None:
    text, expected = ranges("local a\n⟦a⟧ = 1\nprint(⟦a⟧)\nlocal a\nprint(a)")
    snapshot = Snapshot.of(text)
    piece = snapshot.pieces.all[0]
    (local,) = snapshot.binding(piece).declared
    found = [snapshot.span(where, name) for where, name in snapshot.uses(local, piece)]
    assert found == expected


def test_uses_of_a_global_do_not_count_locals_of_that_name() -> None:
    text, expected = ranges("⟦g⟧ = 1\ndo local g g() end\n⟦g⟧()\nlocal g\ng()")
    snapshot = Snapshot.of(text)
    found = [snapshot.span(piece, name) for piece, name in snapshot.global_uses("g")]
    assert found == expected


def test_a_name_under_a_local_environment_is_no_global() -> None:
    snapshot = Snapshot.of(ranges("do local _ENV = {} g() end")[0])
    assert list(snapshot.global_uses("g")) == []


@pytest.mark.parametrize(
    ("marked", "names"),
    [
        ("local a\nlocal function f(b, ...)\n  local c\n  |\n  local d\nend", "a b c f"),
        ("local a\ndo local b end\n|", "a"),
        ("local x = 1\nlocal x = |", "x"),
        ("for i = 1, 2 do\n|\nend", "i"),
        ("function t:m(a)\n|\nend", "a self"),
    ],
)
def test_the_locals_that_can_be_named_at_a_place(marked: str, names: str) -> None:
    text, offset = cursor(marked)
    assert sorted(Snapshot.of(text).visible_locals(offset)) == names.split()


def test_gotos_find_the_label_of_their_function() -> None:
    snapshot = Snapshot.of(ranges("do goto a ::a:: end\nfunction f() goto a end")[0])
    first, second = (snapshot.binding(piece) for piece in snapshot.pieces.all[:2])
    assert [len(scope.gotos) for scope in first.labels] == [1]
    assert [goto.label.text for goto in second.lost] == ["a"]


def test_a_local_that_an_inner_function_uses_is_captured() -> None:
    snapshot = Snapshot.of(ranges("local a, b = 1, 2 local function f() return a end")[0])
    captured = snapshot.binding(snapshot.pieces.all[0]).declared
    assert [local.name for local in captured] == ["a", "b"]
