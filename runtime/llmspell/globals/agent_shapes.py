"""The tables that agents are made of, are asked with and answer; for the generator only."""

from __future__ import annotations

from typing import Annotated, NotRequired, TypedDict

from llmspell.globals.agent_kinds import (
    AgentMemory,
    AgentName,
    AgentRouting,
    AgentType,
    ContextInheritance,
    ContextScope,
    ToolChoice,
)
from llmspell.globals.describe import SchemaAt, open_table
from llmspell.globals.kinds import ModelProvider, ModelSpecifier, ToolName
from llmspell.globals.types import Called, Json, LuaFunction


class AgentToolRequest(TypedDict):
    """A call of a tool that a model wants to make.

    Fields:
        tool_name: the tool.
        parameters: what it shall be called with.
        id: the model's name for the call.
    """

    tool_name: str
    parameters: dict[str, Json]
    id: str


class AgentModel(TypedDict):
    """A model in parts.

    Fields:
        provider: who serves it.
        model_id: its name there.
        temperature: how much chance there is in its answers, from 0.
        max_tokens: the longest answer.
        top_p: which share of the likely tokens is chosen from.
        settings: the same settings, in a table of their own, and further ones.
    """

    provider: NotRequired[ModelProvider]
    model_id: NotRequired[str]
    temperature: NotRequired[float]
    max_tokens: NotRequired[int]
    top_p: NotRequired[float]
    settings: NotRequired[dict[str, Json]]


class AgentResources(TypedDict):
    """Limits of one answer.

    Fields:
        max_execution_time_secs: seconds that it may take; 300 by default.
        max_memory_mb: megabytes of its conversation; 512 by default.
        max_tool_calls: how often it may call tools; 100 by default.
        max_recursion_depth: how deep agents may ask agents; 10 by default.
    """

    max_execution_time_secs: NotRequired[float]
    max_memory_mb: NotRequired[int]
    max_tool_calls: NotRequired[int]
    max_recursion_depth: NotRequired[int]


class AgentSettings(TypedDict):
    """An agent as a table: what the functions of the builder are called.

    Fields:
        name: its name; one is made up without it.
        model: the name of the model, or its parts.
        provider: of the model, where its name has none.
        description: what it is for.
        system_prompt: what it is told before everything else.
        agent_type: what answers for it.
        type: the same.
        temperature: how much chance there is in its answers, from 0.
        top_p: which share of the likely tokens is chosen from.
        top_k: how many of the likely tokens are chosen from.
        max_tokens: the longest answer.
        stop: texts that end an answer.
        seed: makes chance repeatable, where the provider can.
        presence_penalty: how much is held against words that were said.
        frequency_penalty: how much is held against words that were said often.
        repeat_penalty: the same as a factor, of local models.
        tools: the tools that it may call; `"*"` for all.
        allowed_tools: the same.
        approve: is asked before each call of a tool: true lets it be made, a text is the reason why
            not, which the model is told.
        memory_enabled: false to answer each question by itself.
        capabilities: words for what it is good at.
        memory: what is done when the conversation gets too long.
        max_conversation_length: messages that it remembers; 100 by default.
        context_window: tokens of the conversation that are sent.
        max_total_tokens: tokens that it may use in all.
        max_cost: US dollars that it may cost in all.
        schema: JSON Schema of its answers.
        resource_limits: limits of one answer.
        custom_config: anything else; `system_prompt` and `max_conversation_length` count.
        base_url: where the provider answers, if not at its usual place.
        api_key: the key for it.
    """

    name: NotRequired[AgentName]
    model: NotRequired[ModelSpecifier | AgentModel]
    provider: NotRequired[ModelProvider]
    description: NotRequired[str]
    system_prompt: NotRequired[str]
    agent_type: NotRequired[AgentType]
    type: NotRequired[AgentType]
    temperature: NotRequired[float]
    top_p: NotRequired[float]
    top_k: NotRequired[int]
    max_tokens: NotRequired[int]
    stop: NotRequired[str | list[str]]
    seed: NotRequired[int]
    presence_penalty: NotRequired[float]
    frequency_penalty: NotRequired[float]
    repeat_penalty: NotRequired[float]
    tools: NotRequired[ToolName | list[ToolName]]
    allowed_tools: NotRequired[ToolName | list[ToolName]]
    approve: NotRequired[
        Annotated[LuaFunction, Called({"call": AgentToolRequest}, bool | str | None)]
    ]
    memory_enabled: NotRequired[bool]
    capabilities: NotRequired[list[str]]
    memory: NotRequired[AgentMemory]
    max_conversation_length: NotRequired[int]
    context_window: NotRequired[int]
    max_total_tokens: NotRequired[int]
    max_cost: NotRequired[float]
    schema: NotRequired[dict[str, Json]]
    resource_limits: NotRequired[AgentResources]
    custom_config: NotRequired[dict[str, Json]]
    base_url: NotRequired[str]
    api_key: NotRequired[str]


class TemplateSettings(AgentSettings):
    """An agent of a template as a table: what shall differ.

    Fields:
        agent_name: its name, where that stands nowhere else.
        specialized_tools: the tools that it may call, instead of those of the template.
    """

    agent_name: NotRequired[AgentName]
    specialized_tools: NotRequired[list[ToolName]]


class CompositeSettings(TypedDict):
    """Who answers for an agent of agents.

    Fields:
        name: its name.
        agents: names of those who answer.
        strategy: who of them does.
        type: the same.
        routing: the same, or a table with it.
        threshold: how many have to agree in a vote; more than half by default.
        fallback_agent: who answers where no answer has won.
        timeout_ms: how long the others may take.
    """

    name: NotRequired[AgentName]
    agents: NotRequired[list[AgentName]]
    strategy: NotRequired[AgentRouting]
    type: NotRequired[AgentRouting]
    routing: NotRequired[AgentRouting | dict[str, Json]]
    threshold: NotRequired[int]
    fallback_agent: NotRequired[AgentName]
    timeout_ms: NotRequired[float]


class AsToolSettings(TypedDict):
    """How an agent is called as a tool.

    Fields:
        tool_name: name of the tool; `<name>_tool` by default.
        category: what it is about.
        security_level: `safe`, `restricted` or `privileged`.
    """

    tool_name: NotRequired[ToolName]
    category: NotRequired[str]
    security_level: NotRequired[str]


class ContextScopeTable(TypedDict):
    """Who shares the memory of a context, in parts.

    Fields:
        type: `global`, `session`, `workflow`, `agent` or `user`.
        id: of whom.
    """

    type: str
    id: NotRequired[str]


class ContextSettings(TypedDict):
    """A context.

    Fields:
        scope: who shares its memory.
        inheritance: what it has of the one above it.
        data: its values.
        conversation_id: of the conversation that it belongs to.
        user_id: of the user.
        session_id: of the session.
    """

    scope: NotRequired[ContextScope | ContextScopeTable]
    inheritance: NotRequired[ContextInheritance]
    data: NotRequired[dict[str, Json]]
    conversation_id: NotRequired[str]
    user_id: NotRequired[str]
    session_id: NotRequired[str]


class AgentPicture(TypedDict):
    """A picture that a question is about.

    Fields:
        base64: its bytes in Base64.
        format: such as `png` or `jpeg`; `png` by default.
    """

    base64: str
    format: NotRequired[str]


class AgentAskOptions(TypedDict):
    """What counts for one question only.

    Fields:
        context: data that the model is told with the question.
        temperature: how much chance there is in the answer, from 0.
        max_tokens: the longest answer.
        top_p: which share of the likely tokens is chosen from.
        top_k: how many of the likely tokens are chosen from.
        stop: texts that end the answer.
        seed: makes chance repeatable, where the provider can.
        presence_penalty: how much is held against words that were said.
        frequency_penalty: how much is held against words that were said often.
        repeat_penalty: the same as a factor, of local models.
        timeout: seconds that the answer may take.
        tools: the tools that may be called for it.
        tool_choice: whether the model calls tools.
        schema: JSON Schema of the answer, which `data` of it has then.
    """

    context: NotRequired[dict[str, Json]]
    temperature: NotRequired[float]
    max_tokens: NotRequired[int]
    top_p: NotRequired[float]
    top_k: NotRequired[int]
    stop: NotRequired[str | list[str]]
    seed: NotRequired[int]
    presence_penalty: NotRequired[float]
    frequency_penalty: NotRequired[float]
    repeat_penalty: NotRequired[float]
    timeout: NotRequired[float]
    tools: NotRequired[ToolName | list[ToolName]]
    tool_choice: NotRequired[ToolChoice]
    schema: NotRequired[dict[str, Json]]


class AgentQuestion(AgentAskOptions):
    """A question with what belongs to it.

    Fields:
        text: what is asked.
        prompt: the same.
        input: the same.
        instruction: the same.
        parameters: the same as `context`.
        media: pictures that it is about.
        image: one picture that it is about.
    """

    text: NotRequired[str]
    prompt: NotRequired[str]
    input: NotRequired[str]
    instruction: NotRequired[str]
    parameters: NotRequired[dict[str, Json]]
    media: NotRequired[list[AgentPicture]]
    image: NotRequired[AgentPicture]


class AgentUsage(TypedDict):
    """Tokens that an answer took.

    Fields:
        prompt_tokens: read.
        completion_tokens: written.
        total_tokens: both.
        cached_tokens: read from a cache, of `prompt_tokens`.
        estimated: whether the provider told nothing, and the numbers are guesses.
    """

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int
    cached_tokens: int
    estimated: bool


class AgentToolResult(TypedDict):
    """What a call of a tool gave.

    Fields:
        success: whether the tool did what it was asked for.
        data: what it gave.
        error: why it failed.
        execution_time_ms: how long it took.
    """

    success: bool
    data: NotRequired[Json]
    error: NotRequired[str]
    execution_time_ms: int


class AgentToolCall(TypedDict):
    """A call of a tool that an answer took.

    Fields:
        tool_id: the model's name for the call.
        tool_name: the tool.
        parameters: what it was called with.
        result: what it gave.
    """

    tool_id: str
    tool_name: str
    parameters: dict[str, Json]
    result: AgentToolResult


class AgentMetadata(TypedDict):
    """What is known about an answer.

    Fields:
        model: who answered.
        provider: who served the model.
        token_count: tokens read and written.
        execution_time_ms: how long it took.
        finish_reason: `stop`, `length`, `tool_calls` or `content_filter`.
        requests: how often the model was asked.
        first_token_ms: time until the answer began.
        correlation_id: that of all events of the answer.
    """

    model: str
    provider: str
    token_count: int
    execution_time_ms: int
    finish_reason: str
    requests: int
    first_token_ms: NotRequired[int]
    correlation_id: NotRequired[str]


class AgentText(TypedDict):
    """An answer, the same again.

    Fields:
        text: the answer.
        content: the same.
    """

    text: str
    content: str


@open_table("those of an answer that is an object with `success`, `result` or `operation`.")
class AgentOutput(TypedDict):
    """An answer of an agent.

    Fields:
        success: true; failures are raised.
        text: the answer.
        content: the same.
        response: the same.
        result: the same again.
        data: the answer as data, where it is JSON.
        agent: who answered.
        usage: tokens of all requests that it took.
        cost: in US dollars, where the price is known.
        tool_calls: the calls of tools that it took.
        metadata: further data about it.
    """

    success: bool
    text: str
    content: str
    response: str
    result: AgentText
    data: NotRequired[
        Annotated[
            Json,
            SchemaAt(
                *(f"AgentInstance.execute:{number}.schema" for number in (1, 2)),
                *(f"AgentInstance.invoke:{number}.schema" for number in (1, 2)),
                *(f"AgentInstance.invokeStream:{number}.schema" for number in (1, 2, 3)),
                "AgentInstance.execute_async:1.schema",
                "AgentInstance.execute_with_context:1.schema",
                "AgentBuilder.schema:1",
                "Agent.create:1.schema",
                *(f"Agent.create_from_template:{number}.schema" for number in (2, 3)),
            ),
        ]
    ]
    agent: str
    usage: AgentUsage
    cost: NotRequired[float]
    tool_calls: list[AgentToolCall]
    metadata: AgentMetadata


class AgentStreamed(AgentOutput):
    """What a streamed answer gives at its end.

    Fields:
        chunks_received: how often the function was called.
    """

    chunks_received: int


class AgentPieceCall(TypedDict):
    """A piece of a call of a tool.

    Fields:
        id: the model's name for the call.
        name: the tool.
        arguments: the next characters of its parameters, which are JSON.
    """

    id: str
    name: str
    arguments: str


class AgentPiece(TypedDict):
    """A piece of an answer, as it comes.

    Fields:
        text: the next characters; may be empty.
        index: counts the pieces from 1.
        tool_call: where the model calls a tool.
    """

    text: str
    index: int
    tool_call: NotRequired[AgentPieceCall]
