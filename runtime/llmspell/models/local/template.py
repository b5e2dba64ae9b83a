"""From a conversation to the prompt of a model: the chat template that its file brings.

Templates are programs of others: they run in Jinja's sandbox (llama-cpp-python's formatter). Files
without one get ChatML, which llama.cpp also takes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import Any

from llmspell.errors import ProviderError, ValidationError
from llmspell.models.messages import Message
from llmspell.models.request import ToolSpec

CHATML = (
    "{% for message in messages %}"
    "{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' }}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)

CUT = "\ue000"
"""Put into what people and tools say, where the tokenizer must not see a mark of the template."""

_MARK = re.compile(r"<[^\s<>]{1,40}>|\[/?[A-Z_]{1,20}\]")

TOOL_INSTRUCTIONS = (
    "You may call tools. For each call write one JSON object between tags:\n"
    '<tool_call>\n{"name": <name>, "arguments": <object>}\n</tool_call>\n'
    "Tools, with JSON Schemas of their arguments:\n"
)


class ChatTemplate:
    """Makes prompts. text: the template, empty for ChatML; bos, eos: tokens that it may mention."""

    def __init__(self, text: str, *, bos: str = "", eos: str = "") -> None:
        from jinja2 import TemplateError
        from llama_cpp.llama_chat_format import Jinja2ChatFormatter

        self.knows_tools = "tools" in text
        self._errors = (TemplateError, ValueError, TypeError)
        try:
            self._format = Jinja2ChatFormatter(text or CHATML, eos_token=eos, bos_token=bos)
        except TemplateError as error:
            raise ProviderError(f"the chat template of the model is wrong: {error}") from error

    def prompt(self, messages: Sequence[Message], tools: Sequence[ToolSpec] = ()) -> str:
        """The prompt; it ends where the model's answer begins.

        `CUT` stands in it where the tokenizer has to begin anew. Where a template refuses a role
        (system, tool), what was said in it is told in another. Raises ProviderError.
        """
        if tools and not self.knows_tools:
            messages, tools = _told_of_tools(messages, tools), ()
        if not self.knows_tools:
            messages = [_without_tool_roles(message) for message in messages]
        try:
            return self._rendered(messages, tools)
        except self._errors:
            plain = _merged([_without_tool_roles(message) for message in messages])
            try:
                return self._rendered(plain, tools)
            except self._errors as error:
                raise ProviderError(
                    f"the chat template of the model refuses the conversation: {error}"
                ) from error

    def _rendered(self, messages: Sequence[Message], tools: Sequence[ToolSpec]) -> str:
        told: Any = [_told(message) for message in messages]
        offered: Any = [_tool(tool) for tool in tools] or None
        return self._format(messages=told, tools=offered).prompt


def tokens(prompt: str, tokenize: Callable[[bytes, bool, bool], list[int]]) -> list[int]:
    """The tokens of a prompt; marks in what people say become ordinary text.

    tokenize: gets the text, whether the token for the beginning is added, whether marks count.
    """
    first, *rest = prompt.split(CUT)
    found = tokenize(first.encode(), True, True)
    for piece in rest:
        found += tokenize(piece.encode(), False, True)
    return found


def _told(message: Message) -> dict[str, Any]:
    """A message as templates know it (the form of OpenAI)."""
    told: dict[str, Any] = {"role": message.role, "content": _harmless(message.text)}
    if message.tool_calls:
        told["tool_calls"] = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.name, "arguments": _arguments(call)},
            }
            for call in message.tool_calls
        ]
    if message.role == "tool":
        told |= {"tool_call_id": message.call_id, "name": message.name}
    return told


def _arguments(call: Any) -> dict[str, Any]:
    try:
        found: dict[str, Any] = call.params()
    except ValidationError:
        return {"_": call.arguments}
    return found


def _harmless(text: str) -> str:
    return _MARK.sub(lambda mark: mark[0][0] + CUT + mark[0][1:], text.replace(CUT, ""))


def _tool(tool: ToolSpec) -> dict[str, Any]:
    function = {"name": tool.name, "description": tool.description, "parameters": tool.parameters}
    return {"type": "function", "function": function}


def _told_of_tools(messages: Sequence[Message], tools: Sequence[ToolSpec]) -> list[Message]:
    """The conversation with an instruction that names the tools."""
    told = TOOL_INSTRUCTIONS + "\n".join(json.dumps(_tool(tool)["function"]) for tool in tools)
    if messages and messages[0].role == "system":
        return [Message.system(f"{messages[0].text}\n\n{told}"), *messages[1:]]
    return [Message.system(told), *messages]


def _without_tool_roles(message: Message) -> Message:
    """Calls and their results as ordinary text."""
    if message.role == "tool":
        return Message.user(f"<tool_response>\n{message.text}\n</tool_response>")
    if message.tool_calls:
        calls = "\n".join(
            "<tool_call>\n"
            + json.dumps({"name": call.name, "arguments": _arguments(call)})
            + "\n</tool_call>"
            for call in message.tool_calls
        )
        return Message.assistant(f"{message.text}\n{calls}".strip())
    return message


def _merged(messages: Sequence[Message]) -> list[Message]:
    """Instructions told by the user, and one message for several of one role in a row."""
    merged: list[Message] = []
    for message in messages:
        role = "user" if message.role == "system" else message.role
        if merged and merged[-1].role == role:
            text = f"{merged[-1].text}\n\n{message.text}"
            merged[-1] = Message.user(text) if role == "user" else Message.assistant(text)
        else:
            merged.append(Message.user(message.text) if role == "user" else message)
    return merged
