"""Another parser and another resolver say the same about names: luaparser, with the scopes below."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from luaparser import ast, astnodes

from llmspell_server.analysis.snapshot import Snapshot
from llmspell_server.analysis.text import Text

ROOT = Path(__file__).parents[4]
FOLDERS = ("examples", "runtime/llmspell")
FILES = [  # luaparser takes a third of a second for 1000 lines
    path
    for folder in FOLDERS
    for path in sorted((ROOT / folder).rglob("*.lua"))
    if path.stat().st_size < 12_000
]
SOURCES = {
    "attributes": "local a <const>, b = 1, a\nprint(a, b)",
    "methods": "function t.m:n(c) self.x = c end\nfunction t.f(self) return self end",
    "loops": "for i = i, 2 do print(i) end\nfor k, v in pairs(k) do v(k) end\nprint(i, k)",
    "repeat": "repeat local z = f(z) until z\nprint(z)",
    "shadowing": "local x = 1\ndo local x = x x = 2 end\nlocal x = x\nprint(x)",
    "recursion": "local function f() return f() end\nlocal g = function() return g() end",
    "upvalues": "local n = 0\nreturn function() n = n + 1 return function(n) return n end end",
    "tables": "local s = { s = 1, [s] = s, function() return s end }\ns:s(s.s)",
    "branches": "local a\nif a then local a = 1 elseif a then b(a) else local c = a end\nprint(c)",
}

Facts = tuple[Counter[tuple[str, int]], Counter[str]]
"""How many locals of a name have how many uses; how often each global is named."""


class Resolver:
    """Binds names as the manual says, over the tree of luaparser."""

    def __init__(self) -> None:
        self._scopes: list[dict[str, list[int]]] = [{}]
        self._locals: list[tuple[str, list[int]]] = []
        self._globals: Counter[str] = Counter()

    def facts(self, tree: Any) -> Facts:
        self._visit(tree.body)
        return Counter((name, uses[0]) for name, uses in self._locals), self._globals

    def _declare(self, *names: str) -> None:
        for name in names:
            uses = [0]
            self._locals.append((name, uses))
            self._scopes[-1][name] = uses

    def _use(self, name: str) -> None:
        for scope in reversed(self._scopes):
            if name in scope:
                scope[name][0] += 1
                return
        self._globals[name] += 1

    def _inside(self, names: list[str], *nodes: Any) -> None:
        self._scopes.append({})
        self._declare(*names)
        for node in nodes:
            self._visit(node)
        self._scopes.pop()

    def _visit(self, node: Any) -> None:
        if isinstance(node, list):
            for each in node:
                self._visit(each)
            return
        kind = re.sub(r"(?<!^)(?=[A-Z])", "_", type(node).__name__).lower()
        visit = getattr(self, f"_{kind}", None)
        if visit is not None:
            visit(node)
        elif isinstance(node, astnodes.Node):
            for name, each in vars(node).items():
                if name != "comments" and isinstance(each, (astnodes.Node, list)):
                    self._visit(each)

    def _name(self, node: Any) -> None:
        self._use(node.id)

    def _index(self, node: Any) -> None:
        self._visit(node.value)
        if node.notation == astnodes.IndexNotation.SQUARE:
            self._visit(node.idx)

    def _field(self, node: Any) -> None:
        if node.between_brackets:
            self._visit(node.key)
        self._visit(node.value)

    def _invoke(self, node: Any) -> None:
        self._visit([node.source, *node.args])

    def _goto(self, node: Any) -> None:
        pass

    _label = _goto

    def _local_assign(self, node: Any) -> None:
        self._visit(node.values)
        for target in node.targets:
            name = target.name if isinstance(target, astnodes.Attribute) else target
            self._declare(name.id)

    def _local_function(self, node: Any) -> None:
        self._declare(node.name.id)
        self._body(node, [])

    def _function(self, node: Any) -> None:
        self._visit(node.name)
        self._body(node, [])

    def _method(self, node: Any) -> None:
        self._visit(node.source)
        self._body(node, ["self"])

    def _anonymous_function(self, node: Any) -> None:
        self._body(node, [])

    def _body(self, node: Any, names: list[str]) -> None:
        given = [each.id for each in node.args if isinstance(each, astnodes.Name)]
        self._inside([*names, *given], node.body)

    def _fornum(self, node: Any) -> None:
        self._visit([each for each in (node.start, node.stop, node.step) if each is not None])
        self._inside([node.target.id], node.body)

    def _forin(self, node: Any) -> None:
        self._visit(node.iter)
        self._inside([each.id for each in node.targets], node.body)

    def _repeat(self, node: Any) -> None:
        self._scopes.append({})
        for statement in node.body.body:
            self._visit(statement)
        self._visit(node.test)
        self._scopes.pop()

    def _block(self, node: Any) -> None:
        is_chunk = not self._locals and len(self._scopes) == 1 and not self._globals
        if is_chunk:
            self._visit(node.body)
        else:
            self._inside([], node.body)


def ours(source: str) -> Facts:
    snapshot = Snapshot.of(Text(source))
    locals_: Counter[tuple[str, int]] = Counter()
    globals_: Counter[str] = Counter()
    for piece in snapshot.pieces.all:
        binding = snapshot.binding(piece)
        for local in binding.all:
            locals_[local.name, sum(1 for _ in snapshot.uses(local, piece))] += 1
        for name in binding.free:
            if name not in snapshot.chunk_locals(piece):
                globals_[name] += len(binding.free[name])
    return locals_, globals_


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
def test_names_of_small_programs_mean_what_luaparser_s_tree_says(source: str) -> None:
    assert ours(source) == Resolver().facts(ast.parse(source))


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_names_of_our_own_lua_mean_what_luaparser_s_tree_says(path: Path) -> None:
    source = path.read_text("utf-8")
    if source.startswith("#"):
        source = "--" + source
    assert ours(source) == Resolver().facts(ast.parse(source))
