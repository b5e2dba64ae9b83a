"""What the file tools share: paths with their extensions, sizes, and the system's refusals."""

from __future__ import annotations

import contextlib
import os
import stat
from datetime import UTC, datetime

from llmspell.errors import SecurityError, StorageError, ValidationError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from llmspell.security.policy import Mode
    from llmspell.tools.call import Call


def file_path(call: Call, name: str = "path", mode: Mode = "read") -> str:
    """The resolved path that a parameter names, if the policy and its extension let it be used."""
    path = call.path(name, mode)
    check_extension(call, path)
    return path


def check_extension(call: Call, path: str) -> None:
    """Raises SecurityError for an extension that the configuration does not allow."""
    settings = call.settings.file_operations
    extension = os.path.splitext(path)[1].lstrip(".").lower()
    allowed = {each.lstrip(".").lower() for each in settings.allowed_extensions}
    blocked = {each.lstrip(".").lower() for each in settings.blocked_extensions}
    if extension in blocked or (allowed and extension not in allowed):
        raise SecurityError(
            f"File extension blocked: '.{extension}'; see "
            "`tools.file_operations.allowed_extensions` and `blocked_extensions`"
        )


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
