"""What the definition files of the runtime say, in code without annotations."""

from __future__ import annotations

from pathlib import Path

import pytest

import llmspell
from llmspell_server.analysis.inference.inference import Inference
from tests.server.marks import cursor

from .worlds import MemoryWorld, shown_type

FOLDER = Path(llmspell.__file__).parent / "library"
WORLD = MemoryWorld()
for path in sorted(FOLDER.rglob("*.lua")):
    WORLD.set(str(path.relative_to(FOLDER)), path.read_text("utf-8"))

COPY = "{}\nlocal c = {{}}\nfor k, v in pairs(t) do c[k] = v end print(c.d|)"
MIXED = """local M = {}
function M:f() return 1 end
local C = {}
C.__index = C
for _, m in ipairs({ M }) do for k, v in pairs(m) do C[k] = v end end
local o = setmetatable({}, C) local v = o:f() print(v|)"""


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("for k, v in pairs({ a = 1 }) do print(k|) end", "string"),
        ("for i, v in ipairs({ 'a' }) do print(v|) end", "string"),
        ("local k, v = next({ a = 1 }) print(v|)", "integer?"),
        ("local x = select('#', ...) print(x|)", "integer"),
        ("local t = setmetatable({ a = 1 }, {}) print(t.a|)", "integer"),
        ("local a, b = table.unpack({ 'a', 'b' }) print(b|)", "string?"),
        ("local ok, r, s = pcall(function() return 'x', 1 end) print(s|)", "integer"),
        ("local f = assert(io.open('x')) print(f|)", "file*"),
        ("local f = assert(io.open('x')) local s = f:read('a') print(s|)", "string"),
        ("local f = assert(io.open('x')) local s = f:read('n') print(s|)", "number?"),
        ("local s, n = ('x'):gsub('a', 'b') print(n|)", "integer"),
        ("('x'):gsub('a', function(c) print(c|) end)", "string"),
        ("for w in ('a b'):gmatch('%a') do print(w|) end", "string"),
        ("for w, x in string.gmatch('a b', '(%a) (%a)') do print(x|) end", "any"),
        (COPY.format("local t = { [a] = 1, [b] = 2 }"), "integer"),
        (COPY.format("---@type table<string, integer>\nlocal t = f()"), "integer"),
        (MIXED, "integer"),
        ("for line in io.lines('x') do print(line|) end", "string"),
        ("table.sort({ 'a' }, function(a, b) print(a|) end)", "string"),
        ("local x = table.remove({ 'a' }) print(x|)", "string?"),
        ("local p = table.pack(1, 2) print(p.n|)", "integer"),
        ("local x = math.max(1, 2) print(x|)", "integer"),
        ("local x = math.max(1.5, 2) print(x|)", "number"),
        ("local x = os.date('*t') print(x|)", "osdate"),
        ("local x = os.date('%Y') print(x|)", "string"),
        ("local x = string.rep('a', 3):upper() print(x|)", "string"),
        ("local x = State.list_backups()[1] print(x.id|)", "string"),
        ("print(ARGS.name|)", "string"),
    ],
)
def test_library(marked: str, expected: str) -> None:
    text, offset = cursor(marked)
    WORLD.set("main.lua", text.source)
    assert shown_type(Inference(WORLD), "main.lua", offset) == expected


def test_the_values_of_a_spell_kind_have_no_quotes() -> None:
    alias = Inference(WORLD).alias_named("llmspell.StateScope")
    assert alias is not None
    values = [getattr(choice.type, "value", None) for choice in alias.choices]
    assert "global" in values
