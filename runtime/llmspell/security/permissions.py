"""What a loaded configuration changes about a security profile (design invariant 7).

A file that the user named, his own, the system's, and a project's that he trusts may widen; an
untrusted project's file only narrows, whatever it says: loading left its widenings out
(`config.untrusted`), and here they are not asked for either.
"""

import os
from collections.abc import Mapping
from typing import Any

from llmspell.config.canonical import merged
from llmspell.config.load import Layer, LoadedConfig
from llmspell.config.places import inside, join, resolve, temporary_folders
from llmspell.config.problems import Note
from llmspell.config.untrusted import base_level
from llmspell.security.policy import EVERYWHERE, LEVELS, Permissions
from llmspell.security.settings import ToolSettings

_PATHS = "tools.file_operations.allowed_paths"


def permissions_from(
    loaded: LoadedConfig, *, cwd: str | None = None, environ: Mapping[str, str] | None = None
) -> tuple[Permissions, tuple[Note, ...]]:
    """Give the permissions that a configuration asks for, and a note for each thing ignored."""
    folder = resolve(cwd if cwd is not None else os.curdir)
    environ = os.environ if environ is None else environ
    said: Mapping[str, Any] = {}
    for layer in loaded.layers:
        said = merged(said, layer.data) if layer.trusted else said
    # What the user said stands before an untrusted file may take away from it.
    permissions = _asked(said)
    notes: list[Note] = []
    for layer in loaded.layers:
        if not layer.trusted:
            permissions, ignored = _narrowed(permissions, layer, folder, environ)
            notes += ignored
    return permissions, tuple(notes)


def _asked(said: Mapping[str, Any]) -> Permissions:
    """Give the permissions that trusted files and the environment ask for."""
    security = _at(said, "runtime", "security")
    return Permissions(
        level=base_level(said),
        paths=_paths(said),
        files=False if security.get("allow_file_access") is False else None,
        processes=security.get("allow_process_spawn"),
        network=security.get("allow_network_access"),
        variables=tuple(_at(said, "tools", "system").get("allowed_env_vars", ())),
        tools=ToolSettings(_at(said, "tools")),
    )


def _narrowed(
    held: Permissions, layer: Layer, cwd: str, environ: Mapping[str, str]
) -> tuple[Permissions, list[Note]]:
    """Give the permissions after an untrusted layer: the narrower answer always stands."""
    notes: list[Note] = []
    security = _at(layer.data, "runtime", "security")
    level = _level(layer.data, held.level)
    if LEVELS.index(level) > LEVELS.index(held.level):
        notes.append(_ignored("security.level", f"'{level}' is wider than '{held.level}'"))
        level = held.level
    answers: dict[str, bool | None] = {}
    for name, key, before in (
        ("files", "allow_file_access", held.files),
        ("processes", "allow_process_spawn", held.processes),
        ("network", "allow_network_access", held.network),
    ):
        refused = security.get(key) is False
        answers[name] = False if refused else before
        if security.get(key) is True and before is False:
            notes.append(_ignored(f"runtime.security.{key}", "it would allow more"))
    within = held.only_within
    paths = _paths(layer.data)
    if paths is not None and EVERYWHERE in paths:
        if held.paths is None or EVERYWHERE not in held.paths:
            notes.append(_ignored(_PATHS, "'*' would allow every file"))
    elif paths is not None:
        within = (*within, paths)
        notes += _outside(held, paths, cwd, environ)
    permissions = Permissions(
        level=level,
        paths=held.paths,
        only_within=within,
        variables=held.variables,
        tools=ToolSettings(held.tools.said, (*held.tools.within, _at(layer.data, "tools"))),
        **answers,
    )
    return permissions, notes


def _outside(
    held: Permissions, paths: tuple[str, ...], cwd: str, environ: Mapping[str, str]
) -> list[Note]:
    """Note the folders that an untrusted file names in vain."""
    if held.paths is not None and EVERYWHERE in held.paths:
        return []
    allowed = held.paths if held.paths is not None else (cwd, *temporary_folders(environ))
    roots = [resolve(join(cwd, root)) for root in allowed]
    return [
        _ignored(_PATHS, f"'{path}' is not allowed without this file")
        for path in paths
        if not inside(resolve(join(cwd, path)), roots)
    ]


def _ignored(key: str, reason: str) -> Note:
    message = f"ignored: {reason}; if you trust this file, run `llmspell config trust`"
    return Note("warning", key, message)


def _level(data: Mapping[str, Any], held: str) -> str:
    says = _at(data, "security").get("level")
    engine = _at(data, "engines", "lua").get("security_level")
    return held if says is None and engine is None else base_level(data)


def _paths(data: Mapping[str, Any]) -> tuple[str, ...] | None:
    paths = _at(data, "tools", "file_operations").get("allowed_paths")
    return None if paths is None else tuple(paths)


def _at(data: Mapping[str, Any], *keys: str) -> Mapping[str, Any]:
    current: object = data
    for key in keys:
        current = current.get(key) if isinstance(current, Mapping) else None
    return current if isinstance(current, Mapping) else {}
