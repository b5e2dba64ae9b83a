"""`file-deduplicator`: files with the same content, by size, then by hash. It deletes nothing.

Links are no files here, and hard links of one file are that file once: they take no space twice.
"""

from __future__ import annotations

import fnmatch
import hashlib
import os
import stat

from llmspell.errors import LLMSpellError, ResourceError, ValidationError
from llmspell.security.opening import open_to_read
from llmspell.tools.answer import Answer
from llmspell.tools.builtin.filesystem.paths import check_extension, extension_allowed, walk
from llmspell.tools.description import MIB, Example, Limits, Operation, Parameter
from llmspell.tools.tool import Tool

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any, TypeVar

    from llmspell.tools.call import Call

    Key = TypeVar("Key", int, str)

MOST_FILES = 200_000
MOST_GROUPS = 10_000
ALGORITHMS = ("sha256", "sha512", "sha1", "md5", "blake2b")
_BEGIN = 64 * 1024
_PART = 1 * MIB
_FILTERS = ("path", "recursive", "pattern", "include_hidden", "min_size", "max_size")


class FileDeduplicator(Tool):
    """Finds files with the same content, and tells the hashes of many files."""

    name = "file-deduplicator"
    category = "filesystem"
    security = "restricted"
    permissions = ("read",)
    limits = Limits(seconds=300)
    parameters = (
        Parameter(
            "path",
            "string",
            "A folder, or a file.",
            required=True,
            aliases=("directory",),
            kind="file-path",
        ),
        Parameter("recursive", "boolean", "Look into folders below, too.", default=True),
        Parameter("pattern", "string", "Which names of files count, as in `*.jpg`.", default="*"),
        Parameter("include_hidden", "boolean", "Also what begins with a dot.", default=False),
        Parameter(
            "min_size",
            "integer",
            "Smaller files do not count, in bytes; empty ones are all the same.",
            schema={"minimum": 0},
        ),
        Parameter(
            "max_size", "integer", "Larger files do not count, in bytes.", schema={"minimum": 0}
        ),
        Parameter("algorithm", "string", "The hash.", default="sha256", choices=ALGORITHMS),
        Parameter(
            "limit",
            "integer",
            "Groups that are given at most.",
            default=1000,
            schema={"minimum": 1, "maximum": MOST_GROUPS},
        ),
    )
    operations = {
        "find": Operation(
            "groups of files with the same content",
            takes=(*_FILTERS, "algorithm", "limit"),
            aliases=("duplicates", "dedup"),
        ),
        "hash": Operation("the hash of each file", takes=(*_FILTERS, "algorithm")),
    }
    default_operation = "find"
    examples = (
        Example(
            {"path": "@/a"},
            {"result": {"group_count": 1, "duplicate_files": 1, "wasted_bytes": 4}},
            files={"a/1.txt": "same", "a/b/2.txt": "same", "a/3.txt": "else"},
        ),
        Example(
            {"operation": "hash", "path": "@/a.txt", "algorithm": "md5"},
            {"result": {"file_count": 1}},
            files={"a.txt": "test"},
        ),
        Example({"path": "/etc"}, fails="Security violation"),
    )

    def do_find(self, call: Call) -> Answer:
        """`groups`, the most wasteful first: `hash`, `size`, `wasted_bytes` and the `files`."""
        found = _Found(call, least=1)
        groups: list[dict[str, Any]] = [
            {
                "hash": digest,
                "size": size,
                "count": len(paths),
                "wasted_bytes": size * (len(paths) - 1),
                "files": sorted(paths),
            }
            for size, digest, paths in found.equal()
        ]
        groups.sort(key=lambda group: (-group["wasted_bytes"], group["files"]))
        limit = call.get("limit", 1000)
        wasted = sum(group["wasted_bytes"] for group in groups)
        result = found.told() | {
            "groups": groups[:limit],
            "group_count": len(groups),
            "duplicate_files": sum(group["count"] - 1 for group in groups),
            "wasted_bytes": wasted,
            "truncated": len(groups) > limit,
        }
        return Answer("find", result, message=f"{len(groups)} groups, {wasted} bytes are wasted")

    def do_hash(self, call: Call) -> Answer:
        """`files`: `path`, `size` and `hash` of each."""
        found = _Found(call, least=0)
        files = [
            {"path": path, "size": size, "hash": digest}
            for path, size in found.files
            if (digest := found.digest(path))
        ]
        return Answer("hash", found.told() | {"files": files}, message=f"{len(files)} files")


class _Found:
    """The files that one call looks at, each with its size; least: the smallest by default."""

    def __init__(self, call: Call, *, least: int) -> None:
        self._call = call
        self._algorithm = str(call.get("algorithm", "sha256"))
        self._skipped: list[dict[str, str]] = []
        least, most = call.get("min_size", least), call.get("max_size")
        seen: set[tuple[int, int]] = set()
        self.files: list[tuple[str, int]] = []
        for path, status in self._walk(call.path("path")):
            one = (status.st_dev, status.st_ino)
            small_enough = most is None or status.st_size <= most
            if one in seen or not (status.st_size >= least and small_enough):
                continue
            seen.add(one)
            self.files.append((path, status.st_size))
            if len(self.files) > MOST_FILES:
                raise ResourceError(f"there are more than {MOST_FILES} files", resource="files")

    def told(self) -> dict[str, Any]:
        """How much was looked at, and what could not be read."""
        return {
            "file_count": len(self.files),
            "total_bytes": sum(size for _, size in self.files),
            "algorithm": self._algorithm,
            "skipped": self._skipped,
        }

    def equal(self) -> Iterator[tuple[int, str, list[str]]]:
        """Files with the same content: their size, hash and paths.

        Only those are read that have the size of another, and whole only those that begin alike.
        """
        for size, paths in _grouped((size, path) for path, size in self.files):
            beginnings = ((self.digest(path, _BEGIN), path) for path in paths)
            for beginning, alike in _grouped(beginnings):
                if size <= _BEGIN:
                    yield size, beginning, alike
                    continue
                for digest, same in _grouped((self.digest(path), path) for path in alike):
                    yield size, digest, same

    def digest(self, path: str, most: int | None = None) -> str:
        """The hash of a file, or of its first bytes; "" where it cannot be read."""
        made = hashlib.new(self._algorithm, usedforsecurity=False)
        try:
            with open_to_read(self._call.policy, path) as file:
                if most is not None:
                    made.update(file.read(most))
                    return made.hexdigest()
                while part := file.read(_PART):
                    self._call.check()
                    made.update(part)
        except (OSError, LLMSpellError) as error:
            self._call.check()
            reason = getattr(error, "strerror", None) or str(error)
            self._skipped.append({"path": path, "reason": reason})
            return ""
        return made.hexdigest()

    def _walk(self, root: str) -> Iterator[tuple[str, os.stat_result]]:
        call = self._call
        if not os.path.isdir(root):
            if not os.path.isfile(root):
                raise ValidationError(f"there is no '{call.params['path']}'", field="path")
            check_extension(call, root)
            yield root, os.stat(root)
            return
        hidden, pattern = call.get("include_hidden", False), call.get("pattern", "*")
        for _, folder, folders, names in walk(call, root):
            deeper = call.get("recursive", True)
            folders[:] = [name for name in folders if hidden or name[0] != "."] if deeper else []
            for name in sorted(names):
                path = os.path.join(folder, name)
                seen = (hidden or name[0] != ".") and fnmatch.fnmatchcase(name, pattern)
                if seen and extension_allowed(call, path):
                    yield from _status(path)


def _status(path: str) -> Iterator[tuple[str, os.stat_result]]:
    """A file with its status; nothing for links, pipes and what is gone."""
    try:
        status = os.lstat(path)
    except OSError:
        return
    if stat.S_ISREG(status.st_mode):
        yield path, status


def _grouped(pairs: Iterable[tuple[Key, str]]) -> list[tuple[Key, list[str]]]:
    """Paths with the same key, where there are several; an empty text as key counts for nothing."""
    found: dict[Key, list[str]] = {}
    for key, path in pairs:
        if key != "":
            found.setdefault(key, []).append(path)
    return [(key, paths) for key, paths in found.items() if len(paths) > 1]
