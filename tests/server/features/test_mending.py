"""From a problem to the text without it, as a client goes that way, through a real server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.server.raw import RawClient, edits_by_uri

URI, OTHER = "file:///w/spell.lua", "file:///w/point.lua"


def fixes(client: RawClient, source: str, code: str) -> dict[str, dict[str, Any]]:
    """The quick fixes of the problem with a code, by their titles."""
    client.open(source, URI)
    (problem,) = [each for each in client.problems(URI) if each["code"] == code]
    found = client.request(
        "textDocument/codeAction",
        {
            "textDocument": {"uri": URI},
            "range": problem["range"],
            "context": {"diagnostics": [problem], "only": ["quickfix"]},
        },
    )["result"]
    return {each["title"]: each for each in found}


def edits(client: RawClient, action: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """What an action does to each document; asked for, where the client is told so only then."""
    if "edit" not in action:
        action = client.request("codeAction/resolve", action)["result"]
    return edits_by_uri(action["edit"])


def test_a_string_that_may_have_been_meant(raw: RawClient) -> None:
    raw.initialize()
    declared = "---@param m 'fast'|'slow'\nlocal function f(m) return m end\n"
    found = fixes(raw, declared + 'f("fsat")', "param-type-mismatch")
    fix = found['Change to `"fast"`']
    assert fix["isPreferred"]
    (edit,) = edits(raw, fix)[URI]
    assert edit["newText"] == '"fast"'
    assert (edit["range"]["start"]["character"], edit["range"]["end"]["character"]) == (2, 8)


def test_a_fix_breaks_lines_as_the_document_does(raw: RawClient) -> None:
    raw.initialize()
    found = fixes(raw, "do\r\n  print(cuonter)\r\nend\r\n", "undefined-global")
    (edit,) = edits(raw, found["Ignore `undefined-global` here"])[URI]
    assert edit["newText"] == "  ---@diagnostic disable-next-line: undefined-global\r\n"


def test_a_field_is_declared_in_another_document(raw: RawClient) -> None:
    raw.initialize()
    raw.open("---@class Point\n---@field x integer\n", OTHER)
    found = fixes(raw, "---@type Point\nlocal p = { x = 1 }\np.y = 2\n", "inject-field")
    assert edits(raw, found["Declare `y` in `Point`"]) == {
        OTHER: [
            {
                "range": {
                    "start": {"line": 1, "character": 19},
                    "end": {"line": 1, "character": 19},
                },
                "newText": "\n---@field y integer",
            }
        ]
    }


def test_an_operator_of_another_language(raw: RawClient) -> None:
    raw.initialize()
    assert "Write `~=`" in fixes(raw, "if a != b then end", "syntax-error")


def test_all_that_is_safe_is_fixed_at_once(raw: RawClient) -> None:
    raw.initialize()
    source = "local a, b = 1\nlocal function f(x, ...) print(x) return end\nf(a, b)  \nx = 1\n"
    raw.open(source, URI)
    for kind in ("source.fixAll", "source.fixAll.llmspell"):
        (action,) = raw.request(
            "textDocument/codeAction",
            {
                "textDocument": {"uri": URI},
                "range": {"start": {"line": 0, "character": 0}, "end": {"line": 4, "character": 0}},
                "context": {"diagnostics": [], "only": [kind]},
            },
        )["result"]
        assert action["kind"] == "source.fixAll.llmspell"
        lines = source.split("\n")
        for edit in sorted(
            edits(raw, action)[URI], key=lambda each: -each["range"]["start"]["character"]
        ):
            start, end = edit["range"]["start"], edit["range"]["end"]
            line = lines[start["line"]]
            lines[start["line"]] = (
                line[: start["character"]] + edit["newText"] + line[end["character"] :]
            )
        assert "\n".join(lines) == (
            "local a, b = 1, nil\nlocal function f(x) print(x)  end\nf(a, b)\nx = 1\n"
        )


def test_a_few_of_many_modules_are_offered_the_nearest_first(raw: RawClient) -> None:
    raw.initialize()
    for number in range(8):
        raw.open("return {}", f"file:///w/{'deep/' * (number % 4)}d{number}/tool.lua")
    added = [title for title in fixes(raw, "tool.run()", "undefined-global") if "require" in title]
    names = [title.partition('"')[2].partition('"')[0] for title in added]
    assert names == ["d0.tool", "d4.tool", "deep.d1.tool", "deep.d5.tool", "deep.deep.d2.tool"]


def test_a_module_with_a_name_like_a_misspelt_one(raw: RawClient, tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "greeting.lua").write_text("return {}")
    raw.initialize(workspaceFolders=[{"uri": tmp_path.as_uri(), "name": "w"}])
    uri = raw.open("print(require('lib.greting'))", (tmp_path / "main.lua").as_uri())
    while not (told := raw.problems(uri)):
        pass  # until all files are known
    context = {"diagnostics": told, "only": ["quickfix"]}
    params = {"textDocument": {"uri": uri}, "range": told[0]["range"], "context": context}
    found = raw.request("textDocument/codeAction", params)["result"]
    assert "Change to `lib.greeting`" in [each["title"] for each in found]
