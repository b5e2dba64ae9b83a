"""What the runtime would refuse a spell, by the configuration of its project.

The policy is that of the runtime itself, made as for a run from the project's folder; it is made
anew when one of the configuration's files has changed. Nothing is loaded before a spell asks for
something.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from .analysis.spells.host_uses import HostUse, Wanted
from .stamps import stamp_of

if TYPE_CHECKING:
    from llmspell.security.policy import Permissions, Policy

_PROCESSES = "runtime.security.allow_process_spawn"
_PATHS = "tools.file_operations.allowed_paths"


@frozen
class Refusal:
    """What is refused, and why. key, value: the setting that would allow it, as TOML says it."""

    use: HostUse
    message: str
    key: str | None = None
    value: str | bool | None = None


@cache
def wanted() -> Wanted:
    """Which functions ask for which permission, as the runtime describes it."""
    from llmspell.security.uses import USES

    found: dict[str, list[tuple[str, int]]] = {}
    for use in USES:
        found.setdefault(use.function, []).append((use.permission, use.argument))
    return found


def project_file(script: str) -> str | None:
    """The configuration of the project that a script belongs to, if there is one."""
    from llmspell.config.discovery import candidates

    for place in candidates(os.path.dirname(script), os.environ):  # noqa: PTH120
        if place.origin == "project" and place.exists():
            return place.path
    return None


class Permitted:
    """Asks the policies of the projects."""

    def __init__(self) -> None:
        self._policies: dict[str, tuple[object, Policy]] = {}

    def refusals(self, script: str, uses: Iterable[HostUse]) -> list[Refusal]:
        """Which uses of a script (its path) would be refused."""
        found = []
        for use in uses:
            refusal = _refused(self._policy(script), use)
            if refusal is not None:
                found.append(refusal)
        return found

    def _policy(self, script: str) -> Policy:
        from llmspell.config.discovery import candidates
        from llmspell.security.policy import policy_for

        folder = os.path.dirname(script)  # noqa: PTH120
        places = candidates(folder, os.environ)
        stamps = tuple((place.path, stamp_of(place.path)) for place in places)
        kept = self._policies.get(folder)
        if kept is None or kept[0] != stamps:
            permissions = None
            if any(stamp is not None for _, stamp in stamps):
                permissions = _permissions(folder)
            policy = policy_for(None, script_dir=folder, cwd=folder, permissions=permissions)
            kept = self._policies[folder] = (stamps, policy)
        return kept[1]


def _permissions(folder: str) -> Permissions | None:
    """What the configuration asks for; None for one that is broken, which is told elsewhere."""
    from llmspell.config.load import load_config
    from llmspell.errors import LLMSpellError
    from llmspell.security.permissions import permissions_from

    try:
        loaded = load_config(cwd=Path(folder))
    except LLMSpellError:
        return None
    return permissions_from(loaded, cwd=folder)[0]


def _refused(policy: Policy, use: HostUse) -> Refusal | None:
    from llmspell.errors import SecurityError

    try:
        return _asked(policy, use)
    except SecurityError as error:
        message = str(error)
    if use.permission == "process":
        return Refusal(use, message, _PROCESSES, True)
    assert use.subject is not None
    folder = os.path.dirname(os.path.join(policy.cwd, use.subject))  # noqa: PTH118, PTH120
    return Refusal(use, message, _PATHS, folder)


def _asked(policy: Policy, use: HostUse) -> Refusal | None:
    """Asks the policy; raises `SecurityError` where that refuses."""
    if use.permission == "process":
        policy.check_process(use.subject or use.function)
    elif use.permission == "temporary" and policy.level == "safe":
        return Refusal(
            use,
            f"`{use.function}` is not allowed under the security level 'safe'.",
            "runtime.security.level",
            "standard",
        )
    elif use.permission == "variable" and use.subject is not None:
        return _variable(policy, use)
    elif use.permission in ("read", "write") and use.subject is not None:
        policy.check_path(use.subject, "write" if use.permission == "write" else "read")
    return None


def _variable(policy: Policy, use: HostUse) -> Refusal | None:
    from llmspell.security.policy import looks_secret

    assert use.subject is not None
    hidden = looks_secret(use.subject) and use.subject not in policy.variables
    if policy.level == "trusted" or not hidden:
        return None
    message = (
        f"`os.getenv` does not show '{use.subject}', whose name looks like a secret; "
        "`tools.system.allowed_env_vars` lists those that it shows all the same."
    )
    return Refusal(use, message, "tools.system.allowed_env_vars", use.subject)
