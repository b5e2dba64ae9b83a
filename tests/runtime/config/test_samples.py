"""Forms from the reference's documents and samples (spec config.md §3.4, §6): all of them load."""

import pytest

from tests.runtime.config.conftest import Desk, warnings

SAMPLES = {
    "integer rate limit, no type": """
        [providers.openai]
        api_key_env = "OPENAI_API_KEY"
        rate_limit = 60
        [applications.demo]
        cost = 1
        [cost_management]
        [testing]
        [general]
        [example]
    """,
    "lower-case security level": '[engines.lua]\nsecurity_level = "safe"\nstdlib = "full"',
    "old engine keys": '[engines.lua]\nstdlib_level = "basic"\nmemory_limit = 1000000',
    "providers in providers": """
        [providers]
        default_provider = "openai"
        [providers.providers.openai]
        provider_type = "openai"
        model = "gpt-4o-mini"
    """,
    "options one level too deep": """
        [providers.ollama.options]
        url = "http://localhost:11434"
        timeout = 9
        [providers.ollama.defaults]
        temperature = 0.5
        max_tokens = 100
    """,
    "sled and file": """
        [runtime.state_persistence]
        backend_type = "sled"
        [runtime.sessions]
        storage_backend = "rocksdb"
    """,
    "runtime events and hooks": "[runtime.events]\nenabled = true\n[runtime.hooks]\nenabled = true",
    "documented rag spellings": """
        [rag.vector_storage]
        persist_path = "./vectors"
        backend = "HNSW"
        [rag.vector_storage.hnsw]
        distance_metric = "inner_product"
        [rag.profiles.development]
        dimensions = 384
        [rag.sessions]
        auto_cleanup = true
    """,
    "comma strings": '[tools.database]\nallowed_hosts = "localhost, 127.0.0.1"',
    "free-form tool and engine": """
        [tools.text_manipulator]
        max = 3
        [engines.ruby]
        path = "/usr/bin/ruby"
    """,
    "fleet": """
        [llm]
        provider = "groq"
        model = "llama"
        api_key_env = "GROQ_API_KEY"
        endpoint = "https://api.groq.com"
    """,
    "debug to a file": '[debug]\nenable_dap = true\n[debug.output]\nfile = "debug.log"',
    "editor schema": '"$schema" = "https://example.org/schema.json"',
}


@pytest.mark.parametrize("text", SAMPLES.values(), ids=SAMPLES.keys())
def test_sample_loads_without_a_warning(desk: Desk, text: str) -> None:
    assert warnings(desk.load_text(text, strict=True)) == {}


def test_provider_type_is_the_tables_name(desk: Desk) -> None:
    providers = desk.load_text(SAMPLES["integer rate limit, no type"]).config.providers.providers
    assert providers["openai"].provider_type == "openai"
    assert providers["openai"].rate_limit is not None
    assert providers["openai"].rate_limit.requests_per_minute == 60


def test_providers_in_providers(desk: Desk) -> None:
    providers = desk.load_text(SAMPLES["providers in providers"]).config.providers
    assert list(providers.providers) == ["openai"]
    assert providers.providers["openai"].default_model == "gpt-4o-mini"


def test_options_are_lifted(desk: Desk) -> None:
    ollama = desk.load_text(SAMPLES["options one level too deep"]).config.providers.providers[
        "ollama"
    ]
    assert (ollama.base_url, ollama.timeout_seconds, ollama.max_tokens) == (
        "http://localhost:11434",
        9,
        100,
    )
    assert ollama.options == {"temperature": 0.5}


def test_backends_of_the_reference_are_sqlite_with_a_note(desk: Desk) -> None:
    loaded = desk.load_text(SAMPLES["sled and file"])
    assert loaded.config.runtime.state_persistence.backend_type == "sqlite"
    assert loaded.config.runtime.sessions.storage_backend == "sqlite"
    assert [(n.level, n.key) for n in loaded.notes] == [
        ("note", "runtime.state_persistence.backend_type"),
        ("note", "runtime.sessions.storage_backend"),
    ]


def test_spellings_become_exact(desk: Desk) -> None:
    lua = desk.load_text(SAMPLES["lower-case security level"]).config.engines.lua
    assert (lua.security_level, lua.stdlib) == ("Safe", "All")
    storage = desk.load_text(SAMPLES["documented rag spellings"]).config.rag.vector_storage
    assert (storage.backend, storage.hnsw.metric) == ("hnsw", "innerproduct")
    assert storage.persistence_path == "./vectors"


def test_an_exact_key_wins_over_its_alias(desk: Desk) -> None:
    lua = desk.load_text("[engines.lua]\nmemory_limit = 1\nmax_memory_bytes = 2").config.engines.lua
    assert lua.max_memory_bytes == 2


def test_fleet_section_is_a_provider(desk: Desk) -> None:
    providers = desk.load_text(SAMPLES["fleet"]).config.providers
    assert providers.default_provider == "groq"
    assert providers.providers["groq"].base_url == "https://api.groq.com"


def test_free_form_tables_are_kept(desk: Desk) -> None:
    config = desk.load_text(SAMPLES["free-form tool and engine"]).config
    assert config.tools.custom == {"text_manipulator": {"max": 3}}
    assert config.engines.custom == {"ruby": {"path": "/usr/bin/ruby"}}


def test_a_custom_engine_may_be_the_default(desk: Desk) -> None:
    text = "default_engine = 'ruby'\n" + SAMPLES["free-form tool and engine"]
    assert desk.load_text(text).config.default_engine == "ruby"


def test_comma_strings_become_lists(desk: Desk) -> None:
    database = desk.load_text(SAMPLES["comma strings"]).config.tools.database
    assert database is not None
    assert database.allowed_hosts == ("localhost", "127.0.0.1")
