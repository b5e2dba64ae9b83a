"""Debugging changes no program: the official Lua tests and our examples, with a breakpoint on each
line and going on at each stop, write and end as they do without a debugger.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .test_instrument_official import NAMES, official_tests, text_of

HERE = Path(__file__).parent
EXAMPLES = sorted((HERE.parents[2] / "examples").rglob("*.lua"))

LEFT_OUT = {
    "heavy": "fills the memory of the machine, and takes hours",
    "all": "runs the other files, which are here one by one, and measures times",
}
# Statements that cannot hold, and why; each is found by its text, and left out in all runs.
LEFT_OUT_LINES: dict[str, dict[bytes, str]] = {
    "db": {
        b'assert(debug.getinfo(1).namewhat == "hook")': "the engine's dispatcher calls the hook",
        b'assert(string.find(sndline, "hook"))': "the same",
        b"assert(cl == total - start + 2)": "an engine's coroutine has a frame more, for stopping",
        b"assert(countlines(rest1) == 10 and countlines(rest2) == 11)": "the same frame",
        b"assert(1000 < a and a < 1012)": "counts instructions, with those of the debugger",
        b"assert(250 < a and a < 255)": "the same",
    },
    "gc": {
        b'assert(collectgarbage("count") <= m + 1)': "to the KB: what a debugger keeps is in there",
    },
    "events": {
        b"debug.setmetatable(true, mt)": "scripts have no `debug.setmetatable`; breakpoints use it",
        b"assert(getmetatable(false) == mt)": "the same",
        b"assert((true)[false] == true)": "the same",
        b"assert((false)[false] == false)": "the same",
        b"debug.setmetatable(false, nil)": "the same",
    },
}
MEASURES = {"logging-and-timers"}  # writes times, memory and random ids
# Where a file ends early under the engine itself, with and without a debugger.
ENDS_EARLY = {"attrib": "`require` of the engine says other things of a wrong `package.path`"}


def outcome(script: Path, mode: str, prelude: Path | None) -> tuple[str, int]:
    """What a script writes, without what no two runs have in common, and how often it stopped."""
    home = script.parent.parent
    command = [sys.executable, str(HERE / "official.py"), script.name, mode, str(prelude or "")]
    environ = {"HOME": str(home), "PATH": os.environ["PATH"]}
    done = subprocess.run(command, cwd=script.parent, capture_output=True, timeout=120, env=environ)
    assert done.returncode == 0, done.stderr.decode("utf-8", "replace")
    text = done.stdout.decode("utf-8", "replace")
    text = re.sub(r"0x[0-9a-f]{6,}", "0x…", text)
    text = re.sub(r"\d{4}-\d\d-\d\d[ T][\d:.]+", "DATE", text)
    text = re.sub(r"[\d.]+ ?ms\b", "TIME", text)
    stops = re.search(rb"(\d+)\s*$", done.stderr)
    return text, int(stops[1]) if stops else 0


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in NAMES if name not in LEFT_OUT])
def test_an_official_test(tmp_path: Path, name: str) -> None:
    text_of(name)  # skips where the tests cannot be had
    folder = official_tests()
    assert folder is not None
    shutil.copytree(folder, tmp_path / "testes")
    script = tmp_path / "testes" / f"{name}.lua"
    source = script.read_bytes()
    for line in LEFT_OUT_LINES.get(name, {}):
        assert line in source
        source = source.replace(line, b"")
    script.write_bytes(source)
    unsandboxed = HERE / "unsandboxed.lua"
    plain, _ = outcome(script, "plain", unsandboxed)
    assert ("ended by: " in plain) == (name in ENDS_EARLY), plain
    for mode in ("auto", "hook"):
        debugged, stops = outcome(script, mode, unsandboxed)
        assert comparable(debugged) == comparable(plain), mode
        assert stops > 0, mode


def comparable(text: str) -> list[str]:
    """The lines but those that tell times, dates, random numbers, memory or how deep C went."""
    return [
        line
        for line in text.replace(">>> closing state <<<", "").split("\n")
        if not re.search(
            r"random|seed|time|memory|sorting|comparisons|count|done on|short-circuit|^\.*$",
            line,
            re.IGNORECASE,
        )
    ]


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["auto", "compiled", "hook"])
@pytest.mark.parametrize("script", EXAMPLES, ids=lambda path: path.stem)
def test_an_example(tmp_path: Path, script: Path, mode: str) -> None:
    runs = []
    for way in ("plain", mode):
        folder = tmp_path / "home" / "example"
        shutil.rmtree(folder.parent, ignore_errors=True)  # a spell may keep state there
        shutil.copytree(script.parent, folder)
        runs.append(outcome(folder / script.name, way, None))
    (plain, _), (debugged, stops) = runs
    if script.stem in MEASURES:
        debugged, plain = (
            re.sub(r"[-\d.a-f]*\d[-\d.a-f]*| +|-+", "", t) for t in (debugged, plain)
        )
    assert debugged == plain
    assert stops > 0
