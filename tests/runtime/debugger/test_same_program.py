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
        b"assert(250 < a and a < 255)": "the engine's dispatcher takes some of them, also without one",
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
# What two runs of an official test write differently without a debugger too, and the one thing that
# depends on it.
VARYING: dict[str, dict[str, str]] = {
    "constructs": {r"(?<=short-circuit optimizations \()\d": "one of two, at random"},
    "cstack": {r"(?<=final count: \t)\d+": "how deep it goes depends on the frames below"},
    "files": {r"(?<=test done on ).*": "the time"},
    "math": {
        r"(?<=random seeds: ).*": "random",
        r"(?<=random range in ).*": "random",
    },
    "sort": {
        r"[\d.]+(?= msec)": "a time",
        r"\d+(?= comparisons)": "depends on the random elements",
    },
}
EXAMPLES_VARYING: dict[str, dict[str, str]] = {
    "first-spell": {r"(?<=All of this took )[\d.]+(?= ms)": "a time"},
    "logging-and-timers": {
        r"\d{4}-\d\d-\d\d [\d:.]+": "the time",
        r"(?<=everything took )[\d.]+(?= ms)": "a time",
        r"(?m)^(timer|-+|import|parse) [ \d.a-z-]*$": "times, and a table as wide as they are",
        r"(?<=\n)(import|import;parse) \d+": "a time",
        r"\d+(?= [kM]B)": "memory",
        r"timer_[0-9a-f-]{36}": "a random id",
        r"(?<=stats = \{)[\w =,]+": "memory",
    },
}
# Where a file ends early under the engine itself, with and without a debugger.
ENDS_EARLY = {"attrib": "`require` of the engine says other things of a wrong `package.path`"}


def outcome(script: Path, mode: str, prelude: Path | None) -> tuple[str, int]:
    """What a script writes, and how often it stopped."""
    home = script.parent.parent
    command = [sys.executable, str(HERE / "official.py"), script.name, mode, str(prelude or "")]
    environ = {"HOME": str(home), "PATH": os.environ["PATH"]}
    done = subprocess.run(command, cwd=script.parent, capture_output=True, timeout=120, env=environ)
    assert done.returncode == 0, done.stderr.decode("utf-8", "replace")
    stops = re.search(rb"(\d+)\s*$", done.stderr)
    return done.stdout.decode("utf-8", "replace"), int(stops[1]) if stops else 0


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
        assert comparable(name, debugged) == comparable(name, plain), mode
        assert stops > 0, mode


def comparable(name: str, text: str) -> str:
    """All that an official test writes, but for what its entry in `VARYING` names."""
    for pattern in VARYING.get(name, {}):
        assert re.search(pattern, text), pattern
        text = re.sub(pattern, "…", text)
    return text


@pytest.mark.slow
@pytest.mark.parametrize("script", EXAMPLES, ids=lambda path: path.stem)
def test_an_example(tmp_path: Path, script: Path) -> None:
    def comparable_outcome(mode: str) -> tuple[str, int]:
        folder = tmp_path / "home" / "example"
        shutil.rmtree(folder.parent, ignore_errors=True)  # a spell may keep state there
        shutil.copytree(script.parent, folder)
        text, stops = outcome(folder / script.name, mode, None)
        for pattern in EXAMPLES_VARYING.get(script.stem, {}):
            assert re.search(pattern, text), pattern
            text = re.sub(pattern, "…", text)
        return text, stops

    plain, _ = comparable_outcome("plain")
    for mode in ("auto", "compiled", "hook"):
        debugged, stops = comparable_outcome(mode)
        assert debugged == plain, mode
        assert stops > 0, mode
