"""Names of models that editors offer, each with a line about it."""

from __future__ import annotations

from llmspell.models.info import Capabilities, ModelInfo
from llmspell.models.known import UNKNOWN, capabilities_of
from llmspell.models.local.catalogue import catalogue
from llmspell.models.prices import priced, prices_date

_MEGA = 1e6


def documented() -> dict[str, str]:
    """Those that are known beforehand: hosted models with a price, local ones of the catalogue."""
    found = {}
    for name, price in priced():
        can = capabilities_of(name)
        money = f"${price.input:g} in, ${price.output:g} out per million tokens ({prices_date()})"
        found[name] = ", ".join([*([] if can is UNKNOWN else _abilities(can)), money])
    for each in catalogue():
        about = f"{each.task}, {each.parameters}, {each.size / _MEGA:.0f} MB, {each.license}"
        found[f"local/{each.name}"] = f"{each.description}. {about}"
    return found


def documented_details() -> dict[str, str]:
    """More about the same, in Markdown: what a model costs, reads and can do."""
    found = {}
    for name, price in priced():
        cached = "" if price.cached == price.input else f", ${price.cached:g} from a cache"
        money = f"${price.input:g} read{cached}, ${price.output:g} written"
        facts = {"price": f"{money}, per million tokens ({prices_date()})"}
        found[name] = _listed(_of_capabilities(capabilities_of(name)) | facts)
    for each in catalogue():
        facts = {
            "size": f"{each.size / _MEGA:.0f} MB as Q4_K_M",
            "context": f"{each.context} tokens",
            "for": each.task,
            "parameters": each.parameters,
            "licence": each.license,
            "from": f"[{each.repository}](https://huggingface.co/{each.repository})",
            "price": "none: it runs on this machine",
        }
        found[f"local/{each.name}"] = _listed(facts)
    return found


def installed_details(info: ModelInfo) -> str:
    """All that is known of a model of this machine, in Markdown."""
    facts = {
        "size": f"{info.size_bytes / _MEGA:.0f} MB" if info.size_bytes else "",
        "parameters": info.parameters,
        "quantization": info.quantization,
        "architecture": info.architecture,
        "licence": info.license,
        "file": f"`{info.path}`" if info.path else "",
    }
    return _listed({**facts, **_of_capabilities(info.capabilities)})


def installed_facts(info: ModelInfo) -> str:
    """The same in a line."""
    facts = [info.parameters, info.quantization, info.architecture]
    if info.size_bytes:
        facts.append(f"{info.size_bytes / _MEGA:.0f} MB")
    return ", ".join([*(each for each in facts if each), *_abilities(info.capabilities)])


def _of_capabilities(can: Capabilities) -> dict[str, str]:
    names = ", ".join(_names(can))
    return {
        "context": f"{can.context_length} tokens" if can.context_length else "",
        "answer": f"at most {can.max_output_tokens} tokens" if can.max_output_tokens else "",
        "can": "" if can is UNKNOWN else names,
    }


def _listed(facts: dict[str, str]) -> str:
    return "\n".join(f"- {name}: {text}" for name, text in facts.items() if text)


def _names(can: Capabilities) -> list[str]:
    return [name for name in ("tools", "vision", "json", "embeddings") if getattr(can, name)]


def _abilities(can: Capabilities) -> list[str]:
    """How much it reads, and what it can do."""
    return [*([f"{can.context_length} tokens"] if can.context_length else []), *_names(can)]
