"""What scripts of the original rely on (spec tools §14), asked from Lua."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from fpdf import FPDF

from llmspell.app import Runtime

NAMES = """
base64-encoder calculator data-validator datetime-handler diff-calculator hash-calculator
template-creator text-manipulator uuid-generator citation-formatter csv-analyzer json-processor
graph-builder pdf-processor graphql-query http-requester archive-handler file-converter
file-operations file-search file-watcher environment-reader process-executor service-checker
system-monitor audio-processor image-processor video-processor web-searcher url-analyzer
web-scraper api-tester webhook-caller webpage-monitor sitemap-crawler email-sender
database-connector
"""


def test_all_tools_of_the_original_are_there(make_runtime: Callable[..., Runtime]) -> None:
    listed = make_runtime().run(
        "local n = {} for _, t in ipairs(Tool.list()) do n[#n + 1] = t.name end return n"
    )
    assert set(NAMES.split()) <= set(listed.value)
    assert len(NAMES.split()) == 37


CHECKS = {
    "a calculation": """
        local r = Tool.execute("calculator", {operation = "evaluate", input = "2 + 3 * 4"})
        return r.success == true and r.operation == "evaluate" and r.result.result == 14
            and r.result.result_type == "float" and type(r._raw_text) == "string"
            and next(r.metadata) == nil""",
    "the calculator never raises": """
        for _, params in ipairs {
            {input = "(2 + 3"}, {operation = "nothing", input = "1"}, {operation = "evaluate"},
            {input = 5}, {input = "1", variables = 3}, {},
        } do
            local r = Tool.execute("calculator", params)
            if r.success or type(r.error) ~= "table" or r.operation ~= "evaluate"
                or not r.error.message:find("^Validation error: ") then return r end
        end
        return true""",
    "base64": """
        local r = Tool.execute("base64-encoder", {operation = "encode", input = "Hello, World!"})
        return r.result.output == "SGVsbG8sIFdvcmxkIQ==" """,
    "a file is written and read": """
        Tool.execute("file-operations", {operation = "write", path = "x.txt", input = "héllo"})
        local r = Tool.execute("file-operations", {operation = "read", path = "x.txt"})
        return r.text == "héllo" and r.metadata.response.success == true
            and r.metadata.response.result.size == 6""",
    "`action` is another name of `operation`": """
        local r = Tool.execute("file-operations", {action = "exists", path = "x.txt"})
        return r.metadata.response.operation == "exists" """,
    "the keys of a file that is JSON are those of the result": """
        local text = '{"success": true, "a": 1}'
        Tool.execute("file-operations", {operation = "write", path = "x.json", input = text})
        local r = Tool.execute("file-operations", {operation = "read", path = "x.json"})
        return r.success == true and r.a == 1""",
    "reading elsewhere raises": """
        local ok, e = pcall(Tool.execute, "file-operations", {operation = "read", path = "/etc/passwd"})
        e = tostring(e)
        return not ok and e:find("Security violation: ", 1, true) and e:find("not in allowed", 1, true)
            and true""",
    "writing elsewhere is returned": """
        local params = {operation = "write", path = "/etc/llmspell", input = "x"}
        local r = Tool.execute("file-operations", params)
        return r.metadata.response.result.error_type == "security_violation" """,
    "a hash": """
        local r = Tool.execute("hash-calculator", {operation = "hash", algorithm = "md5", input = "test"})
        return r.result.hash == "098f6bcd4621d373cade4e832627b4f6" and r.result.algorithm == "MD5" """,
    "a UUID is validated without an envelope": """
        local uuid = "6f9619ff-8b86-4011-b42d-00c04fc964ff"
        return Tool.execute("uuid-generator", {operation = "validate", uuid = uuid}).data.valid""",
    "jq gives data": """
        local input = {users = {{name = "b"}, {name = "a"}}}
        local r = Tool.execute("json-processor", {input = input, query = ".users | map(.name) | sort"})
        return r.data[1] == "a" and r.data[2] == "b" and r.metadata.response.operation == "query" """,
    "a PDF's text is two results deep": """
        local r = Tool.execute("pdf-processor", {operation = "extract_text", input = "a.pdf"})
        return r.result.result.text:find("Hello PDF", 1, true) and true""",
    "a graph is two results deep": """
        local r = Tool.execute("graph-builder", {operation = "create_graph", graph_type = "directed"})
        return r.result.result.graph_type == "directed" """,
    "an allowed program runs": """
        local r = Tool.execute("process-executor", {executable = "echo", arguments = {"hi"}})
        return r.success and r.result.stdout == "hi\\n" """,
    "a refused program does not": """
        local ok, e = pcall(Tool.execute, "process-executor", {executable = "rm", arguments = {"x"}})
        return not ok and tostring(e):find("Security violation: ", 1, true) and true""",
    "this machine is out of reach": """
        for _, name in ipairs {"webhook-caller", "http-requester", "api-tester"} do
            local ok, e = pcall(Tool.execute, name, {input = "http://127.0.0.1/", payload = {}})
            if ok or not tostring(e):find("Network access denied", 1, true) then return e end
        end
        return true""",
    "an unknown name raises": """
        local ok, e = pcall(Tool.execute, "x", {})
        return not ok and tostring(e):find("Tool 'x' not found", 1, true) and true""",
    "a failure says where it was called": """
        local wrong = {operation = "hash"}
        local _, one = pcall(Tool.execute, "hash-calculator", wrong)
        local _, other = pcall(function() return Tool.get("hash-calculator"):execute(wrong) end)
        return tostring(one):find("Tool execution failed: ", 1, true)
            and tostring(other):find("Tool 'hash-calculator' execution failed: ", 1, true) and true""",
    "calls work within coroutines": """
        local co = coroutine.create(function()
            return Tool.execute("process-executor", {executable = "echo", arguments = {"co"}})
        end)
        local ok, r = coroutine.resume(co)
        return ok and r.result.stdout == "co\\n" """,
    "mail and databases write one line": """
        for _, call in ipairs {{"email-sender", {operation = "preview", to = "a@b.example", subject = "s",
                from = "c@d.example", body = "b", provider = "smtp"}},
            {"database-connector", {operation = "schema"}}} do
            if Tool.execute(call[1], call[2])._raw_text:find("\\n") then return call[1] end
        end
        return true""",
}


@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)
def test_scripts_see_what_they_saw(
    check: str, make_runtime: Callable[..., Runtime], tmp_path: Path
) -> None:
    page = FPDF()
    page.add_page()
    page.set_font("helvetica")
    page.cell(text="Hello PDF")
    page.output(str(tmp_path / "a.pdf"))
    assert make_runtime().run(check).value is True
