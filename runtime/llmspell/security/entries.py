"""Making, deleting and moving what is in folders so that a link put in between does not help.

As in `opening`, each folder is opened without going through a link, and what is in it is then named
relative to that handle: whatever the path leads to by then, the folder is the one that was judged.
"""

import contextlib
import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from llmspell.config.places import join
from llmspell.errors import SecurityError
from llmspell.security.opening import open_handle

TYPE_CHECKING = False
if TYPE_CHECKING:
    from llmspell.security.policy import Policy

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_ANY_ENTRY = ".llmspell-entry"
_PATH = getattr(os, "O_PATH", os.O_RDONLY)  # a handle that needs no right to read


def status(policy: "Policy", path: str) -> os.stat_result:
    """Give what the system knows of a path that may be read; raises `SecurityError`, `OSError`."""
    handle = open_handle(policy.check_path(path, "read"), _PATH)
    try:
        return os.fstat(handle)
    finally:
        os.close(handle)


def entries(policy: "Policy", path: str, most: int) -> tuple[list[tuple[str, os.stat_result]], int]:
    """Give the first entries of a folder by name, links as such, and how many there are."""
    handle = open_handle(policy.check_path(path, "read"), _FOLDER)
    try:
        names = sorted(os.listdir(handle))  # noqa: PTH208 - of a handle
        found = []
        for name in names[:most]:
            try:
                held = os.stat(name, dir_fd=handle, follow_symlinks=False)
            except FileNotFoundError:
                continue  # it is gone by now
            found.append((name, held))
        return found, len(names)
    finally:
        os.close(handle)


def open_to_change(policy: "Policy", path: str, *, append: bool) -> BinaryIO:
    """Open a file, which may be new, to add to it or to write it anew, in place.

    Raises `SecurityError`, and `OSError` also for what is no regular file.
    """
    resolved = policy.check_path(path, "write")
    with _folder(os.path.dirname(resolved)) as handle:  # noqa: PTH120
        # Without O_NONBLOCK, opening a pipe that nobody reads from would wait forever.
        flags = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        flags |= os.O_APPEND if append else 0
        name = os.path.basename(resolved)  # noqa: PTH119
        try:
            opened = os.open(name, flags, 0o666, dir_fd=handle)
        except OSError as error:
            if error.errno in (errno.ELOOP, errno.ENXIO):
                raise _irregular(path) from None
            raise
    if not stat.S_ISREG(os.fstat(opened).st_mode):
        os.close(opened)
        raise _irregular(path)
    os.set_blocking(opened, True)
    if not append:
        os.ftruncate(opened, 0)
    return os.fdopen(opened, "ab" if append else "wb")


def folder_to_change(policy: "Policy", path: str) -> str:
    """Give a folder's path without links, if entries may be made in it; raises `SecurityError`.

    That is not whether the folder itself may be written: in a home, in which llmspell keeps its
    own, files may be made, but nothing may be put in its place.
    """
    return os.path.dirname(policy.check_path(join(path, _ANY_ENTRY), "write"))  # noqa: PTH120


def make_parents(policy: "Policy", path: str) -> None:
    """Make the folders above a path that may be written."""
    _make_all(os.path.dirname(policy.check_path(path, "write")))  # noqa: PTH120


def make_folder(policy: "Policy", path: str, *, parents: bool = False) -> str:
    """Make a folder, with those above it if wanted, and give its path; it may be there already."""
    resolved = folder_to_change(policy, path)
    if parents:
        _make_all(resolved)
        return resolved
    above, name = os.path.split(resolved)
    with _folder(above) as handle:
        try:
            os.mkdir(name, dir_fd=handle)
        except FileExistsError:
            held = os.stat(name, dir_fd=handle, follow_symlinks=False)
            if not stat.S_ISDIR(held.st_mode):
                raise
    return resolved


def delete_file(policy: "Policy", path: str) -> None:
    """Delete a file or a link itself; raises `IsADirectoryError` for a folder."""
    with _entry(policy, path) as (handle, name):
        if stat.S_ISDIR(os.stat(name, dir_fd=handle, follow_symlinks=False).st_mode):
            raise IsADirectoryError(errno.EISDIR, "it is a folder; only files are deleted", path)
        os.unlink(name, dir_fd=handle)


def delete_entry(policy: "Policy", path: str) -> None:
    """Delete a file, a link itself, or an empty folder."""
    with _entry(policy, path) as (handle, name):
        if stat.S_ISDIR(os.stat(name, dir_fd=handle, follow_symlinks=False).st_mode):
            os.rmdir(name, dir_fd=handle)
        else:
            os.unlink(name, dir_fd=handle)


def move(policy: "Policy", source: str, target: str, *, copies: bool = True) -> None:
    """Give a file, a link or a folder another path, in place of what has that path.

    copies: whether that may take copying it, to another device.
    """
    with _entry(policy, source) as (held, name), _entry(policy, target) as (goal, new):
        try:
            os.rename(name, new, src_dir_fd=held, dst_dir_fd=goal)
        except OSError as error:
            if error.errno != errno.EXDEV or not copies:
                raise
            _copy(held, name, goal, new)
            _delete(held, name)


@contextmanager
def _entry(policy: "Policy", path: str) -> Iterator[tuple[int, str]]:
    """The folder of an entry that may be written, as a handle, and its name; links stay links."""
    policy.check_path(path, "write")  # a refusal names the entry itself
    folder, name = os.path.split(path)
    resolved = folder_to_change(policy, folder)
    policy.check_path(join(resolved, name), "write")
    with _folder(resolved) as handle:
        yield handle, name


@contextmanager
def _folder(resolved: str) -> Iterator[int]:
    handle = open_handle(resolved, _FOLDER)
    try:
        yield handle
    finally:
        os.close(handle)


def _make_all(resolved: str) -> None:
    handle = os.open(os.sep, _FOLDER)
    try:
        for part in resolved.split(os.sep):  # noqa: PTH206
            if part:
                inner = _made(part, handle, resolved)
                os.close(handle)
                handle = inner
    finally:
        os.close(handle)


def _made(part: str, handle: int, resolved: str) -> int:
    """The handle of a folder within one, which is made where there is none."""
    try:
        return os.open(part, _FOLDER, dir_fd=handle)
    except FileNotFoundError:
        os.mkdir(part, dir_fd=handle)
        return os.open(part, _FOLDER, dir_fd=handle)
    except OSError as error:
        held = os.stat(part, dir_fd=handle, follow_symlinks=False)
        if stat.S_ISLNK(held.st_mode):
            raise SecurityError(
                f"Path not allowed: a component of '{resolved}' became a link meanwhile"
            ) from None
        error.filename = resolved
        raise


def _copy(source: int, name: str, target: int, new: str) -> None:
    """Copy an entry to another device."""
    held = os.stat(name, dir_fd=source, follow_symlinks=False)
    if stat.S_ISLNK(held.st_mode):
        os.symlink(os.readlink(name, dir_fd=source), new, dir_fd=target)
    elif stat.S_ISDIR(held.st_mode):
        os.mkdir(new, 0o700, dir_fd=target)
        with _opened(name, _FOLDER, source) as inner, _opened(new, _FOLDER, target) as made:
            for each in os.listdir(inner):  # noqa: PTH208 - of a handle
                _copy(inner, each, made, each)
            _dress(made, held)
    elif stat.S_ISREG(held.st_mode):
        _copy_file(source, name, target, new, held)
    else:
        raise _irregular(name)


def _copy_file(source: int, name: str, target: int, new: str, held: os.stat_result) -> None:
    with contextlib.suppress(FileNotFoundError):
        os.unlink(new, dir_fd=target)
    reading = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW
    writing = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    with _opened(name, reading, source) as read, _opened(new, writing, target) as made:
        import shutil

        with (
            os.fdopen(read, "rb", closefd=False) as file,
            os.fdopen(made, "wb", closefd=False) as out,
        ):
            shutil.copyfileobj(file, out, 1024 * 1024)
        _dress(made, held)


def _dress(made: int, held: os.stat_result) -> None:
    """Give a copy the permissions and times of what it was made of."""
    os.fchmod(made, stat.S_IMODE(held.st_mode))
    os.utime(made, ns=(held.st_atime_ns, held.st_mtime_ns))


@contextmanager
def _opened(name: str, flags: int, folder: int) -> Iterator[int]:
    opened = os.open(name, flags | os.O_CLOEXEC, 0o600, dir_fd=folder)
    try:
        yield opened
    finally:
        os.close(opened)


def _delete(folder: int, name: str) -> None:
    if stat.S_ISDIR(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
        import shutil

        shutil.rmtree(name, dir_fd=folder)
    else:
        os.unlink(name, dir_fd=folder)


def _irregular(path: str) -> OSError:
    return OSError(errno.EINVAL, "it is no regular file", path)
