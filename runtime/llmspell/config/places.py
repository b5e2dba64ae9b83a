"""Folders and paths, for code that every start passes: it imports nothing but `os`.

`pathlib` would cost more than all that is done here (it brings `re`, `fnmatch` and `urllib`), so
paths are strings.
"""

import errno
import os

_MOST_PASSES = 40

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def home(environ: "Mapping[str, str]") -> str:
    """Give the user's home folder by `HOME` or `USERPROFILE`; empty when neither is set."""
    return environ.get("HOME") or environ.get("USERPROFILE") or ""


def state_folder(environ: "Mapping[str, str]") -> str:
    """Give the folder for what must outlive a run: `$XDG_STATE_HOME/llmspell` or its default."""
    base = environ.get("XDG_STATE_HOME") or ""
    if not os.path.isabs(base):  # noqa: PTH117
        base = join(home(environ) or os.sep, ".local", "state")
    return join(base, "llmspell")


def expand_home(path: str, environ: "Mapping[str, str]") -> str:
    """Replace a leading `~` by the home folder; without one the path stays as it is."""
    own = home(environ)
    if own and (path == "~" or path.startswith(("~/", "~" + os.sep))):
        return own + path[1:]
    return path


def temporary_folders(environ: "Mapping[str, str]") -> tuple[str, ...]:
    """Give the folders for temporary files: what `TMPDIR` says, and `/tmp`, which scripts name."""
    named = environ.get("TMPDIR") or environ.get("TEMP") or environ.get("TMP") or ""
    found = [named] if os.path.isabs(named) else []  # noqa: PTH117
    if os.sep == "/":
        found.append("/tmp")  # noqa: S108
    return tuple(dict.fromkeys(resolve(folder) for folder in found))


def resolve(path: str) -> str:
    """Give the absolute path with every symbolic link and `..` resolved.

    What does not exist yet is kept as it is below its deepest existing folder; a dangling link
    resolves to what it names. Raises `OSError` when links never come to an end.

    `realpath` alone is not enough: where it meets a link that leads to itself it stops, and takes
    the `..` behind it as text, so that `loop/../link` comes back with `link` unresolved. Asking
    again until nothing changes resolves what was left.
    """
    for _ in range(_MOST_PASSES):
        resolved = os.path.realpath(path)
        if resolved == path:
            return resolved
        path = resolved
    raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), path)


def inside(path: str, folders: "Iterable[str]") -> bool:
    """Tell whether a resolved path is one of the resolved folders or below one, by components."""
    compared = os.path.normcase(path)
    for folder in folders:
        root = os.path.normcase(folder)
        if compared == root or compared.startswith(root.rstrip(os.sep) + os.sep):
            return True
    return False


def join(*parts: str) -> str:
    """Join parts of a path; an absolute part makes those before it void."""
    return os.path.join(*parts)  # noqa: PTH118
