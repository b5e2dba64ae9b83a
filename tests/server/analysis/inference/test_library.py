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
        ("local a, b = table.unpack({ 'a', 'b' }) print(b|)", "string"),
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


AGENT = "local agent = Agent.builder():model('local/m'):build() "


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("print(agent:execute('hi').text|)", "string"),
        ("print(agent.invoke({ text = 'hi' }).usage.total_tokens|)", "integer"),
        ("print(agent:execute('hi').cost|)", "number?"),
        ("print(agent:execute('hi').tool_calls[1].result.execution_time_ms|)", "integer"),
        ("print(agent:execute('hi').metadata.finish_reason|)", "string"),
        ("local ok, answer = pcall(agent.execute, agent, 'hi') print(answer|)", "AgentOutput"),
        ("local r = agent:invokeStream('hi', print) print(r.chunks_received|)", "integer"),
        ("local r = agent:invokeStream('hi', print) print(r.usage.cached_tokens|)", "integer"),
        ("agent:invokeStream('hi', function(piece) print(piece.text|) end)", "string"),
        ("agent:invokeStream('x', { seed = 1 }, function(p) print(p.index|) end)", "integer"),
        ("agent:invokeStream('x', function(p) print(p.tool_call.name|) end)", "string"),
        ("agent:execute_async('hi', function(answer) print(answer|) end)", "AgentOutput?"),
        ("agent:execute_async('hi', function(a, problem) print(problem|) end)", "string?"),
        ("print(agent:execute_with_context('hi', 'c').data|)", "any"),
        ("print(Agent.get('a'):get_metrics().cost_total|)", "number"),
        ("print(agent:get_conversation()[1].role|)", "string"),
        ("print(agent:get_state_history()[1].from|)", "string"),
        ("print(agent:get_config().resource_limits.max_tool_calls|)", "integer?"),
        ("print(agent:invokeTool('calculator', {}).text|)", "string?"),
        ("print(Agent.list()[1].model|)", "string"),
        ("print(Agent.get_details('a').metrics.tokens_total|)", "integer"),
        ("print(Agent.get_hierarchy('a').root.children[1].name|)", "string"),
        ("print(Agent.list_capabilities().a.capabilities.supports_tools|)", "boolean"),
        (
            "local c = Agent.create_composite('c', { 'a' }, 'vote') print(c:execute('q').text|)",
            "string",
        ),
        ("local t = Agent.create_from_template('t', 'llm', {}):complete('hi') print(t|)", "string"),
        ("Agent.builder():approve(function(call) print(call.tool_name|) end)", "string"),
        (
            "Agent.create({ approve = function(call) print(call.parameters|) end })",
            "table<string, any>",
        ),
        ("print(Provider.list()[1].capabilities.max_context_tokens|)", "integer?"),
        ("print(Provider.getCapabilities('openai').supports_tools|)", "boolean"),
        ("print(LocalLLM.list()[1].context_length|)", "integer?"),
        ("print(LocalLLM.status().ollama.running|)", "boolean"),
        ("print(LocalLLM.pull('m').bytes_total|)", "integer?"),
        ("Tool.register('t', function(params) print(params|) end)", "table<string, any>"),
    ],
)
def test_what_agents_and_models_give(marked: str, expected: str) -> None:
    text, offset = cursor(AGENT + marked)
    WORLD.set("main.lua", text.source)
    assert shown_type(Inference(WORLD), "main.lua", offset) == expected


def test_the_values_of_a_spell_kind_have_no_quotes() -> None:
    alias = Inference(WORLD).alias_named("llmspell.StateScope")
    assert alias is not None
    values = [getattr(choice.type, "value", None) for choice in alias.choices]
    assert "global" in values
