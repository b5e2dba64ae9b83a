"""What an agent remembers of its conversation, and how much of it the model is told."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, Sequence

from llmspell.agents.config import MemoryMode
from llmspell.errors import ResourceError
from llmspell.models.messages import Message

CHARACTERS_OF_A_TOKEN = 4

SUMMARY = "Summary of the conversation so far: "

ASK_FOR_SUMMARY = (
    "Summarise the conversation above in a few sentences, with all facts, names and numbers that "
    "are needed to go on."
)


class Memory:
    """A conversation, without the instructions.

    most: messages that are kept. tokens: roughly how many they may have, size: how many bytes they
    may take in this process, None for any number. A turn is a question with all that answered it;
    only whole turns are taken away, so that no result of a tool stands without its call.
    """

    def __init__(
        self,
        most: int,
        *,
        tokens: int | None = None,
        size: int | None = None,
        mode: MemoryMode = "trim",
    ) -> None:
        self.messages: list[Message] = []
        self.most = most
        self.tokens = tokens
        self.size = size
        self.mode = mode

    async def make_room(
        self, coming: Sequence[Message], summarise: Callable[[Sequence[Message]], Awaitable[str]]
    ) -> None:
        """Takes the oldest turns away until further messages fit.

        Raises ResourceError for messages that are too large by themselves.
        """
        if self.size is not None and (taken := bytes_of(coming)) > self.size:
            raise ResourceError(
                f"the question takes {taken:,} bytes, the memory of the agent is "
                f"{self.size:,} bytes (`max_memory_mb`)",
                resource="memory",
                limit=self.size,
                used=taken,
            )
        kept = self._fitting(coming)
        gone = self.messages[: len(self.messages) - len(kept)]
        if not gone:
            return
        if self.mode == "summarise":
            text = SUMMARY + await summarise(gone)
            kept = [Message.user(text), Message.assistant("I remember."), *kept]
        self.messages = kept

    def add(self, messages: Sequence[Message]) -> None:
        """Takes the messages of a turn."""
        self.messages += messages

    def clear(self) -> None:
        """Forgets everything."""
        self.messages = []

    def _fitting(self, coming: Sequence[Message]) -> list[Message]:
        kept = self.messages
        while kept and self._exceeded(kept, coming):
            turns = [i for i, message in enumerate(kept) if i and message.role == "user"]
            kept = kept[turns[0] :] if turns else []
        return kept

    def _exceeded(self, kept: Sequence[Message], coming: Sequence[Message]) -> bool:
        return (
            len(kept) > self.most
            or (self.tokens is not None and roughly([*kept, *coming]) > self.tokens)
            or (self.size is not None and bytes_of([*kept, *coming]) > self.size)
        )


def bytes_of(messages: Sequence[Message]) -> int:
    """The bytes of this process that texts, calls and pictures of messages take."""
    return sum(
        sys.getsizeof(message.text)
        + sum(sys.getsizeof(call.arguments) for call in message.tool_calls)
        + sum(len(image.data) for image in message.images)
        for message in messages
    )


def roughly(messages: Sequence[Message]) -> int:
    """About how many tokens messages have."""
    characters = sum(
        len(message.text) + sum(len(call.arguments) for call in message.tool_calls) + 8
        for message in messages
    )
    return -(-characters // CHARACTERS_OF_A_TOKEN)
