"""What a spell may do: one object that the engine and every tool ask (design invariant 7).

Every start builds a policy, so this module imports nothing but `os` and its like: no attrs, no
`re`, no `pathlib`. Profiles:

* `safe`: reads below the script's folder, writes nothing, sees a few harmless variables;
* `standard`: reads and writes below the working directory, the script's folder and the folders for
  temporary files, sees variables unless they look secret, uses the network;
* `trusted`: no restriction.

Below `trusted`, the user's llmspell configuration, its state and the trust store are out of reach
even when they lie in an allowed folder: a spell that could write them would trust itself.
"""

import os

from llmspell.config.discovery import user_files
from llmspell.config.places import inside, join, resolve, state_folder, temporary_folders
from llmspell.errors import SecurityError
from llmspell.security.settings import ToolSettings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Literal

    from llmspell.security.commands import CommandRules
    from llmspell.security.network import NetworkRules, Purpose
    from llmspell.security.recipients import RecipientRules

    StrPath = str | os.PathLike[str]
    Mode = Literal["read", "write"]

LEVELS = ("safe", "standard", "trusted")
"""The profiles, from the narrowest."""

EVERYWHERE = "*"
"""The entry of a list of allowed paths that stands for every path."""

HARMLESS_VARIABLES = frozenset(
    {"HOME", "USER", "LOGNAME", "LANG", "LANGUAGE", "LC_ALL", "PATH", "PWD", "SHELL", "TERM"}
    | {"COLORTERM", "COLUMNS", "LINES", "NO_COLOR", "TMPDIR", "TZ"}
)
"""What `getenv` shows under `safe`."""

SECRET_WORDS = frozenset(
    {"ACCESSKEY", "APIKEY", "AUTH", "AUTHORIZATION", "COOKIE", "CREDENTIAL", "CREDENTIALS", "CREDS"}
    | {"DSN", "JWT", "KEY", "KEYS", "PASS", "PASSPHRASE", "PASSWD", "PASSWORD", "PASSWORDS", "PAT"}
    | {"PRIVATE", "PWD", "SECRET", "SECRETS", "TOKEN"}
)
"""Words that make a variable's name look secret; `PWD` itself is the working directory."""


class Permissions:
    """What the configuration changes about a profile (made by `security.permissions`).

    `level` is the profile it asks for; `paths` take the place of the profile's folders, when not
    None; each entry of `only_within` is a list of folders, and what lies in none of them is out of
    reach; `files`, `processes` and `network` allow (True), refuse (False) or leave (None) the
    profile's answer; `variables` are shown although their names look secret; `tools` is what the
    `[tools]` tables say, for rules that are made when a tool first asks for them.
    """

    __slots__ = (
        "files",
        "level",
        "network",
        "only_within",
        "paths",
        "processes",
        "tools",
        "variables",
    )

    def __init__(
        self,
        *,
        level: str = "standard",
        paths: "tuple[str, ...] | None" = None,
        only_within: "tuple[tuple[str, ...], ...]" = (),
        files: bool | None = None,
        processes: bool | None = None,
        network: bool | None = None,
        variables: "tuple[str, ...]" = (),
        tools: ToolSettings | None = None,
    ) -> None:
        self.tools = ToolSettings() if tools is None else tools
        self.level = level
        self.paths = paths
        self.only_within = only_within
        self.files = files
        self.processes = processes
        self.network = network
        self.variables = variables

    def narrowing_only(self) -> "Permissions":
        """Give what these permissions refuse, without what they allow."""
        return Permissions(
            level=self.level,
            only_within=self.only_within,
            files=self.files and None,
            processes=self.processes and None,
            network=self.network and None,
            tools=self.tools.narrowing_only(),
        )


class Policy:
    """The answers for one run. `read_roots` and `write_roots` are resolved; None means all.

    `within` narrows both: a path must lie in one folder of every entry, unless it lies below the
    script's folder and is read, which a spell needs for its own modules.
    """

    __slots__ = (
        "_commands",
        "_networks",
        "allow_c_modules",
        "allow_commands",
        "allow_network",
        "allow_processes",
        "cwd",
        "environ",
        "level",
        "protected",
        "read_roots",
        "script_dir",
        "settings",
        "variables",
        "within",
        "write_roots",
    )

    def __init__(
        self,
        level: str,
        *,
        cwd: str,
        script_dir: str,
        environ: "Mapping[str, str]",
        read_roots: "tuple[str, ...] | None" = None,
        write_roots: "tuple[str, ...] | None" = None,
        within: "tuple[tuple[str, ...], ...]" = (),
        protected: "tuple[str, ...]" = (),
        allow_processes: bool = True,
        allow_c_modules: bool = True,
        allow_network: bool = True,
        allow_commands: bool = True,
        variables: "frozenset[str]" = frozenset(),
        settings: ToolSettings | None = None,
    ) -> None:
        self.level = level
        self.cwd = cwd
        self.script_dir = script_dir
        self.environ = environ
        self.read_roots = read_roots
        self.write_roots = write_roots
        self.within = within
        self.protected = protected
        self.allow_processes = allow_processes
        self.allow_c_modules = allow_c_modules
        self.allow_network = allow_network
        self.allow_commands = allow_commands
        self.variables = variables
        self.settings = ToolSettings() if settings is None else settings
        self._networks: dict[str, NetworkRules] = {}
        self._commands: CommandRules | None = None

    @property
    def network(self) -> "NetworkRules":
        """Which hosts tools may reach in general; raises `ConfigError` for a wrong list."""
        return self.network_for("http_request")

    def network_for(self, purpose: "Purpose") -> "NetworkRules":
        """Which hosts tools of one kind may reach, by that kind's own lists."""
        from llmspell.security.network import network_rules

        rules = self._networks.get(purpose)
        if rules is None:
            rules = self._networks[purpose] = network_rules(self, purpose)
        return rules

    @property
    def commands(self) -> "CommandRules":
        """Which programs tools may run."""
        from llmspell.security.commands import command_rules

        if self._commands is None:
            self._commands = command_rules(self)
        return self._commands

    @property
    def recipients(self) -> "RecipientRules":
        """To whom tools may send mail."""
        from llmspell.security.recipients import recipient_rules

        return recipient_rules(self)

    def check_path(self, path: str, mode: "Mode") -> str:
        """Give the absolute path with links and `..` resolved, which is the one to open.

        A relative path refers to the working directory. Opening what was given instead of what is
        returned would let a link change in between. Raises `SecurityError` for a path that may not
        be read (or written).
        """
        if "\0" in path:
            raise SecurityError("Path not allowed: it contains a NUL byte")
        try:
            resolved = resolve(join(self.cwd, path))
        except (OSError, ValueError) as error:
            raise SecurityError(f"Path not allowed: '{path}' cannot be resolved: {error}") from None
        if self._is_protected(resolved, mode):
            raise SecurityError(
                f"Path not allowed: '{path}' is kept by llmspell itself, and spells "
                f"cannot {mode} under the security level '{self.level}'; run with `--security "
                "trusted` to allow it"
            )
        roots = self.write_roots if mode == "write" else self.read_roots
        own = mode == "read" and inside(resolved, (self.script_dir,))
        if roots is not None and not inside(resolved, roots):
            raise SecurityError(self._outside(path, resolved, mode))
        if not own and not all(inside(resolved, folders) for folders in self.within):
            raise SecurityError(self._outside(path, resolved, mode))
        return resolved

    def check_process(self, command: str) -> None:
        """Raise `SecurityError` when spells may not start processes."""
        if not self.allow_processes:
            raise SecurityError(
                f"Command blocked: '{command}' would start a process, which the security level "
                f"'{self.level}' does not allow; set `runtime.security.allow_process_spawn = true` "
                "in a trusted configuration or run with `--security trusted`"
            )

    def check_c_module(self, name: str) -> None:
        """Raise `SecurityError` when spells may not load modules written in C."""
        if not self.allow_c_modules:
            raise SecurityError(
                f"C module '{name}' not allowed under the security level '{self.level}'; run with "
                "`--security trusted` to allow it"
            )

    def check_network(self, target: str) -> None:
        """Raise `SecurityError` when spells may not use the network."""
        if not self.allow_network:
            raise SecurityError(
                f"Network access denied: '{target}'; set `runtime.security.allow_network_access = "
                "true` in a trusted configuration or run with `--security trusted`",
                setting="runtime.security.allow_network_access",
                value=True,
            )

    def getenv(self, name: str) -> str | None:
        """Give the value of an environment variable, or None when it is not set or not shown."""
        if "\0" in name or "=" in name:
            return None
        value = self.environ.get(name)
        if value is None or self.level == "trusted" or name in self.variables:
            return value
        if self.level == "safe":
            return value if name in HARMLESS_VARIABLES else None
        return None if looks_secret(name) or _has_password(value) else value

    def _is_protected(self, resolved: str, mode: str) -> bool:
        """Tell whether a path is llmspell's own, or a folder above it that would be replaced."""
        if inside(resolved, self.protected):
            return True
        return mode == "write" and any(inside(own, (resolved,)) for own in self.protected)

    def _outside(self, path: str, resolved: str, mode: str) -> str:
        also = "" if resolved == path else f" (that is '{resolved}')"
        refused = f"Path not allowed: '{path}'{also} is not in allowed paths and may not be "
        refused += "written" if mode == "write" else "read"
        if self.level == "safe" and mode == "write":
            return (
                f"{refused} under the security level 'safe', which allows no writing; run with "
                "`--security standard` or set `security.level`"
            )
        return (
            f"{refused} under the security level '{self.level}'; add its folder to "
            "`tools.file_operations.allowed_paths` in a trusted configuration or run with "
            "`--security trusted`"
        )


def policy_for(
    level: str | None,
    *,
    script_dir: "StrPath",
    cwd: "StrPath",
    permissions: Permissions | None = None,
    environ: "Mapping[str, str] | None" = None,
) -> Policy:
    """Give the policy of a run.

    `level` is what the user said on the command line: it wins over the configuration. Under an
    explicit `trusted` nothing of the configuration is asked, under an explicit `safe` only what it
    refuses. None means that the configuration decides, `standard` without one. Raises
    `SecurityError` for a level that does not exist.
    """
    environ = os.environ if environ is None else environ
    asked = permissions if permissions is not None else Permissions()
    if level == "safe":
        asked = asked.narrowing_only()
    chosen = asked.level if level is None else level
    if chosen not in LEVELS:
        raise SecurityError(f"Unknown security level '{chosen}': use safe, standard or trusted")
    folder = resolve(os.fspath(cwd))
    own = resolve(join(folder, os.fspath(script_dir)))
    if chosen == "trusted" and level is not None:
        return Policy("trusted", cwd=folder, script_dir=own, environ=environ)
    reads, writes = _roots(chosen, asked, folder, own, environ)
    trusted = chosen == "trusted"
    return Policy(
        chosen,
        cwd=folder,
        script_dir=own,
        environ=environ,
        read_roots=reads,
        write_roots=writes,
        within=tuple(_resolved(folders, folder) for folders in asked.only_within),
        protected=() if trusted else _protected(environ),
        allow_processes=trusted if asked.processes is None else asked.processes,
        allow_c_modules=trusted,
        allow_network=chosen != "safe" if asked.network is None else asked.network,
        allow_commands=chosen != "safe" if asked.processes is None else asked.processes,
        settings=asked.tools,
        variables=frozenset(asked.variables),
    )


def looks_secret(name: str) -> bool:
    """Tell whether a variable's name says that its value is a secret."""
    folded = name.upper()
    if folded in {"PWD", "OLDPWD"}:
        return False
    words = folded.replace("-", "_").replace(".", "_").split("_")
    return not SECRET_WORDS.isdisjoint(words)


def _roots(
    level: str, asked: Permissions, cwd: str, script_dir: str, environ: "Mapping[str, str]"
) -> "tuple[tuple[str, ...] | None, tuple[str, ...] | None]":
    """Give the folders for reading and for writing, None for all."""
    own = (script_dir,)
    if asked.files is False:
        return own, ()
    if asked.paths is not None:
        everywhere = EVERYWHERE in asked.paths
        named = None if everywhere else _resolved(asked.paths, cwd)
        reads = None if named is None else (*own, *named)
        return reads, () if level == "safe" else named
    if level == "trusted":
        return None, None
    if level == "safe":
        return own, ()
    folders = tuple(dict.fromkeys((cwd, script_dir, *temporary_folders(environ))))
    return folders, folders


def _resolved(folders: "Iterable[str]", cwd: str) -> "tuple[str, ...]":
    return tuple(resolve(join(cwd, folder)) for folder in folders)


def _protected(environ: "Mapping[str, str]") -> "tuple[str, ...]":
    """Give llmspell's own: the user's configuration, state, and the store of what he trusts."""
    return tuple(resolve(path) for path in (*user_files(environ), state_folder(environ)))


def _has_password(value: str) -> bool:
    """Tell whether a value is an address with a password in it (`postgres://me:secret@host`)."""
    _, mark, rest = value.partition("://")
    authority = rest.split("/", 1)[0]
    return bool(mark) and ":" in authority.rpartition("@")[0]
