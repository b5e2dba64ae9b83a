"""Which configuration files there are, and whether anything is configured at all.

Every start passes here, so this room imports nothing but `os`, `config.places` and
`llmspell.errors`: a run without configuration never sees the schema (importing it costs more than
running a spell).

The order (spec config.md §2, with the project before the user as the issue asks): the file named
by `--config` or `LLMSPELL_CONFIG`; the project's file, looked for in the working directory and
then, as `llmspell.toml`, in the folders above it up to the home folder; the user's files; the
system's. One file is used.
"""

import os

from llmspell.config.places import expand_home, home, join
from llmspell.errors import ConfigError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Mapping
    from pathlib import Path

    StrPath = str | os.PathLike[str]

PROJECT_NAMES = ("llmspell.toml", ".llmspell.toml", "config/llmspell.toml", ".config/llmspell.toml")
USER_NAMES = (
    ".llmspell/config.toml",
    ".llmspell.toml",
    ".config/llmspell.toml",
    ".config/llmspell/config.toml",
)
SYSTEM_FILE = "/etc/llmspell/config.toml"

VARIABLE_PREFIX = "LLMSPELL_"
UNPREFIXED_VARIABLES = ("OPENAI_API_KEY", "ANTHROPIC_API_KEY")
"""The registered variables that do not start with the prefix (spec config.md §4.2)."""


class Candidate:
    """A place where a configuration may be: its absolute path, and whose it would be.

    `origin` is `explicit`, `project`, `user` or `system`; `folder` is the project's folder, to
    which relative paths in a project's file refer, and empty for the others.
    """

    __slots__ = ("folder", "origin", "path")

    def __init__(self, path: str, origin: str, folder: str = "") -> None:
        self.path = path
        self.origin = origin
        self.folder = folder

    def exists(self, unsaved: "Container[str]" = ()) -> bool:
        """Tell whether a file is there (a directory of that name does not count).

        `unsaved` has the paths of files that are being written in an editor.
        """
        return self.path in unsaved or os.path.isfile(self.path)  # noqa: PTH113


def endings() -> tuple[str, ...]:
    """Give how the paths of configuration files end, with `/`: for those who see only a path."""
    names = [name.split("/") for name in (*PROJECT_NAMES, *USER_NAMES, SYSTEM_FILE)]
    # `config.toml` alone says nothing, `llmspell.toml` everything.
    tails = ["/".join(name[-2:] if name[-1] == "config.toml" else name[-1:]) for name in names]
    return tuple(f"/{tail}" for tail in dict.fromkeys(tails))


def user_files(environ: "Mapping[str, str]") -> list[str]:
    """Give the paths of the user's own configuration files, whether they exist or not."""
    own = home(environ)
    found = [join(own, name) for name in USER_NAMES] if own else []
    xdg = environ.get("XDG_CONFIG_HOME") or ""
    if os.path.isabs(xdg):  # noqa: PTH117
        found.insert(3 if own else 0, join(xdg, "llmspell", "config.toml"))
    return list(dict.fromkeys(found))


def candidates(cwd: "StrPath", environ: "Mapping[str, str]") -> list[Candidate]:
    """Give every place that is searched, in order; the first that exists is the one."""
    start = os.path.abspath(os.fspath(cwd))  # noqa: PTH100
    users = user_files(environ)
    places = [(join(start, name), start) for name in PROJECT_NAMES]
    places += [(join(above, PROJECT_NAMES[0]), above) for above in _above(start, home(environ))]
    found = [Candidate(p, "project", folder) for p, folder in places if p not in users]
    found += [Candidate(path, "user") for path in users]
    found.append(Candidate(SYSTEM_FILE, "system"))
    return found


def discover(
    explicit: "StrPath | None",
    cwd: "StrPath",
    environ: "Mapping[str, str]",
    unsaved: "Container[str]" = (),
) -> Candidate | None:
    """Give the place of the file in force, or None when there is none.

    `unsaved` has the paths of files that are being written in an editor. Raises `ConfigError` when
    the file named by `explicit` or `LLMSPELL_CONFIG` is missing.
    """
    named = os.fspath(explicit) if explicit is not None else environ.get("LLMSPELL_CONFIG") or ""
    if not named:
        return next((place for place in candidates(cwd, environ) if place.exists(unsaved)), None)
    if "\0" in named:
        raise ConfigError("Configuration file not found: its name has a NUL byte")
    path = os.path.abspath(join(os.fspath(cwd), expand_home(named, environ)))  # noqa: PTH100
    if not os.path.exists(path):  # noqa: PTH110
        raise ConfigError(f"Configuration file not found: {named}")
    return Candidate(path, "explicit")


def find_config(
    explicit: "StrPath | None", cwd: "StrPath", environ: "Mapping[str, str]"
) -> "Path | None":
    """Give the path of the file in force, or None; raises as `discover` does."""
    place = discover(explicit, cwd, environ)
    if place is None:
        return None
    from pathlib import Path  # the import costs 4 ms: only for those who have a configuration

    return Path(place.path)


def anything_configured(cwd: "StrPath", environ: "Mapping[str, str]") -> bool:
    """Tell whether a file or a variable says anything that a start needs to know.

    Loading the configuration costs more than running a short spell. The key of a provider alone
    (`UNPREFIXED_VARIABLES`) is not worth that: it is read with the providers, when one is used.
    """
    if any(name.startswith(VARIABLE_PREFIX) for name in environ):
        return True
    return discover(None, cwd, environ) is not None


def _above(start: str, own_home: str) -> list[str]:
    """Give the folders above `start`, up to but without the home folder (or up to the root)."""
    found: list[str] = []
    folder = start
    while folder != own_home:
        parent = os.path.dirname(folder)  # noqa: PTH120
        if parent in {folder, own_home}:
            break
        found.append(parent)
        folder = parent
    return found
