"""`archive-handler` (spec tools §8.17), on the standard library and `security.archives`."""

from __future__ import annotations

import contextlib
import gzip
import os
import tarfile
import zipfile
import zlib
from functools import partial
from typing import IO, TYPE_CHECKING, cast

from llmspell.errors import ResourceError, ValidationError
from llmspell.security.archives import Quota, unpack
from llmspell.security.entries import make_folder, make_parents
from llmspell.security.opening import open_to_read, replacing
from llmspell.tools.answer import Answer
from llmspell.tools.builtin.filesystem.paths import (
    check_extension,
    extension_allowed,
    file_path,
    storage_errors,
)
from llmspell.tools.description import Example, Operation, Parameter
from llmspell.tools.tool import Tool

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from llmspell.security.policy import Mode
    from llmspell.tools.call import Call

COMPRESSION_LEVEL = 6
QUOTA = Quota()
FORMATS = {".zip": "ZIP", ".tar.gz": "TAR.GZ", ".tgz": "TAR.GZ", ".tar": "TAR", ".gz": "GZ"}
"""Extensions and what they mean."""

_PART = 256 * 1024
_SHORTEST_GZ = 18
_NO_ARCHIVE = (zipfile.BadZipFile, tarfile.TarError, gzip.BadGzipFile, zlib.error, EOFError)


class ArchiveHandler(Tool):
    """Makes, unpacks and lists archives: ZIP, TAR, TAR.GZ and single files in GZ."""

    name = "archive-handler"
    category = "filesystem"
    security = "restricted"
    permissions = ("read", "write")
    result = "message"
    parameters = (
        Parameter("path", "string", "The archive.", required=True, kind="file-path"),
        Parameter("target_path", "string", "Folder to unpack into.", kind="file-path"),
        Parameter(
            "input",
            "array",
            "Files to add, which are stored under their own names.",
            schema={"items": {"type": "string"}},
        ),
    )
    operations = {
        "create": Operation("makes an archive", needs=("path", "input"), takes=("path", "input")),
        "extract": Operation(
            "unpacks one; what would leave the folder is left out",
            needs=("path", "target_path"),
            takes=("path", "target_path"),
        ),
        "list": Operation("names and sizes", needs=("path",), takes=("path",)),
    }
    examples = (
        Example(
            {"operation": "create", "path": "@/a.zip", "input": ["@/a.txt"]},
            {"success": True, "result": {"archived_files": ["a.txt"], "total_size": 5}},
            files={"a.txt": "hello"},
        ),
        Example(
            {"operation": "create", "path": "@/a.txt.gz", "input": ["@/a.txt"]},
            {"result": {"compression_level": 6}},
            files={"a.txt": "hello"},
        ),
        Example(
            {"operation": "list", "path": "@/a.zip"},
            fails="cannot be unpacked",
            files={"a.zip": "no archive"},
        ),
    )

    def do_create(self, call: Call) -> Answer:
        """Files that are not there, too large, or not to be read are told in `skipped_files`."""
        path, kind = _archive(call, "write")
        sources: list[tuple[str, str]] = []
        skipped: list[dict[str, str]] = []
        for given in call.params["input"]:
            resolved = call.policy.check_path(given, "read")
            check_extension(call, resolved)
            reason = _unfit(resolved)
            if reason:
                skipped.append({"path": given, "reason": reason})
            else:
                name = _free_name(os.path.basename(given), {each for _, each in sources})
                sources.append((resolved, name))
        if kind == "GZ" and (len(sources) != 1 or skipped):
            raise ValidationError(
                "a .gz holds exactly one file, which has to be there", field="files"
            )
        with storage_errors("create", path):
            make_parents(call.policy, path)
            with replacing(call.policy, path) as (out, _):
                size = _pack(call, kind, sources, out)
        names = [name for _, name in sources]
        result: dict[str, Any] = {
            "archive_path": path,
            "archived_files": names,
            "total_size": size,
            "compression_level": COMPRESSION_LEVEL,
        }
        if skipped:
            result["skipped_files"] = skipped
        return Answer(
            "create",
            result,
            message=f"Packed {len(names)} files into {path}",
            metadata={"file_path": path, "count": len(names)},
        )

    def do_extract(self, call: Call) -> Answer:
        """Links, devices, refused extensions and names that lead out are in `skipped_files`."""
        path, kind = _archive(call, "read")
        folder = call.path("target_path", "write")
        skipped: tuple[str, ...] = ()
        with storage_errors("extract", path):
            make_folder(call.policy, folder, parents=True)
            if kind == "GZ":
                files, size = _gunzip(call, path, folder)
            else:
                fits = partial(extension_allowed, call)
                done = unpack(call.policy, path, folder, QUOTA, check=call.check, fits=fits)
                files, size, skipped = list(done.files), done.size, done.skipped
        result: dict[str, Any] = {
            "extracted_files": files,
            "total_size": size,
            "output_dir": folder,
        }
        if skipped:
            result["skipped_files"] = list(skipped)
        return Answer(
            "extract",
            result,
            message=f"Unpacked {len(files)} files into {folder}",
            metadata={"file_path": path, "count": len(files)},
        )

    def do_list(self, call: Call) -> Answer:
        """Of a GZ the size that the file says of itself, modulo 2^32."""
        path, kind = _archive(call, "read")
        files: list[dict[str, Any]] = []
        with _reading(path), open_to_read(call.policy, path) as file:
            for entry in _entries(kind, path, file):
                call.check()
                if len(files) >= QUOTA.count:
                    raise ResourceError(f"the archive has more than {QUOTA.count} entries")
                files.append(entry)
        return Answer(
            "list",
            {"format": kind, "files": files, "file_count": len(files)},
            message=f"{path} holds {len(files)} entries",
            metadata={"file_path": path, "count": len(files)},
        )


@contextlib.contextmanager
def _reading(path: str) -> Iterator[None]:
    """Tells what is no archive as a ValidationError, and what cannot be read as a StorageError."""
    with storage_errors("list", path):
        try:
            yield
        except _NO_ARCHIVE as error:
            raise ValidationError(f"'{path}' cannot be unpacked: {error}", field="path") from error


def _archive(call: Call, mode: Mode) -> tuple[str, str]:
    """The archive's path and its format, by its extension."""
    path = file_path(call, "path", mode)
    name = os.path.basename(path).lower()
    for end, kind in FORMATS.items():
        if name.endswith(end):
            return path, kind
    field = "archive_path" if "." in name else "path"
    raise ValidationError(f"'{name}' ends in none of {' '.join(FORMATS)}", field=field)


def _unfit(path: str) -> str:
    """Why a file is not packed; "" for one that is."""
    if not os.path.exists(path):
        return "it is not there"
    if not os.path.isfile(path):
        return "it is no file"
    return f"it has more than {QUOTA.entry} bytes" if os.path.getsize(path) > QUOTA.entry else ""


def _free_name(name: str, taken: set[str]) -> str:
    """The name of an entry, with a number before its extension where it is taken."""
    stem, extension = os.path.splitext(name)
    free, number = name, 2
    while free in taken:
        free, number = f"{stem}-{number}{extension}", number + 1
    return free


def _pack(call: Call, kind: str, sources: list[tuple[str, str]], out: IO[bytes]) -> int:
    """Writes an archive; gives the bytes that went into it."""
    size = 0
    level = COMPRESSION_LEVEL
    with contextlib.ExitStack() as closing:
        bundle: zipfile.ZipFile | tarfile.TarFile | gzip.GzipFile
        if kind == "ZIP":
            bundle = zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=level)
        elif kind == "TAR":
            bundle = tarfile.TarFile(fileobj=out, mode="w")
        elif kind == "TAR.GZ":
            bundle = tarfile.TarFile.gzopen("", "w", out, level)
        else:
            bundle = gzip.GzipFile(sources[0][1], "wb", level, out)
        closing.enter_context(bundle)
        for path, name in sources:
            with open_to_read(call.policy, path) as file:
                size += os.fstat(file.fileno()).st_size
                if isinstance(bundle, tarfile.TarFile):
                    call.check()
                    bundle.addfile(bundle.gettarinfo(arcname=name, fileobj=file), file)
                elif isinstance(bundle, zipfile.ZipFile):
                    entry = zipfile.ZipInfo.from_file(path, name, strict_timestamps=False)
                    entry.compress_type = zipfile.ZIP_DEFLATED
                    with bundle.open(entry, "w") as packed:
                        _copy(call, file, packed)
                else:
                    _copy(call, file, cast("IO[bytes]", bundle))
    return size


def _copy(call: Call, source: IO[bytes], target: IO[bytes], most: int | None = None) -> int:
    """Copies in parts; raises ResourceError beyond `most` bytes."""
    size = 0
    while part := source.read(_PART):
        call.check()
        size += len(part)
        if most is not None and size > most:
            raise ResourceError(f"the file unpacks to more than {most} bytes")
        target.write(part)
    return size


def _gunzip(call: Call, path: str, folder: str) -> tuple[list[str], int]:
    """Unpacks the one file of a GZ under the archive's name without `.gz`."""
    name = os.path.basename(path)[: -len(".gz")] or "content"
    check_extension(call, name)
    with (
        _reading(path),
        open_to_read(call.policy, path) as packed,
        replacing(call.policy, os.path.join(folder, name)) as (out, target),
        gzip.GzipFile(fileobj=packed) as source,
    ):
        _gz_entry(path, packed)
        packed.seek(0)
        size = _copy(call, cast("IO[bytes]", source), out, QUOTA.entry)
    return [target], size


def _entries(kind: str, path: str, file: IO[bytes]) -> Iterator[dict[str, Any]]:
    if kind == "ZIP":
        with zipfile.ZipFile(file) as packed:
            for entry in packed.infolist():
                yield {
                    "name": entry.filename,
                    "size": entry.file_size,
                    "compressed_size": entry.compress_size,
                    "is_dir": entry.filename.endswith("/"),  # is_dir() raises for no name
                }
    elif kind == "GZ":
        yield _gz_entry(path, file)
    else:
        # Reading as a stream holds only one part of what is unpacked.
        with tarfile.open(fileobj=file, mode="r|*") as bundle:
            for member in bundle:
                yield {"name": member.name, "size": member.size, "is_dir": member.isdir()}


def _gz_entry(path: str, file: IO[bytes]) -> dict[str, Any]:
    compressed = os.fstat(file.fileno()).st_size
    if compressed < _SHORTEST_GZ or file.read(3) != b"\x1f\x8b\x08":
        raise ValidationError(f"'{path}' cannot be unpacked: it is no GZ", field="path")
    file.seek(-4, os.SEEK_END)
    return {
        "name": os.path.basename(path)[: -len(".gz")],
        "size": int.from_bytes(file.read(4), "little"),
        "compressed_size": compressed,
        "is_dir": False,
    }
