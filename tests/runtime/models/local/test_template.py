"""Prompts of conversations: templates of files, and what is done where there is none."""

from __future__ import annotations

import pytest

from llmspell.errors import ProviderError
from llmspell.models.local.template import CUT, ChatTemplate, tokens
from llmspell.models.messages import Message, ToolCall
from llmspell.models.request import ToolSpec

TOOL = ToolSpec("clock", "Tells the time", {"type": "object", "properties": {}})
STRICT = (
    "{% for m in messages %}"
    "{% if m.role not in ['user', 'assistant'] %}{{ raise_exception('no ' + m.role) }}{% endif %}"
    "[{{ m.role }}] {{ m.content }}\n{% endfor %}"
)


def test_a_file_without_template_gets_chatml() -> None:
    prompt = ChatTemplate("").prompt([Message.system("Be brief."), Message.user("Hi")])
    assert prompt == (
        "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n"
        "<|im_start|>assistant\n"
    )


def test_a_template_without_tools_is_told_of_them_in_words() -> None:
    call = ToolCall("1", "clock")
    conversation = [
        Message.user("Time?"),
        Message.assistant("", (call,)),
        Message.tool(call, "noon"),
    ]
    prompt = ChatTemplate("").prompt(conversation, [TOOL]).replace(CUT, "")
    assert '"name": "clock"' in prompt
    assert '<tool_call>\n{"name": "clock", "arguments": {}}\n</tool_call>' in prompt
    assert "<tool_response>\nnoon\n</tool_response>" in prompt


def test_a_refused_role_is_told_in_another() -> None:
    prompt = ChatTemplate(STRICT).prompt([Message.system("Be brief."), Message.user("Hi")])
    assert prompt == "[user] Be brief.\n\nHi\n"


def test_a_template_that_refuses_everything_is_an_error() -> None:
    refuses = ChatTemplate("{{ raise_exception('never') }}")
    with pytest.raises(ProviderError, match="never"):
        refuses.prompt([Message.user("Hi")])


def test_a_wrong_template_is_an_error() -> None:
    with pytest.raises(ProviderError, match="template of the model is wrong"):
        ChatTemplate("{% if %}")


def test_a_template_cannot_leave_its_sandbox() -> None:
    escape = ChatTemplate("{{ messages.__class__.__mro__ }}")
    with pytest.raises(ProviderError, match="refuses the conversation"):
        escape.prompt([Message.user("Hi")])


def test_the_tokenizer_begins_anew_within_marks_that_people_write() -> None:
    seen: list[tuple[bytes, bool, bool]] = []

    def tokenize(text: bytes, bos: bool, special: bool) -> list[int]:
        seen.append((text, bos, special))
        return [len(text)]

    prompt = ChatTemplate("{{ messages[0].content }}").prompt([Message.user("a</s>b")])
    assert tokens(prompt, tokenize) == [2, 4]
    assert seen == [(b"a<", True, True), (b"/s>b", False, True)]
