"""Opening files so that a link put in between check and open does not help.

`Policy.check_path` gives a path without links; here it is opened through a handle of each folder,
and no component may have become a link since. openat2(2) does that in one call; where the kernel
has none, each folder is opened from the one before it.
"""

import ctypes
import errno
import os
import stat
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import BinaryIO, NoReturn

from llmspell.errors import SecurityError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from llmspell.security.policy import Policy

_OPENAT2 = 437
_NO_LINKS = 0x04 | 0x02  # RESOLVE_NO_SYMLINKS and RESOLVE_NO_MAGICLINKS
_AT_FDCWD = -100


def open_to_read(policy: "Policy", path: str) -> BinaryIO:
    """Open a file that may be read; raises `SecurityError` and `OSError`."""
    resolved = policy.check_path(path, "read")
    # Without O_NONBLOCK, opening a pipe that nobody writes to would wait forever.
    opened = open_handle(resolved, os.O_RDONLY | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(opened).st_mode):
        os.close(opened)
        raise SecurityError(f"Path not allowed: '{path}' is no regular file")
    os.set_blocking(opened, True)
    return os.fdopen(opened, "rb")


def write_whole(policy: "Policy", path: str, data: bytes) -> str:
    """Give a file new content in one step and return its resolved path; see `replacing`."""
    with replacing(policy, path) as (file, resolved):
        file.write(data)
    return resolved


@contextmanager
def replacing(policy: "Policy", path: str) -> Iterator[tuple[BinaryIO, str]]:
    """Give a file to write what shall take the place of another, and the resolved path of that.

    Readers see the old content until the block ends, then the new; after an error, still the old.
    An existing file keeps its permissions. Raises `SecurityError` and `OSError`.
    """
    resolved = policy.check_path(path, "write")
    folder, name = os.path.split(resolved)
    handle = open_handle(folder, os.O_RDONLY | os.O_DIRECTORY)
    beside = f".llmspell-{os.urandom(8).hex()}"
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        made = os.open(beside, flags, 0o666, dir_fd=handle)
        try:
            with os.fdopen(made, "wb") as file:
                _keep_mode(name, handle, file.fileno())
                yield file, resolved
            os.rename(beside, name, src_dir_fd=handle, dst_dir_fd=handle)
        except BaseException:
            os.unlink(beside, dir_fd=handle)
            raise
    finally:
        os.close(handle)


def _keep_mode(name: str, folder: int, made: int) -> None:
    try:
        held = os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return
    if stat.S_ISREG(held.st_mode):
        os.fchmod(made, stat.S_IMODE(held.st_mode))


def open_handle(path: str, flags: int) -> int:
    """Open an absolute path none of whose components is a link."""
    flags |= os.O_CLOEXEC | os.O_NOFOLLOW
    try:
        return _openat2(path, flags) if _has_openat2() else _by_components(path, flags)
    except OSError as error:
        if error.errno == errno.ELOOP:
            _refuse(path)
        raise


def _openat2(path: str, flags: int) -> int:
    how = struct.pack("QQQ", flags, 0, _NO_LINKS)
    opened = _libc().syscall(_OPENAT2, _AT_FDCWD, os.fsencode(path), how, len(how))
    if opened < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code), path)
    return int(opened)


def _by_components(path: str, flags: int) -> int:
    parts = [part for part in path.split(os.sep) if part]  # noqa: PTH206
    folder = os.open(os.sep, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for part in parts[:-1]:
            through = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
            inner = os.open(part, through, dir_fd=folder)
            os.close(folder)
            folder = inner
        return os.open(parts[-1] if parts else ".", flags, dir_fd=folder)
    except NotADirectoryError:
        if os.path.realpath(path) != path:
            _refuse(path)
        raise
    finally:
        os.close(folder)


def _refuse(path: str) -> NoReturn:
    raise SecurityError(
        f"Path not allowed: a component of '{path}' became a link while it was opened"
    )


@cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


@cache
def _has_openat2() -> bool:
    try:
        os.close(_openat2(os.sep, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC))
    except (OSError, AttributeError):
        return False
    return True
