"""`[rag]`: vectors, embeddings and chunks (spec config.md §3.9)."""

from typing import ClassVar, Literal

from llmspell.config.schema.fields import section, setting, table

VectorBackend = Literal["hnsw", "mock"]
Preset = Literal["small", "medium", "large", "speed", "accuracy", "real_time"]

PRESETS: dict[str, dict[str, int]] = {
    "small": {
        "m": 12,
        "ef_construction": 100,
        "ef_search": 50,
        "max_elements": 10_000,
        "parallel_batch_size": 32,
    },
    "medium": {
        "m": 16,
        "ef_construction": 200,
        "ef_search": 100,
        "max_elements": 100_000,
        "parallel_batch_size": 64,
    },
    "large": {
        "m": 32,
        "ef_construction": 400,
        "ef_search": 200,
        "max_elements": 1_000_000,
        "parallel_batch_size": 128,
        "num_threads": 4,
    },
    "speed": {"m": 8, "ef_construction": 50, "ef_search": 25, "parallel_batch_size": 256},
    "accuracy": {"m": 48, "ef_construction": 500, "ef_search": 300, "parallel_batch_size": 32},
    "real_time": {
        "m": 12,
        "ef_construction": 100,
        "ef_search": 40,
        "parallel_batch_size": 64,
        "num_threads": 2,
    },
}
"""The values of each `rag.vector_storage.hnsw.preset`."""


@section
class Hnsw:
    """`[rag.vector_storage.hnsw]`."""

    preset: Preset | None = setting(
        None, "A set of values for a purpose; single keys beside it win."
    )
    m: int = setting(16, "Links of a node.", minimum=2, maximum=100)
    ef_construction: int = setting(200, "Candidates while building; not less than `m`.", minimum=1)
    ef_search: int = setting(50, "Candidates while searching.", minimum=1)
    max_elements: int = setting(1_000_000, "Vectors of one index.", minimum=1)
    seed: int | None = setting(None, "Seed of the level generator.")
    metric: Literal["cosine", "euclidean", "innerproduct"] = setting(
        "cosine",
        "How distance is measured.",
        aliases=("distance_metric",),
        value_aliases={"inner_product": "innerproduct"},
    )
    allow_replace_deleted: bool = setting(True, "Reuse the place of deleted vectors.")
    num_threads: int | None = setting(None, "Threads that build an index.")
    nb_layers: int | None = setting(None, "Layers of the graph.", minimum=1, maximum=64)
    parallel_batch_size: int = setting(128, "Vectors inserted in one batch.", minimum=1)
    enable_mmap: bool = setting(False, "Map the index file into memory.")
    mmap_sync_interval: int = setting(60, "Seconds between flushes of a mapped file.")


@section
class VectorStorage:
    """`[rag.vector_storage]`."""

    dimensions: int = setting(384, "Length of a vector; the embedding model's.", minimum=1)
    backend: VectorBackend = setting("hnsw", "The index that holds vectors.")
    persistence_path: str | None = setting(
        None,
        "Folder of the index files; in memory when unset.",
        aliases=("persist_path",),
        path=True,
        untrusted="path",
    )
    max_memory_mb: int = setting(500, "Memory of the index, in megabytes.")
    hnsw: Hnsw = table(Hnsw, "The HNSW index.")


@section
class Embedding:
    """`[rag.embedding]`."""

    default_provider: str = setting("openai", "Who makes embeddings.")
    default_model: str | None = setting(None, "The embedding model; the provider's when unset.")
    cache_enabled: bool = setting(True, "Keep embeddings of texts seen before.")
    cache_size: int = setting(10_000, "Embeddings to keep.")
    cache_ttl_seconds: int = setting(3600, "How long they are kept, in seconds.")
    batch_size: int = setting(32, "Texts in one request.", minimum=1)
    timeout_seconds: int = setting(30, "Time for one request, in seconds.")
    max_retries: int = setting(3, "Further attempts after the first.")


@section
class Chunking:
    """`[rag.chunking]`."""

    strategy: Literal["sliding_window", "semantic", "sentence"] = setting(
        "sliding_window", "How documents are cut."
    )
    chunk_size: int = setting(512, "Size of a chunk, in tokens.", minimum=1)
    overlap: int = setting(64, "Tokens that neighbours share.")
    max_chunk_size: int = setting(2048, "Largest chunk, in tokens.")
    min_chunk_size: int = setting(100, "Smallest chunk, in tokens.")


@section
class RagCache:
    """`[rag.cache]`."""

    search_cache_enabled: bool = setting(True, "Keep results of searches.")
    search_cache_size: int = setting(1000, "Results to keep.")
    search_cache_ttl_seconds: int = setting(300, "How long they are kept, in seconds.")
    document_cache_enabled: bool = setting(True, "Keep documents in memory.")
    document_cache_size_mb: int = setting(100, "Memory for them, in megabytes.")


@section
class RagProfile:
    """`[rag.profiles.NAME]`: what `--rag-profile NAME` changes (spec cli.md §5)."""

    enabled: bool = setting(True, "Whether retrieval is on.")
    backend: VectorBackend | None = setting(None, "As `rag.vector_storage.backend`.")
    dimensions: int | None = setting(None, "As `rag.vector_storage.dimensions`.", minimum=1)
    config_file: str | None = setting(
        None, "A file whose `[rag]` is merged.", path=True, untrusted="path"
    )
    description: str = setting("", "What the profile is for.")


@section
class RagProfiles:
    """`[rag.profiles]`: one table for each profile."""

    profiles: dict[str, RagProfile] = setting({}, "One profile.", catch_all=True)


@section
class Rag:
    """`[rag]`."""

    KNOWN_UNUSED: ClassVar[frozenset[str]] = frozenset(
        {"sessions", "multi_tenant_settings", "backup", "debug", "monitoring", "security"}
    )

    enabled: bool = setting(False, "Whether retrieval is on.")
    multi_tenant: bool = setting(False, "Keep the vectors of tenants apart.")
    vector_storage: VectorStorage = table(VectorStorage, "Where vectors are kept.")
    embedding: Embedding = table(Embedding, "How texts become vectors.")
    chunking: Chunking = table(Chunking, "How documents become chunks.")
    cache: RagCache = table(RagCache, "What is kept in memory.")
    profiles: RagProfiles = table(RagProfiles, "Named changes of this section.")
