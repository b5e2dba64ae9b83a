"""Backups as they lie in a folder: `<id>.backup`, the data, and `<id>.meta`, JSON about it.

Ids are `backup_<seconds since 1970>_<8 random bytes in hex>` (spec state-sessions §15). A backup
exists from the moment that its `.meta` file stands there, which is written last.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import time
import zlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import attrs

from llmspell.errors import ConfigError, StorageError
from llmspell.state.whole_file import write_whole

if TYPE_CHECKING:
    from pathlib import Path

FORMAT_VERSION: Final = "1.0.0"
"""The `schema_version` of the metadata."""

_ID: Final = re.compile(r"backup_\d+_[0-9a-f]{16}")


@attrs.frozen
class BackupInfo:
    """One backup: `created_at` is RFC 3339, `size` the bytes of its file, `created` in seconds.

    `meta` is the whole metadata. `epoch` is the first epoch whose changes the backup lacks.
    """

    id: str
    created_at: str
    created: float
    size: int
    entry_count: int
    incremental: bool
    parent_id: str | None
    store_id: str
    epoch: int
    meta: dict[str, Any] = attrs.field(repr=False)

    @classmethod
    def of(cls, meta: dict[str, Any]) -> BackupInfo:
        """Return the backup that metadata describes; raise KeyError, TypeError or ValueError."""
        return cls(
            id=meta["id"],
            created_at=meta["created_at"],
            created=datetime.fromisoformat(meta["created_at"]).timestamp(),
            size=int(meta["size"]),
            entry_count=int(meta["stats"]["total_entries"]),
            incremental=meta["backup_type"] == "Incremental",
            parent_id=meta["parent_id"],
            store_id=meta["store_id"],
            epoch=int(meta["epoch"]),
            meta=meta,
        )


def new_id(now: float) -> str:
    """Return the id of a backup made at a time given in seconds since 1970."""
    return f"backup_{int(now)}_{os.urandom(8).hex()}"


class BackupFolder:
    """Reads and writes the files of backups; raises StorageError when that fails.

    `compression` is `zlib` (with a `level` from 1 to 9) or `none`.
    """

    def __init__(self, path: Path, compression: str = "zlib", level: int = 6) -> None:
        """Raise ConfigError for another compression or level."""
        if compression in {"zstd", "lz4"}:
            raise ConfigError(
                f"Backup compression '{compression}' needs a library that llmspell does not bring; "
                "set compression_type to 'zlib' or 'none'"
            )
        if compression not in {"zlib", "none"}:
            raise ConfigError(
                f"Unknown backup compression '{compression}'; there are 'zlib' and 'none'"
            )
        if not 1 <= level <= 9:
            raise ConfigError(f"The backup compression level is {level}; it must be 1 to 9")
        self.path = path
        self._compression = compression
        self._level = level

    def write(
        self, backup_id: str, created: float, data: bytes, facts: dict[str, Any]
    ) -> BackupInfo:
        """Write a backup of uncompressed `data`; `facts` are metadata that callers know."""
        packed = zlib.compress(data, self._level) if self._compression == "zlib" else data
        meta = {
            "id": backup_id,
            "created_at": datetime.fromtimestamp(created, UTC).isoformat(timespec="microseconds"),
            "schema_version": FORMAT_VERSION,
            "size": len(packed),
            "checksums": {"sha256": hashlib.sha256(packed).hexdigest()},
            "compression": {
                "algorithm": "zlib",
                "level": self._level,
                "original_size": len(data),
                "compressed_size": len(packed),
            }
            if self._compression == "zlib"
            else None,
            "encryption": None,
            **facts,
        }
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_whole(self._data_path(backup_id), packed)
            write_whole(self._meta_path(backup_id), json.dumps(meta, indent=2).encode())
        except OSError as error:
            with contextlib.suppress(OSError):
                self._data_path(backup_id).unlink()
            raise StorageError(
                f"The backup cannot be written to {self.path}: {error.strerror}"
            ) from error
        return BackupInfo.of(meta)

    def all(self) -> list[BackupInfo]:
        """Return the backups in the folder, the newest first; unreadable metadata is left out."""
        found = []
        for path in self.path.glob("backup_*.meta"):
            with contextlib.suppress(StorageError):
                found.append(self.get(path.stem))
        return sorted(found, key=lambda info: (info.created, info.epoch), reverse=True)

    def get(self, backup_id: str) -> BackupInfo:
        """Return a backup; raise StorageError if there is none or its metadata is damaged."""
        if not _ID.fullmatch(backup_id):
            raise StorageError(f"'{backup_id}' is not the id of a backup")
        path = self._meta_path(backup_id)
        try:
            info = BackupInfo.of(json.loads(path.read_bytes()))
        except FileNotFoundError as error:
            raise StorageError(f"There is no backup '{backup_id}' in {self.path}") from error
        except OSError as error:
            raise StorageError(f"{path} cannot be read: {error.strerror}") from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise StorageError(f"{path} is damaged: {error!r}") from error
        if info.id != backup_id:
            raise StorageError(f"{path} is damaged: it describes '{info.id}'")
        return info

    def problems(self, info: BackupInfo) -> list[str]:
        """Return what is wrong with the data file: missing, of another size, or changed."""
        path = self._data_path(info.id)
        try:
            packed = path.read_bytes()
        except OSError as error:
            return [f"{path} cannot be read: {error.strerror}"]
        if len(packed) != info.size:
            return [f"{path} has {len(packed)} bytes instead of {info.size}"]
        if hashlib.sha256(packed).hexdigest() != info.meta["checksums"]["sha256"]:
            return [f"{path} is damaged: its SHA-256 differs from the recorded one"]
        return []

    def read(self, info: BackupInfo) -> bytes:
        """Return the uncompressed data, by the compression that its metadata records."""
        path = self._data_path(info.id)
        try:
            packed = path.read_bytes()
            return zlib.decompress(packed) if info.meta["compression"] else packed
        except OSError as error:
            raise StorageError(f"{path} cannot be read: {error.strerror}") from error
        except zlib.error as error:
            raise StorageError(f"{path} is damaged: {error}") from error

    def remove(self, info: BackupInfo) -> None:
        """Remove both files of a backup; the metadata first, so that no half of it counts."""
        try:
            self._meta_path(info.id).unlink(missing_ok=True)
            self._data_path(info.id).unlink(missing_ok=True)
        except OSError as error:
            raise StorageError(f"Backup '{info.id}' cannot be removed: {error.strerror}") from error

    def _data_path(self, backup_id: str) -> Path:
        return self.path / f"{backup_id}.backup"

    def _meta_path(self, backup_id: str) -> Path:
        return self.path / f"{backup_id}.meta"


def rfc3339(seconds: float | None = None) -> str:
    """Return a time (default: now) as RFC 3339 text in UTC."""
    return datetime.fromtimestamp(time.time() if seconds is None else seconds, UTC).isoformat()
