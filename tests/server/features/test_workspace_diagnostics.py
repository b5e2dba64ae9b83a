"""workspace/diagnostic: result ids, what is unchanged, and results in parts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.server.raw import RawClient


@pytest.fixture
def started(raw: RawClient, tmp_path: Path) -> RawClient:
    for name in ("a", "b"):
        (tmp_path / f"{name}.lua").write_text("X = = 1")
    (tmp_path / "good.lua").write_text("X = 1")
    folders = [{"uri": tmp_path.as_uri(), "name": "it"}]
    able = {
        "textDocument": {"diagnostic": {}},
        "workspace": {"diagnostics": {"refreshSupport": True}},
    }
    advertised = raw.initialize(capabilities=able, workspaceFolders=folders)
    assert advertised["capabilities"]["diagnosticProvider"]["workspaceDiagnostics"] is True
    return raw


def pull(client: RawClient, known: list[dict[str, Any]] | None = None) -> list[dict[str, Any]]:
    previous = [{"uri": each["uri"], "value": each["resultId"]} for each in known or ()]
    answer = client.request("workspace/diagnostic", {"previousResultIds": previous})
    items: list[dict[str, Any]] = answer["result"]["items"]
    return sorted(items, key=lambda item: str(item["uri"]))


def test_files_with_problems_are_told(started: RawClient, tmp_path: Path) -> None:
    found = pull(started)
    assert [each["uri"] for each in found] == [
        (tmp_path / f"{name}.lua").as_uri() for name in ("a", "b")
    ]
    assert [each["kind"] for each in found] == ["full", "full"]
    assert found[0]["version"] is None


def test_what_the_client_knows_is_unchanged(started: RawClient) -> None:
    found = pull(started)
    assert [each["kind"] for each in pull(started, found)] == ["unchanged", "unchanged"]


def test_what_was_put_right_is_told_with_the_version_that_is_open(
    started: RawClient, tmp_path: Path
) -> None:
    known = pull(started)
    uri = started.open("X = 1", (tmp_path / "a.lua").as_uri())
    first, second = pull(started, known)
    assert (first["uri"], first["kind"], first["version"], first["items"]) == (uri, "full", 1, [])
    assert second["kind"] == "unchanged"


def test_a_file_that_is_gone_has_no_problems(started: RawClient, tmp_path: Path) -> None:
    known = pull(started)
    (tmp_path / "a.lua").unlink()
    event = {"uri": (tmp_path / "a.lua").as_uri(), "type": 3}
    started.notify("workspace/didChangeWatchedFiles", {"changes": [event]})
    first, _ = pull(started, known)
    assert (first["kind"], first["items"]) == ("full", [])


def test_results_come_in_parts_where_the_client_wants_them(
    started: RawClient, tmp_path: Path
) -> None:
    params = {"previousResultIds": [], "partialResultToken": "parts"}
    number = started.ask("workspace/diagnostic", params)
    # A client that shows progress is told of the reading of files in between.
    while (part := started.notification("$/progress"))["token"] != "parts":
        pass
    assert len(part["value"]["items"]) == 2
    assert started.answer(number)["result"] == {"items": []}
