"""The error tree of llmspell.

::

    LLMSpellError               everything that we raise on purpose
    ├── ConfigError             a configuration file or variable is wrong
    ├── ValidationError         an argument or a record is wrong
    ├── SecurityError           the policy refuses
    ├── StorageError            state could not be read or written
    ├── EventError              the event bus refuses
    ├── ResourceError           a limit was met
    ├── ToolError               a tool could not do what it was asked for
    ├── ComponentError          a part does not do this, or not in its state
    ├── ProviderError           a model provider could not do what it was asked for
    ├── NetworkError            a server could not be reached, or broke off
    ├── RateLimitError          too many calls in a time
    ├── TimeLimitError          a call took too long
    └── ScriptError             a spell failed (see `llmspell.lua.outcome`)

Each class knows the prefix that a spell sees before its message
(spec lua-globals §1.4): `str(error)` is the bare sentence, `error.lua_message` the prefixed one.
"""


class LLMSpellError(Exception):
    """Base of every error that llmspell raises on purpose."""

    prefix = "Internal error: "
    """What stands before the sentence when a spell sees this error."""

    def __init__(self, message: str = "", **details: object) -> None:
        """details: plain data for programs (`field="path"`), shown beside the message.

        `tool` and `provider` name who has raised it (see `raised_by`).
        """
        super().__init__(message)
        self.details = details

    @property
    def raised_by(self) -> str:
        """`tool web-search` or `provider openai`, where the details name one; else nothing."""
        for kind in ("tool", "provider"):
            if name := self.details.get(kind):
                return f"{kind} {name}"
        return ""

    @property
    def lua_message(self) -> str:
        """The sentence with the documented category prefix in front."""
        return self.prefix + str(self)

    def told(self) -> dict[str, object]:
        """The error as plain data: `message`, with its prefix, and the details."""
        return {"message": self.lua_message, **self.details}


class ConfigError(LLMSpellError):
    """A configuration file, key or environment variable is wrong."""

    prefix = "Configuration error: "


class ValidationError(LLMSpellError):
    """An argument or a record does not have the required form."""

    prefix = "Validation error: "


class SecurityError(LLMSpellError):
    """The security policy refuses an operation; the message says which key would allow it.

    Where that is a list to which something is added, or a switch, the details have the key as
    `setting`, what to give it as `value`, and what a list that is not there yet has to name
    `beside` it, so that the others stay allowed.
    """

    prefix = "Security violation: "


class StorageError(LLMSpellError):
    """State could not be read or written."""

    prefix = "Storage error: "


class EventError(LLMSpellError):
    """The event bus refuses an event or a subscription."""

    prefix = ""


class ResourceError(LLMSpellError):
    """A limit on memory, size or depth was met."""

    prefix = "Resource limit exceeded: "


class ToolError(LLMSpellError):
    """A tool could not do what it was asked for."""

    prefix = "Tool execution error: "


class ComponentError(LLMSpellError):
    """A part (an agent, a reader of pages) does not do this, or not now; see its own classes."""

    prefix = "Component error: "


class ProviderError(LLMSpellError):
    """A model provider could not do what it was asked for."""

    prefix = "LLM provider error: "


class NetworkError(LLMSpellError):
    """A server could not be reached, or broke off."""

    prefix = "Network error: "


class RateLimitError(LLMSpellError):
    """There were too many calls in a time; `details` may have `retry_after` in seconds."""

    prefix = "Rate limit error: "


class TimeLimitError(LLMSpellError):
    """A call took longer than it may."""

    prefix = "Timeout error: "
