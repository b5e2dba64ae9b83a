"""The models of one runtime: what agents, the command line and Python programs use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol
from urllib.parse import urlsplit

import attrs
from attrs import frozen

from llmspell.background import on_loop
from llmspell.config.credentials import credential, key_variables
from llmspell.config.schema import Models as ModelSettings
from llmspell.config.schema import Provider as ProviderSettings
from llmspell.config.schema import Providers as ProvidersSettings
from llmspell.errors import LLMSpellError, ProviderError
from llmspell.models.model import Model
from llmspell.models.provider import MakesProvider, Provider, Setup
from llmspell.models.rates import Rate
from llmspell.models.registry import ALIASES, TYPES, ProviderType, provider_type, vendor_of
from llmspell.models.specifier import Specifier
from llmspell.security.network import NetworkRules

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1", "0.0.0.0", None})  # noqa: S104 - to go to
"""Hosts that are this machine; no host (`:11434`) is one too."""


class Between(Protocol):
    """What stands in for providers, and asks the real ones only where it wants to."""

    def provider(
        self,
        name: str,
        base_url: str | None,
        real: Callable[[], Provider],
        *,
        keeps_models: bool,
        key: str | None,
    ) -> Provider:
        """What is asked instead of a provider.

        base_url: where a spell wants it to be asked. real: makes the provider; raises
        ProviderError as `Models.provider` does, and also where offline forbids it. keeps_models:
        whether it has what `KeepsModels` lists. key: its credential, to keep it secret.
        """
        ...


@frozen(kw_only=True)
class Surroundings:
    """What models are chosen by.

    offline: whether nothing beyond this machine may be asked. folder: where relative paths of the
    configuration begin. announce: told, once each, in a sentence, what is chosen instead of what
    was asked for. network: judges the addresses that spells choose, None allows all of them.
    check_path: raises SecurityError for a file that spells may not read.
    between: what stands in for all providers; no fallback is chosen then, as nothing may have to be
    asked.
    """

    providers: ProvidersSettings = attrs.field(factory=ProvidersSettings)
    settings: ModelSettings = attrs.field(factory=ModelSettings)
    environ: Mapping[str, str] = attrs.field(factory=dict, repr=False)
    offline: bool = False
    folder: str = "."
    announce: Callable[[str], None] = lambda _: None
    network: NetworkRules | None = None
    check_path: Callable[[str], object] = lambda _: None
    between: Between | None = None


@frozen(kw_only=True)
class Access:
    """Where and with which key a provider is asked, other than the configuration says.

    from_spell: whether a spell says so, whose addresses and files the policy has to allow.
    """

    base_url: str | None = None
    api_key: str | None = attrs.field(default=None, repr=False)
    from_spell: bool = False


@frozen
class _Candidate:
    """A provider that might be asked.

    make: what a program has registered under the name. network: judges its connections.
    """

    name: str
    settings: ProviderSettings
    base_url: str | None
    type: ProviderType | None
    make: MakesProvider | None
    key: str | None
    network: NetworkRules | None

    @property
    def lacks_key(self) -> bool:
        return bool(self.type and self.type.needs_key and not (self.key or self.base_url))

    @property
    def on_this_machine(self) -> bool:
        if self.base_url:
            whole = self.base_url if "://" in self.base_url else f"//{self.base_url}"
            return urlsplit(whole).hostname in LOOPBACK
        return self.make is not None or bool(self.type and self.type.on_this_machine)


class Models:
    """Finds models by their names and keeps the providers that serve them."""

    def __init__(self, around: Callable[[], Surroundings]) -> None:
        self._around = around
        self._surroundings: Surroundings | None = None
        self._made: dict[tuple[str, Access], Provider] = {}
        self._registered: dict[str, MakesProvider] = {}
        self._announced: set[str] = set()
        self._rates: dict[str, Rate] = {}

    # Providers ------------------------------------------------------------------------------

    def register(self, name: str, make: MakesProvider) -> None:
        """Adds a provider of a program; it takes the place of one of that name."""
        self._registered[name] = make
        self._made = {at: made for at, made in self._made.items() if at[0] != name}

    def providers(self) -> list[str]:
        """The names of the providers that can be asked: those that are there and have a key."""
        names = {*self._registered, *TYPES, *self.around.providers.providers}
        return sorted(name for name in names if self.unusable(name) is None)

    def unusable(self, name: str) -> str | None:
        """Why a provider cannot be asked, and what to do; None if it can. Makes no connection."""
        try:
            candidate = self._candidate(name, Access())
        except LLMSpellError as error:
            return str(error)
        if candidate.lacks_key:
            return str(_no_key(candidate))
        if self.around.offline and not candidate.on_this_machine:
            return f"provider '{name}' is not on this machine, and only local models are allowed"
        return None

    def provider(self, name: str, access: Access | None = None) -> Provider:
        """The provider of a name, made when it is first asked for.

        Raises ProviderError for an unknown name, a missing extra or a missing credential.
        """
        candidate = self._candidate(name, access or Access())
        if candidate.lacks_key and self.around.between is None:
            raise _no_key(candidate)
        return self._provider(candidate, access or Access())

    def is_local(self, name: str) -> bool:
        """Whether nothing that a provider is asked leaves this machine; raises as `provider`."""
        return self._candidate(name, Access()).on_this_machine

    def base_url(self, name: str) -> str | None:
        """Where a provider is asked, if not at its usual place; raises as `provider`."""
        return self._candidate(name, Access()).base_url

    def type_of(self, name: str) -> str:
        """The type of a provider, as prices and capabilities are listed under it."""
        settings = self._settings(name)
        kind = (settings.provider_type or name).lower()
        return ALIASES.get(kind, kind)

    def default_model(self, name: str) -> str:
        """The model that a provider alone stands for; empty where there is none.

        It is the configured one, else the usual one, or the first that is installed. Raises as
        `provider`.
        """
        candidate = self._candidate(name, Access())
        if candidate.settings.default_model:
            return candidate.settings.default_model
        if candidate.type is None:
            return ""
        return candidate.type.default_model or self._first_installed(candidate)

    # Models ---------------------------------------------------------------------------------

    def find(self, name: str | Specifier, access: Access | None = None) -> Model:
        """The model of a name, ready to be asked; nothing is connected or loaded by this.

        Where the provider has no credentials, or is not on this machine while offline, it is the
        local model that the configuration names (announced once). Raises ValidationError for a
        malformed name, and what `provider` raises.
        """
        asked = Specifier.parse(name) if isinstance(name, str) else name
        return self._found(self._with_provider(asked), access or Access(), asked)

    @property
    def around(self) -> Surroundings:
        """What models are chosen by."""
        if self._surroundings is None:
            self._surroundings = self._around()
        return self._surroundings

    def close(self) -> None:
        """Gives back the connections and the memory of all providers."""
        made, self._made = list(self._made.values()), {}
        for provider in made:
            on_loop(provider.close()).result()

    # Behind it ------------------------------------------------------------------------------

    def _with_provider(self, asked: Specifier) -> Specifier:
        """The same with a provider, if it names none: the default one, or the model's vendor.

        `local` becomes `ollama` where that is the backend.

        A provider without a model stands for its default model.
        """
        default = self.around.providers.default_provider
        if asked.provider and not asked.model:
            return Specifier(asked.provider, self._default_model(asked.provider), asked.backend)
        if asked.provider:
            provider = asked.provider
        elif asked.model in self._registered or asked.model in self.around.providers.providers:
            return Specifier(asked.model, self._default_model(asked.model), asked.backend)
        elif default is not None:
            provider = default
        elif provider_type(asked.model) is not None:
            return Specifier(asked.model, self._default_model(asked.model), asked.backend)
        elif vendor := vendor_of(asked.model):
            provider = vendor
        else:
            raise ProviderError(
                f"'{asked}' names no provider; write provider/model, such as "
                f"`local/{asked.model}`, or set `default_provider` in [providers]"
            )
        if provider.lower() in ("local", *ALIASES) and asked.backend == "ollama":
            return Specifier("ollama", asked.model, asked.backend)
        return Specifier(provider, asked.model, asked.backend)

    def _default_model(self, provider: str) -> str:
        model = self.default_model(provider)
        if not model:
            raise ProviderError(
                f"'{provider}' is a provider; write {provider}/model, or set its `default_model` "
                f"in [providers.{provider}]",
                provider=provider,
            )
        return model

    def _first_installed(self, candidate: _Candidate) -> str:
        """The first model of the store, by name, for `local`; empty for others."""
        if self.type_of(candidate.name) != "local":
            return ""
        from llmspell.models.local.files import installed

        return next((name for name, _ in installed(self._setup(candidate))), "")

    def _found(self, wanted: Specifier, access: Access, asked: Specifier) -> Model:
        candidate = self._candidate(wanted.provider, access)
        away = self.around.offline and not candidate.on_this_machine
        if (away or candidate.lacks_key) and self.around.between is None:
            return self._instead(candidate, asked, away=away)
        if access.from_spell and wanted.model == asked.model:
            self._check_file(candidate, wanted.model)
        return Model(
            wanted,
            candidate.name,
            self._provider(candidate, access),
            self.type_of(candidate.name),
            on_this_machine=candidate.on_this_machine,
            defaults=candidate.settings,
            rate=self._rate(candidate),
        )

    def _rate(self, candidate: _Candidate) -> Rate | None:
        """What holds requests to a provider back, the same for all of its models."""
        limit = candidate.settings.rate_limit
        if limit is None:
            return None
        return self._rates.setdefault(candidate.name, Rate(limit, candidate.name))

    def _instead(self, candidate: _Candidate, asked: Specifier, *, away: bool) -> Model:
        """The fallback; raises ProviderError where there is none."""
        fallback = self.around.settings.fallback
        if not fallback:
            if not away:
                raise _no_key(candidate)
            raise _not_here(str(asked), candidate)
        chosen = self._with_provider(Specifier.parse(fallback))
        local = self._candidate(chosen.provider, Access())
        if not local.on_this_machine:
            raise ProviderError(
                f"`fallback` in [models] must be a model of this machine, not '{fallback}'",
                provider=chosen.provider,
            )
        reason = "only local models are allowed" if away else _no_key_reason(candidate)
        self._announce(f"{chosen} answers instead of {asked}: {reason}")
        return self._found(chosen, Access(), chosen)

    def _candidate(self, name: str, access: Access) -> _Candidate:
        settings = self._settings(name)
        if not settings.enabled:
            raise ProviderError(
                f"provider '{name}' is switched off: `enabled` in [providers.{name}] is false",
                provider=name,
            )
        make = self._registered.get(name)
        found = None if make else provider_type(settings.provider_type or name)
        if make is None and found is None:
            raise ProviderError(self._unknown(name, settings), provider=name)
        network = self._judges(settings, access)
        if network is not None:
            network.check_url(str(access.base_url))
        key, base_url = access.api_key, access.base_url or self._base_url(settings, found)
        if key is None and access.base_url in (None, settings.base_url):
            # A spell may ask any server, but not send it a key that it does not have itself.
            key = credential(name, settings, self.around.environ)
        return _Candidate(name, settings, base_url, found, make, key, network)

    def _judges(self, settings: ProviderSettings, access: Access) -> NetworkRules | None:
        """What judges the address of a spell; None where the configuration has chosen it."""
        chosen = access.from_spell and access.base_url not in (None, settings.base_url)
        return self.around.network if chosen else None

    def _check_file(self, candidate: _Candidate, model: str) -> None:
        """Raises SecurityError for a model file that spells may not read; the store is open."""
        if candidate.make is not None or self.type_of(candidate.name) != "local":
            return
        from llmspell.models.local.files import outside_store

        path = outside_store(model, self._setup(candidate))
        if path is not None:
            self.around.check_path(str(path))

    def _base_url(self, settings: ProviderSettings, found: ProviderType | None) -> str | None:
        """Where a provider answers, if not at its usual place."""
        variable = found.host_variable if found else ""
        return settings.base_url or self.around.environ.get(variable) or None

    def _settings(self, name: str) -> ProviderSettings:
        held = self.around.providers.providers.get(name)
        return held or ProviderSettings(provider_type=name)

    def _unknown(self, name: str, settings: ProviderSettings) -> str:
        known = ", ".join(sorted({*TYPES, *self._registered, *self.around.providers.providers}))
        if name in self.around.providers.providers:
            return f"provider '{name}' has the unknown type '{settings.provider_type}'"
        return f"unknown provider '{name}' (providers: {known})"

    def _provider(self, candidate: _Candidate, access: Access) -> Provider:
        at = (candidate.name, attrs.evolve(access, from_spell=candidate.network is not None))
        made = self._made.get(at)
        if made is None:
            between = self.around.between
            made = self._made[at] = (
                self._make(candidate)
                if between is None
                else between.provider(
                    candidate.name,
                    access.base_url,
                    lambda: self._make_allowed(candidate),
                    keeps_models=bool(candidate.type and candidate.type.on_this_machine),
                    key=candidate.key,
                )
            )
        return made

    def _make_allowed(self, candidate: _Candidate) -> Provider:
        if candidate.lacks_key:
            raise _no_key(candidate)
        if self.around.offline and not candidate.on_this_machine:
            raise _not_here(f"{candidate.name}/…", candidate)
        return self._make(candidate)

    def _make(self, candidate: _Candidate) -> Provider:
        make = candidate.make
        if make is None:
            assert candidate.type is not None
            make = candidate.type.load(candidate.name)
        return make(self._setup(candidate))

    def _setup(self, candidate: _Candidate) -> Setup:
        return Setup(
            name=candidate.name,
            settings=candidate.settings,
            base_url=candidate.base_url,
            key=candidate.key,
            environ=self.around.environ,
            models=self.around.settings,
            folder=self.around.folder,
            network=candidate.network,
            offline=self.around.offline,
        )

    def _announce(self, sentence: str) -> None:
        if sentence not in self._announced:
            self._announced.add(sentence)
            self.around.announce(sentence)


def _not_here(asked: str, candidate: _Candidate) -> ProviderError:
    return ProviderError(
        f"'{asked}' is not on this machine, and only local models are allowed; name a "
        'local model, or one that stands in for others: `fallback = "local/…"` in [models]',
        provider=candidate.name,
    )


def _no_key_reason(candidate: _Candidate) -> str:
    return f"provider '{candidate.name}' has no credentials"


def _no_key(candidate: _Candidate) -> ProviderError:
    """The error for a missing key; names the variable that vendors document, if there is one."""
    name, settings = candidate.name, candidate.settings
    variable = settings.api_key_env or key_variables(name, settings.provider_type)[-1]
    return ProviderError(
        f"{_no_key_reason(candidate)}; set {variable}, or `api_key_env` in [providers.{name}], or "
        f"store it with `llmspell keys add {name}`, or "
        'let a local model answer (`--offline`, or `fallback = "local/…"` in [models])',
        provider=name,
        variable=variable,
    )
