"""What editors say of the names of models and providers on this machine, and what can be done.

Asked by `llmspell.globals.providing`, in a process of its own.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from llmspell.errors import LLMSpellError
from llmspell.globals.describe import Looked, Remark

TYPE_CHECKING = False
if TYPE_CHECKING:
    from llmspell.models.info import ModelInfo, PullProgress
    from llmspell.models.service import Models

NOT_INSTALLED = "model-not-installed"
NOT_USABLE = "provider-not-usable"
MODEL_REMARKS = {
    NOT_INSTALLED: "A model that would run on this machine is not there; editors can pull it.",
    NOT_USABLE: "A provider cannot be asked: it has no credentials, or is switched off.",
}
"""Code -> what is said with it."""

_SECONDS = 2.0  # that one backend is waited for: the whole answer has five
_IN_STORE = r"(?i)local/{}(@(llama_cpp|llama-cpp|candle))?"
_IN_OLLAMA = r"(?i)(ollama/.+|local/.+@ollama)"
_A_NAME = r"(?!.*\.gguf(@|$))[^/\\~@]+"
_MARK = re.compile(r"[-.:]")


def looked(folder: Path) -> Looked:
    """The models of this machine, as a project sees them, and what is to be said of others."""
    models = _models(folder)
    store = _store(models, folder)
    values: dict[str, dict[str, str]] = {}
    remarks = list(_unusable_providers(models, "/.+"))
    try:
        for name, backend in (("local", "candle"), ("ollama", "ollama")):
            listed = _listed(models, backend)
            if listed is None:
                continue
            values |= {f"{name}/{each.id}": _told(each) for each in listed}
            ids = [each.id for each in listed]
            if name == "local":
                values |= _by_catalogue(listed)
                remarks += _not_in_store(ids)
            else:
                remarks.append(_not_in_ollama(ids))
    finally:
        models.close()
    return Looked(values, remarks, (*_files(folder), *store))


def providers(folder: Path) -> Looked:
    """What is to be said of the names of providers."""
    return Looked({}, _unusable_providers(_models(folder), ""), _files(folder))


def pull(folder: Path, specifier: str) -> Iterator[tuple[str, int | None]]:
    """Fetches a model; gives how far it is, in words and percent. Raises LLMSpellError."""
    from llmspell.models.keeping import Kept, KeptModels
    from llmspell.models.model import wait_for

    models = _models(folder)
    kept = Kept.parse(specifier)
    steps = KeptModels(models).pull(f"{kept.name}@{kept.backend or 'candle'}")

    async def further() -> PullProgress | None:
        return await anext(steps, None)

    try:
        while (step := wait_for(further())) is not None:
            yield _words(step), round(step.percent)
    finally:
        models.close()


def _models(folder: Path) -> Models:
    """The models of a project."""
    from llmspell.config.load import load_config
    from llmspell.models.service import Models, Surroundings

    config = load_config(cwd=folder, environ=os.environ).config
    around = Surroundings(
        providers=config.providers,
        settings=config.models,
        environ=os.environ,
        folder=str(folder),
    )
    return Models(lambda: around)


def _files(folder: Path) -> tuple[str, ...]:
    """The files that say which providers there are, and which have a key."""
    from llmspell.config.discovery import candidates
    from llmspell.config.keys import Keys

    configurations = (each.path for each in candidates(folder, os.environ))
    return (*configurations, str(Keys(os.environ).path))


def _store(models: Models, folder: Path) -> tuple[str, ...]:
    """The folders of the store."""
    from llmspell.config.schema import Provider
    from llmspell.models.local import files
    from llmspell.models.provider import Setup

    around = models.around
    setup = Setup(
        name="local",
        settings=around.providers.providers.get("local") or Provider(provider_type="local"),
        environ=around.environ,
        models=around.settings,
        folder=str(folder),
    )
    return tuple(str(each) for each in files.folders(setup))


def _listed(models: Models, backend: str) -> list[ModelInfo] | None:
    """The models of a backend, None where it does not say."""
    from llmspell.models.keeping import KeptModels
    from llmspell.models.model import wait_for

    async def ask() -> list[ModelInfo]:
        async with asyncio.timeout(_SECONDS):
            return [info for _, info in await KeptModels(models).listed(backend)]

    try:
        return wait_for(ask())
    except (LLMSpellError, TimeoutError):
        return None


# Installed --------------------------------------------------------------------------------------


def _told(info: ModelInfo) -> dict[str, str]:
    from llmspell.models.specifiers import installed_details, installed_facts

    return {"text": f"Installed. {installed_facts(info)}", "details": installed_details(info)}


def _by_catalogue(models: Iterable[ModelInfo]) -> dict[str, dict[str, str]]:
    """The names of the catalogue for which a file of the store is taken, with that."""
    from llmspell.models.local.catalogue import catalogue
    from llmspell.models.specifiers import installed_facts

    found = {}
    for each in catalogue():
        begins = (f"{each.name}-", f"{each.name}.")
        held = next((info for info in models if info.id.casefold().startswith(begins)), None)
        if held is not None:
            text = f"Installed, as `{held.id}`: {installed_facts(held)}."
            found[f"local/{each.name}"] = {"text": text}
    return found


# Not installed ----------------------------------------------------------------------------------


def _not_in_store(names: list[str]) -> Iterator[Remark]:
    from llmspell.models.local.catalogue import catalogue

    short = [each.name for each in catalogue()]
    named = "|".join(map(re.escape, short))
    known = {begin for name in names for begin in _beginnings(name.casefold())}
    for pattern, near, remedy in (
        (rf"({named})(:\w+)?", names, "pull"),
        (_A_NAME, [*names, *short], ""),
    ):
        yield Remark(
            _IN_STORE.format(pattern),
            "is not installed",
            code=NOT_INSTALLED,
            known=tuple(
                f"local/{each}{backend}"
                for each in sorted(known)
                for backend in ("", "@llama_cpp", "@llama-cpp", "@candle")
            ),
            near=tuple(f"local/{each}" for each in near),
            remedy=remedy,
        )


def _beginnings(name: str) -> Iterator[str]:
    """The names for which a file is taken (`local.files.find`): its own, and its first parts.

    A colon stands for a hyphen.
    """
    ends = [mark.start() for mark in _MARK.finditer(name)] + [len(name)]
    for end in ends:
        yield name[:end]
        for mark in ends[:-1]:
            if mark < end and name[mark] == "-":
                yield f"{name[:mark]}:{name[mark + 1 : end]}"


def _not_in_ollama(names: list[str]) -> Remark:
    known = {each for name in names for each in (name, name.removesuffix(":latest"))}
    return Remark(
        _IN_OLLAMA,
        "is not installed in Ollama",
        code=NOT_INSTALLED,
        known=tuple(
            form
            for each in sorted(known)
            for form in (f"ollama/{each}", f"ollama/{each}@ollama", f"local/{each}@ollama")
        ),
        near=tuple(f"ollama/{name}" for name in names),
        remedy="pull",
    )


# Credentials ------------------------------------------------------------------------------------


def _unusable_providers(models: Models, behind: str) -> Iterator[Remark]:
    """Of providers that cannot be asked; behind: what follows their names.

    Stored keys are taken for granted: an editor must make no keyring ask for a password.
    """
    from llmspell.config.keys import Keys
    from llmspell.models.registry import TYPES

    stored = {each.service for each in Keys(os.environ).listed() if each.active}
    for name in sorted({*TYPES, *models.around.providers.providers}):
        if stored.intersection((name.lower(), models.type_of(name))):
            continue
        reason = models.unusable(name)
        if reason is not None:
            yield Remark(
                f"(?i){re.escape(name)}{behind}",
                f"cannot be asked: {reason}",
                code=NOT_USABLE,
                severity="information",
                unless=("api_key", "setProvider"),
            )


def _words(step: PullProgress) -> str:
    if step.status == "downloading" and step.total:
        return f"{step.completed / 1e6:.0f} of {step.total / 1e6:.0f} MB"
    return step.status
