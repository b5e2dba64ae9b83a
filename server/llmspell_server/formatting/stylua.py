"""StyLua, an external program that formats Lua (https://github.com/JohnnyMorganz/StyLua)."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from ..analysis.formatting.style import Style
from .styles import stylua_file

_TIME_OUT = 5.0  # seconds; 10 000 lines take it less than one


class StyluaFailed(Exception):
    """StyLua gave no result; the message is the first line of what it said."""


def stylua_program() -> str | None:
    """The path of StyLua. Only PATH counts: a project's own folders may be hostile."""
    return shutil.which("stylua")


def run_stylua(
    program: str, source: str, style: Style, path: Path | None, span: tuple[int, int] | None
) -> str:
    """What StyLua makes of a text. Raises StyluaFailed.

    style: for files without a `stylua.toml`, which StyLua reads itself. span: offsets between which
    statements are formatted; None: all.
    """
    command = [program, "--syntax", "Lua54", "--no-editorconfig"]
    if path is not None and stylua_file(path) is not None:
        command += ["--search-parent-directories"]
    else:
        kind = "Tabs" if style.tabs else "Spaces"
        ends = "Windows" if style.line_end == "\r\n" else "Unix"
        command += ["--indent-type", kind, "--indent-width", str(style.width)]
        command += ["--line-endings", ends]
    if path is not None:
        command += ["--stdin-filepath", str(path)]
    if span is not None:
        start, end = (len(source[:offset].encode()) for offset in span)
        command += ["--range-start", str(start), "--range-end", str(end)]
    folder = path.parent if path is not None and path.parent.is_dir() else None
    try:
        done = subprocess.run(  # noqa: S603 - the user's own StyLua
            [*command, "-"],
            input=source.encode(),
            capture_output=True,
            timeout=_TIME_OUT,
            cwd=folder,
            check=False,
        )
        target = done.stdout.decode()
    except (OSError, subprocess.TimeoutExpired, UnicodeError) as error:
        raise StyluaFailed(str(error)) from error
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip()
        raise StyluaFailed(said.partition("\n")[0] or f"exit code {done.returncode}")
    return target
