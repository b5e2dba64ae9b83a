"""The global options, and options that every command below a group takes.

`--config`, `--trace`, `--output`, `--config-profile` and `--strict-config` are accepted before and
after the subcommand, at any depth. They end up in one `GlobalOptions`, the object of the click
context. Before the subcommand `--config-profile` may be spelled `--profile`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import click
from click.shell_completion import CompletionItem

from llmspell.cli.run_options import GLOBAL_OPTIONS, Option
from llmspell.telemetry.trace import set_up

if TYPE_CHECKING:
    from llmspell.app import Runtime

C = TypeVar("C", bound=click.Command)
F = TypeVar("F", bound=Callable[..., Any])

HELP = {"help_option_names": ["-h", "--help"]}
FILES = ("config", "history", "script", "profile", "coverage")
_AT_ROOT_ONLY = ("--profile",)  # after `run` it is another option


class GlobalOptions:
    """What the user chose for the whole program; the last mention counts."""

    def __init__(self) -> None:
        self.config_path: str | None = os.environ.get("LLMSPELL_CONFIG") or None
        self.profile: str | None = os.environ.get("LLMSPELL_PROFILE") or None
        self.output: Literal["text", "json", "pretty"] = "text"
        self.strict_config = False
        self.trace = "warn"

    def choose(self, name: str, value: Any) -> None:
        """Takes the value of one option."""
        if name == "config":
            self.config_path = value
        elif name == "config_profile":
            self.profile = value
        else:
            setattr(self, name, value)
        if name == "trace":
            set_up(value, os.environ)

    def values(self) -> dict[str, Any]:
        """The options by name, as a run takes them."""
        return {
            "config": self.config_path,
            "config_profile": self.profile,
            "strict_config": self.strict_config,
            "trace": self.trace,
            "output": self.output,
        }

    def runtime(self, script_dir: str | None = None) -> Runtime:
        """The services of the runtime under these options, for a command that runs no spell."""
        from llmspell.app import Runtime

        return Runtime(
            config=self.config_path,
            profile=self.profile,
            strict_config=self.strict_config,
            script_dir=script_dir,
        )


class Converted(click.ParamType[Any]):
    """The type of an option of `run_options`, with its own sentences for bad values."""

    def __init__(self, option: Option) -> None:
        self.option = option
        self.name = option.metavar or "text"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The value that the word stands for."""
        if not isinstance(value, str):
            return value
        try:
            return self.option.value(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str | None:  # noqa: ARG002
        """The choices, or what stands for the value."""
        return f"[{'|'.join(self.option.choices)}]" if self.option.choices else self.option.metavar

    def shell_complete(
        self,
        ctx: click.Context,  # noqa: ARG002
        param: click.Parameter,  # noqa: ARG002
        incomplete: str,
    ) -> list[CompletionItem]:
        """The choices, or files."""
        if self.option.name in FILES:
            return [CompletionItem(incomplete, type="file")]
        return [CompletionItem(c) for c in self.option.choices if c.startswith(incomplete)]


def click_option(option: Option, **changes: Any) -> click.Option:
    """A click option from the table's entry."""
    settings: dict[str, Any] = {"help": option.help}
    if option.is_flag:
        settings["is_flag"] = True
    else:
        settings |= {
            "type": Converted(option),
            "default": option.default,
            "show_default": option.default is not None,
            "envvar": option.envvar,
            "show_envvar": option.envvar is not None,
        }
    return click.Option([*option.spellings, option.name], **settings | changes)


def with_options(options: Sequence[Option]) -> Callable[[F], F]:
    """Decorates a command function with options of the table."""

    def decorate(function: F) -> F:
        params = getattr(function, "__click_params__", [])
        function.__click_params__ = [*params, *map(click_option, reversed(options))]  # type: ignore[attr-defined]
        return function

    return decorate


class Inherited(click.Option):
    """A global option that a command takes on behalf of the root."""


def adopt(command: C, *, root: bool = False) -> C:
    """Gives a command, and all below it, the global options that its own do not hide.

    root: whether it is `llmspell` itself, which knows some by another spelling too.
    Its help may have been written as a raw string: the mark before a paragraph that click must
    not wrap is then spelled out.
    """
    command.help = (command.help or "").replace("\\b\n", "\b\n")
    if not any(isinstance(param, Inherited) for param in command.params):
        taken = _spellings(command)
        for option in GLOBAL_OPTIONS:
            spellings = [s for s in option.spellings if root or s not in _AT_ROOT_ONLY]
            if taken.isdisjoint(spellings):
                command.params.append(_inherited(option, spellings))
        if taken.isdisjoint(("--version", "-V")):
            command.params.append(_version_option())
    if isinstance(command, click.Group):
        for below in command.commands.values():
            adopt(below)
    return command


def pass_down(group: click.Group, *names: str) -> None:
    """Lets the commands of a group take options of the group too, after the subcommand."""
    for option in [p for p in group.params if isinstance(p, click.Option) and p.name in names]:
        for command in group.commands.values():
            if _spellings(command).isdisjoint(option.opts):
                command.params.append(
                    click.Option(
                        [*option.opts, option.name or ""],
                        type=option.type,
                        help=option.help,
                        expose_value=False,
                        callback=_store_in_group,
                    )
                )


def _store_in_group(ctx: click.Context, param: click.Parameter, value: Any) -> None:
    if value is not None and ctx.parent is not None:
        ctx.parent.params[param.name] = value


def _spellings(command: click.Command) -> set[str]:
    return {spelling for param in command.params for spelling in param.opts}


def _inherited(option: Option, spellings: list[str]) -> click.Option:
    def choose(ctx: click.Context, _: click.Parameter, value: Any) -> None:
        if value is not None and value is not False:
            ctx.ensure_object(GlobalOptions).choose(option.name, value)

    notes = [f"default: {option.default}"] if option.default else []
    notes += [f"env var: {option.envvar}"] if option.envvar else []
    text = option.help + (f"  [{'; '.join(notes)}]" if notes else "")
    settings: dict[str, Any] = {"is_flag": True} if option.is_flag else {"type": Converted(option)}
    return Inherited(
        [*spellings, option.name],
        help=text,
        expose_value=False,
        is_eager=True,
        callback=choose,
        **settings,
    )


def _version_option() -> click.Option:
    def show(ctx: click.Context, _: click.Parameter, value: bool) -> None:
        if value and not ctx.resilient_parsing:
            from llmspell.version import __version__

            click.echo(f"llmspell {__version__}")
            ctx.exit()

    return Inherited(
        ["-V", "--version"],
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=show,
        help="Show the version and exit.",
    )
