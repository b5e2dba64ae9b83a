"""`llmspell tool` in real processes."""

from __future__ import annotations

import json

import pytest

from tests.runtime.cli.conftest import Shell
from tests.runtime.cli.test_completion import offered

HIDES_HTTPX = """
import importlib.util
find_spec = importlib.util.find_spec
importlib.util.find_spec = lambda name, *rest: None if name == "httpx" else find_spec(name, *rest)
"""


def test_lists_in_three_forms(shell: Shell) -> None:
    names = shell("llmspell", "tool", "list").ok().split()
    assert names == sorted(names)
    assert {"base64-encoder", "file-operations"} <= set(names)
    assert shell("llmspell", "tool", "list", "--format", "json").json == names
    pretty = shell("llmspell", "--output", "pretty", "tool", "list").ok()
    assert pretty.startswith("Available Tools:\n" + "─" * 50)
    assert pretty.endswith(f"Total: {len(names)} tools\n")


def test_details_tell_of_all_tools_also_of_those_that_cannot_be_called(shell: Shell) -> None:
    shell.write("off.toml", "[tools.system]\nenabled = false\n")
    told = shell("llmspell", "tool", "list", "--details", "--format", "json").json
    assert [each["name"] for each in told] == shell("llmspell", "tool", "list").ok().split()
    words = ["--config", "off.toml", "tool", "list", "--details"]
    off = {each["name"]: each for each in shell("llmspell", *words, "--format", "json").json}
    assert off["process-executor"]["switched_off"] == "tools.system.enabled"
    assert off["process-executor"]["permissions"] == ["command", "read", "write"]
    assert off["http-requester"]["aliases"] == ["http-request"]
    lines = shell("llmspell", *words, "--category", "system").ok().splitlines()
    assert len({line.index("restricted") for line in lines if "restricted" in line}) == 1
    assert all(line.endswith("(switched off by `tools.system.enabled`)") for line in lines)
    pretty = shell("llmspell", *words, "--category", "media", "--format", "pretty").ok()
    count = sum(each["category"] == "media" for each in off.values())
    assert pretty.startswith("Tools:\n" + "─" * 50) and pretty.endswith(f"\nTotal: {count} tools\n")


def test_what_lacks_a_library_is_told_with_what_installs_it(shell: Shell) -> None:
    shell.write("sitecustomize.py", HIDES_HTTPX)
    shell.environ["PYTHONPATH"] = str(shell.folder)
    assert "http-requester" not in shell("llmspell", "tool", "list").ok()
    told = shell("llmspell", "tool", "info", "http-requester").json
    assert told["missing"] == ["httpx"]
    assert told["install"] == "pip install 'llmspell[tools]'"
    lines = shell("llmspell", "tool", "list", "--details").ok().splitlines()
    [line] = [line for line in lines if line.startswith("http-requester")]
    assert line.endswith("(needs httpx: pip install 'llmspell[tools]')")


def test_a_category_is_found_in_any_case_and_an_unknown_one_is_empty(shell: Shell) -> None:
    assert "file-operations" in shell("llmspell", "tool", "list", "--category", "FILESYSTEM").ok()
    assert shell("llmspell", "tool", "list", "--category", "nope").ok() == ""


def test_a_search_ranks_names_before_descriptions(shell: Shell) -> None:
    assert shell("llmspell", "tool", "search", "base64").ok().split()[0] == "base64-encoder"
    assert "file-operations" in shell("llmspell", "tool", "search", "source_path").ok()


def test_info_has_level_and_schema(shell: Shell) -> None:
    told = shell("llmspell", "tool", "info", "file_operations", "--show-schema").json
    assert told["status"] == "ok"
    assert told["security_level"] == "privileged"
    assert told["schema"]["properties"]["operation"]["enum"][0] == "read"
    unknown = shell("llmspell", "tool", "info", "file-operation")
    assert unknown.code == 1
    assert "Tool info error: Tool 'file-operation' not found; did you mean" in unknown.err


ENCODE = {"operation": "encode", "input": "Hello"}


@pytest.mark.parametrize(
    ("words", "stdin"),
    [
        (["--params", json.dumps(ENCODE)], ""),
        (["--params", "-"], json.dumps(ENCODE)),
        (["--params-file", "params.json"], ""),
        (["--params-file", "-"], json.dumps(ENCODE)),
        (["operation=encode", "input=Hello"], ""),
        (["--params", '{"operation": "decode"}', "operation=encode", "input=Hello"], ""),
    ],
)
def test_parameters_come_from_words_files_and_stdin(
    shell: Shell, words: list[str], stdin: str
) -> None:
    shell.write("params.json", json.dumps(ENCODE))
    done = shell("llmspell", "tool", "invoke", "base64-encoder", *words, stdin=stdin.encode())
    assert done.json["tool"] == "base64-encoder"
    assert json.loads(done.json["result"]["text"])["result"]["output"] == "SGVsbG8="


def test_a_word_with_another_name_of_a_parameter_has_its_type(shell: Shell) -> None:
    words = ["chart-renderer", "operation=bar", "values=[1,2]", "--answer"]
    assert shell("llmspell", "tool", "invoke", *words).json["success"] is True


def test_the_answer_is_printed_alone(shell: Shell) -> None:
    words = ["base64-encoder", "operation=encode", "input=Hello", "--answer"]
    assert shell("llmspell", "tool", "invoke", *words).json["result"]["output"] == "SGVsbG8="


def test_the_only_source_of_tools_is_this_installation(shell: Shell) -> None:
    assert "calculator" in shell("llmspell", "tool", "--source", "local", "list").ok()
    other = shell("llmspell", "tool", "--source", "mcp:x", "list")
    assert (other.code, "Invalid source: 'mcp:x'" in other.err) == (1, True)


def test_words_are_json_where_the_tool_wants_no_text(shell: Shell) -> None:
    words = ["operation=encode", "input=ff", "binary_input=true", "--text"]
    assert shell("llmspell", "tool", "invoke", "base64-encoder", *words).ok() == "/w==\n"


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["nope"], 1, "Tool invocation error: Tool 'nope' not found"),
        (["base64-encoder", "operation=encode"], 1, "'input' is needed"),
        (["base64-encoder", "--params", "{"], 2, "Invalid JSON"),
        (["base64-encoder", "--params", "[1]"], 2, "Invalid JSON"),
        (["base64-encoder", "operation"], 2, "is no KEY=VALUE"),
        (["base64-encoder", "binary_input=maybe"], 2, "the tool wants boolean"),
    ],
)
def test_mistakes_are_told(shell: Shell, words: list[str], code: int, message: str) -> None:
    done = shell("llmspell", "tool", "invoke", *words)
    assert done.code == code
    assert message in done.err


def test_the_examples_of_a_tool_are_run(shell: Shell) -> None:
    said = shell("llmspell", "tool", "test", "base64-encoder", "--verbose").ok()
    assert '  ✓ example 1: {"operation": "encode", "input": "Hello, World!"}\n' in said
    assert said.endswith("✓ Tool 'base64-encoder' test successful\n")
    report = shell("llmspell", "tool", "test", "base64-encoder", "--output", "json").json
    assert report["success"] is True
    unknown = shell("llmspell", "tool", "test", "nope")
    assert (unknown.code, "Tool test error" in unknown.err) == (1, True)


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("llmspell tool info base", "plain,base64-encoder"),
        ("llmspell tool list --category fi", "plain,filesystem"),
        ("llmspell tool invoke base64-encoder vari", "plain,variant="),
        ("llmspell tool invoke base64-encoder variant=u", "plain,variant=url-safe"),
    ],
)
def test_names_and_parameters_are_completed(shell: Shell, line: str, wanted: str) -> None:
    assert wanted in offered(shell, line)
