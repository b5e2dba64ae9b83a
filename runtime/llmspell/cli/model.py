"""`llmspell model`: the models of this machine (spec cli §6.7)."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.shell_completion import CompletionItem

from llmspell.cli.global_options import GlobalOptions
from llmspell.cli.printing import print_json, print_rows
from llmspell.errors import LLMSpellError

if TYPE_CHECKING:
    from llmspell.models.info import Health, ModelInfo, PullProgress
    from llmspell.models.keeping import KeptModels
    from llmspell.models.local.catalogue import Known

T = TypeVar("T")

BACKEND = click.option(
    "--backend", default="all", show_default=True, help="ollama, llama_cpp (or candle), or all."
)
FORMAT = click.option(
    "--format", "form", type=click.Choice(["text", "json", "pretty"]), help="Instead of --output."
)
INSTALLER = "https://ollama.com/install.sh"
_MEGA = 1e6
_OURS = ("models.", "providers.")
"""Of which keys of the configuration warnings are told."""


class ModelPullError(LLMSpellError):
    """A model was not fetched."""

    prefix = "Model pull error: "


class ModelRemoveError(LLMSpellError):
    """A model was not removed."""

    prefix = "Model remove error: "


class ModelInfoError(LLMSpellError):
    """There is no such model."""

    prefix = "Model info error: "


class OllamaInstallationError(LLMSpellError):
    """Ollama was not installed."""

    prefix = "Ollama installation error: "


def _available_names(ctx: click.Context, param: click.Parameter, given: str) -> list[Any]:  # noqa: ARG001
    from llmspell.models.local.catalogue import catalogue

    return [
        CompletionItem(each.name, help=each.description)
        for each in catalogue()
        if each.name.startswith(given)
    ]


def _installed_names(ctx: click.Context, param: click.Parameter, given: str) -> list[Any]:  # noqa: ARG001
    from llmspell.cli.global_options import GlobalOptions as Options
    from llmspell.models.keeping import KeptModels

    options = ctx.find_object(Options) or Options()
    with options.runtime() as runtime:
        kept = KeptModels(runtime.models)
        listed = _wait(kept.listed("candle"))
    return [CompletionItem(info.id) for _, info in listed if info.id.startswith(given)]


@click.group("model")
def model() -> None:
    """Fetch, list and remove the models of this machine."""


@model.command("list")
@BACKEND
@click.option("-v", "--verbose", is_flag=True, help="With size, backend and quantization.")
@click.option(
    "--by-provider",
    is_flag=True,
    help="All that are set up, hosted ones too: what they have, or why they cannot be used.",
)
@FORMAT
@click.pass_obj
def list_(
    options: GlobalOptions, backend: str, verbose: bool, by_provider: bool, form: str | None
) -> None:
    r"""List the models that are installed.

    \b
    Examples:
      llmspell model list -v
      llmspell model list --backend ollama --format json
      llmspell model list --by-provider
    """
    form = form or options.output
    if by_provider:
        if backend != "all" or verbose:
            raise click.UsageError("--by-provider goes with neither --backend nor --verbose")
        _list_shelves(options, form)
        return
    with _kept(options) as kept:
        listed = _wait(kept.listed(backend))
    told = [_listed(called, info) for called, info in listed]
    names = [each["id"] for each in told]
    if form != "text":
        print_json({"models": told, "count": len(told)} if verbose else names, form)
    elif verbose:
        print_rows(
            (m["id"], m["backend"], m.get("quantization", "-"), _megabytes(m["size_bytes"]))
            for m in told
        )
    else:
        click.echo("".join(f"{name}\n" for name in names), nl=False)


@model.command("pull")
@click.argument("spec", shell_complete=_available_names)
@click.option("-f", "--force", is_flag=True, help="Fetch again what is there already.")
@click.option("--quantization", help="Such as Q4_K_M, Q5_K_M or Q8_0, where SPEC says none.")
@click.option("--progress", is_flag=True, help="Print each step as a line of JSON instead.")
@click.pass_obj
def pull(
    options: GlobalOptions, spec: str, force: bool, quantization: str | None, progress: bool
) -> None:
    r"""Fetch the model SPEC, or go on where a fetch was broken off.

    SPEC is a name of `llmspell model available`, a repository of Hugging Face, an address or a
    GGUF file, for llama.cpp; or a name of Ollama's library. `:VARIANT` and `@BACKEND` may follow.
    HF_ENDPOINT names another hub, HF_TOKEN opens what is not public.

    \b
    Examples:
      llmspell model pull qwen2.5-0.5b-instruct@llama_cpp
      llmspell model pull Qwen/Qwen2.5-1.5B-Instruct-GGUF:Q8_0
      llmspell model pull llama3.2:3b@ollama
      llmspell model pull ~/Downloads/model.gguf
    """
    if quantization:
        spec = _with_quantization(spec, quantization)
    from llmspell.cli.pulling import Bar, Lines, nothing, pulled
    from llmspell.models.keeping import pull_told

    with _kept(options) as kept, ExitStack() as stack:
        show: Callable[[PullProgress], None] = Lines().show if progress else nothing
        if not progress and options.output != "json":
            show = Bar(stack).show
        try:
            last = _wait(pulled(kept.pull(spec, force=force), show))
        except LLMSpellError as error:
            raise ModelPullError(str(error), **error.details) from error
    if progress:
        return
    if options.output == "text":
        click.echo(f"✓ Model '{last.model}' is installed ({_megabytes(last.completed)})")
        return
    told = pull_told(last)
    print_json({**told, "status": "ok", "download_status": told["status"]}, options.output)


@model.command("remove")
@click.argument("name", metavar="MODEL", shell_complete=_installed_names)
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def remove(options: GlobalOptions, name: str, yes: bool) -> None:
    r"""Remove MODEL from the disk.

    \b
    Examples:
      llmspell model remove qwen2.5-0.5b-instruct-Q4_K_M
      llmspell model remove llama3.2:3b@ollama --yes
    """
    if not yes and not _confirmed(f"Remove model '{name}'?"):
        click.echo("Cancelled")
        return
    with _kept(options) as kept:
        try:
            backend = _wait(kept.remove(name))
        except LLMSpellError as error:
            raise ModelRemoveError(str(error), **error.details) from error
    if options.output == "text":
        click.echo(f"✓ Model removed: {name}")
    else:
        print_json({"status": "ok", "model_id": name, "backend": backend}, options.output)


@model.command("info")
@click.argument("name", metavar="MODEL", shell_complete=_installed_names)
@click.pass_obj
def info(options: GlobalOptions, name: str) -> None:
    r"""Describe the installed MODEL.

    \b
    Examples:
      llmspell model info qwen2.5-0.5b-instruct --output pretty
      llmspell model info llama3.2:3b@ollama
    """
    with _kept(options) as kept:
        try:
            backend, found = _wait(kept.info(name))
        except LLMSpellError as error:
            raise ModelInfoError(str(error), **error.details) from error
    print_json({"status": "ok", **_described(backend, found)}, options.output)


@model.command("available")
@BACKEND
@click.option("--recommended", is_flag=True, help="The best of each kind only.")
@FORMAT
@click.pass_obj
def available(options: GlobalOptions, backend: str, recommended: bool, form: str | None) -> None:
    r"""List models that can be fetched by a short name. Ollama's own list: ollama.com/library.

    \b
    Examples:
      llmspell model available --recommended
      llmspell model available --output json
    """
    from llmspell.models.keeping import backend_called
    from llmspell.models.local.catalogue import catalogue

    form = form or options.output
    wanted = backend == "all" or backend_called(backend) == "candle"
    known = [each for each in catalogue() if wanted and (each.recommended or not recommended)]
    if form != "text":
        print_json({"models": [_offered(each) for each in known], "count": len(known)}, form)
        return
    if not wanted:
        click.echo("Ollama's models are listed at https://ollama.com/library", err=True)
    print_rows(
        (m.name, m.task, m.parameters, _megabytes(m.size), m.license, m.description) for m in known
    )


@model.command("status")
@BACKEND
@FORMAT
@click.pass_obj
def status(options: GlobalOptions, backend: str, form: str | None) -> None:
    r"""Say which backends can be used.

    \b
    Examples:
      llmspell model status
      llmspell model status --backend ollama --format json
    """
    from llmspell.models.keeping import PROVIDERS, backend_called

    form = form or options.output
    names = list(PROVIDERS) if backend == "all" else [backend_called(backend)]
    with _kept(options) as kept:
        told = [_state(name, _wait(kept.health(name))) for name in names]
    if form != "text":
        print_json({"status": "ok", **told[0], "backends": told}, form)
        return
    for each in told:
        click.echo(_line(each["backend"], each["running"], each["available_models"], each))


@model.command("install-ollama")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@click.option("--installer", default=INSTALLER, hidden=True)
@click.pass_obj
def install_ollama(options: GlobalOptions, yes: bool, installer: str) -> None:
    """Install Ollama by its own script, on Linux and macOS."""
    if found := shutil.which("ollama"):
        _say(options, f"Ollama is installed already: {found}; start it with `ollama serve`")
        return
    by_hand = f"install it by hand: curl -fsSL {installer} | sh, or https://ollama.com/download"
    if sys.platform == "win32":
        raise OllamaInstallationError(f"Ollama cannot be installed from here; {by_hand}")
    if not yes and not _confirmed(f"Run {installer}, which may ask for root's password?"):
        click.echo("Cancelled")
        return
    script = _fetched(installer, by_hand)
    _run(script, by_hand)
    _say(options, "Ollama is installed; start it with `ollama serve`")


# Behind them ----------------------------------------------------------------------------------


def _list_shelves(options: GlobalOptions, form: str) -> None:
    from llmspell.models.shelves import shelves

    with _kept(options) as kept:
        told = _wait(shelves(kept.models))
    if form != "text":
        print_json({"providers": told}, form)
        return
    for each in told:
        models = each["models"]
        click.echo(_line(each["provider"], each["usable"], len(models), each))
        if models:
            print_rows(("   ", *_row(model)) for model in models)


def _row(model: dict[str, Any]) -> tuple[str, ...]:
    context = model.get("context_length")
    size = _megabytes(model["size_bytes"]) if model["size_bytes"] else "-"
    tokens = f"{context} tokens" if context else "-"
    return model["specifier"], model.get("quantization", "-"), size, tokens


def _line(name: str, usable: bool, models: int, state: dict[str, Any]) -> str:
    """Whether a backend or a provider can be used."""
    version = f" {state['version']}" if "version" in state else ""
    reason = f" ({state['reason']})" if "reason" in state else ""
    return f"{'✓' if usable else '✗'} {name}{version}: {models} models{reason}"


def _confirmed(question: str) -> bool:
    """Whether somebody says yes; nobody does where the input is at its end."""
    try:
        return click.confirm(question)
    except click.Abort:
        click.echo()
        return False


def _with_quantization(spec: str, quantization: str) -> str:
    """The same with a variant, unless it has one: it stands before the backend."""
    name, at, backend = spec.rpartition("@")
    if not at:
        name, backend = spec, ""
    if ":" in name.rpartition("/")[2] or name.endswith(".gguf"):
        return spec
    return f"{name}:{quantization}{at}{backend}"


def _fetched(url: str, by_hand: str) -> str:
    from urllib.error import URLError
    from urllib.request import urlopen

    try:
        with urlopen(url, timeout=30) as answer:  # noqa: S310 - the address is ours
            text: str = answer.read().decode()
    except (URLError, OSError, ValueError) as error:
        raise OllamaInstallationError(f"{url} cannot be read ({error}); {by_hand}") from error
    return text


def _run(script: str, by_hand: str) -> None:
    import subprocess
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        path = Path(folder, "install.sh")
        path.write_text(script)
        done = subprocess.run(["/bin/sh", str(path)], check=False)  # noqa: S603 - as asked for
    if done.returncode:
        raise OllamaInstallationError(f"the script failed ({done.returncode}); {by_hand}")


def _say(options: GlobalOptions, sentence: str) -> None:
    if options.output == "text":
        click.echo(f"✓ {sentence}")
    else:
        print_json({"status": "ok", "message": sentence}, options.output)


def _wait(work: Coroutine[Any, Any, T]) -> T:
    from llmspell.models.model import wait_for

    return wait_for(work)


@contextmanager
def _kept(options: GlobalOptions) -> Iterator[KeptModels]:
    from llmspell.models.keeping import KeptModels

    with options.runtime() as runtime:
        for note in runtime.services.config.notes:
            if note.level == "warning" and note.key.startswith(_OURS):
                click.echo(f"Warning: {note.key}: {note.message}", err=True)
        yield KeptModels(runtime.models)


def _listed(backend: str, info: ModelInfo) -> dict[str, Any]:
    from llmspell.models.keeping import described

    shown = ("id", "backend", "size_bytes", "quantization", "modified_at")
    return {name: value for name, value in described(backend, info).items() if name in shown}


def _described(backend: str, info: ModelInfo) -> dict[str, Any]:
    from llmspell.models.keeping import described

    return {**described(backend, info), "capabilities": info.capabilities.names}


def _offered(known: Known) -> dict[str, Any]:
    return {
        "id": known.name,
        "backend": "candle",
        "task": known.task,
        "parameter_count": known.parameters,
        "size_bytes": known.size,
        "license": known.license,
        "repository": known.repository,
        "description": known.description,
        "recommended": known.recommended,
    }


def _state(backend: str, health: Health) -> dict[str, Any]:
    told = {
        "backend": backend,
        "running": health.healthy,
        "available_models": health.models,
        "version": health.version,
        "reason": health.reason,
    }
    return {name: value for name, value in told.items() if value != ""}


def _megabytes(size: float) -> str:
    return f"{size / _MEGA:.0f} MB"
