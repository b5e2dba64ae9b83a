"""What the runtime would refuse a spell, by the configuration of its project.

The policy is that of the runtime itself, made as for a run from the project's folder; it is made
anew when one of the configuration's files has changed. Nothing is loaded before a spell asks for
something.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from .analysis.spells.host_uses import HostUse, Refusal, Wanted
from .stamps import stamp_of

if TYPE_CHECKING:
    from llmspell.security.policy import Permissions, Policy

_PROCESSES = "runtime.security.allow_process_spawn"
_PATHS = "tools.file_operations.allowed_paths"
_LEVEL = "runtime.security.level"
_NEVER = "never"  # what no level has


@cache
def wanted() -> Wanted:
    """Which functions ask for which permission, as the runtime describes it."""
    from llmspell.security.uses import USES, WITHHELD

    found: dict[str, list[tuple[str, int]]] = {}
    for use in USES:
        found.setdefault(use.function, []).append((use.permission, use.argument))
    for withheld in WITHHELD:
        found[withheld.function] = [(withheld.level or _NEVER, -1)]
    return found


@cache
def wanted_by_kinds() -> Mapping[str, str]:
    """By the type that a kind of string has: the permission that a value of it asks for."""
    from llmspell.globals.generator.emit_luacats import kind_alias
    from llmspell.security.uses import KINDS

    return {kind_alias(kind): permission for kind, permission in KINDS.items()}


def compiled_modules() -> frozenset[str]:
    """Names of modules that are written in C, which the runtime never loads."""
    from llmspell.security.uses import COMPILED_MODULES

    return COMPILED_MODULES


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

    def refusal(self, script: str, use: HostUse) -> Refusal | None:
        """Why a script (its path) would be refused what it asks for."""
        return _refused(self._policy(script), use)

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
        return Refusal(message, _PROCESSES, True)
    assert use.subject is not None
    folder = os.path.dirname(os.path.join(policy.cwd, use.subject))  # noqa: PTH118, PTH120
    return Refusal(message, _PATHS, folder)


def _asked(policy: Policy, use: HostUse) -> Refusal | None:
    """Asks the policy; raises `SecurityError` where that refuses."""
    if use.permission == "process":
        policy.check_process(use.subject or use.function)
    elif use.permission == "temporary" and policy.level == "safe":
        message = f"`{use.function}` is not allowed under the security level 'safe'."
        return Refusal(message, _LEVEL, "standard")
    elif use.permission == _NEVER:
        return Refusal(f"Spells have no `{use.function}`.")
    elif use.permission == "trusted" and policy.level != "trusted":
        message = f"Spells have `{use.function}` only where `{_LEVEL}` is 'trusted'."
        return Refusal(message, _LEVEL, "trusted")
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
    return Refusal(message, "tools.system.allowed_env_vars", use.subject)
