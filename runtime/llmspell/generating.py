"""Writes, or checks, files that are generated; for the programs that `make generate` runs."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path


def write_or_check(files: Mapping[Path, str], arguments: list[str]) -> int:
    """Writes the files that are stale; with `--check` says which are, and gives 1 if any is.

    files: path -> the text that it should have.
    """
    stale = [
        path
        for path, text in files.items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    for path in stale:
        if "--check" in arguments:
            print(f"stale: {path}", file=sys.stderr)  # noqa: T201
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(files[path], encoding="utf-8")
            print(f"wrote {path}")  # noqa: T201
    return 1 if stale and "--check" in arguments else 0
