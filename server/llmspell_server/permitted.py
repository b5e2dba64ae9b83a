"""What the runtime would refuse a spell, by the configuration of its project.

The policy is that of the runtime itself, made as for a run from the project's folder; it is made
anew when one of the configuration's files has changed, on the disk or in the editor. Nothing is
loaded before a spell asks for something.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Container, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import evolve

from .analysis.spells.host_uses import HostUse, Refusal, Wanted
from .stamps import stamp_of

if TYPE_CHECKING:
    from llmspell.config.discovery import Candidate
    from llmspell.security.policy import Permissions, Policy

_PROCESSES = "runtime.security.allow_process_spawn"
_PATHS = "tools.file_operations.allowed_paths"
_LEVEL = "runtime.security.level"
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_OF_NAMES = frozenset(("url", "page", "host", "program", "recipient"))
_UNTRUSTED = "what this project says of it counts once it is trusted (`llmspell config trust`)"
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


def project_file(script: str, opened: Container[str] = ()) -> str | None:
    """The configuration of the project that a script belongs to, if there is one.

    opened: the paths of the configurations that are open in the editor.
    """
    place = _project(os.path.dirname(script), opened)  # noqa: PTH120
    return place.path if place is not None else None


def new_project_file(script: str, folder: str | None) -> str | None:
    """Where a project of a script would have its configuration, as long as none is in force.

    folder: of the workspace that holds the script.
    """
    from llmspell.config.discovery import PROJECT_NAMES, discover
    from llmspell.errors import ConfigError

    beside = os.path.dirname(script)  # noqa: PTH120
    try:
        if discover(None, beside, os.environ) is not None:
            return None
    except ConfigError:  # one is named that is missing
        return None
    return os.path.join(folder or beside, PROJECT_NAMES[0])  # noqa: PTH118


def _project(folder: str, opened: Container[str]) -> Candidate | None:
    """The configuration of the project that a folder belongs to, if there is one."""
    from llmspell.config.discovery import candidates

    for place in candidates(folder, os.environ):
        if place.origin == "project" and place.exists(opened):
            return place
    return None


class Permitted:
    """Asks the policies of the projects.

    opened: gives the texts of the configurations that are open in the editor, by their paths.
    """

    def __init__(self, opened: Callable[[], Mapping[str, str]] = dict) -> None:
        self._opened = opened
        self._policies: dict[str, tuple[object, Policy, frozenset[str]]] = {}

    def refusal(self, script: str, use: HostUse) -> Refusal | None:
        """Why a script (its path) would be refused what it asks for."""
        policy, left_out = self._policy(script)
        refusal = _refused(policy, use)
        if refusal is None or refusal.key not in left_out:
            return refusal
        return evolve(refusal, message=f"{refusal.message}; {_UNTRUSTED}")

    def _policy(self, script: str) -> tuple[Policy, frozenset[str]]:
        """The policy, and the settings of the project that do not count without trust."""
        from llmspell.config.discovery import candidates
        from llmspell.config.trust import store_path
        from llmspell.security.policy import policy_for

        folder = os.path.dirname(script)  # noqa: PTH120
        places = candidates(folder, os.environ)
        opened = self._opened()
        # One that is open and extended has to be among them, wherever it is.
        trusted = stamp_of(str(store_path()))
        stamps = (opened, trusted, *((place.path, stamp_of(place.path)) for place in places))
        kept = self._policies.get(folder)
        if kept is None or kept[0] != stamps:
            is_configured = any(place.exists(opened) for place in places)
            project = _project(folder, opened)
            cwd = project.folder if project is not None else folder
            found = _permissions(cwd, opened) if is_configured else None
            if found is None and is_configured and kept is not None:
                kept = (stamps, *kept[1:])  # broken while it is being written
            else:
                permissions, left_out = found or (None, frozenset())
                policy = policy_for(None, script_dir=folder, cwd=cwd, permissions=permissions)
                kept = (stamps, policy, left_out)
            self._policies[folder] = kept
        return kept[1], kept[2]


def _permissions(
    folder: str, opened: Mapping[str, str]
) -> tuple[Permissions, frozenset[str]] | None:
    """What the configuration asks for, and the settings that it sets in vain without trust.

    None for one that is broken, which is told elsewhere.
    """
    from llmspell.config.load import load_config
    from llmspell.errors import LLMSpellError
    from llmspell.security.permissions import permissions_from

    try:
        loaded = load_config(cwd=Path(folder), unsaved=opened)
    except LLMSpellError:
        return None
    permissions, notes = permissions_from(loaded, cwd=folder)
    return permissions, frozenset(note.key for note in (*loaded.notes, *notes))


def _refused(policy: Policy, use: HostUse) -> Refusal | None:
    from llmspell.errors import LLMSpellError, SecurityError

    try:
        return _asked(policy, use)
    except SecurityError as error:
        message, details = str(error), error.details
    except LLMSpellError:  # no URL, or a list that is broken, which is told elsewhere
        return None
    key, value = details.get("setting"), details.get("value")
    if isinstance(key, str) and isinstance(value, str | bool):
        beside = details.get("beside")
        return Refusal(message, key, value, tuple(beside) if isinstance(beside, list) else ())
    if use.permission in _OF_NAMES:
        return Refusal(message)
    if use.permission == "process":
        return Refusal(message, _PROCESSES, True)
    assert use.subject is not None
    return Refusal(message, _PATHS, _folder(policy, use.subject), _allowed(policy))


def _folder(policy: Policy, subject: str) -> str:
    """The folder that a list of the project has to name for a path."""
    path = os.path.normpath(os.path.join(policy.cwd, subject))  # noqa: PTH118
    return _named(policy, path if os.path.isdir(path) else os.path.dirname(path))  # noqa: PTH112, PTH120


def _allowed(policy: Policy) -> tuple[str, ...]:
    """The folders that are allowed: a list that is made for another one has to name them too."""
    from llmspell.config.places import inside

    roots = policy.write_roots or ()
    return tuple(
        _named(policy, root)
        for root in dict.fromkeys(roots)
        if root == policy.cwd or not any(inside(root, (each,)) for each in roots if each != root)
    )


def _named(policy: Policy, folder: str) -> str:
    """A folder as the project's configuration names it: from its own folder on where it can."""
    from llmspell.config.places import inside

    within = inside(folder, (policy.cwd,))
    return os.path.relpath(folder, policy.cwd) if within else folder


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
    elif use.permission in _OF_NAMES and use.subject is not None:
        _check_name(policy, use.permission, use.subject)
    elif use.permission in ("read", "write") and use.subject is not None:
        policy.check_path(use.subject, "write" if use.permission == "write" else "read")
    return None


def _check_name(policy: Policy, permission: str, subject: str) -> None:
    """Asks for a URL, host, program or recipient by name; nothing is resolved or looked for."""
    if permission == "program":
        policy.commands.check_name(subject)
    elif permission == "recipient":
        from llmspell.tools.builtin.api.mail import addresses

        for address in addresses(subject, "to"):
            policy.recipients.check(address.addr_spec)
    elif _SCHEME.match(subject):
        rules = policy.network_for("web_tools") if permission == "page" else policy.network
        rules.check_url(subject)
    elif permission == "host":
        host, _, port = subject.rpartition(":")
        is_port = bool(host) and port.isdecimal() and (":" not in host or host.endswith("]"))
        policy.network.check_host(host if is_port else subject, int(port) if is_port else 0)


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
