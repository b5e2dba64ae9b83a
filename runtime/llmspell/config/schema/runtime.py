"""`[runtime]`: limits, permissions, state and sessions (spec config.md §3.5)."""

from typing import ClassVar, Literal

from llmspell.config.schema.fields import limit, section, setting, table

Backend = Literal["sqlite", "memory"]

_SQLITE_NAMES = {"sled": "sqlite", "file": "sqlite", "rocksdb": "sqlite"}
_SQLITE_NOTE = "this version keeps it in SQLite"


@section
class RuntimeSecurity:
    """`[runtime.security]`: what is said here changes the security profile, the rest does not."""

    allow_file_access: bool | None = setting(
        None,
        "Set to false, spells see no file but those of the script's own folder, read only; "
        "unset or true, the security profile decides.",
        documented=False,
        untrusted="allow",
    )
    allow_network_access: bool = setting(
        True, "Whether spells and their tools may use the network.", untrusted="allow"
    )
    allow_process_spawn: bool = setting(
        False,
        "Whether spells may start processes (`os.execute`, `io.popen`); unset, the security "
        "profile decides.",
        untrusted="allow",
    )
    max_memory_bytes: int | None = limit(
        50_000_000, "Memory that a spell may hold, in bytes.", warn_above=2_000_000_000
    )
    max_execution_time_ms: int | None = limit(300_000, "Time that a spell may run, in ms.")


@section
class Backup:
    """`[runtime.state_persistence.backup]`."""

    backup_dir: str | None = setting(
        "./backups", "Folder of the backups.", path=True, untrusted="path"
    )
    compression_enabled: bool = setting(True, "Compress backups.")
    compression_type: Literal["none", "lz4", "zstd"] = setting("zstd", "How to compress.")
    compression_level: int = setting(3, "How hard to compress.", minimum=1, maximum=9)
    incremental_enabled: bool = setting(True, "Save only what changed since the last backup.")
    max_backups: int | None = setting(10, "Backups to keep.", minimum=1)
    max_backup_age: int | None = setting(2_592_000, "Age up to which backups are kept, in seconds.")


@section
class StatePersistence:
    """`[runtime.state_persistence]`."""

    enabled: bool = setting(True, "Whether `State` is kept at all.")
    migration_enabled: bool = setting(False, "Bring old state to a new schema when it is read.")
    backup_on_migration: bool = setting(True, "Back state up before a migration.")
    backup_enabled: bool = setting(False, "Make backups.")
    backend_type: Backend = setting(
        "sqlite",
        "Where state is kept: `sqlite` (a file that outlives the run) or `memory`.",
        value_aliases=_SQLITE_NAMES,
        value_note=_SQLITE_NOTE,
    )
    schema_directory: str | None = setting(
        None, "Folder of state schemas.", path=True, untrusted="path"
    )
    max_state_size_bytes: int | None = limit(
        10_000_000, "Size of one state value, in bytes.", warn_above=100_000_000
    )
    backup: Backup | None = setting(None, "How backups are made.")


@section
class Sessions:
    """`[runtime.sessions]`."""

    enabled: bool = setting(False, "Keep sessions and their artifacts.")
    max_sessions: int = setting(100, "Sessions kept at once.", minimum=1)
    max_artifacts_per_session: int = setting(1000, "Artifacts of one session.", minimum=1)
    artifact_compression_threshold: int = setting(
        10_240, "Size from which artifacts are compressed, in bytes."
    )
    session_timeout_seconds: int = setting(
        3600, "Idle time after which a session ends, in seconds.", minimum=1
    )
    storage_backend: Backend = setting(
        "sqlite",
        "Where sessions are kept: `sqlite` or `memory`.",
        value_aliases=_SQLITE_NAMES,
        value_note=_SQLITE_NOTE,
    )


@section
class Runtime:
    """`[runtime]`."""

    KNOWN_UNUSED: ClassVar[frozenset[str]] = frozenset(
        {"use_global_io_runtime", "log_level", "events", "hooks"}
    )

    max_concurrent_scripts: int | None = limit(
        10, "Spells that run at once in one process.", warn_above=100
    )
    script_timeout_seconds: int | None = limit(
        300, "Time that one spell may run, in seconds.", warn_above=3600
    )
    enable_streaming: bool = setting(True, "Give answers piece by piece where a model can.")
    security: RuntimeSecurity = table(RuntimeSecurity, "Permissions and limits of spells.")
    state_persistence: StatePersistence = table(StatePersistence, "How `State` is kept.")
    sessions: Sessions = table(Sessions, "How sessions are kept.")
