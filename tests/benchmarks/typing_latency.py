"""How soon the list of completions is shown in VS Code's window after a key."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.e2e.built_extension import packaged
from tests.e2e.code_server import code_server
from tests.e2e.workbench import Workbench, workbench

from .figure import Figure

ROUNDS = 20
LINES = 800
PACE = 100
"""Milliseconds between keys: somebody who types fast."""

# Measured in the page, from the event of the key to the frame in which rows are to be seen. VS Code
# marks the list as `visible` 100 ms later, when a mouse that rests there may act upon it.
_WATCH = """
() => {
  const rows = '.suggest-widget .monaco-list-row';
  const shown = () => {
    const box = document.querySelector(rows)?.getBoundingClientRect();
    return box !== undefined && box.height > 0 && box.right > 0;
  };
  window.waited = [];
  document.addEventListener('keydown', ({ key, ctrlKey }) => {
    const begin = performance.now();
    if (shown() || ctrlKey || key.length > 1) {
      return;
    }
    const look = () => {
      if (shown()) {
        window.waited.push(performance.now() - begin);
      } else if (performance.now() - begin < 5000) {
        requestAnimationFrame(look);
      }
    };
    requestAnimationFrame(look);
  }, true);
}
"""


def figures() -> list[Figure]:
    """First letters and dots in the middle and at the end of a long spell, and what VS Code takes.

    The latter: the list of words that it makes by itself in a text file of the same content.
    """
    spell: list[float] = []
    plain: list[float] = []
    with _window() as window:
        window.open_file("long.lua")
        window.lens("Run spell").wait_for()
        for line in (LINES // 2, LINES):
            spell += _lists(window, line, ("S", "tate"), (".", ""))
        window.open_file("long.txt")
        plain += _lists(window, LINES, ("s", ""))
    return [
        Figure("800 lines: key -> list of completions, p50", statistics.median(spell), "ms"),
        Figure("800 lines: key -> list of completions, p95", _rare(spell), "ms", 150),
        Figure("VS Code alone: key -> list of words, p50", statistics.median(plain), "ms"),
        Figure("VS Code alone: key -> list of words, p95", _rare(plain), "ms"),
    ]


def _rare(waited: list[float]) -> float:
    return statistics.quantiles(waited, n=20)[-1]


@contextmanager
def _window() -> Iterator[Workbench]:
    with TemporaryDirectory() as name:
        folder = Path(name)
        workspace = folder / "workspace"
        workspace.mkdir()
        for file in ("long.lua", "long.txt"):
            (workspace / file).write_text(_spell(), "utf-8")
        with code_server(folder, extensions=(packaged(),)) as address, workbench() as window:
            window.open(address, workspace)
            window.page.evaluate(_WATCH)
            yield window


def _lists(window: Workbench, line: int, *typed: tuple[str, str]) -> list[float]:
    """Milliseconds until lists are shown in a new line, for keys each followed by other text."""
    window.go_to(line)
    window.press("End", "Enter")
    waited: list[float] = []
    for _ in range(ROUNDS + 1):
        for key, rest in typed:
            window.type(key, PACE)
            window.page.wait_for_function("window.waited.length === 1")
            waited += window.page.evaluate("window.waited.splice(0)")
            window.type(rest, PACE)
            window.press("Escape")
            window.page.locator(".suggest-widget").wait_for(state="hidden")
        for _ in "".join(map("".join, typed)):
            window.page.keyboard.press("Backspace", delay=PACE)
    return waited[len(typed) :]  # the very first list is another figure


def _spell() -> str:
    functions = [
        f"--- Adds up, and keeps the sum {number}.\n"
        f"local function sum_{number}(first, second)\n"
        "  local total = first + second\n"
        "  if total > 10 then\n"
        '    print("large", total)\n'
        "  end\n"
        f'  State.save("global", "sum-{number}", total)\n'
        "  return total\n"
        "end\n"
        f"print(sum_{number}({number}, 2))\n"
        for number in range(LINES // 10)
    ]
    return "".join(functions)
