"""Which programs tools may run, and with what (design invariant 7, spec tools.md §8.23).

No shell is ever involved: a program is found on `PATH`, and gets its arguments as they are. Which
program may run is decided by its name for the short list of harmless ones, and what it may then
touch by the kernel (`security.confinement`), since arguments alone do not tell.
"""

import os
import shutil
from collections.abc import Iterable, Mapping, Sequence

import attrs

from llmspell.config.places import inside, resolve
from llmspell.errors import SecurityError, ValidationError
from llmspell.security.policy import HARMLESS_VARIABLES, looks_secret

TYPE_CHECKING = False
if TYPE_CHECKING:
    from llmspell.security.policy import Policy

EVERY = "*"

ALLOWED = frozenset(
    {"echo", "cat", "ls", "pwd", "whoami", "date", "uname", "which", "test", "head", "tail", "wc"}
    | {"grep", "find", "sort", "uniq"}
)
"""What runs when the configuration names nothing else."""

REFUSED = frozenset(
    {"rm", "rmdir", "mv", "cp", "chmod", "chown", "sudo", "su", "passwd", "ssh", "scp", "curl"}
    | {"wget", "nc", "netcat", "nmap", "dd", "mkfs", "fdisk", "mount", "umount", "systemctl"}
    | {"service", "kill", "killall", "pkill"}
)
"""What does not run unless the configuration names it."""

DEFAULT_PATH = "/usr/local/bin:/usr/bin:/bin"
MOST_ARGUMENTS = 1000
MOST_BYTES = 128 * 1024
"""Of all arguments together; what every Linux takes for one of them."""

_FORBIDDEN_IN_NAMES = frozenset(";|&`$\0\n\r")
_STARTS_OTHERS = {
    "find": ("-exec", "-execdir", "-ok", "-okdir"),
    "sort": ("--compress-program",),
}
"""Arguments of allowed programs that would start another one, which nothing has judged."""

_LOADER_VARIABLES = ("LD_", "DYLD_", "PYTHON", "PERL", "RUBY", "NODE_", "GIT_", "BASH_", "GLIBC_")
_LOADER_NAMES = frozenset({"ENV", "IFS", "GCONV_PATH", "SHELLOPTS", "PS4", "PROMPT_COMMAND"})


@attrs.frozen
class Command:
    """A program that may run. executable: its absolute path. name: what it is called by."""

    executable: str
    name: str
    arguments: tuple[str, ...]


@attrs.frozen
class CommandRules:
    """The answers about programs.

    allowed: names and absolute paths, or `*`. refused: what is not run. named: what the user named
    himself, which lifts the built-in refusals. within: lists that only narrow.
    """

    policy: "Policy"
    allowed: frozenset[str] = ALLOWED
    refused: frozenset[str] = frozenset()
    named: frozenset[str] = frozenset()
    within: tuple[frozenset[str], ...] = ()
    off: str = ""

    def check(self, executable: str, arguments: Sequence[str] = ()) -> Command:
        """Give the program to run; raises `SecurityError` for one that is refused.

        Raises `ValidationError` for a name or arguments that no program can have, and for a program
        that is not there.
        """
        name = os.path.basename(executable)  # noqa: PTH119
        _check_text(executable, arguments)
        self.check_name(executable)
        _check_arguments(name, arguments, free=self._is_free())
        path = self._find(executable, name)
        real = os.path.basename(resolve(path))  # noqa: PTH119
        if real != name and self._is_refused(real, resolve(path)):
            raise SecurityError(f"Command blocked: '{executable}' is the refused program '{real}'")
        return Command(path, name, tuple(arguments))

    def own(self, name: str, arguments: Sequence[str]) -> Command:
        """Give a program that a tool of ours runs, with arguments that are the tool's making.

        It need not be among the allowed ones. Raises `SecurityError` where the user blocked it or
        no programs run, `ValidationError` where it is not there.
        """
        _check_text(name, arguments)
        self._check_on(name)
        if name in self.refused:
            raise SecurityError(f"Command blocked: '{name}' is in `tools.system.blocked_commands`")
        return Command(self._find(name, name), name, tuple(arguments))

    def check_name(self, executable: str) -> None:
        """Raise `SecurityError` for a program that is refused wherever it is found."""
        name = os.path.basename(executable)  # noqa: PTH119
        self._check_on(executable)
        if self._is_refused(name, executable):
            raise self._refusal(
                f"Command blocked: '{executable}' is among the programs that are not run", name
            )
        for listed in (self.allowed, *self.within):
            if not {EVERY, name, executable} & listed:
                raise self._refusal(f"Executable not allowed: '{executable}'", name)

    def environment(self, given: Mapping[str, str] | None = None) -> dict[str, str]:
        """Give the variables of a program: harmless ones of ours, and those that are given.

        Raises `SecurityError` for a variable that would make a program load other code.
        """
        ours = self.policy.environ
        kept = {k: ours[k] for k in HARMLESS_VARIABLES if k in ours and not looks_secret(k)}
        kept["PATH"] = self._path()
        for name, value in (given or {}).items():
            if not name or "=" in name or "\0" in name + value:
                raise ValidationError(f"'{name}' is no name, or has no value, of a variable")
            if not self._is_free() and (
                name in _LOADER_NAMES or name.startswith(_LOADER_VARIABLES)
            ):
                raise SecurityError(
                    f"Command blocked: the variable '{name}' could make the program load other code"
                )
            kept[name] = value
        return kept

    def _check_on(self, executable: str) -> None:
        if self.off:
            raise SecurityError(f"Command blocked: '{executable}': {self.off}")

    def _is_free(self) -> bool:
        return self.policy.level == "trusted" or EVERY in self.named

    def _is_refused(self, name: str, path: str) -> bool:
        if {name, path} & self.refused:
            return True
        return name in REFUSED and not self._is_free() and not {name, path} & self.named

    def _path(self) -> str:
        """Give the folders to look for programs in: none that is relative or that spells write."""
        given = self.policy.environ.get("PATH") or DEFAULT_PATH
        folders = [folder for folder in given.split(os.pathsep) if os.path.isabs(folder)]  # noqa: PTH117
        return os.pathsep.join(f for f in folders if not self._is_writable(f))

    def _is_writable(self, path: str) -> bool:
        """Tell whether a spell could have written a program; `/` as a root says nothing."""
        if self.policy.level == "trusted" or self.policy.write_roots is None:
            return False
        roots = [root for root in self.policy.write_roots if root != os.sep]
        return inside(resolve(path), roots)

    def _find(self, executable: str, name: str) -> str:
        found = shutil.which(name, path=self._path())
        if os.sep not in executable:
            path = found
        elif os.path.isabs(executable):  # noqa: PTH117
            path = executable if os.access(executable, os.X_OK) else None
        else:
            raise ValidationError(f"'{executable}' is neither a name nor an absolute path")
        if path is None:
            raise ValidationError(f"the program '{executable}' was not found on PATH")
        if path != executable or self._is_free() or executable in self.named:
            return path
        if found is None or not os.path.samefile(path, found):  # noqa: PTH121
            raise self._refusal(
                f"Executable not allowed: '{executable}' is not the '{name}' of PATH", executable
            )
        return path

    def _refusal(self, sentence: str, what: str) -> SecurityError:
        """The refusal of what the user may allow by naming it."""
        key = "tools.system.allowed_commands"
        return SecurityError(
            f"{sentence}; add '{what}' to `{key}` in a trusted configuration or run with "
            "`--security trusted`",
            setting=key,
            value=what,
            beside=sorted(ALLOWED),
        )


def command_rules(policy: "Policy") -> CommandRules:
    """Make the rules of a policy from what the configuration says in `[tools.system]`."""
    settings = policy.settings
    said = settings.get("system", "allowed_commands")
    named = _names(said)
    allowed = named if said is not None else ALLOWED
    if policy.level == "trusted" and said is None:
        allowed = frozenset({EVERY})
    refused = _names(settings.get("system", "blocked_commands")).union(
        *(_names(names) for names in settings.narrower("system", "blocked_commands"))
    )
    within = tuple(_names(names) for names in settings.narrower("system", "allowed_commands"))
    return CommandRules(policy, allowed, refused, named, within, _why_off(policy))


def _why_off(policy: "Policy") -> str:
    if not policy.allow_commands:
        return (
            f"no process is started under the security level '{policy.level}' as configured; set "
            "`runtime.security.allow_process_spawn = true` in a trusted configuration or run with "
            "`--security standard`"
        )
    key = ("system", "allow_process_execution")
    if policy.settings.get(*key) is False or False in policy.settings.narrower(*key):
        return "`tools.system.allow_process_execution` is false"
    return ""


def _names(texts: Iterable[str] | None) -> frozenset[str]:
    return frozenset(text.strip() for text in texts or ())


def _check_text(executable: str, arguments: Sequence[str]) -> None:
    if not executable or ".." in executable or _FORBIDDEN_IN_NAMES & set(executable):
        raise ValidationError(f"{executable!a} is no program's name")
    if len(arguments) > MOST_ARGUMENTS:
        raise ValidationError(f"more than {MOST_ARGUMENTS} arguments")
    if any("\0" in argument for argument in arguments):
        raise ValidationError("an argument contains a NUL byte")
    if sum(len(a.encode("utf-8", "surrogateescape")) + 1 for a in arguments) > MOST_BYTES:
        raise ValidationError(f"the arguments are longer than {MOST_BYTES} bytes")


def _check_arguments(name: str, arguments: Sequence[str], *, free: bool) -> None:
    starts = _STARTS_OTHERS.get(name, ())
    for argument in () if free else arguments:
        option = argument.partition("=")[0]
        # GNU programs accept a long option by any beginning of it.
        short = len(option) > 3 and option.startswith("--")
        if any(option == one or (short and one.startswith(option)) for one in starts):
            raise SecurityError(
                f"Command blocked: '{name} {option}' would start a program that nothing has judged"
            )
