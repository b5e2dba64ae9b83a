"""Which file of Hugging Face a model means, and where it lies."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import httpx2
from attrs import frozen
from huggingface_hub import HfApi, ModelInfo, hf_hub_url
from huggingface_hub.errors import GatedRepoError, HfHubHTTPError, RepositoryNotFoundError

from llmspell.errors import LLMSpellError, NetworkError, ProviderError
from llmspell.models.local.download import Remote

HOME = "https://huggingface.co"
TOKENS = ("HF_TOKEN", "HFHUB_API_KEY", "HUGGING_FACE_HUB_TOKEN")
"""Variables of the environment that may hold a token."""

PREFERRED = ("Q4_K_M", "Q5_K_M", "Q8_0")
"""Quantizations, the best balance first."""

_QUANTIZATION = re.compile(r"[-._]((?:i?q|bf|fp?)\d+(?:_[a-z0-9]+)*)\.gguf$", re.IGNORECASE)
_MOST_BASES = 4  # models that a model was made of, one of the other
_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+")
_PART = re.compile(r"-\d{5}-of-\d{5}\.gguf$")


@frozen
class _File:
    name: str
    size: int
    sha256: str

    @property
    def quantization(self) -> str:
        found = _QUANTIZATION.search(self.name)
        return found[1].upper() if found else ""


def locate(repository: str, quantization: str, environ: Mapping[str, str]) -> tuple[Remote, str]:
    """Finds the file of a repository with a quantization, and tells which it has. Blocks.

    quantization: empty for the best balance of what there is. Raises ProviderError with what there
    is, and NetworkError.
    """
    hub = _Hub.of(environ)
    told = hub.told(repository)
    there = [
        file for file in _files(told) if file.name.endswith(".gguf") and "mmproj" not in file.name
    ]
    file = _chosen(there, quantization, repository)
    return hub.remote(repository, told, file), file.quantization


def beside(repository: str, needed: str, environ: Mapping[str, str]) -> dict[str, Remote]:
    """The files that a repository has at its top, if the one that is needed is among them. Blocks.

    Otherwise those of the model that it says it was made of; none where that has it neither. Raises
    ProviderError and NetworkError.
    """
    hub = _Hub.of(environ)
    waiting, seen = [repository], set[str]()
    while waiting and len(seen) < _MOST_BASES:
        name = waiting.pop(0)
        seen.add(name)
        told = hub.told(name)
        found = {file.name: hub.remote(name, told, file) for file in _files(told)}
        if needed in found:
            return {each: remote for each, remote in found.items() if "/" not in each}
        base = getattr(told.card_data, "base_model", None)
        bases = [base] if isinstance(base, str) else base if isinstance(base, list) else []
        waiting += [each for each in bases if _REPOSITORY.fullmatch(str(each)) and each not in seen]
    return {}


@frozen
class _Hub:
    """A hub, and whom it takes us for."""

    endpoint: str
    token: str | None

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> _Hub:
        endpoint = environ.get("HF_ENDPOINT", "").rstrip("/") or HOME
        return cls(endpoint, next((environ[name] for name in TOKENS if environ.get(name)), None))

    def told(self, repository: str) -> ModelInfo:
        """What is known of a repository."""
        api = HfApi(endpoint=self.endpoint, token=self.token or False)
        try:
            return api.model_info(repository, files_metadata=True)
        except (HfHubHTTPError, httpx2.HTTPError, OSError) as error:
            raise _failed(error, repository, self.endpoint) from error

    def remote(self, repository: str, told: ModelInfo, file: _File) -> Remote:
        """Where a file of a repository is fetched."""
        url = hf_hub_url(repository, file.name, revision=told.sha, endpoint=self.endpoint)
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return Remote(url=url, size=file.size or None, sha256=file.sha256, headers=headers)


def _files(told: ModelInfo) -> list[_File]:
    return [
        _File(each.rfilename, each.size or 0, each.lfs.sha256 if each.lfs else "")
        for each in told.siblings or ()
    ]


def _chosen(there: Iterable[_File], quantization: str, repository: str) -> _File:
    whole = {file.quantization: file for file in there if not _PART.search(file.name)}
    if not whole:
        raise ProviderError(
            f"'{repository}' has no GGUF file in one piece; such repositories end with -GGUF"
        )
    if quantization:
        if quantization.upper() not in whole:
            known = ", ".join(sorted(name for name in whole if name))
            raise ProviderError(f"'{repository}' has no {quantization}; there are {known}")
        return whole[quantization.upper()]
    best = next((name for name in PREFERRED if name in whole), None)
    return whole[best] if best else min(whole.values(), key=lambda file: file.size)


def _failed(error: Exception, repository: str, endpoint: str) -> LLMSpellError:
    if isinstance(error, GatedRepoError):
        return ProviderError(
            f"'{repository}' wants its licence accepted: do so at {endpoint}/{repository}, and set "
            "HF_TOKEN to a token of that account"
        )
    status = error.response.status_code if isinstance(error, HfHubHTTPError) else 0
    if isinstance(error, RepositoryNotFoundError) or status == httpx2.codes.NOT_FOUND:
        return ProviderError(
            f"{endpoint} has no repository '{repository}' that can be read; private ones need "
            "HF_TOKEN"
        )
    if status:
        return ProviderError(f"{endpoint} answers {status}: {error}")
    return NetworkError(f"{endpoint} cannot be reached: {str(error) or type(error).__name__}")
