"""notebookDocument/didOpen, notebookDocument/didChange and notebookDocument/didClose."""

from __future__ import annotations

from typing import Any

import pytest

from tests.server.raw import RawClient

NOTEBOOK = "file:///book.ipynb"
CELL = "vscode-notebook-cell:/book.ipynb#1"


def cell(uri: str, text: str) -> dict[str, Any]:
    return {"uri": uri, "languageId": "lua", "version": 1, "text": text}


@pytest.fixture
def opened(raw: RawClient) -> RawClient:
    capabilities: dict[str, Any] = {"notebookDocument": {"synchronization": {}}}
    advertised = raw.initialize(capabilities=capabilities)["capabilities"]
    assert advertised["notebookDocumentSync"] == {
        "notebookSelector": [{"cells": [{"language": "lua"}]}]
    }
    notebook = {
        "uri": NOTEBOOK,
        "notebookType": "jupyter-notebook",
        "version": 1,
        "cells": [{"kind": 2, "document": CELL}],
    }
    raw.notify(
        "notebookDocument/didOpen",
        {"notebookDocument": notebook, "cellTextDocuments": [cell(CELL, "X = = 1")]},
    )
    return raw


def change(client: RawClient, cells: dict[str, Any]) -> None:
    client.notify(
        "notebookDocument/didChange",
        {"notebookDocument": {"uri": NOTEBOOK, "version": 2}, "change": {"cells": cells}},
    )


def test_cells_are_documents(opened: RawClient) -> None:
    assert len(opened.problems(CELL)) == 1
    edit = {"document": {"uri": CELL, "version": 2}, "changes": [{"text": "X = 1"}]}
    change(opened, {"textContent": [edit]})
    assert opened.problems(CELL) == []


def test_cells_come_and_go(opened: RawClient) -> None:
    assert len(opened.problems(CELL)) == 1
    second = "vscode-notebook-cell:/book.ipynb#2"
    array = {"start": 0, "deleteCount": 1, "cells": [{"kind": 2, "document": second}]}
    structure = {
        "array": array,
        "didOpen": [cell(second, "Y = = 1")],
        "didClose": [{"uri": CELL}],
    }
    change(opened, {"structure": structure})
    found = opened.problems_of(CELL, second)
    assert (len(found[CELL]), len(found[second])) == (0, 1)


def test_a_closed_notebook_has_no_problems(opened: RawClient) -> None:
    assert len(opened.problems(CELL)) == 1
    opened.notify(
        "notebookDocument/didClose",
        {"notebookDocument": {"uri": NOTEBOOK}, "cellTextDocuments": [{"uri": CELL}]},
    )
    assert opened.problems(CELL) == []


def test_a_change_of_an_unknown_notebook_does_no_harm(raw: RawClient) -> None:
    raw.initialize()
    change(raw, {})
    assert "notebookDocument/didChange failed" in raw.notification("window/logMessage")["message"]


def test_hover_leads_to_another_cell(raw: RawClient) -> None:
    raw.initialize(
        capabilities={
            "notebookDocument": {"synchronization": {}},
            "textDocument": {"hover": {"contentFormat": ["markdown"]}},
        }
    )
    second = "vscode-notebook-cell:/book.ipynb#2"
    cells = [{"kind": 2, "document": CELL}, {"kind": 2, "document": second}]
    notebook = {"uri": NOTEBOOK, "notebookType": "it", "version": 1, "cells": cells}
    texts = [cell(CELL, "\nfunction Say() end"), cell(second, "Say()")]
    raw.notify(
        "notebookDocument/didOpen", {"notebookDocument": notebook, "cellTextDocuments": texts}
    )
    place = {"textDocument": {"uri": second}, "position": {"line": 0, "character": 1}}
    said = raw.request("textDocument/hover", place)["result"]["contents"]["value"]
    assert said.endswith(f"Defined in [line 2 of another cell]({CELL})")


def test_what_a_cell_defined_goes_with_it(raw: RawClient) -> None:
    raw.initialize(capabilities={"notebookDocument": {"synchronization": {}}})
    second = "vscode-notebook-cell:/book.ipynb#2"
    cells = [{"kind": 2, "document": CELL}, {"kind": 2, "document": second}]
    notebook = {"uri": NOTEBOOK, "notebookType": "jupyter-notebook", "version": 1, "cells": cells}
    texts = [cell(CELL, "function surely_new() end"), cell(second, "surely_new()")]
    raw.notify(
        "notebookDocument/didOpen", {"notebookDocument": notebook, "cellTextDocuments": texts}
    )
    assert raw.problems(second) == []
    edit = {"document": {"uri": CELL, "version": 2}, "changes": [{"text": "function G() end"}]}
    change(raw, {"textContent": [edit]})
    while not (found := raw.problems(second)):
        pass  # other documents are looked at once an edit has been over for a while
    assert [each["code"] for each in found] == ["undefined-global"]
