"""What tables say of agents and of questions, as spells and configurations write them."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from typing import Any

from llmspell.agents.config import AgentConfig, AgentLimits, Budget
from llmspell.agents.request import AgentRequest
from llmspell.errors import ValidationError
from llmspell.models.messages import Image, ToolCall
from llmspell.models.request import Sampling
from llmspell.models.service import Access

_SAMPLING: dict[str, type | tuple[type, ...]] = {
    "temperature": (int, float),
    "top_p": (int, float),
    "top_k": int,
    "max_tokens": int,
    "seed": int,
    "presence_penalty": (int, float),
    "frequency_penalty": (int, float),
    "repeat_penalty": (int, float),
}

_NEVER_BELOW_ZERO = ("temperature", "top_p", "max_tokens")

_IMAGE_TYPES = {"jpg": "jpeg", "svg": "svg+xml"}


def config_of(settings: Mapping[str, Any]) -> AgentConfig:
    """The agent that a table describes (spec lua-globals §3.1, §3.2).

    Raises ValidationError naming the key that is wrong.
    """
    model = settings.get("model")
    options = dict(settings)
    if isinstance(model, Mapping):
        options = {**_table(model, "settings"), **model, **options}
        model = "/".join(str(model[key]) for key in ("provider", "model_id") if model.get(key))
    elif model is not None and not isinstance(model, str):
        raise ValidationError(f"'model' must be a name or a table, not {model!r}", field="model")
    custom = _table(settings, "custom_config")
    kind = str(settings.get("agent_type") or settings.get("type") or "llm")
    return AgentConfig(
        name=str(settings.get("name") or ""),
        kind="basic" if kind == "basic" and not model else "llm",
        model=_model(model, settings.get("provider")),
        description=str(settings.get("description") or "LLM-powered agent"),
        system_prompt=_text(settings, "system_prompt") or _text(custom, "system_prompt"),
        sampling=sampling_of(options),
        tools=_names(settings, "allowed_tools", "tools") or _all_for(kind),
        max_conversation_length=_whole(settings, "max_conversation_length")
        or _whole(custom, "max_conversation_length")
        or 100,
        memory="summarise" if _memory(settings) == "summarise" else "trim",
        memory_tokens=_whole(settings, "context_window"),
        remembers=_flag(settings, "memory_enabled"),
        capabilities=_names(settings, "capabilities"),
        limits=_limits(_table(settings, "resource_limits")),
        budget=Budget(
            tokens=_whole(settings, "max_total_tokens"), cost=_number(settings, "max_cost")
        ),
        schema=_schema(settings),
        access=Access(
            base_url=_text(settings, "base_url"),
            api_key=_text(settings, "api_key", secret=True),
            from_spell=True,
        ),
        approve=_approval(settings.get("approve")),
        custom=custom,
    )


def request_of(given: Any, options: Mapping[str, Any]) -> AgentRequest:
    """The question that a text or a table stands for (spec lua-globals §1.5, §3.3)."""
    if isinstance(given, str | int | float) and not isinstance(given, bool):
        given = {"text": str(given)}
    if not isinstance(given, Mapping):
        given = {}
    text = next((given[k] for k in ("text", "prompt", "input", "instruction") if given.get(k)), "")
    asked = {**given, **options}
    return AgentRequest(
        text=str(text),
        images=_images(given),
        context=_table(asked, "context") or _table(asked, "parameters"),
        sampling=sampling_of(asked),
        seconds=_number(asked, "timeout"),
        tools=_names(asked, "tools") if "tools" in asked else None,
        tool_choice=str(asked.get("tool_choice") or "auto"),
        schema=_schema(asked),
    )


def sampling_of(options: Mapping[str, Any]) -> Sampling:
    """How tokens are chosen; raises ValidationError naming the key that is wrong."""
    found: dict[str, Any] = {}
    for key, wanted in _SAMPLING.items():
        value = options.get(key)
        if value is None:
            continue
        if wanted is int and isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, wanted):
            raise ValidationError(f"'{key}' must be a number, not {value!r}", field=key)
        if key in _NEVER_BELOW_ZERO and float(value) < 0:  # type: ignore[arg-type]
            raise ValidationError(f"'{key}' must not be below 0, and is {value!r}", field=key)
        found[key] = value
    stop = options.get("stop")
    if stop:
        found["stop"] = (stop,) if isinstance(stop, str) else tuple(str(each) for each in stop)
    return Sampling(**found)


def _model(model: Any, provider: Any) -> str:
    if isinstance(provider, Mapping):
        provider = provider.get("name")
    name = str(model or "")
    if not provider:
        return name
    if not name:
        return f"{provider}/"
    _, slash, rest = name.partition("/")
    return f"{provider}/{rest if slash else name}"


def _approval(function: Any) -> Callable[[ToolCall], bool | str] | None:
    """What asks a function with plain data; true, nothing else, lets a call be made."""
    if function is None:
        return None

    def approve(call: ToolCall) -> bool | str:
        answer = function({"tool_name": call.name, "parameters": call.params(), "id": call.id})
        return answer if isinstance(answer, bool | str) else False

    return approve


def _all_for(kind: str) -> tuple[str, ...]:
    return ("*",) if kind == "tool-orchestrator" else ()


def _memory(settings: Mapping[str, Any]) -> str:
    mode = str(settings.get("memory") or "trim").replace("summarize", "summarise")
    if mode not in ("trim", "summarise"):
        raise ValidationError(f"'memory' is trim or summarise, not '{mode}'", field="memory")
    return mode


def _limits(table: Mapping[str, Any]) -> AgentLimits:
    usual = AgentLimits()
    return AgentLimits(
        seconds=_number(table, "max_execution_time_secs") or usual.seconds,
        memory_mb=_whole(table, "max_memory_mb") or usual.memory_mb,
        tool_calls=_or(_whole(table, "max_tool_calls"), usual.tool_calls),
        depth=_or(_whole(table, "max_recursion_depth"), usual.depth),
    )


def _or(value: int | None, usual: int) -> int:
    return usual if value is None else value


def _images(given: Mapping[str, Any]) -> tuple[Image, ...]:
    media = given.get("media") or ([given["image"]] if given.get("image") else [])
    found = []
    for each in media if isinstance(media, list) else []:
        if not isinstance(each, Mapping) or not isinstance(each.get("base64"), str):
            continue
        try:
            data = base64.b64decode(each["base64"], validate=True)
        except binascii.Error as error:
            raise ValidationError(
                f"a picture is not valid Base64: {error}", field="media"
            ) from None
        form = str(each.get("format") or "png").lower()
        found.append(Image(data, f"image/{_IMAGE_TYPES.get(form, form)}"))
    return tuple(found)


def _table(settings: Mapping[str, Any], key: str) -> dict[str, Any]:
    value = settings.get(key)
    if value is None or value == []:
        return {}
    if not isinstance(value, Mapping):
        raise ValidationError(f"'{key}' must be a table with named fields", field=key)
    return dict(value)


def _schema(settings: Mapping[str, Any]) -> dict[str, Any] | None:
    """A JSON Schema, None where there is none; raises ValidationError for what is none."""
    schema = _table(settings, "schema")
    if not schema:
        return None
    from jsonschema_rs import ReferencingError, validator_for
    from jsonschema_rs import ValidationError as Invalid

    try:
        validator_for(schema)
    except (Invalid, ReferencingError, ValueError) as error:
        reason = error.message if isinstance(error, Invalid) else error
        raise ValidationError(f"'schema' is no JSON Schema: {reason}", field="schema") from None
    return schema


def _names(settings: Mapping[str, Any], *keys: str) -> tuple[str, ...]:
    value = next((settings[key] for key in keys if settings.get(key)), ())
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, list | tuple) or not all(isinstance(each, str) for each in value):
        raise ValidationError(f"'{keys[0]}' must be a list of names", field=keys[0])
    return tuple(value)


def _text(settings: Mapping[str, Any], key: str, *, secret: bool = False) -> str | None:
    value = settings.get(key)
    if value is None or isinstance(value, str):
        return value
    said = "" if secret else f", not {value!r}"
    raise ValidationError(f"'{key}' must be a string{said}", field=key)


def _flag(settings: Mapping[str, Any], key: str) -> bool:
    """A setting that holds unless it is switched off."""
    value = settings.get(key)
    if value is not None and not isinstance(value, bool):
        raise ValidationError(f"'{key}' must be true or false, not {value!r}", field=key)
    return value is not False


def _number(settings: Mapping[str, Any], key: str) -> float | None:
    value = settings.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not value >= 0:
        raise ValidationError(f"'{key}' must be a number from 0, not {value!r}", field=key)
    return float(value)


def _whole(settings: Mapping[str, Any], key: str) -> int | None:
    value = _number(settings, key)
    return None if value is None else int(value)
