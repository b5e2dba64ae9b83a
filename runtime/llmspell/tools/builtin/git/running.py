"""Runs `git` on a repository that may be hostile.

What a repository configures can make git start programs (hooks, filters, external diffs, textconv,
file system monitors, pagers), look at files elsewhere (alternates, worktrees, links) and ask
servers (missing objects). The kernel forbids all of it: git gets the policy's folders for reading,
nothing to write to, no network, and may start no process. Besides, each such setting is overridden,
so that git does not even try, and so that `trusted`, which confines nothing, is safe as well.
"""

from __future__ import annotations

import os

from llmspell.errors import ResourceError, ToolError, ValidationError
from llmspell.tools.description import MIB

TYPE_CHECKING = False
if TYPE_CHECKING:
    from llmspell.security.confinement import Finished
    from llmspell.tools.call import Call

MOST_OUTPUT = 16 * MIB
_MARGIN = 0.5

_SETTINGS = {
    "core.fsmonitor": "false",
    "core.hooksPath": os.devnull,
    "core.pager": "cat",
    "core.attributesFile": os.devnull,
    "core.excludesFile": os.devnull,
    "core.untrackedCache": "false",
    "core.preloadIndex": "false",
    "core.sshCommand": "false",
    "core.quotePath": "false",
    "core.packedGitWindowSize": "32m",
    "core.packedGitLimit": "256m",
    "color.ui": "false",
    "diff.external": "",
    "diff.ignoreSubmodules": "all",
    "diff.mnemonicPrefix": "false",
    "diff.noprefix": "false",
    "diff.renames": "true",
    "diff.submodule": "short",
    "index.threads": "1",
    "log.mailmap": "false",
    "log.showSignature": "false",
    "pack.threads": "1",
    "protocol.allow": "never",
    "safe.directory": "*",  # the policy has judged the folder
    "status.submoduleSummary": "false",
    "submodule.recurse": "false",
}
_ENVIRONMENT = {
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_PAGER": "cat",
    "GIT_TERMINAL_PROMPT": "0",
    "HOME": os.path.join(os.devnull, "none"),
    "LC_ALL": "C.UTF-8",
    "PAGER": "cat",
}


class Git:
    """git in the folder that a call names. Raises SecurityError where it may not be read."""

    def __init__(self, call: Call) -> None:
        self._call = call
        given = call.get("repository", ".")
        self.folder = call.policy.check_path(str(given), "read")
        if not os.path.isdir(self.folder):
            raise ValidationError(f"'{given}' is no folder", field="repository")
        self._settings = dict(_SETTINGS)
        self._settings |= self._without_filters()

    def text(self, *arguments: str) -> str:
        """What git writes, as text."""
        return self.output(*arguments).decode(errors="replace")

    def output(self, *arguments: str, cut: bool = False) -> bytes:
        """What git writes; raises ToolError with what it complains of.

        cut: whether what is beyond the limit may be missing; else that is a ResourceError.
        """
        done = self.run(*arguments)
        if len(done.stdout) >= MOST_OUTPUT and not cut:
            raise ResourceError("git gives too much; ask for less", resource="output")
        if done.exit_code:
            raise ToolError(f"git: {_complaint(done.stderr)}")
        return done.stdout

    def run(self, *arguments: str) -> Finished:
        """How git ended; raises TimeLimitError when its time is over."""
        from llmspell.security import confinement

        call = self._call
        call.check()
        command = call.policy.commands.own("git", ["--no-pager", "--literal-pathspecs", *arguments])
        done = confinement.run(
            call.policy,
            command,
            cwd=self.folder,
            environment=self._environment(),
            limits=confinement.Limits(
                seconds=max(call.seconds_left - _MARGIN, 0.1), output=MOST_OUTPUT
            ),
            writes=False,
            started=call.on_cancel,
        )
        call.on_cancel(None)
        call.check()
        if done.timed_out:
            raise call.overdue()
        return done

    def commit(self, revision: str, *, field: str = "revision") -> str:
        """The id of a commit; raises ValidationError for what names none."""
        done = self.run(
            "rev-parse", "--verify", "--quiet", "--end-of-options", revision + "^{commit}"
        )
        if done.exit_code:
            if done.stderr:
                raise ToolError(f"git: {_complaint(done.stderr)}")
            raise ValidationError(f"'{revision}' names no commit", field=field)
        return done.stdout.decode().strip()

    def blob(self, commit: str, path: str) -> bytes:
        """A file of a commit, cut at `MOST_OUTPUT`. path: seen from the folder."""
        prefix = self.text("rev-parse", "--show-prefix").strip("\n")
        return self.output("cat-file", "blob", f"{commit}:{prefix}{path}", cut=True)

    def _without_filters(self) -> dict[str, str]:
        """Settings that leave out the programs through which files would go."""
        names = self.output("config", "--list", "--name-only", "-z").decode(
            errors="surrogateescape"
        )
        filters = {
            name.rpartition(".")[0] for name in names.split("\0") if name.startswith("filter.")
        }
        off = {"clean": "", "smudge": "", "process": "", "required": "false"}
        return {f"{name}.{key}": value for name in filters for key, value in off.items()}

    def _environment(self) -> dict[str, str]:
        settings = {"GIT_CONFIG_COUNT": str(len(self._settings))}
        for number, (name, value) in enumerate(self._settings.items()):
            settings |= {f"GIT_CONFIG_KEY_{number}": name, f"GIT_CONFIG_VALUE_{number}": value}
        return self._call.policy.commands.environment() | _ENVIRONMENT | settings


def _complaint(told: bytes) -> str:
    lines = told.decode(errors="replace").strip().splitlines() or ["it failed"]
    fatal = next((line for line in lines if line.startswith(("fatal:", "error:"))), lines[-1])
    return fatal.partition(": ")[2] if fatal.startswith(("fatal:", "error:")) else fatal
