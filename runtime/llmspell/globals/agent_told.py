"""The tables that tell about agents; for the generator only."""

from __future__ import annotations

from typing import NotRequired, TypedDict

from llmspell.globals.agent_shapes import AgentResources
from llmspell.globals.types import Json


class AgentEntry(TypedDict):
    """An agent in a list.

    Fields:
        name: its name.
        type: what answers for it: `llm`, `basic` or `composite`.
        model: the name of its model; empty where it has none.
    """

    name: str
    type: str
    model: str


class TemplateEntry(TypedDict):
    """A kind of agent to begin with.

    Fields:
        type: its name, for `Agent.create_from_template`.
        description: what such agents are for.
    """

    type: str
    description: str


class AgentInfo(TypedDict):
    """What is known of an agent or a template.

    Fields:
        name: its name.
        description: what it is for.
        category: `agent`.
        complexity: such as `standard`.
        required_parameters: what an agent of it needs.
        optional_parameters: what may be given besides.
        capabilities: `streaming`, `context`, and `tools` where it may call some.
        model: of an agent.
    """

    name: str
    description: str
    category: str
    complexity: str
    required_parameters: list[str]
    optional_parameters: list[str]
    capabilities: list[str]
    model: NotRequired[str]


class AgentSummary(TypedDict):
    """An agent in brief.

    Fields:
        name: its name.
        model: the name of its model, without the provider.
        provider: who serves the model.
        description: what it is for.
    """

    name: str
    model: str
    provider: str
    description: str


class AgentSummaryResult(TypedDict):
    """What `get_info` of an agent gives.

    Fields:
        success: true.
        result: the agent in brief.
    """

    success: bool
    result: AgentSummary


class AgentMade(TypedDict):
    """What an agent was made of, without keys.

    Fields:
        name: its name.
        model: the name of its model.
        description: what it is for.
        system_prompt: what it is told before everything else.
        allowed_tools: the tools that it may call.
        memory_enabled: whether it remembers its conversation.
        capabilities: what it can do, in words.
        max_conversation_length: messages that it remembers.
        resource_limits: limits of one answer.
        temperature: how much chance there is in its answers.
        top_p: which share of the likely tokens is chosen from.
        top_k: how many of the likely tokens are chosen from.
        max_tokens: the longest answer.
        stop: texts that end an answer.
        seed: makes chance repeatable.
        presence_penalty: how much is held against words that were said.
        frequency_penalty: how much is held against words that were said often.
        repeat_penalty: the same as a factor, of local models.
    """

    name: str
    model: str
    description: str
    system_prompt: NotRequired[str]
    allowed_tools: list[str]
    memory_enabled: bool
    capabilities: list[str]
    max_conversation_length: int
    resource_limits: AgentResources
    temperature: NotRequired[float]
    top_p: NotRequired[float]
    top_k: NotRequired[int]
    max_tokens: NotRequired[int]
    stop: NotRequired[list[str]]
    seed: NotRequired[int]
    presence_penalty: NotRequired[float]
    frequency_penalty: NotRequired[float]
    repeat_penalty: NotRequired[float]


class AgentMetrics(TypedDict):
    """How often an agent was asked, and what that took.

    Fields:
        agent_id: its UUID.
        requests_total: how often it was asked.
        requests_failed: how often it had no answer.
        requests_active: how many questions it is answering now.
        tool_invocations: how often it has called tools.
        tokens_total: read and written.
        cost_total: US dollars, where prices are known.
        memory_bytes: what its conversation takes.
        cpu_percent: the share of one processor that the whole process has used.
    """

    agent_id: str
    requests_total: int
    requests_failed: int
    requests_active: int
    tool_invocations: int
    tokens_total: int
    cost_total: float
    memory_bytes: int
    cpu_percent: float


class AgentHealth(TypedDict):
    """Whether an agent can be asked.

    Fields:
        status: `Healthy` or `Unhealthy`.
        message: what is wrong.
        timestamp: seconds since 1970.
    """

    status: str
    message: NotRequired[str]
    timestamp: float


class AgentPerformance(TypedDict):
    """How long the answers of an agent took, and how many failed.

    Fields:
        total_executions: how often it was asked.
        avg_execution_time_ms: of one answer.
        success_rate: from 0 to 1.
        error_rate: from 0 to 1.
    """

    total_executions: int
    avg_execution_time_ms: float
    success_rate: float
    error_rate: float


_From = TypedDict("_From", {"from": str})  # a word of Python


class AgentMove(_From):
    """A change of an agent's state.

    Fields:
        from: the state before it.
        to: the state after it.
        timestamp: seconds since 1970.
        elapsed: seconds that the state before it lasted.
        reason: why.
    """

    to: str
    timestamp: float
    elapsed: float
    reason: NotRequired[str]


class AgentStateMetrics(TypedDict):
    """The state of an agent, and how it came there.

    Fields:
        current_state: such as `Ready`.
        total_transitions: how often it has changed.
        recovery_attempts: how often the agent has recovered.
        uptime: seconds since it was made.
        error_count: how often it went to `Error`.
        last_transition: when its state changed last, in seconds since 1970.
        state_time_distribution: seconds in each state.
    """

    current_state: str
    total_transitions: int
    recovery_attempts: int
    uptime: float
    error_count: int
    last_transition: NotRequired[float]
    state_time_distribution: dict[str, float]


class AgentComposition(TypedDict):
    """What can be made of an agent.

    Fields:
        can_be_wrapped: whether it can be a tool.
        supports_delegation: whether others answer for it.
        supports_nesting: whether it can be one of several.
    """

    can_be_wrapped: bool
    supports_delegation: bool
    supports_nesting: bool


class AgentDetails(TypedDict):
    """All that is known of an agent.

    Fields:
        id: its UUID.
        name: its name.
        description: what it is for.
        state: such as `Ready`.
        metrics: how often it was asked, and what that took.
        config: what it was made of.
        composition: what can be made of it.
    """

    id: str
    name: str
    description: str
    state: str
    metrics: AgentMetrics
    config: AgentMade
    composition: AgentComposition


class AgentNode(TypedDict):
    """An agent among those who answer for others.

    Fields:
        name: its name.
        type: `agent`.
        id: its UUID.
        children: those who answer for it.
    """

    name: str
    type: str
    id: str
    children: list[AgentNode]


class AgentHierarchy(TypedDict):
    """An agent and those that answer for it.

    Fields:
        root: the agent.
    """

    root: AgentNode


class AgentAbilities(TypedDict):
    """What an agent can do.

    Fields:
        supports_streaming: whether answers come in pieces.
        supports_tools: whether it may call tools.
        supports_context: whether it can be told data.
        supports_multimodal: whether it looks at pictures.
    """

    supports_streaming: bool
    supports_tools: bool
    supports_context: bool
    supports_multimodal: bool


class AgentCapabilities(TypedDict):
    """An agent with what it can do.

    Fields:
        id: its UUID.
        name: its name.
        description: what it is for.
        config: what it was made of.
        capabilities: what it can do.
    """

    id: str
    name: str
    description: str
    config: AgentMade
    capabilities: AgentAbilities


class AgentAlertCondition(TypedDict):
    """When an alert is raised.

    Fields:
        type: `metric_threshold`, `health_status` or `error_rate`.
        metric_name: a key of `get_metrics`.
        operator: `>`, `>=`, `<`, `<=`, `==` or `!=`.
        threshold: what the figure is compared with.
        status: `Healthy` or `Unhealthy`.
        rate_percent: so many of a hundred answers have failed.
        duration_seconds: for how long it has to hold, as is seen at the ends of answers and by
            `get_alerts`; 0 by default.
    """

    type: str
    metric_name: NotRequired[str]
    operator: NotRequired[str]
    threshold: NotRequired[float]
    status: NotRequired[str]
    rate_percent: NotRequired[float]
    duration_seconds: NotRequired[float]


class AgentAlertRule(TypedDict):
    """A condition that `get_alerts` looks at.

    Fields:
        name: its name.
        severity: such as `warning`.
        condition: when it holds.
        enabled: false takes it away.
        cooldown_seconds: for how long `get_alerts` leaves it out once it was given; 0 by default.
    """

    name: str
    severity: NotRequired[str]
    condition: AgentAlertCondition
    enabled: NotRequired[bool]
    cooldown_seconds: NotRequired[float]


class AgentAlert(TypedDict):
    """A condition that holds now.

    Fields:
        severity: of its rule.
        message: what holds.
        timestamp: seconds since 1970.
    """

    severity: str
    message: str
    timestamp: float


class BridgePerformance(TypedDict):
    """What the process uses.

    Fields:
        memory_usage_mb: megabytes that it has in memory.
        cpu_usage_percent: of one core, since it was started.
        uptime_seconds: how long it runs.
    """

    memory_usage_mb: float
    cpu_usage_percent: float
    uptime_seconds: float


class BridgeMetrics(TypedDict):
    """How many agents and tools there are, and what the process uses.

    Fields:
        active_agents: the agents that are there.
        total_tools: the tools that can be called.
        performance: what the process uses.
    """

    active_agents: int
    total_tools: int
    performance: BridgePerformance


class AgentMemoryState(TypedDict):
    """A conversation for `set_state`; other keys do nothing.

    Fields:
        conversation: the messages of users and assistants, from the oldest.
    """

    conversation: NotRequired[list[AgentMessage]]


class AgentMessage(TypedDict):
    """A message of a conversation.

    Fields:
        role: `system`, `user`, `assistant` or `tool`.
        content: its text.
    """

    role: str
    content: str


class AgentRememberedCall(TypedDict):
    """A call of a tool in a conversation.

    Fields:
        tool_id: the model's name for the call.
        tool_name: the tool.
        parameters: what it was called with; a text where the model wrote no JSON.
        success: whether the tool did what it was asked for; nil before it has answered.
        result: what the model was told.
        error: why it failed.
    """

    tool_id: str
    tool_name: str
    parameters: Json
    success: NotRequired[bool]
    result: NotRequired[Json]
    error: NotRequired[Json]


class AgentRemembered(TypedDict):
    """A message of a conversation, with all that belongs to it.

    Fields:
        role: `user`, `assistant` or `tool`.
        content: its text.
        tool_calls: the calls of tools that the model asked for.
        tool_id: which call a `tool` message answers.
        tool_name: of which tool.
        images: how many pictures belong to it.
    """

    role: str
    content: str
    tool_calls: NotRequired[list[AgentRememberedCall]]
    tool_id: NotRequired[str]
    tool_name: NotRequired[str]
    images: NotRequired[int]


class ToolVersion(TypedDict):
    """A tool in brief.

    Fields:
        name: its name.
        description: one sentence.
        version: of the tool.
    """

    name: str
    description: str
    version: str
