"""`llmspell tool`: find, describe, call and test tools (spec cli §6.6, tools §9)."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from llmspell.cli.global_options import GlobalOptions
from llmspell.errors import LLMSpellError

if TYPE_CHECKING:
    from llmspell.tools.registry import Entry
    from llmspell.tools.service import Tools

FORMATS = click.Choice(["text", "json", "pretty"])


class ToolInfoError(LLMSpellError):
    """There is no such tool to describe."""

    prefix = "Tool info error: "


class ToolInvocationError(LLMSpellError):
    """A tool was not called, or failed."""

    prefix = "Tool invocation error: "


class ToolTestError(LLMSpellError):
    """There is no such tool to test."""

    prefix = "Tool test error: "


def _names(ctx: click.Context, param: click.Parameter, given: str) -> list[CompletionItem]:  # noqa: ARG001
    from llmspell.tools.registry import Registry

    return [
        CompletionItem(each.name, help=each.description)
        for each in Registry()
        if each.name.startswith(given)
    ]


def _categories(ctx: click.Context, param: click.Parameter, given: str) -> list[CompletionItem]:  # noqa: ARG001
    from llmspell.tools.registry import Registry

    found = sorted({each.category for each in Registry()})
    return [CompletionItem(name) for name in found if name.startswith(given)]


def _parameters(ctx: click.Context, param: click.Parameter, given: str) -> list[CompletionItem]:  # noqa: ARG001
    """Completes `key=` by the tool's schema, and what stands behind it where values are known."""
    from llmspell.tools.registry import Registry

    entry = Registry().find(ctx.params.get("name") or "")
    properties = {} if entry is None else entry.schema["properties"]
    key, equals, value = given.partition("=")
    if equals:
        known = properties.get(key, {}).get("enum", ())
        return [CompletionItem(f"{key}={each}") for each in known if str(each).startswith(value)]
    return [
        CompletionItem(f"{name}=", help=told.get("description"))
        for name, told in properties.items()
        if name.startswith(key)
    ]


CATEGORY = click.option("--category", shell_complete=_categories, help="One category only.")


@click.group("tool")
def tool() -> None:
    """Find, describe, call and test tools."""


@tool.command("list")
@CATEGORY
@click.option("--format", "form", type=FORMATS, help="Instead of --output.")
@click.pass_obj
def list_(options: GlobalOptions, category: str | None, form: str | None) -> None:
    r"""List the tools that can be called.

    \b
    Examples:
      llmspell tool list
      llmspell tool list --category filesystem --format pretty
    """
    with _tools(options) as tools:
        _print_list(tools.available(category), form or options.output)


@tool.command("search")
@click.argument("words", nargs=-1)
@CATEGORY
@click.pass_obj
def search(options: GlobalOptions, words: tuple[str, ...], category: str | None) -> None:
    r"""Find tools by words in their names, descriptions and parameters, the best first.

    \b
    Examples:
      llmspell tool search csv
      llmspell tool search hash file --output json
    """
    with _tools(options) as tools:
        _print_list(tools.search(words, category), options.output)


@tool.command("info")
@click.argument("name", shell_complete=_names)
@click.option("--show-schema", is_flag=True, help="Its parameters too, as a JSON Schema.")
@click.pass_obj
def info(options: GlobalOptions, name: str, show_schema: bool) -> None:
    r"""Describe the tool NAME.

    \b
    Examples:
      llmspell tool info file-operations --show-schema --output pretty
    """
    with _tools(options) as tools:
        try:
            entry = tools.registry.entry(name)
        except LLMSpellError as error:
            raise ToolInfoError(str(error)) from error
        told: dict[str, Any] = {"status": "ok", **entry.told()}
        if entry.aliases:
            told["aliases"] = list(entry.aliases)
        if show_schema:
            told["schema"] = entry.schema
        _print_json(told, options.output)


@tool.command("invoke")
@click.argument("name", shell_complete=_names)
@click.argument("pairs", nargs=-1, metavar="[KEY=VALUE]...", shell_complete=_parameters)
@click.option("--params", help="All parameters as a JSON object; `-` reads it from stdin.")
@click.option(
    "--params-file", type=click.Path(exists=True, dir_okay=False), help="The same in a file."
)
@click.option("--timeout", type=click.FloatRange(0, min_open=True), help="Seconds it may take.")
@click.option("--text", "only_text", is_flag=True, help="Print the text of the result only.")
@click.pass_obj
def invoke(
    options: GlobalOptions,
    name: str,
    pairs: tuple[str, ...],
    params: str | None,
    params_file: str | None,
    timeout: float | None,
    only_text: bool,
) -> None:
    r"""Call the tool NAME and print its result.

    A VALUE is text where the tool wants text, JSON where it wants something else.

    \b
    Examples:
      llmspell tool invoke base64-encoder operation=encode input=Hello --text
      llmspell tool invoke file-operations --params '{"operation": "read", "path": "a.txt"}'
      cat call.json | llmspell tool invoke file-operations --params -
    """
    with _tools(options) as tools:
        try:
            entry = tools.registry.entry(name)
            given = _given(params, params_file) | _paired(entry, pairs)
            result = tools.invoke(entry.name, given, seconds=timeout)
        except LLMSpellError as error:
            raise ToolInvocationError(error.lua_message, **error.details) from error
        if only_text:
            if not result.success:
                raise ToolInvocationError(str(result.envelope["error"]["message"]))
            click.echo(result.text)
            return
        told = {
            "status": "ok",
            "tool": entry.name,
            "result": result.output(),
            "duration_ms": round(result.seconds * 1000),
            "streaming": False,
        }
        _print_json(told, options.output)


@tool.command("test")
@click.argument("names", nargs=-1, metavar="[NAME]...", shell_complete=_names)
@click.option("--verbose", is_flag=True, help="Each example, and what was wrong.")
@click.pass_obj
def test(options: GlobalOptions, names: tuple[str, ...], verbose: bool) -> None:
    r"""Run the built-in examples of tools, offline; of all tools where none is named.

    \b
    Examples:
      llmspell tool test calculator --verbose
      llmspell tool test
    """
    from llmspell.tools.selftest import run_examples

    with _tools(options) as tools:
        reports = []
        for name in names or [entry.name for entry in tools.available()]:
            try:
                outcomes = list(run_examples(tools, name))
            except LLMSpellError as error:
                raise ToolTestError(str(error)) from error
            reports.append(
                {
                    "status": "ok",
                    "success": not any(each.problem for each in outcomes),
                    "tool": name,
                    "message": next((each.problem for each in outcomes if each.problem), ""),
                    "details": [
                        {"title": each.title, "params": each.params, "problem": each.problem}
                        for each in outcomes
                    ],
                }
            )
        if options.output == "json":
            click.echo(json.dumps(reports if len(names) != 1 else reports[0], ensure_ascii=False))
            return
        for report in reports:
            _print_report(report, verbose)


def _print_report(report: dict[str, Any], verbose: bool) -> None:
    if verbose:
        for each in report["details"]:
            mark = "✗" if each["problem"] else "✓"
            shown = json.dumps(each["params"], ensure_ascii=False)
            click.echo(f"  {mark} {each['title']}: {shown} {each['problem']}".rstrip())
    if report["success"]:
        click.echo(f"✓ Tool '{report['tool']}' test successful")
    else:
        click.echo(f"✗ Tool '{report['tool']}' test failed: {report['message']}")


@contextmanager
def _tools(options: GlobalOptions) -> Iterator[Tools]:
    from llmspell.app import Runtime

    with Runtime(
        config=options.config_path, profile=options.profile, strict_config=options.strict_config
    ) as runtime:
        yield runtime.tools


def _given(params: str | None, params_file: str | None) -> dict[str, Any]:
    """The parameters of `--params` or `--params-file`."""
    if params is not None and params_file is not None:
        raise click.UsageError("use --params or --params-file, not both.")
    if params_file is not None:
        text = Path(params_file).read_text(encoding="utf-8")
    else:
        text = sys.stdin.read() if params == "-" else params or "{}"
    try:
        given = json.loads(text)
    except ValueError as error:
        raise click.UsageError(f"Invalid JSON in the parameters: {error}") from error
    if given is not None and not isinstance(given, dict):
        raise click.UsageError("Invalid JSON in the parameters: they must be an object.")
    return given or {}


def _paired(entry: Entry, pairs: tuple[str, ...]) -> dict[str, Any]:
    """The parameters of `key=value` words, as the tool's schema types them."""
    found: dict[str, Any] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals:
            raise click.UsageError(f"'{pair}' is no KEY=VALUE.")
        type_ = entry.schema["properties"].get(key, {}).get("type", "string")
        found[key] = value if type_ == "string" else _value(value, type_)
    return found


def _value(text: str, type_: Any) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        if isinstance(type_, list) and "string" in type_:
            return text
        raise click.UsageError(f"Invalid JSON: '{text}' (the tool wants {type_}).") from None


def _print_list(entries: list[Entry], form: str) -> None:
    names = [entry.name for entry in entries]
    if form == "json":
        click.echo(json.dumps(names, indent=2))
    elif form == "pretty":
        bullets = "".join(f"  • {entry.name:<20} {entry.description}\n" for entry in entries)
        click.echo(f"Available Tools:\n{'─' * 50}\n{bullets}\nTotal: {len(names)} tools")
    else:
        click.echo("".join(f"{name}\n" for name in names), nl=False)


def _print_json(value: Any, form: str) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=None if form == "text" else 2))
