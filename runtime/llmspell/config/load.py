"""Loading: the file in force, what it builds on, and the environment on top.

Precedence (spec config.md §2): environment over the file over the defaults; one file, unless it
`extends` another or `LLMSPELL_CONFIG_LAYERED=true` asks for system, user and project together.
"""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

import attrs

from llmspell.config.canonical import canonical, change_values, leaves, merged
from llmspell.config.check import build
from llmspell.config.discovery import Candidate, candidates, discover
from llmspell.config.document import NOTHING_UNSAVED, Chain, read_chain
from llmspell.config.environment import read_environment
from llmspell.config.interpolate import interpolate
from llmspell.config.places import expand_home, join
from llmspell.config.problems import InvalidConfigError, KeyPath, Note, dotted
from llmspell.config.profiles import check_known, take_profile
from llmspell.config.schema import Config
from llmspell.config.schema.fields import Field
from llmspell.config.schema.rag import PRESETS
from llmspell.config.trust import recorded
from llmspell.config.untrusted import Place, restrict
from llmspell.errors import ConfigError

Origin = Literal["explicit", "project", "user", "system", "defaults"]


@attrs.frozen
class Layer:
    """What one file (with all it extends) or the environment says, in the shape of the schema."""

    source: str
    origin: str
    trusted: bool
    data: Mapping[str, Any]


@attrs.frozen
class LoadedConfig:
    """A configuration in force, and where it comes from.

    `path` and `origin` tell of the file (of the topmost one, if there are several), `trusted`
    whether it may widen permissions, `project` the folder of a project's file. `layers` are what
    was merged, the environment last; `sources` tells for each key that was set, by whom.
    """

    config: Config
    path: Path | None
    origin: Origin
    trusted: bool
    notes: tuple[Note, ...]
    project: Path | None
    layers: tuple[Layer, ...]
    sources: Mapping[str, str]

    def is_set(self, key: str) -> bool:
        """Tell whether a file or a variable set this key (`tools.system.allowed_commands`)."""
        return key in self.sources


def load_config(
    path: Path | None = None,
    *,
    cwd: Path | None = None,
    environ: Mapping[str, str] | None = None,
    profile: str | None = None,
    strict: bool = False,
    unsaved: Mapping[str, str] = NOTHING_UNSAVED,
) -> LoadedConfig:
    """Load the configuration in force; `path` is the file that the user named, if he did.

    `profile` is a `[profiles.NAME]`, by default what `LLMSPELL_PROFILE` says. `unsaved` has the
    texts that stand in an editor, by absolute paths: they count as if they were saved. Raises
    `ConfigError` for what cannot be read, parsed or accepted, and in strict mode for unknown keys
    too.
    """
    environ = os.environ if environ is None else environ
    folder = os.path.abspath(cwd if cwd is not None else os.curdir)  # noqa: PTH100
    loader = _Loader(folder, environ, profile or environ.get("LLMSPELL_PROFILE") or "", unsaved)
    place = discover(path, folder, environ, unsaved)
    for below in _files(place, folder, environ, unsaved):
        loader.read(below)
    return loader.finish(place, strict=strict)


def _files(
    place: Candidate | None, cwd: str, environ: Mapping[str, str], unsaved: Mapping[str, str]
) -> tuple[Candidate, ...]:
    """Give the files to read, the lowest first."""
    if environ.get("LLMSPELL_CONFIG_LAYERED") != "true":
        return (place,) if place is not None else ()
    found: dict[str, Candidate] = {}
    for candidate in candidates(cwd, environ):
        if candidate.origin not in found and candidate.exists(unsaved):
            found[candidate.origin] = candidate
    if place is not None and place.origin == "explicit":
        found["explicit"] = place
    order = ("system", "user", "project", "explicit")
    return tuple(found[origin] for origin in order if origin in found)


class _Loader:
    """The parts of one configuration while they are being read."""

    def __init__(
        self, cwd: str, environ: Mapping[str, str], profile: str, unsaved: Mapping[str, str]
    ) -> None:
        self.cwd = cwd
        self.environ = environ
        self.unsaved = unsaved
        self.profile = profile
        self.notes: list[Note] = []
        self.unknown: list[Note] = []
        self.profiles: set[str] = set()
        self.layers: list[Layer] = []
        variables = read_environment(environ)
        self.notes += variables.notes
        self.variables = variables.sources
        self.overrides = Layer("environment", "environment", True, self._shaped(variables.document))

    def read(self, place: Candidate) -> None:
        """Read one file with all it extends, as far as it is trusted."""
        chain, trusted = _chain(place, self.environ, self.unsaved)
        self.notes += chain.notes
        document, names = take_profile(chain.table, self.profile)
        self.profiles.update(names)
        document, notes = interpolate(
            document, self.environ, trusted=trusted, skip=Config.KNOWN_UNUSED
        )
        self.notes += notes
        data = self._paths(self._shaped(document), place)
        if not trusted:
            below = Place(place.folder, self._base(), self.environ)
            data, notes = restrict(data, below)
            self.notes += notes
        self.layers.append(Layer(place.path, place.origin, trusted, data))

    def finish(self, place: Candidate | None, *, strict: bool) -> LoadedConfig:
        """Merge what was read and check it."""
        self.notes += check_known(self.profile, frozenset(self.profiles))
        if strict and self.unknown:
            raise ConfigError("\n".join(f"{note.key}: {note.message}" for note in self.unknown))
        layers = (*self.layers, self.overrides)
        config, violations, warnings = build(completed(layer.data for layer in layers))
        if violations:
            raise InvalidConfigError(violations)
        top = self.layers[-1] if self.layers else None
        return LoadedConfig(
            config=config,
            path=Path(place.path) if place is not None else None,
            origin=_origin(place),
            trusted=top.trusted if top is not None else True,
            notes=tuple(dict.fromkeys([*self.unknown, *self.notes, *warnings])),
            project=Path(place.folder) if place is not None and place.folder else None,
            layers=layers,
            sources=self._sources(),
        )

    def _shaped(self, document: Mapping[str, Any]) -> dict[str, Any]:
        shaped = canonical(document)
        self.unknown += shaped.unknown
        self.notes += shaped.notes
        return shaped.data

    def _base(self) -> dict[str, Any]:
        """Give what holds without the file that is being read."""
        base: dict[str, Any] = {}
        for layer in (*self.layers, self.overrides):
            base = merged(base, layer.data)
        return base

    def _paths(self, data: Mapping[str, Any], place: Candidate) -> dict[str, Any]:
        """Expand `~` in paths; those of a project found above refer to the project's folder."""
        elsewhere = place.folder if place.folder != self.cwd else ""
        return located(data, elsewhere, self.environ)

    def _sources(self) -> dict[str, str]:
        sources = {
            dotted(path): layer.source for layer in self.layers for path in leaves(layer.data)
        }
        return sources | self.variables


def _chain(
    place: Candidate, environ: Mapping[str, str], unsaved: Mapping[str, str]
) -> tuple[Chain, bool]:
    """Read a file; tell whether it, and all it extends, may be trusted.

    The digests that are compared are those of the very bytes that were parsed.
    """
    path = Path(place.path)
    if place.origin != "project":
        return read_chain(path, environ, unsaved=unsaved), True
    record = recorded(path, environ)
    if record is not None:
        try:
            chain = read_chain(path, environ, unsaved=unsaved)
        except ConfigError:
            chain = None
        if chain is not None and chain.digests == record.digests:
            return chain, True
    return read_chain(path, environ, within=place.folder, unsaved=unsaved), False


def located(data: Mapping[str, Any], folder: str, environ: Mapping[str, str]) -> dict[str, Any]:
    """Give the data with `~` in paths expanded and, if a folder is given, joined to that."""

    def expand(text: object) -> object:
        if not isinstance(text, str) or text == "*":
            return text
        expanded = expand_home(text, environ)
        return join(folder, expanded) if folder else expanded

    def change(field: Field | None, value: Any, _: KeyPath) -> Any:
        if field is None or not field.setting.path:
            return value
        return [expand(item) for item in value] if isinstance(value, list) else expand(value)

    return change_values(data, change)


def completed(tables: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Merge what files and variables say, and fill in what follows from a name.

    The tables are in the shape of the schema; filled in are provider types and index presets.
    """
    data: dict[str, Any] = {}
    for table in tables:
        data = merged(data, table)
    providers = _table(_table(data, "providers"), "providers")
    named = {
        name: {"provider_type": name, **table} if isinstance(table, Mapping) else table
        for name, table in providers.items()
    }
    if named:
        data["providers"] = {**data["providers"], "providers": named}
    storage = _table(_table(data, "rag"), "vector_storage")
    index = _table(storage, "hnsw")
    preset = index.get("preset")
    if isinstance(preset, str) and preset in PRESETS:
        data = merged({"rag": {"vector_storage": {"hnsw": PRESETS[preset]}}}, data)
    return data


def _table(data: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = data.get(key)
    return value if isinstance(value, Mapping) else {}


def _origin(place: Candidate | None) -> Origin:
    if place is None:
        return "defaults"
    known: dict[str, Origin] = {
        "explicit": "explicit",
        "project": "project",
        "user": "user",
        "system": "system",
    }
    return known[place.origin]
