"""The `Tool` global, from Lua (spec lua-globals §4, tools §4)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from llmspell.app import Runtime
from llmspell.lua.outcome import ScriptError
from llmspell.tools.scripted import FunctionTool


def _value(runtime: Runtime, code: str) -> Any:
    return runtime.run(code).value


ENCODE = '{ operation = "encode", input = "Hello" }'


@pytest.mark.parametrize(
    "call",
    [
        f'Tool.execute("base64-encoder", {ENCODE})',
        f'Tool.get("base64-encoder"):execute({ENCODE})',
        f'Tool.get("base64-encoder").execute({ENCODE})',
        f'Tool["base64-encoder"]:execute({ENCODE})',
        f'coroutine.wrap(function() return Tool.execute("base64-encoder", {ENCODE}) end)()',
    ],
)
def test_every_form_of_call_gives_the_result(runtime: Runtime, call: str) -> None:
    assert _value(runtime, f"return ({call}).result.output") == "SGVsbG8="


def test_lists_have_names_and_categories(runtime: Runtime) -> None:
    names = _value(
        runtime, "local n = {} for i, t in ipairs(Tool.list()) do n[i] = t.name end return n"
    )
    assert "base64-encoder" in names
    assert names == sorted(names)
    assert "utility" in _value(runtime, "return Tool.categories()")
    found = _value(runtime, 'return Tool.discover({ category = "utility", tag = "BASE64" })')
    assert [tool["name"] for tool in found] == ["base64-encoder"]


def test_unknown_names_are_nil_and_raise_when_called(runtime: Runtime) -> None:
    assert _value(runtime, "return Tool.nope == nil and Tool.get('nope') == nil") is True
    assert _value(runtime, "return Tool.exists('nope')") is False
    with pytest.raises(ScriptError, match="Tool 'nope' not found"):
        runtime.run("Tool.execute('nope', {})")


def test_a_schema_lists_parameters(runtime: Runtime) -> None:
    schema = _value(runtime, 'return Tool.get("base64-encoder").schema')
    assert schema["parameters"][0]["name"] == "operation"
    assert schema["parameters"][0]["required"] is True
    assert schema == _value(runtime, 'return Tool["base64-encoder"].getSchema()')
    assert schema == _value(runtime, 'return Tool.get_schema("base64-encoder")')


@pytest.mark.parametrize(
    ("call", "words"),
    [
        ('Tool.execute("base64-encoder", { operation = "decode", input = "%" })', "Tool execution"),
        (
            'Tool.get("base64-encoder"):execute({ operation = "decode", input = "%" })',
            "Tool 'base64-encoder' execution",
        ),
    ],
)
def test_a_failure_is_raised_with_its_category(runtime: Runtime, call: str, words: str) -> None:
    with pytest.raises(
        ScriptError, match=f"{words} failed: Validation error: 'input' is no Base64"
    ):
        runtime.run(call)


def test_a_registered_function_is_a_tool(runtime: Runtime) -> None:
    code = """
    Tool.register("greeter", function(params)
      return { greeting = "Hello, " .. params.who }
    end, { description = "Greets", parameters = { { name = "who", type = "string", required = true } } })
    return { Tool.execute("greeter", { who = "Ada" }).result.greeting,
             select(2, pcall(Tool.execute, "greeter", {})), Tool.exists("greeter") }
    """
    greeting, refusal, there = _value(runtime, code)
    assert greeting == "Hello, Ada"
    assert "'who' is needed" in refusal
    assert there is True


def test_a_registered_tool_may_wait_for_other_tools(runtime: Runtime) -> None:
    code = f"""
    Tool.register {{ name = "outer", execute = function(params)
      return Tool.execute("base64-encoder", {ENCODE}).text
    end }}
    return Tool.execute("outer", {{}}).text
    """
    assert _value(runtime, code) == "SGVsbG8="


def test_an_error_in_a_registered_tool_is_a_failed_call(runtime: Runtime) -> None:
    code = 'Tool.register("bad", function() error("out of ink") end) Tool.execute("bad", {})'
    with pytest.raises(ScriptError, match=r"Tool execution failed: .*out of ink"):
        runtime.run(code)


def test_a_batch_keeps_its_order_and_raises_nothing(runtime: Runtime) -> None:
    code = f"""
    local a = Tool.batch {{ {{ tool = "base64-encoder", params = {ENCODE} }}, {{ tool = "nope" }}, {{}} }}
    return {{ a[1].text, a[2].success, a[2].error.message, "why: " .. a[2].error, tostring(a[3].error),
              a[2].error:upper() }}
    """
    text, success, message, joined, third, upper = _value(runtime, code)
    assert (text, success) == ("SGVsbG8=", False)
    assert message == "Tool 'nope' not found"
    assert joined == "why: Tool 'nope' not found"
    assert "{ tool = …, params = … }" in third
    assert upper == message.upper()


@pytest.mark.parametrize("call", ["Tool.execute()", "Tool.execute('x', 5)", "Tool.register('x')"])
def test_wrong_arguments_are_named(runtime: Runtime, call: str) -> None:
    with pytest.raises(ScriptError, match="bad argument"):
        runtime.run(call)


@pytest.mark.parametrize(
    "body",
    [
        "while true do end",
        "while true do pcall(function() while true do end end) end",
        "xpcall(function() while true do end end, function() while true do end end)",
        'while true do Tool.execute("base64-encoder", { operation = "encode", input = "a" }) end',
    ],
)
def test_a_tool_of_a_spell_that_never_ends_is_ended_at_its_limit(
    runtime: Runtime, body: str
) -> None:
    found = _value(
        runtime,
        f"""
        Tool.register("endless", function() {body} end)
        Tool.register("quick", function() return "done" end)
        local ok, reason = pcall(Tool.execute, "endless", {{}}, {{ timeout = 0.2 }})
        local after = Tool.execute("quick", {{}}).result
        return {{ ok, reason, after }}
        """,
    )
    assert found == [
        False,
        "Tool execution failed: Timeout error: 'endless' did not end within 0.2 s",
        "done",
    ]


@pytest.mark.parametrize(
    "register",
    [
        'Tool.register("endless", body, { timeout = 0.2 })',
        'Tool.register({ name = "endless", execute = body, timeout = 0.2 })',
    ],
)
def test_a_tool_of_a_spell_has_a_limit_of_its_own(runtime: Runtime, register: str) -> None:
    with pytest.raises(ScriptError, match=r"'endless' did not end within 0\.2 s"):
        runtime.run(
            f"""
            local function body() while true do end end
            {register}
            Tool.execute("endless", {{}})
            """
        )


@pytest.mark.parametrize("timeout", ["0", "-1", "'soon'"])
def test_a_limit_that_is_none_is_refused(runtime: Runtime, timeout: str) -> None:
    with pytest.raises(ScriptError, match=r"time-out|Number"):
        runtime.run(f'Tool.register("x", print, {{ timeout = {timeout} }})')


def test_what_a_tool_of_a_spell_waits_for_is_ended_at_its_limit(
    runtime: Runtime, tmp_path: Path
) -> None:
    found = _value(
        runtime,
        f"""
        Tool.register("patient", function()
          Tool.execute("file-watcher", {{ operation = "watch", input = {{ "{tmp_path}" }} }})
          went_on = true
        end)
        local ok, reason = pcall(Tool.execute, "patient", {{}}, {{ timeout = 0.2 }})
        Tool.register("quick", function() return "done" end)
        Tool.execute("quick", {{}})
        return {{ ok, reason, went_on == nil }}
        """,
    )
    assert found[0] is False
    assert "did not end within 0.2 s" in found[1]
    assert found[2] is True


def test_an_endless_tool_in_a_batch_leaves_the_others_their_results(runtime: Runtime) -> None:
    runtime.tools.register(
        FunctionTool("brief", lambda params: params["n"], parameters={"n": "integer"})
    )
    found = _value(
        runtime,
        """
        Tool.register("outer", function(params)
          return pcall(Tool.execute, "inner", {}, { timeout = 0.2 }) == false and "went on"
        end)
        Tool.register("inner", function() while true do end end)
        local answers = Tool.batch({ { tool = "outer" }, { tool = "brief", params = { n = 2 } } })
        return { answers[1].result, answers[2].result }
        """,
    )
    assert found == ["went on", 2]
