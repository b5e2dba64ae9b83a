"""One call: names, parameters, limits, failures, events."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import Any, ClassVar

import pytest

from llmspell.errors import (
    RateLimitError,
    ResourceError,
    SecurityError,
    TimeLimitError,
    ToolError,
    ValidationError,
)
from llmspell.tools.answer import Answer
from llmspell.tools.call import Call
from llmspell.tools.description import Limits, Operation, Parameter
from llmspell.tools.registry import UnknownToolError
from llmspell.tools.service import Tools
from llmspell.tools.tool import Tool


class Probe(Tool):
    """Does what the test wants."""

    name: ClassVar[str] = "probe"
    limits: ClassVar[Limits] = Limits(seconds=30, output_bytes=1000)
    parameters: ClassVar[tuple[Parameter, ...]] = (
        Parameter("size", "integer", "Characters to give.", aliases=("length",)),
        Parameter("items", "array", "Given back.", schema={"items": {"type": "string"}}),
        Parameter("mode", "string", "One of two.", choices=("fast", "slow")),
    )
    operations: ClassVar[dict[str, Operation]] = {
        "echo": Operation("gives its parameters back", aliases=("cat",)),
        "fill": Operation("gives many characters", needs=("size",)),
        "wait": Operation("waits until it is cancelled"),
        "sleep": Operation("waits on the loop"),
        "break": Operation("has a fault"),
    }

    def __init__(self) -> None:
        self.cancelled = threading.Event()

    def do_echo(self, call: Call) -> Answer:
        return Answer("echo", call.params)

    def do_fill(self, call: Call) -> Answer:
        return Answer("fill", "x" * call.params["size"])

    def do_wait(self, call: Call) -> Answer:
        try:
            while True:
                call.check()
                time.sleep(0.001)
        finally:
            self.cancelled.set()

    async def do_sleep(self, call: Call) -> Answer:
        try:
            await asyncio.sleep(60)
        finally:
            self.cancelled.set()
        return Answer("sleep")

    def do_break(self, call: Call) -> Answer:
        raise KeyError("nothing there")


@pytest.fixture
def probe(tools: Tools) -> Probe:
    tool = Probe()
    tools.register(tool)
    return tool


def _echo(tools: Tools, params: dict[str, Any]) -> Any:
    return tools.invoke("probe", {"operation": "echo", **params}).result


@pytest.mark.parametrize("name", ["base64-encoder", "base64_encoder"])
def test_underscores_may_stand_for_hyphens(tools: Tools, name: str) -> None:
    assert tools.invoke(name, {"operation": "encode", "input": "a"}).text == "YQ=="


def test_a_strict_service_takes_exact_names_only(tools: Tools) -> None:
    tools.strict = True
    assert tools.info("base64_encoder") is None
    with pytest.raises(UnknownToolError, match=r"did you mean 'base64-encoder'\?"):
        tools.invoke("base64_encoder", {})


def test_an_unknown_name_is_said_with_the_nearest(tools: Tools) -> None:
    with pytest.raises(UnknownToolError, match=r"Tool 'bose64-encoder' not found; did you mean"):
        tools.invoke("bose64-encoder", {})


def test_operations_are_found_in_any_case_and_by_alias(tools: Tools, probe: Probe) -> None:
    assert tools.invoke("probe", {"operation": "CAT"}).envelope["operation"] == "echo"


def test_whole_floats_and_empty_tables_are_taken_for_what_is_meant(
    tools: Tools, probe: Probe
) -> None:
    given = _echo(tools, {"length": 10.0, "items": {}})
    assert given == {"operation": "echo", "size": 10, "items": []}
    assert type(given["size"]) is int


def test_unknown_parameters_are_left_out_of_account(tools: Tools, probe: Probe) -> None:
    assert _echo(tools, {"timeout_ms": 5})["timeout_ms"] == 5


@pytest.mark.parametrize(
    ("params", "field", "message"),
    [
        ({}, "operation", "'operation' is needed"),
        ({"operation": "ecko"}, "operation", "did you mean 'echo'"),
        ({"operation": "fill"}, "size", "'size' is needed"),
        ({"operation": "fill", "siez": 3}, "size", "'siez' was given"),
        ({"operation": "echo", "itemz": ["a"]}, "itemz", "did you mean 'items'"),
        ({"operation": "echo", "mode": "fasd"}, "mode", "did you mean 'fast'"),
        ({"operation": "echo", "items": ["a", 5]}, "items[2]", "not of type"),
        ({"operation": "echo", "size": "5"}, "size", "not of type"),
    ],
)
def test_a_wrong_parameter_is_named(
    tools: Tools, probe: Probe, params: dict[str, Any], field: str, message: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        tools.invoke("probe", params)
    assert message in str(caught.value)
    assert caught.value.details["field"] == field


def test_a_result_that_is_too_large_is_refused(tools: Tools, probe: Probe) -> None:
    with pytest.raises(ResourceError, match="at most 1000"):
        tools.invoke("probe", {"operation": "fill", "size": 2000})


@pytest.mark.parametrize("operation", ["wait", "sleep"])
def test_a_call_that_takes_too_long_is_cancelled(
    tools: Tools, probe: Probe, operation: str
) -> None:
    with pytest.raises(TimeLimitError, match=r"'probe' did not end within 0\.05 s"):
        tools.invoke("probe", {"operation": operation}, seconds=0.05)
    assert probe.cancelled.wait(10)


def test_calls_a_minute_are_counted(tools: Tools, probe: Probe) -> None:
    type(probe).limits.calls_per_minute = 2
    try:
        _echo(tools, {})
        _echo(tools, {})
        with pytest.raises(RateLimitError, match="2 times a minute") as caught:
            _echo(tools, {})
        assert 0 < caught.value.details["retry_after"] <= 60  # type: ignore[operator]
    finally:
        type(probe).limits.calls_per_minute = None


def test_a_fault_of_a_tool_names_the_tool(tools: Tools, probe: Probe) -> None:
    with pytest.raises(ToolError, match="KeyError: 'nothing there'") as caught:
        tools.invoke("probe", {"operation": "break"})
    assert caught.value.details["tool"] == "probe"


def test_files_are_those_of_the_policy(tools: Tools) -> None:
    with pytest.raises(SecurityError, match="Path not allowed"):
        tools.invoke("base64-encoder", {"operation": "encode", "input_file": "/etc/passwd"})


def test_calls_are_announced(make_runtime: Any) -> None:
    runtime = make_runtime()
    heard = runtime.events.subscribe("tool.*")
    tool = "base64-encoder"
    runtime.tools.invoke(tool, {"operation": "encode", "input": "a"})
    with pytest.raises(ValidationError):
        runtime.tools.invoke(tool, {"operation": "decode", "input": "%"})
    events = [heard.poll() for _ in range(4)]
    assert [event.event_type for event in events] == [
        "tool.started",
        "tool.completed",
        "tool.started",
        "tool.failed",
    ]
    assert events[0].data["parameter_keys"] == ["input", "operation"]
    assert events[3].data["error_type"] == "ValidationError"


def test_a_missing_library_names_its_extra(tools: Tools) -> None:
    class Needy(Probe):
        """Needs what nobody has."""

        name: ClassVar[str] = "needy"
        requires: ClassVar[tuple[str, ...]] = ("no_such_library",)

    tools.register(Needy())
    assert tools.info("needy") is None
    with pytest.raises(ToolError, match=r"needs no_such_library; .*llmspell\[tools\]"):
        tools.invoke("needy", {})


@pytest.mark.parametrize(
    ("config", "tool", "key"),
    [
        ("[tools]\nenabled = false", "calculator", "tools.enabled"),
        (
            "[tools.file_operations]\nenabled = false",
            "file-operations",
            "tools.file_operations.enabled",
        ),
        ("[tools.http_request]\nenabled = false", "http-requester", "tools.http_request.enabled"),
    ],
)
def test_the_configuration_switches_tools_off(
    make_runtime: Any, config: str, tool: str, key: str
) -> None:
    tools = make_runtime(config).tools
    assert tools.info(tool) is None
    assert tool not in [entry.name for entry in tools.available()]
    with pytest.raises(SecurityError, match=key):
        tools.invoke(tool, {"input": "1"})


def test_the_configuration_limits_all_calls_in_a_minute(make_runtime: Any) -> None:
    tools = make_runtime("[tools]\nrate_limit_per_minute = 2").tools
    tools.invoke("calculator", {"input": "1"})
    tools.invoke("uuid-generator", {})
    with pytest.raises(RateLimitError, match="tools may be called 2 times a minute"):
        tools.invoke("calculator", {"input": "1"})


@pytest.mark.parametrize(
    "answer",
    [
        {"type": "redirect", "target": "calculator"},
        {"type": "fork", "operations": [{"tool": "calculator", "parameters": {"input": "1"}}]},
    ],
)
def test_no_hook_leads_to_a_tool_that_is_switched_off(
    make_runtime: Any, answer: dict[str, Any]
) -> None:
    runtime = make_runtime("[tools]\nenabled = false")
    runtime.tools.register(Probe(), source="spell")
    runtime.hooks.register("BeforeToolExecution", lambda _context, _seconds: answer)
    try:
        told = str(runtime.tools.invoke("probe", {"operation": "echo"}).result)
    except SecurityError as error:
        told = str(error)
    assert "`tools.enabled` is false" in told
