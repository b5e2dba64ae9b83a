"""What `llmspell config validate` warns of beyond the rules (spec config.md §3.4, §3.10)."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from llmspell.config.credentials import KEYLESS_TYPES, has_credential, key_variables
from llmspell.config.load import LoadedConfig
from llmspell.config.places import expand_home, inside, resolve
from llmspell.config.problems import Note

_SYSTEM_FOLDERS = ("/etc", "/root", "/sys")


def advice(loaded: LoadedConfig, environ: Mapping[str, str]) -> tuple[Note, ...]:
    """Give warnings about a configuration that is valid but perhaps not meant."""
    found = (*_providers(loaded, environ), *_permissions(loaded), *_paths(loaded, environ))
    return tuple(Note("warning", key, message) for key, message in found)


def _providers(loaded: LoadedConfig, environ: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    providers = loaded.config.providers.providers
    if not providers:
        yield "providers", "no providers are configured"
    for name, provider in providers.items():
        kind = provider.provider_type.casefold()
        if not provider.enabled or kind in KEYLESS_TYPES or has_credential(name, provider, environ):
            continue
        variable = provider.api_key_env or key_variables(name, kind)[-1]
        yield f"providers.{name}", f"no key; `llmspell keys add {name}`, or set {variable}"


def _permissions(loaded: LoadedConfig) -> Iterator[tuple[str, str]]:
    security, tools = loaded.config.runtime.security, loaded.config.tools
    if not security.allow_network_access:
        yield "runtime.security.allow_network_access", "network access is disabled"
    if security.allow_process_spawn:
        yield "runtime.security.allow_process_spawn", "spells may start any process"
    if tools.system is not None and tools.system.allow_process_execution:
        yield "tools.system.allow_process_execution", "tools may start processes"
    hosts = {
        "tools.http_request.allowed_hosts": tools.http_request.allowed_hosts,
        "tools.web_search.allowed_domains": tools.web_search.allowed_domains,
    }
    for key, allowed in hosts.items():
        if loaded.is_set(key) and "*" in allowed:
            yield key, "'*' allows every host"


def _paths(loaded: LoadedConfig, environ: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    key = "tools.file_operations.allowed_paths"
    for entry in loaded.config.tools.file_operations.allowed_paths or ():
        if entry == "*":
            yield key, "'*' allows every file"
        elif not Path(expand_home(entry, environ)).exists():
            yield key, f"{entry} does not exist"
        elif inside(resolve(expand_home(entry, environ)), _SYSTEM_FOLDERS):
            yield key, f"{entry} belongs to the system"
