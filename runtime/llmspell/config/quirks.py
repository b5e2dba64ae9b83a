"""Forms that the reference's documents and samples show although its schema never read them.

Spec config.md §3.4 and §6: they all load here. Each function takes a table as a file has it and
gives the table that was meant.
"""

from collections.abc import Mapping
from typing import Any


def untangle(document: Mapping[str, Any]) -> dict[str, Any]:
    """Give the document with every known oddity replaced by what was meant."""
    result = dict(document)
    fleet_model = result.pop("llm", None)
    providers = result.get("providers")
    if isinstance(providers, Mapping):
        result["providers"] = _providers(providers)
    if isinstance(fleet_model, Mapping):
        result["providers"] = _with_llm(result.get("providers") or {}, fleet_model)
    return result


def _providers(table: Mapping[str, Any]) -> dict[str, Any]:
    """Lift `[providers.providers.NAME]`, and flatten each provider's sub-tables."""
    result = dict(table)
    nested = result.get("providers")
    if isinstance(nested, Mapping) and all(isinstance(v, Mapping) for v in nested.values()):
        del result["providers"]
        result = {**nested, **result}
    return {
        name: _provider(entry) if isinstance(entry, Mapping) else entry
        for name, entry in result.items()
    }


def _provider(table: Mapping[str, Any]) -> dict[str, Any]:
    """Merge the `options` and `defaults` sub-tables; what stands beside them wins."""
    result = dict(table)
    for name in ("options", "defaults"):
        nested = result.get(name)
        if isinstance(nested, Mapping):
            del result[name]
            result = {**nested, **result}
    return result


def _with_llm(providers: Mapping[str, Any], llm: Mapping[str, Any]) -> dict[str, Any]:
    """Read the `[llm]` section of fleet files as a provider and the default one."""
    name = str(llm.get("provider") or "llm")
    renamed = {"endpoint": "base_url", "model": "default_model"}
    entry = {renamed.get(key, key): value for key, value in llm.items() if key != "provider"}
    own = providers.get(name)
    merged = {**entry, **own} if isinstance(own, Mapping) else entry
    return {"default_provider": name, **providers, name: merged}
