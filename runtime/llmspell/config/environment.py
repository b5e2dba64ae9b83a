"""The environment variables that are settings (spec config.md §4.2, §4.3), as data.

Type, allowed values and secrecy come from the setting that a variable stands for. A documented
variable whose setting this version does not have is known here with its type, so that a wrong
value is still found and a right one is reported as without effect.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from llmspell.config.canonical import split_commas
from llmspell.config.check import range_error
from llmspell.config.discovery import VARIABLE_PREFIX
from llmspell.config.problems import Note
from llmspell.config.schema import Config
from llmspell.config.schema.fields import Field, Kind, find
from llmspell.errors import ConfigError


@attrs.frozen
class Variable:
    """A variable and the settings it sets; without settings it has no effect in this version."""

    name: str
    settings: tuple[str, ...]
    kind: Kind
    choices: tuple[str, ...] = ()
    sensitive: bool = False

    @property
    def field(self) -> Field | None:
        """The description of the (first) setting."""
        return find(Config, tuple(self.settings[0].split("."))) if self.settings else None


@attrs.frozen
class FromEnvironment:
    """What the environment says, as a document, and which variable said it for each key."""

    document: dict[str, Any]
    sources: dict[str, str]
    notes: tuple[Note, ...]


def read_environment(environ: Mapping[str, str]) -> FromEnvironment:
    """Give what the registered variables say; an empty variable says nothing.

    Raises `ConfigError` that starts `Environment variable parsing error:`, a line for each value
    that is wrong.
    """
    document: dict[str, Any] = {}
    sources: dict[str, str] = {}
    errors: list[str] = []
    notes: list[Note] = []
    for variable in REGISTRY:
        text = environ.get(variable.name, "")
        if not text:
            continue
        try:
            value = _parsed(variable, text)
        except ValueError as error:
            errors.append(f"Environment variable parsing error: {variable.name}: {error}")
            continue
        if not variable.settings:
            notes.append(Note("note", variable.name, "known, but not used by this version"))
        for setting in variable.settings:
            _put(document, setting.split("."), value)
            sources[setting] = variable.name
    if errors:
        raise ConfigError("\n".join(errors))
    return FromEnvironment(document, sources, tuple(notes))


def _parsed(variable: Variable, text: str) -> object:
    shown = "" if variable.sensitive else f", not '{text}'"
    if variable.kind == "bool":
        if text not in {"true", "false"}:
            raise ValueError(f"must be true or false{shown}")
        return text == "true"
    if variable.kind in {"int", "float"}:
        return _number(variable, text, shown)
    if variable.kind == "strings":
        return split_commas(text)
    if variable.kind == "choice" and text.casefold() not in {
        c.casefold() for c in variable.choices
    }:
        raise ValueError(f"must be one of {', '.join(variable.choices)}{shown}")
    return text


def _number(variable: Variable, text: str, shown: str) -> object:
    try:
        value = int(text) if variable.kind == "int" else float(text)
    except ValueError:
        words = "a whole number" if variable.kind == "int" else "a number"
        raise ValueError(f"must be {words}{shown}") from None
    field = variable.field
    broken = range_error(field, value) if field is not None else ""
    if broken:
        raise ValueError(broken)
    return value


def _put(document: dict[str, Any], keys: list[str], value: object) -> None:
    for key in keys[:-1]:
        document = document.setdefault(key, {})
    document[keys[-1]] = value


# The settings of each variable, under the prefix LLMSPELL_; a common start of several variables
# and of their settings is written once.
_SETTINGS: dict[str, str] = {
    "DEFAULT_ENGINE": "default_engine",
    "MAX_CONCURRENT_SCRIPTS": "runtime.max_concurrent_scripts",
    "SCRIPT_TIMEOUT_SECONDS": "runtime.script_timeout_seconds",
    "ALLOW_FILE_ACCESS": "runtime.security.allow_file_access",
    "ALLOW_NETWORK_ACCESS": "runtime.security.allow_network_access",
    "ALLOW_PROCESS_SPAWN": "runtime.security.allow_process_spawn",
    "MAX_MEMORY_BYTES": "runtime.security.max_memory_bytes",
    "MAX_EXECUTION_TIME_MS": "runtime.security.max_execution_time_ms",
    "STATE_ENABLED": "runtime.state_persistence.enabled",
    "STATE_BACKEND": "runtime.state_persistence.backend_type",
    "STATE_PATH": "runtime.state_persistence.schema_directory",
    "STATE_MIGRATION_ENABLED": "runtime.state_persistence.migration_enabled",
    "STATE_BACKUP_ENABLED": "runtime.state_persistence.backup_enabled",
    "STATE_BACKUP_ON_MIGRATION": "runtime.state_persistence.backup_on_migration",
    "STATE_BACKUP_DIR": "runtime.state_persistence.backup.backup_dir",
    "STATE_MAX_SIZE_BYTES": "runtime.state_persistence.max_state_size_bytes",
    "GROQ_API_KEY": "providers.groq.api_key",
    "COHERE_API_KEY": "providers.cohere.api_key",
    "OLLAMA_BASE_URL": "providers.ollama.base_url",
    "LLAMA_CPP_URL": "providers.llama_cpp.base_url",
    "OFFLINE": "models.offline",
    "MODELS_FALLBACK": "models.fallback",
    "MODELS_DIRECTORY": "models.directory",
    "TOOLS_ENABLED": "tools.enabled",
    "TOOLS_RATE_LIMIT": "tools.rate_limit_per_minute",
    "TOOLS_FILE_OPS_ENABLED": "tools.file_operations.enabled",
    "TOOLS_FILE_ENABLED": "tools.file_operations.enabled",
    "TOOLS_MAX_FILE_SIZE": "tools.file_operations.max_file_size",
    "TOOLS_ALLOWED_PATHS": "tools.file_operations.allowed_paths",
    "TOOLS_BLOCKED_EXTENSIONS": "tools.file_operations.blocked_extensions",
    "TOOLS_MAX_DEPTH": "tools.file_operations.max_depth",
    "TOOLS_CHECK_MIME": "tools.file_operations.validate_file_types",
    "TOOLS_NETWORK_TIMEOUT": "tools.network.timeout_seconds",
    "TOOLS_NETWORK_MAX_RETRIES": "tools.network.max_retries",
    "TOOLS_NETWORK_RETRIES": "tools.network.max_retries",
    "TOOLS_NETWORK_VERIFY_SSL": "tools.network.verify_ssl",
    # The documents mean web_search, the reference's registry web_tools: both (spec §4.3).
    "TOOLS_WEB_USER_AGENT": "tools.web_tools.user_agent tools.web_search.user_agent",
    "TOOLS_WEB_ALLOWED_DOMAINS": "tools.web_tools.allowed_domains tools.web_search.allowed_domains",
    "TOOLS_WEB_BLOCKED_DOMAINS": "tools.web_tools.blocked_domains tools.web_search.blocked_domains",
    "TOOLS_WEB_MAX_REDIRECTS": "tools.web_tools.max_redirects",
    "TOOLS_WEB_SCRAPING_DELAY": "tools.web_tools.scraping_delay_ms",
    "TOOLS_WEB_RATE_LIMIT": "tools.web_search.rate_limit_per_minute",
    "TOOLS_WEB_MAX_RESULTS": "tools.web_search.max_results",
    "TOOLS_WEB_ENABLED": "tools.web_search.enabled",
    "TOOLS_HTTP_ALLOWED_HOSTS": "tools.http_request.allowed_hosts",
    "TOOLS_HTTP_BLOCKED_HOSTS": "tools.http_request.blocked_hosts",
    "TOOLS_HTTP_TIMEOUT": "tools.http_request.timeout_seconds",
    "TOOLS_HTTP_MAX_REDIRECTS": "tools.http_request.max_redirects",
    "TOOLS_HTTP_MAX_SIZE": "tools.http_request.max_request_size",
    "TOOLS_HTTP_VERIFY_SSL": "tools.http_request.verify_ssl",
    "TOOLS_HTTP_USER_AGENT": "tools.http_request.default_headers.User-Agent",
    "TOOLS_HTTP_ENABLED": "tools.http_request.enabled",
    "TOOLS_MEDIA_MAX_SIZE": "tools.media.max_file_size",
    "TOOLS_MEDIA_PROCESSING_TIMEOUT": "tools.media.processing_timeout_seconds",
    "TOOLS_MEDIA_IMAGE_MAX_DIMENSIONS": "tools.media.image_max_dimensions",
    "TOOLS_DB_CONNECTION_TIMEOUT": "tools.database.connection_timeout_seconds",
    "TOOLS_DB_MAX_CONNECTIONS": "tools.database.max_connections",
    "TOOLS_DB_ALLOWED_HOSTS": "tools.database.allowed_hosts",
    "TOOLS_EMAIL_SMTP_HOST": "tools.email.smtp_host",
    "TOOLS_EMAIL_SMTP_PORT": "tools.email.smtp_port",
    "TOOLS_EMAIL_FROM_ADDRESS": "tools.email.from_address",
    "TOOLS_EMAIL_RATE_LIMIT": "tools.email.rate_limit_per_minute",
    "TOOLS_SYSTEM_ALLOW_PROCESS_EXEC": "tools.system.allow_process_execution",
    "TOOLS_SYSTEM_ALLOWED_COMMANDS": "tools.system.allowed_commands",
    "TOOLS_SYSTEM_BLOCKED_COMMANDS": "tools.system.blocked_commands",
    "TOOLS_SYSTEM_MAX_OUTPUT_SIZE": "tools.system.max_output_size",
    "TOOLS_SYSTEM_MAX_OUTPUT": "tools.system.max_output_size",
    "TOOLS_SYSTEM_TIMEOUT": "tools.system.command_timeout_seconds",
    "TOOLS_SYSTEM_ALLOWED_ENV": "tools.system.allowed_env_vars",
    "TOOLS_SYSTEM_WORKING_DIR": "tools.system.working_directory",
    "TOOLS_SYSTEM_ENABLED": "tools.system.enabled",
    "TOOLS_DATA_MAX_CSV_SIZE": "tools.data.max_csv_size",
    "TOOLS_DATA_MAX_JSON_DEPTH": "tools.data.max_json_depth",
    "TOOLS_ACADEMIC_CITATION_API_KEY": "tools.academic.citation_api_key",
    "TOOLS_ACADEMIC_MAX_REFERENCES": "tools.academic.max_references",
    "TOOLS_DOC_MAX_PDF_SIZE": "tools.document.max_pdf_size",
    "TOOLS_DOC_EXTRACT_IMAGES": "tools.document.extract_images",
    "TOOLS_SEARCH_ENGINE": "tools.search.default_engine",
    "TOOLS_SEARCH_MAX_RESULTS": "tools.search.max_results",
    "TOOLS_SEARCH_API_KEY": "tools.search.api_key",
    "SESSIONS_ENABLED": "runtime.sessions.enabled",
    "SESSIONS_MAX": "runtime.sessions.max_sessions",
    "SESSIONS_TIMEOUT_SECONDS": "runtime.sessions.session_timeout_seconds",
    "SESSIONS_BACKEND": "runtime.sessions.storage_backend",
    "SESSIONS_MAX_ARTIFACTS": "runtime.sessions.max_artifacts_per_session",
    "HOOKS_ENABLED": "hooks.enabled",
    "HOOKS_RATE_LIMIT": "hooks.rate_limit_per_minute",
    "EVENTS_ENABLED": "events.enabled",
    "EVENTS_BUFFER_SIZE": "events.buffer_size",
    "EVENTS_EMIT_TIMING_EVENTS": "events.emit_timing_events",
    "EVENTS_EMIT_STATE_EVENTS": "events.emit_state_events",
    "EVENTS_EMIT_DEBUG_EVENTS": "events.emit_debug_events",
    "EVENTS_MAX_EVENTS_PER_SECOND": "events.max_events_per_second",
    "EVENTS_FILTERING_INCLUDE_TYPES": "events.filtering.include_types",
    "EVENTS_FILTERING_EXCLUDE_TYPES": "events.filtering.exclude_types",
    "EVENTS_FILTERING_INCLUDE_COMPONENTS": "events.filtering.include_components",
    "EVENTS_FILTERING_EXCLUDE_COMPONENTS": "events.filtering.exclude_components",
    "EVENTS_EXPORT_STDOUT": "events.export.stdout",
    "EVENTS_EXPORT_FILE": "events.export.file",
    "EVENTS_EXPORT_WEBHOOK": "events.export.webhook",
    "EVENTS_EXPORT_PRETTY_JSON": "events.export.pretty_json",
    "DEBUG": "debug.enabled",
    "DEBUG_LEVEL": "debug.level",
    "DEBUG_PERFORMANCE": "debug.performance.enabled",
    "RAG_ENABLED": "rag.enabled",
    "RAG_MULTI_TENANT": "rag.multi_tenant",
    "RAG_DIMENSIONS": "rag.vector_storage.dimensions",
    "RAG_BACKEND": "rag.vector_storage.backend",
    "RAG_PERSISTENCE_PATH": "rag.vector_storage.persistence_path",
    "RAG_MAX_MEMORY_MB": "rag.vector_storage.max_memory_mb",
    "HNSW_M": "rag.vector_storage.hnsw.m",
    "HNSW_EF_CONSTRUCTION": "rag.vector_storage.hnsw.ef_construction",
    "HNSW_EF_SEARCH": "rag.vector_storage.hnsw.ef_search",
    "HNSW_MAX_ELEMENTS": "rag.vector_storage.hnsw.max_elements",
    "HNSW_METRIC": "rag.vector_storage.hnsw.metric",
    "EMBEDDING_PROVIDER": "rag.embedding.default_provider",
    "EMBEDDING_MODEL": "rag.embedding.default_model",
    "EMBEDDING_CACHE": "rag.embedding.cache_enabled",
    "EMBEDDING_BATCH_SIZE": "rag.embedding.batch_size",
}

_UNUSED: dict[Kind, str] = {
    "bool": (
        "DAEMON ENABLE_JUPYTER ENABLE_DAP ENABLE_LSP ENABLE_REPL TOOLS_FOLLOW_SYMLINKS "
        "STATE_AUTO_SAVE STATE_AUTO_LOAD TENANT_ISOLATION HANDLE_SIGTERM HANDLE_SIGHUP "
        "HANDLE_SIGUSR1 HANDLE_SIGUSR2 METRICS_ENABLED HEALTH_ENABLED PROFILE_ENABLED "
        "TRACE_ENABLED"
    ),
    "int": "KERNEL_PORT TENANT_MAX_VECTORS GRACEFUL_SHUTDOWN_TIMEOUT METRICS_PORT HEALTH_PORT",
    "str": (
        "KERNEL_ID CONNECTION_FILE HMAC_KEY PID_FILE LOG_FILE WORKING_DIR LOG_LEVEL REPL_HISTORY "
        "TENANT_ID SERVICE_TYPE SERVICE_NAME SERVICE_RESTART SERVICE_USER SERVICE_GROUP "
        "PROFILE_OUTPUT"
    ),
}


def _providers() -> Iterator[tuple[str, str]]:
    """Give the variables of the two providers that the reference knows by name."""
    tails = {
        "API_KEY": "api_key",
        "BASE_URL": "base_url",
        "MODEL": "default_model",
        "TIMEOUT": "timeout_seconds",
        "MAX_RETRIES": "max_retries",
    }
    for name in ("openai", "anthropic"):
        yield f"{name.upper()}_API_KEY", f"providers.{name}.api_key"
        for tail, key in tails.items():
            yield f"{VARIABLE_PREFIX}PROVIDER_{name.upper()}_{tail}", f"providers.{name}.{key}"


def _registry() -> Iterator[Variable]:
    pairs = [*_providers(), *((VARIABLE_PREFIX + n, s) for n, s in _SETTINGS.items())]
    for name, settings in pairs:
        paths = tuple(settings.split())
        field = find(Config, tuple(paths[0].split(".")))
        if field is None:
            raise LookupError(f"{name} names {paths[0]}, which is no setting")
        kind: Kind = "str" if field.kind == "mapping" else field.kind
        choices = (*field.choices, *field.setting.value_aliases)
        yield Variable(name, paths, kind, choices, field.setting.sensitive)
    for kind, names in _UNUSED.items():
        for name in names.split():
            yield Variable(VARIABLE_PREFIX + name, (), kind, (), name == "HMAC_KEY")


REGISTRY: tuple[Variable, ...] = tuple(_registry())
"""Every registered variable; of two that set the same key, the later one wins."""
