"""What `io` and `os` of scripts do to files, so that a link put in between does not help.

Lua opens files by name only. So the file is opened here first, through handles of its folders
(`security.opening`), and Lua is given the name that the kernel has for that handle: whatever the
path leads to by then, it opens the file that was judged. Where there are no such names, and under
`trusted`, where nothing is judged, Lua opens the path itself.

No function here raises; a failure is told as Lua's library tells it: nil, a sentence, an errno.
"""

from __future__ import annotations

import errno
import os
import stat

from llmspell.errors import SecurityError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from llmspell.security.policy import Policy

    Failure = tuple[None, bytes, int]

_HANDLES = "/proc/self/fd"


class Files:
    """The files of scripts under one policy."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._by_name = policy.level == "trusted" or not os.path.isdir(_HANDLES)  # noqa: PTH112

    def opened(self, path: bytes, mode: bytes) -> tuple[bytes, int] | Failure:
        """The name under which Lua opens a file, and a handle to let go afterwards (-1: none).

        mode: that of `io.open`. A file that is to be written is made where there is none.
        """
        text = os.fsdecode(path)
        reads = mode in (b"r", b"rb")
        try:
            resolved = self._policy.check_path(text, "read" if reads else "write")
            if self._by_name:
                return os.fsencode(resolved), -1
            handle = _handle(resolved, makes=mode[:1] in b"wa")
        except (SecurityError, ValueError, OSError) as error:
            return _failure(text, error)
        return f"{_HANDLES}/{handle}".encode(), handle

    def let_go(self, handle: int) -> None:
        """Closes a handle."""
        os.close(handle)

    def remove(self, path: bytes) -> bool | Failure:
        """Deletes a file, an empty folder, or a link itself."""
        text = os.fsdecode(path)

        def act() -> None:
            from llmspell.security.entries import delete_entry

            delete_entry(self._policy, self._absolute(text))

        return _done(text, act)

    def rename(self, source: bytes, target: bytes) -> bool | Failure:
        """Gives a file, a folder or a link another path."""

        def act() -> None:
            from llmspell.security.entries import move

            old, new = (self._absolute(os.fsdecode(each)) for each in (source, target))
            move(self._policy, old, new, copies=False)

        return _done("", act)

    def _absolute(self, path: str) -> str:
        return os.path.join(self._policy.cwd, path).rstrip(os.sep) or os.sep  # noqa: PTH118


def _handle(resolved: str, *, makes: bool) -> int:
    """A handle of a file, which is made if wanted; through it Lua opens the file as it likes."""
    from llmspell.security.opening import open_handle

    folder, name = os.path.split(resolved)
    while True:
        try:
            found = open_handle(resolved, os.O_PATH)
        except FileNotFoundError:
            if not makes:
                raise
        else:
            if stat.S_ISLNK(os.fstat(found).st_mode):
                os.close(found)
                raise SecurityError(f"Path not allowed: '{resolved}' became a link meanwhile")
            return found
        holder = open_handle(folder, os.O_PATH | os.O_DIRECTORY)
        try:
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
            return os.open(name, flags, 0o666, dir_fd=holder)
        except FileExistsError:
            continue  # somebody else has made it: it is judged as what was there
        finally:
            os.close(holder)


def _done(path: str, act: Callable[[], None]) -> bool | Failure:
    try:
        act()
    except (SecurityError, ValueError, OSError) as error:
        return _failure(path, error)
    return True


def _failure(path: str, error: Exception) -> Failure:
    if isinstance(error, OSError):
        code, reason = error.errno or errno.EIO, error.strerror or str(error)
    else:
        code, reason = errno.EACCES, str(error)
    return None, os.fsencode(f"{path}: {reason}" if path else reason), code
