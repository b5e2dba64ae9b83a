"""Kinds whose values name files, such as the modules of `require`."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from attrs import frozen

from .kind import Files
from .sources import KindSources


@frozen
class Entry:
    """A file or folder that may come next in a value."""

    label: str
    path: str
    is_folder: bool


def entries(files: Files, before: str, sources: KindSources) -> Iterator[Entry]:
    """What may follow the part of a value that ends with its last separator (or is empty)."""
    inner = before.replace(files.separator, "/")
    seen = set()
    for root in _roots(files, inner, sources):
        folder = posixpath.join(root, inner)
        names = sources.listing(posixpath.normpath(folder)) or {}
        for name, is_folder in sorted(names.items()):
            label = name if is_folder else _label(files, name)
            if label and label not in seen and not (files.separator == "." and "." in label):
                seen.add(label)
                yield Entry(label, posixpath.normpath(posixpath.join(folder, name)), is_folder)


def resolved(files: Files, content: str, sources: KindSources) -> str | None:
    """The path of what a value names; empty when nothing has it, None when that is not known."""
    if not content or "\0" in content:
        return ""
    inner = content.replace(files.separator, "/")
    certain = True
    roots = tuple(_roots(files, inner, sources))
    for root in roots:
        for pattern in files.patterns:
            path = posixpath.normpath(posixpath.join(root, pattern.replace("?", inner)))
            found = sources.found(path)
            if found == "file" or (found == "folder" and files.folders):
                return path
            certain = certain and found is not None
    return "" if roots and certain and _all_known(files, sources) else None


def _all_known(files: Files, sources: KindSources) -> bool:
    return all(root in sources.roots for root in files.roots)


def _roots(files: Files, inner: str, sources: KindSources) -> Iterator[str]:
    if files.separator == "/" and inner.startswith("/"):
        yield "/"
        return
    yield from dict.fromkeys(sources.roots[root] for root in files.roots if root in sources.roots)


def _label(files: Files, name: str) -> str:
    """The part of a value that a file's name stands for; empty for a file that none does."""
    if files.extensions and not name.endswith(files.extensions):
        return ""
    for pattern in files.patterns:
        head, _, tail = pattern.partition("?")
        if not head and "/" not in tail and name.endswith(tail):
            return name.removesuffix(tail) if tail else name
    return ""
