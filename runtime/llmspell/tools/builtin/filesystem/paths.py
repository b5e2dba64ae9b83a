"""What the file tools share: paths with their extensions, sizes, and the system's refusals."""

from __future__ import annotations

import contextlib
import os
import stat
from datetime import UTC, datetime

from llmspell.errors import SecurityError, StorageError, ValidationError
from llmspell.security.opening import open_to_read
from llmspell.tools.builtin.filesystem.contents import HEAD, check_content

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from llmspell.security.policy import Mode
    from llmspell.tools.call import Call


def file_path(call: Call, name: str = "path", mode: Mode = "read") -> str:
    """The resolved path that a parameter names, if the policy and its extension let it be used."""
    path = call.path(name, mode)
    check_extension(call, path)
    return path


def check_extension(call: Call, path: str) -> None:
    """Raises SecurityError for an extension that the configuration does not allow."""
    if not extension_allowed(call, path):
        raise SecurityError(
            f"File extension blocked: '.{_extension(path)}'; leave it out of "
            "`tools.file_operations.blocked_extensions` in a trusted configuration, and name it in "
            "`allowed_extensions` where that is set"
        )


def extension_allowed(call: Call, path: str) -> bool:
    """Whether the configuration allows an extension; folders are not judged by theirs."""
    settings = call.settings.file_operations
    extension = _extension(path)
    allowed = {each.lstrip(".").lower() for each in settings.allowed_extensions}
    blocked = {each.lstrip(".").lower() for each in settings.blocked_extensions}
    refused = extension in blocked or (bool(allowed) and extension not in allowed)
    return not refused or os.path.isdir(path)


def _extension(path: str) -> str:
    return os.path.splitext(path)[1].lstrip(".").lower()


def open_file(call: Call, path: str) -> BinaryIO:
    """A file to read within the policy, whose extension and content may be used.

    Raises SecurityError and OSError.
    """
    check_extension(call, path)
    file = open_to_read(call.policy, path)
    try:
        if call.settings.file_operations.validate_file_types:
            check_content(path, os.pread(file.fileno(), HEAD, 0))
    except BaseException:
        file.close()
        raise
    return file


def walk(call: Call, root: str) -> Iterator[tuple[int, str, list[str], list[str]]]:
    """The folders below a root as `os.walk` gives them, each with its depth, the root's being 0.

    `tools.file_operations.max_depth`, where somebody has set it, ends the walk. Links to folders
    are not followed.
    """
    deepest = call.policy.settings.least("file_operations", "max_depth")
    for folder, folders, files in os.walk(root):
        call.check()
        depth = 0 if folder == root else os.path.relpath(folder, root).count(os.sep) + 1
        if deepest is not None and depth >= deepest:
            folders.clear()
        yield depth, folder, folders, files


def check_size(call: Call, size: int, field: str) -> None:
    """Raises ValidationError for more bytes than `tools.file_operations.max_file_size`."""
    most = call.settings.file_operations.max_file_size
    if size > most:
        raise ValidationError(
            f"{size} bytes are more than `tools.file_operations.max_file_size` ({most}) allows",
            field=field,
        )


@contextlib.contextmanager
def storage_errors(operation: str, path: str) -> Iterator[None]:
    """Tells what the system refuses as a StorageError; `missing` where there is no such path."""
    try:
        yield
    except OSError as error:
        missing = isinstance(error, FileNotFoundError)
        raise StorageError(
            f"{error.filename or path}: {error.strerror or error}",
            operation=operation,
            **({"missing": True} if missing else {}),
        ) from error


def kind_of(mode: int) -> str:
    """`file`, `directory`, `symlink` or `unknown`, for the mode of `os.stat`."""
    if stat.S_ISDIR(mode):
        return "directory"
    if stat.S_ISLNK(mode):
        return "symlink"
    return "file" if stat.S_ISREG(mode) else "unknown"


def timestamp(seconds: float) -> str:
    """Seconds since 1970 in RFC 3339, in UTC."""
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")
