"""What is advertised is proved, and what cannot be asked for is not advertised."""

from __future__ import annotations

import importlib
import pkgutil

import pytest

import tests.debug_adapter
from llmspell.debugger.model import EXCEPTION_FILTERS
from llmspell_debug_adapter.forwarding.forwarder import Forwarder, adapter_capabilities
from llmspell_debug_adapter.session.registry import capabilities, handlers
from tests.debug_adapter import proofs, schema

# Capabilities that announce a request: the request.
_REQUESTS = {
    "supportsConfigurationDoneRequest": "configurationDone",
    "supportsFunctionBreakpoints": "setFunctionBreakpoints",
    "supportsStepBack": "stepBack",
    "supportsSetVariable": "setVariable",
    "supportsRestartFrame": "restartFrame",
    "supportsGotoTargetsRequest": "gotoTargets",
    "supportsStepInTargetsRequest": "stepInTargets",
    "supportsCompletionsRequest": "completions",
    "supportsModulesRequest": "modules",
    "supportsRestartRequest": "restart",
    "supportsExceptionInfoRequest": "exceptionInfo",
    "supportsLoadedSourcesRequest": "loadedSources",
    "supportsTerminateThreadsRequest": "terminateThreads",
    "supportsSetExpression": "setExpression",
    "supportsTerminateRequest": "terminate",
    "supportsDataBreakpoints": "setDataBreakpoints",
    "supportsReadMemoryRequest": "readMemory",
    "supportsWriteMemoryRequest": "writeMemory",
    "supportsDisassembleRequest": "disassemble",
    "supportsCancelRequest": "cancel",
    "supportsBreakpointLocationsRequest": "breakpointLocations",
    "supportsInstructionBreakpoints": "setInstructionBreakpoints",
}


def _understood() -> set[str]:
    return {*handlers(), "restart"} if hasattr(Forwarder, "_on_restart") else set(handlers())


@pytest.mark.parametrize(("capability", "command"), _REQUESTS.items())
def test_a_request_is_advertised_exactly_if_it_is_understood(capability: str, command: str) -> None:
    assert adapter_capabilities().get(capability, False) is (command in _understood())


def test_every_capability_has_a_test_that_proves_it() -> None:
    for module in pkgutil.walk_packages(tests.debug_adapter.__path__, "tests.debug_adapter."):
        importlib.import_module(module.name)
    assert set(proofs.PROOFS) == set(adapter_capabilities())


def test_every_capability_is_one_of_the_protocol() -> None:
    assert set(adapter_capabilities()) <= set(schema.definitions()["Capabilities"]["properties"])


def test_a_session_without_an_adapter_does_not_promise_a_restart() -> None:
    assert "supportsRestartRequest" not in capabilities()


def test_the_filters_are_those_of_the_debugger() -> None:
    offered = capabilities()["exceptionBreakpointFilters"]
    assert [item["filter"] for item in offered] == list(EXCEPTION_FILTERS)
