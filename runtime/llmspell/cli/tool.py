"""`llmspell tool`: find, describe, call and test tools (spec cli §6.6, tools §9)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from llmspell.cli.global_options import GlobalOptions
from llmspell.cli.printing import print_json, print_rows
from llmspell.cli.tool_calls import Listener, given, offered, paired, streamed
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

    begun = given.replace("_", "-")
    return [
        CompletionItem(each.name, help=each.description)
        for each in Registry()
        if each.name.startswith(begun)
    ]


def _categories(ctx: click.Context, param: click.Parameter, given: str) -> list[CompletionItem]:  # noqa: ARG001
    from llmspell.tools.registry import Registry

    found = sorted({each.category for each in Registry()})
    return [CompletionItem(name) for name in found if name.startswith(given)]


def _parameters(ctx: click.Context, param: click.Parameter, given: str) -> list[CompletionItem]:  # noqa: ARG001
    """Completes `key=` by the tool's schema and the operation, and values where they are known."""
    from llmspell.tools.registry import Registry

    entry = Registry().find(ctx.params.get("name") or "")
    if entry is None:
        return []
    before = dict(pair.split("=", 1) for pair in ctx.params.get("pairs") or () if "=" in pair)
    return [
        CompletionItem(word, help=told or None)
        for word, told in offered(entry.schema, before, given)
    ]


CATEGORY = click.option("--category", shell_complete=_categories, help="One category only.")


@click.group("tool")
@click.option("--source", default="local", hidden=True)
def tool(source: str) -> None:
    """Find, describe, call and test tools."""
    if source not in ("", "local"):
        raise LLMSpellError(f"Invalid source: '{source}'; there is only 'local'")


@tool.command("list")
@CATEGORY
@click.option("--format", "form", type=FORMATS, help="Instead of --output.")
@click.option(
    "--details",
    is_flag=True,
    help="With category, security level, permissions; also tools that cannot be called, and why.",
)
@click.pass_obj
def list_(options: GlobalOptions, category: str | None, form: str | None, details: bool) -> None:
    r"""List the tools that can be called.

    \b
    Examples:
      llmspell tool list
      llmspell tool list --category filesystem --format pretty
      llmspell tool list --details --format json | jq '.[] | select(.missing != [])'
    """
    with options.runtime() as runtime:
        tools = runtime.tools
        if details:
            told = [_details(tools, entry) for entry in tools.known(category)]
            _print_details(told, form or options.output)
        else:
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
    with options.runtime() as runtime:
        tools = runtime.tools
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
    with options.runtime() as runtime:
        tools = runtime.tools
        try:
            entry = tools.registry.find(name) or tools.registry.entry(name)
        except LLMSpellError as error:
            raise ToolInfoError(str(error)) from error
        told = {"status": "ok", **_details(tools, entry)}
        if show_schema:
            told["schema"] = entry.schema
        print_json(told, options.output)


@tool.command("invoke")
@click.argument("name", shell_complete=_names)
@click.argument("pairs", nargs=-1, metavar="[KEY=VALUE]...", shell_complete=_parameters)
@click.option("--params", help="All parameters as a JSON object; `-` reads it from stdin.")
@click.option(
    "--params-file",
    type=click.Path(exists=True, dir_okay=False, allow_dash=True),
    help="The same in a file, or in stdin where it is `-`.",
)
@click.option("--timeout", type=click.FloatRange(0, min_open=True), help="Seconds it may take.")
@click.option("--text", "only_text", is_flag=True, help="Print the text of the result only.")
@click.option("--answer", "only_answer", is_flag=True, help="Print what the tool answers only.")
@click.option("--stream", is_flag=True, help="Print what happens at once, before the result.")
@click.pass_obj
def invoke(
    options: GlobalOptions,
    name: str,
    pairs: tuple[str, ...],
    params: str | None,
    params_file: str | None,
    timeout: float | None,
    only_text: bool,
    only_answer: bool,
    stream: bool,
) -> None:
    r"""Call the tool NAME and print its result.

    A VALUE is text where the tool wants text, JSON where it wants something else.

    With --stream what a program writes, and the changes that a watcher sees, are printed as they
    come: each as a JSON document of its own, with --text as it is. With --output json they are the
    list `events` of the result.

    \b
    Examples:
      llmspell tool invoke base64-encoder operation=encode input=Hello --text
      llmspell tool invoke file-operations --params '{"operation": "read", "path": "a.txt"}'
      cat call.json | llmspell tool invoke file-operations --params -
      llmspell tool invoke file-watcher operation=watch 'input=["."]' --stream --text
    """
    heard = Listener(options.output, only_text=only_text)
    with options.runtime() as runtime:
        tools = runtime.tools
        try:
            entry = tools.registry.entry(name)
            call = given(params, params_file) | paired(entry, pairs)
            result = streamed(tools, entry, call, timeout, heard if stream else lambda _: None)
        except LLMSpellError as error:
            raise ToolInvocationError(error.lua_message, **error.details) from error
    if only_text:
        if not result.success:
            raise ToolInvocationError(str(result.envelope["error"]["message"]))
        if not heard.events:
            click.echo(result.text)
        return
    reply = {
        "status": "ok",
        "tool": entry.name,
        "result": result.output(),
        "duration_ms": round(result.seconds * 1000),
        "streaming": stream,
    }
    print_json((result.envelope if only_answer else reply) | heard.collected, options.output)


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

    with options.runtime() as runtime:
        tools = runtime.tools
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


def _print_list(entries: list[Entry], form: str) -> None:
    names = [entry.name for entry in entries]
    if form == "json":
        click.echo(json.dumps(names, indent=2))
    elif form == "pretty":
        bullets = "".join(f"  • {entry.name:<20} {entry.description}\n" for entry in entries)
        click.echo(f"Available Tools:\n{'─' * 50}\n{bullets}\nTotal: {len(names)} tools")
    else:
        click.echo("".join(f"{name}\n" for name in names), nl=False)


def _details(tools: Tools, entry: Entry) -> dict[str, Any]:
    """All that is known of a tool; `switched_off` is the key of the configuration that does so."""
    return entry.details() | {"switched_off": tools.around.switched_off(entry)}


def _print_details(told: list[dict[str, Any]], form: str) -> None:
    if form == "json":
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    rows = [
        (
            each["name"],
            each["category"],
            each["security_level"],
            ",".join(each["permissions"]) or "-",
            _not_callable(each) or each["description"],
        )
        for each in told
    ]
    if form == "pretty":
        click.echo(f"Tools:\n{'─' * 50}")
    print_rows(rows)
    if form == "pretty":
        click.echo(f"\nTotal: {len(told)} tools")


def _not_callable(told: dict[str, Any]) -> str:
    """Why a tool cannot be called, "" where it can."""
    if told["switched_off"]:
        return f"(switched off by `{told['switched_off']}`)"
    return f"(needs {', '.join(told['missing'])}: {told['install']})" if told["missing"] else ""
