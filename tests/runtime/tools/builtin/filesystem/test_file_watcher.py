"""`file-watcher`: what is done to files while it watches."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from llmspell.errors import LLMSpellError, SecurityError, ToolError, ValidationError
from llmspell.tools.service import Tools


def watch(tools: Tools, *paths: str, **params: Any) -> Any:
    asked = {"operation": "watch", "input": list(paths), "timeout_ms": 20_000, **params}
    done = tools.invoke("file-watcher", asked)
    assert done.success
    assert done.result["event_count"] == len(done.result["events"])
    return done.result["events"]


@contextmanager
def repeated(action: Callable[[int], object]) -> Iterator[None]:
    """Does something again and again, since only the watcher knows when it began to watch."""
    done = threading.Event()

    def work() -> None:
        number = 0
        while not done.wait(0.02):
            action(number)
            number += 1

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def test_new_files_are_told(confined: Tools, inside: Path) -> None:
    with repeated(lambda number: (inside / f"{number}.txt").touch()):
        events = watch(confined, ".", max_events=1)
    assert len(events) == 1
    assert events[0]["event_type"] == "Create"
    assert Path(events[0]["path"]).parent == inside
    assert events[0]["old_path"] is None
    assert events[0]["timestamp"].endswith("Z")


def test_changed_files_are_told_once(confined: Tools, inside: Path) -> None:
    (inside / "a.txt").touch()
    with repeated(lambda number: (inside / "a.txt").write_text(str(number))):
        events = watch(confined, "a.txt", max_events=1, debounce_ms=50)
    assert [(each["event_type"], each["path"]) for each in events] == [
        ("Modify", str(inside / "a.txt"))
    ]


def test_deleted_files_are_told(confined: Tools, inside: Path) -> None:
    for number in range(1000):
        (inside / str(number)).touch()
    with repeated(lambda number: (inside / str(number)).unlink()):
        events = watch(confined, ".", max_events=1)
    assert events[0]["event_type"] == "Delete"
    assert not Path(events[0]["path"]).exists()


def test_renamed_files_are_told_with_their_old_name(confined: Tools, inside: Path) -> None:
    for number in range(1000):
        (inside / f"{number}.old").touch()

    def rename(number: int) -> None:
        (inside / f"{number}.old").rename(inside / f"{number}.new")

    with repeated(rename):
        events = watch(confined, ".", pattern="*.new", max_events=1)
    assert events[0]["event_type"] == "Rename"
    new = Path(events[0]["path"])
    assert events[0]["old_path"] == str(new.with_suffix(".old"))


def test_it_ends_when_it_is_quiet_again(confined: Tools, inside: Path) -> None:
    def once_in_a_while(number: int) -> None:
        if number % 50 == 10:
            (inside / str(number)).touch()

    with repeated(once_in_a_while):
        events = watch(confined, ".")
    assert len(events) == 1


def test_patterns_choose_paths(confined: Tools, inside: Path) -> None:
    def both(number: int) -> None:
        (inside / f"{number}.txt").touch()
        (inside / f"{number}.lua").touch()

    with repeated(both):
        events = watch(confined, ".", pattern="*/in/*.l[u]a", max_events=3)
    assert {Path(each["path"]).suffix for each in events} == {".lua"}


@pytest.mark.parametrize("recursive", [True, False])
def test_folders_below_count_unless_told_otherwise(
    confined: Tools, inside: Path, recursive: bool
) -> None:
    (inside / "deep").mkdir()
    with repeated(lambda number: (inside / "deep" / str(number)).touch()):
        events = watch(
            confined, ".", pattern="*/deep/*", recursive=recursive, max_events=1, timeout_ms=1000
        )
    assert len(events) == int(recursive)


def test_what_links_lead_to_outside_is_not_told(
    confined: Tools, inside: Path, outside: Path
) -> None:
    (inside / "link").symlink_to(outside)
    with repeated(lambda number: (outside / str(number)).touch()):
        assert watch(confined, ".", timeout_ms=1000) == []


def test_nothing_happens_until_the_time_is_over(confined: Tools) -> None:
    assert watch(confined, ".", timeout_ms=10) == []


def test_a_cancelled_call_ends(confined: Tools) -> None:
    handle = confined.submit("file-watcher", {"operation": "watch", "input": ["."]})
    ended = threading.Event()
    handle.future.add_done_callback(lambda _: ended.set())
    handle.cancel()
    assert ended.wait(10)


def test_its_limits(confined: Tools) -> None:
    assert confined.invoke("file-watcher", {"operation": "config"}).result == {
        "max_events": 1000,
        "default_timeout": 300,
        "default_debounce_ms": 100,
        "max_paths": 100,
    }


@pytest.mark.parametrize(
    ("params", "error", "field"),
    [
        ({"input": ["."]}, ValidationError, "operation"),
        ({"operation": "wait", "input": ["."]}, ValidationError, "operation"),
        ({"operation": "watch"}, ValidationError, "input"),
        ({"operation": "watch", "input": {}}, ValidationError, "input"),
        ({"operation": "watch", "input": "."}, ValidationError, "input"),
        ({"operation": "watch", "input": [1]}, ValidationError, "input[1]"),
        ({"operation": "watch", "input": ["none"]}, ToolError, None),
        ({"operation": "watch", "input": ["."] * 101}, ToolError, None),
        ({"operation": "watch", "input": ["."], "pattern": "a[b"}, ToolError, None),
        ({"operation": "watch", "input": ["."], "max_events": 0}, ToolError, None),
        ({"operation": "watch", "input": ["../inner"]}, SecurityError, None),
        ({"operation": "watch", "input": ["/etc"]}, SecurityError, None),
    ],
)
def test_mistakes_name_the_parameter(
    confined: Tools, params: dict[str, Any], error: type[LLMSpellError], field: str | None
) -> None:
    with pytest.raises(error) as raised:
        confined.invoke("file-watcher", params)
    assert raised.value.details.get("field") == field
