"""The points at which hooks run (spec hooks-events §1)."""

from __future__ import annotations

from llmspell.errors import LLMSpellError

POINTS = {
    "BeforeAgentInit": "an agent is about to be made; it may be refused",
    "AfterAgentInit": "an agent was made",
    "BeforeAgentExecution": "an agent is about to be asked; `data.input.text` may be modified",
    "AfterAgentExecution": "an agent has answered; `data.result.text` may be replaced",
    "AgentError": "an agent failed; `data.error` says why; it may be asked again",
    "BeforeAgentShutdown": "an agent is about to be ended, also at the end of the spell",
    "AfterAgentShutdown": "an agent was ended",
    "BeforeToolDiscovery": "tools are about to be listed",
    "AfterToolDiscovery": "tools were listed",
    "BeforeToolExecution": "a tool is about to be called; `data.parameters` may be modified",
    "AfterToolExecution": "a tool was called; `data.result` may be replaced",
    "ToolValidation": "the parameters of a tool are about to be checked",
    "ToolError": "a tool failed; `data.error` says why; the call may be retried",
    "BeforeWorkflowStart": "a workflow is about to start",
    "WorkflowStageTransition": "a workflow goes on to another stage",
    "BeforeWorkflowStage": "a stage of a workflow is about to run",
    "AfterWorkflowStage": "a stage of a workflow has run",
    "WorkflowCheckpoint": "a workflow keeps its state",
    "WorkflowRollback": "a workflow goes back to a kept state",
    "AfterWorkflowComplete": "a workflow has ended",
    "WorkflowError": "a workflow failed",
    "BeforeStateRead": "a value is about to be read",
    "AfterStateRead": "a value was read",
    "BeforeStateWrite": "a value is about to be written",
    "AfterStateWrite": "a value was written",
    "StateConflict": "two writers met",
    "StateMigration": "stored data changes its version",
    "SystemStartup": "the runtime starts",
    "SystemShutdown": "the runtime ends",
    "ConfigurationChange": "the configuration changed",
    "ResourceLimitExceeded": "an agent met a limit of time, memory, depth, tokens or money",
    "SecurityViolation": "the policy refused something",
    "SessionStart": "a session starts",
    "SessionEnd": "a session ends",
    "SessionCheckpoint": "a session keeps its state",
    "SessionRestore": "a session is restored",
    "SessionSave": "a session is saved",
    "BeforeEventEmit": "an event is about to be published",
    "AfterEventEmit": "an event was published",
    "EventHandlerError": "a handler of events failed",
    "PerformanceThresholdExceeded": "something took too long",
    "MemoryUsageHigh": "much memory is used",
    "CpuUsageHigh": "much computing time is used",
}
"""Name -> what happens there. `custom:<name>` stands for any other point."""

FIRED = (
    "BeforeToolExecution",
    "AfterToolExecution",
    "ToolValidation",
    "ToolError",
    "BeforeAgentExecution",
    "AfterAgentExecution",
    "AgentError",
    "BeforeAgentInit",
    "AfterAgentInit",
    "BeforeAgentShutdown",
    "AfterAgentShutdown",
    "ResourceLimitExceeded",
)
"""The points that something reaches in this version."""

CUSTOM = "custom:"


class UnknownPointError(LLMSpellError):
    """There is no hook point of that name."""

    prefix = ""


def point(name: str) -> str:
    """The point of a name; raises `UnknownPointError` with the nearest one for another name."""
    if name in POINTS or (name.startswith(CUSTOM) and len(name) > len(CUSTOM)):
        return name
    from difflib import get_close_matches

    near = get_close_matches(name, POINTS, 1)
    hint = f"; did you mean '{near[0]}'?" if near else f"; other names begin with '{CUSTOM}'"
    raise UnknownPointError(f"Unknown hook point: {name}{hint}")
