"""The Lua files that a command is told about, and those that they may need."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from llmspell.errors import LLMSpellError
from llmspell_server.folder_files import settings_of
from llmspell_server.ignoring import IgnoreFiles, LeftOut


def lua_files(paths: Sequence[Path]) -> list[Path]:
    """The files themselves, and all `*.lua` below folders, each once and in order.

    What is hidden, folders of packages, and what ignore files and `workspace.ignore` leave out is
    passed over unless it is named. Raises LLMSpellError for a path that is not there.
    """
    found: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            found.update(dict.fromkeys(_below_named(path)))
        elif path.exists():
            found[path] = None
        else:
            raise LLMSpellError(f"{path}: no such file or folder")
    return list(found)


def home_of(path: Path) -> Path:
    """The folder whose settings count for a path: this one, or else the path's own."""
    here, place = Path.cwd(), path.resolve()
    if place.is_relative_to(here):
        return here
    return place if place.is_dir() else place.parent


def wrong_settings(paths: Sequence[Path]) -> list[str]:
    """A sentence for all that is wrong with the settings that count for some paths."""
    homes = dict.fromkeys(map(home_of, paths))
    return [f"{home}: {each}" for home in homes for each in settings_of(home)[1]]


def libraries_of(folder: Path) -> list[Path]:
    """The folders and files with definitions that the settings of a folder name, if there."""
    named = settings_of(folder)[0].workspace_library
    places = [(folder / Path(each).expanduser()).resolve() for each in named]
    return [place for place in places if place.exists()]


def _below_named(folder: Path) -> Iterator[Path]:
    place, home = folder.resolve(), home_of(folder)
    settings, _ = settings_of(home)
    ignored = IgnoreFiles(place) if settings.workspace_use_git_ignore else None
    left_out = LeftOut(settings.workspace_ignore, ignored)
    inside = place.relative_to(home).as_posix()
    yield from _below(folder, place, "" if inside == "." else f"{inside}/", left_out)


def _below(folder: Path, place: Path, inside: str, left_out: LeftOut) -> Iterator[Path]:
    """The files below a folder, as it was named. place: where it is. inside: within its home."""
    for path in sorted(folder.iterdir()):
        is_folder = path.is_dir()
        if path.suffix != ".lua" and (not is_folder or path.is_symlink()):
            continue
        if left_out(str(place / path.name), f"{inside}{path.name}", is_folder=is_folder):
            continue
        if is_folder and not path.is_symlink():
            yield from _below(path, place / path.name, f"{inside}{path.name}/", left_out)
        elif path.suffix == ".lua" and path.is_file():
            yield path
