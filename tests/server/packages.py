"""Python packages that describe kinds of strings, as if they were installed."""

from __future__ import annotations

from pathlib import Path


def write_package(site: Path, name: str, source: str, kinds: str) -> None:
    """Writes a package for `PYTHONPATH`. kinds: the attribute with its kinds."""
    metadata = site / f"{name}-1.0.dist-info"
    metadata.mkdir(parents=True)
    (site / f"{name}.py").write_text(source)
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(f"[llmspell.kinds]\nall = {name}:{kinds}\n")
