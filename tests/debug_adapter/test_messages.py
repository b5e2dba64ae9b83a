"""Every request that is understood and every event that is sent, and a test that proves each."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from llmspell_debug_adapter.forwarding.forwarder import adapter_capabilities
from llmspell_debug_adapter.session.registry import handlers

HERE = Path(__file__).parent

REQUESTS = {
    "initialize": "session/test_protocol.py::test_a_second_initialize_is_refused",
    "launch": "forwarding/test_launch.py::test_arguments_folder_and_variables",
    "attach": "forwarding/test_attach.py::test_attach_look_change_and_detach",
    "configurationDone": "session/test_protocol.py"
    "::test_the_spell_does_not_start_before_configuration_done",
    "disconnect": "session/test_ending.py::test_disconnect_with_a_wish",
    "terminate": "session/test_ending.py::test_terminate_ends_a_running_spell",
    "restart": "forwarding/test_restart.py::test_restart_at_a_stop_keeps_breakpoints_and_their_ids",
    "setBreakpoints": "session/test_breakpoints.py"
    "::test_a_breakpoint_on_a_line_without_code_moves_to_the_next_statement",
    "setFunctionBreakpoints": "session/test_breakpoints.py"
    "::test_a_function_breakpoint_stops_at_calls",
    "setExceptionBreakpoints": "session/test_breakpoints.py::test_a_filter_with_a_condition",
    "setDataBreakpoints": "session/test_breakpoints.py::test_a_data_breakpoint_stops_at_a_write",
    "dataBreakpointInfo": "session/test_breakpoints.py::test_what_cannot_be_watched_has_no_data_id",
    "breakpointLocations": "session/test_breakpoints.py::test_breakpoint_locations_are_statements",
    "setVariable": "session/test_inspection.py::test_set_variable",
    "setExpression": "session/test_inspection.py::test_set_expression",
    "evaluate": "session/test_inspection.py::test_expressions_are_evaluated_in_the_frame",
    "completions": "session/test_inspection.py::test_completions_know_the_frame_and_its_tables",
    "stackTrace": "session/test_inspection.py::test_the_stack_comes_in_pages",
    "scopes": "session/test_inspection.py::test_scopes",
    "variables": "session/test_inspection.py::test_variables_come_in_pages",
    "source": "session/test_sources.py::test_the_text_of_a_file_that_was_loaded",
    "loadedSources": "session/test_sources.py::test_loaded_sources",
    "modules": "session/test_sources.py::test_modules_are_files",
    "threads": "session/test_execution.py::test_coroutines_are_threads_with_stacks",
    "exceptionInfo": "session/test_inspection.py::test_exception_info",
    "continue": "session/test_execution.py"
    "::test_continue_is_not_announced_to_the_one_who_asked_for_it",
    "next": "session/test_execution.py::test_next_passes_over_a_call",
    "stepIn": "session/test_execution.py::test_step_in_goes_into_a_call",
    "stepInTargets": "session/test_execution.py::test_step_in_targets",
    "stepOut": "session/test_execution.py::test_step_out_returns_to_the_caller",
    "pause": "session/test_execution.py::test_pause_stops_a_loop_without_calls",
    "cancel": "session/test_protocol.py::test_a_request_that_waits_can_be_cancelled",
    "terminateThreads": "session/test_ending.py::test_coroutines_can_be_ended",
    "locations": "session/test_sources.py::test_functions_know_where_they_are_defined",
}
EVENTS = {
    "initialized": "session/test_execution.py::test_stop_on_entry",
    "stopped": "session/test_execution.py"
    "::test_several_breakpoints_that_are_hit_at_once_are_all_named",
    "continued": "session/test_ending.py::test_coroutines_can_be_ended",
    "thread": "session/test_execution.py::test_coroutines_are_threads_with_stacks",
    "output": "session/test_output.py::test_output_names_the_line_that_wrote_it",
    "breakpoint": "forwarding/test_restart.py::test_data_breakpoints_do_not_survive",
    "loadedSource": "session/test_sources.py::test_loaded_sources",
    "module": "session/test_sources.py::test_modules_are_files",
    "process": "forwarding/test_attach.py::test_attach_look_change_and_detach",
    "capabilities": "forwarding/test_attach.py"
    "::test_what_was_attached_to_cannot_be_restarted_and_the_client_is_told",
    "exited": "forwarding/test_launch.py::test_exited_comes_once_and_before_terminated",
    "terminated": "forwarding/test_launch.py::test_exited_comes_once_and_before_terminated",
    "invalidated": "session/test_inspection.py::test_set_variable",
    "progressStart": "forwarding/test_launch.py::test_progress_is_shown_to_who_wants_it",
    "progressEnd": "forwarding/test_launch.py::test_progress_is_shown_to_who_wants_it",
}
REVERSE_REQUESTS = {
    "runInTerminal": "forwarding/test_launch.py"
    "::test_in_a_terminal_input_works_and_output_stays_there",
    "startDebugging": "forwarding/test_python.py::test_from_lua_into_python_and_back",
}
# How tests ask and wait for what they do all the time: a function, or a fixture.
SHORT = {
    "initialize": "initialize",
    "launch": "run",
    "initialized": "launch",
    "configurationDone": "go",
    "setBreakpoints": "break_at",
    "evaluate": "evaluate",
    "stackTrace": "frames",
    "scopes": "scope",
    "variables": "children",
    "stopped": "stopped",
    "output": "output",
    "startDebugging": "python",
}
_SENDS = ("emit", "_emit", "event")
PROOFS = {**REQUESTS, **EVENTS, **REVERSE_REQUESTS}


def test_every_request_that_is_understood_is_in_the_table() -> None:
    assert adapter_capabilities()["supportsRestartRequest"]  # by the forwarder alone
    assert set(REQUESTS) == {*handlers(), "restart"}


def test_every_event_that_is_sent_is_in_the_table() -> None:
    sent = set()
    package = HERE.parents[1] / "debug_adapter" / "llmspell_debug_adapter"
    for path in package.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and _name(node.func) in _SENDS:
                sent |= {a.value for a in node.args[:1] if isinstance(a, ast.Constant)}
    assert sent == set(EVENTS)


@pytest.mark.parametrize(("message", "place"), PROOFS.items(), ids=PROOFS)
def test_its_test_is_about_it(message: str, place: str) -> None:
    file, name = place.split("::")
    module = ast.parse((HERE / file).read_text("utf-8"))
    (function,) = [
        node for node in module.body if isinstance(node, ast.FunctionDef) and node.name == name
    ]
    said = {node.value for node in ast.walk(function) if isinstance(node, ast.Constant)}
    called = {_name(node.func) for node in ast.walk(function) if isinstance(node, ast.Call)}
    fixtures = {argument.arg for argument in function.args.args}
    assert message in said or SHORT.get(message) in called | fixtures


def _name(function: ast.expr) -> str | None:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else None
