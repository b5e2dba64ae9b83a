"""Bibliographies in BibTeX, read with bibtexparser; LaTeX becomes plain text."""

from __future__ import annotations

import re

from llmspell.errors import ValidationError
from llmspell.tools.builtin.utility.bibliography import Bibliography, Entry, date

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

_BIBTEX_TYPES = {
    "article": "article-journal",
    "book": "book",
    "booklet": "pamphlet",
    "conference": "paper-conference",
    "electronic": "webpage",
    "inbook": "chapter",
    "incollection": "chapter",
    "inproceedings": "paper-conference",
    "manual": "book",
    "mastersthesis": "thesis",
    "misc": "article",
    "online": "webpage",
    "patent": "patent",
    "phdthesis": "thesis",
    "proceedings": "book",
    "report": "report",
    "techreport": "report",
    "thesis": "thesis",
    "unpublished": "manuscript",
    "www": "webpage",
}
_BIBTEX_NEEDS = {
    "article": ("author", "title", "journal|journaltitle", "year|date"),
    "book": ("author|editor", "title", "publisher", "year|date"),
    "booklet": ("title",),
    "conference": ("author", "title", "booktitle", "year|date"),
    "inbook": ("author|editor", "title", "chapter|pages", "publisher", "year|date"),
    "incollection": ("author", "title", "booktitle", "publisher", "year|date"),
    "inproceedings": ("author", "title", "booktitle", "year|date"),
    "manual": ("title",),
    "mastersthesis": ("author", "title", "school", "year|date"),
    "misc": (),
    "phdthesis": ("author", "title", "school", "year|date"),
    "proceedings": ("title", "year|date"),
    "techreport": ("author", "title", "institution", "year|date"),
    "unpublished": ("author", "title", "note"),
}
"""The fields that BibTeX's standard styles need; others need a title."""


def read_bibtex(text: str) -> Bibliography:
    """The entries of a text; raises ValidationError for `input` where it is no BibTeX."""
    from bibtexparser.entrypoint import parse_string

    if "@" not in text or "{" not in text:
        raise ValidationError("this is no BibTeX: it has no '@type{…}'", field="input")
    library = parse_string(text)
    problems = [
        f"line {(block.start_line or 0) + 1}: {str(block.error).partition(chr(10))[0]}"
        for block in library.failed_blocks
    ]
    entries = []
    for block in library.entries:
        fields = {field.key.lower(): str(field.value) for field in block.fields}
        entries.append(_bibtex_entry(block.key, block.entry_type.lower(), fields))
    return Bibliography(entries, problems)


def _bibtex_entry(key: str, kind: str, raw: dict[str, str]) -> Entry:
    from pylatexenc.latex2text import LatexNodes2Text

    convert = LatexNodes2Text().latex_to_text
    fields = {name: convert(value).strip() for name, value in raw.items()}

    def first(*names: str) -> str:
        return next((fields[name] for name in names if fields.get(name)), "")

    issues = [
        f"'{' or '.join(needed.split('|'))}' is missing"
        for needed in _BIBTEX_NEEDS.get(kind, ("title",))
        if not first(*needed.split("|"))
    ]
    if kind not in _BIBTEX_TYPES:
        issues.append(f"'{kind}' is no type of BibTeX")
    written = first("date", "year")
    issued = date(written) or {}
    if written and not issued:
        issues.append(f"'{written}' is no year")
    month = fields.get("month", "")
    number = _MONTHS.index(month[:3].lower()) + 1 if month[:3].lower() in _MONTHS else 0
    number = int(month) if month.isdigit() and 0 < int(month) < 13 else number
    if issued and number and len(issued["date-parts"][0]) == 1:
        issued["date-parts"][0].append(number)
    csl = {
        "id": key,
        "type": _BIBTEX_TYPES.get(kind, "article"),
        "title": first("title"),
        "author": _bibtex_names(raw.get("author", ""), convert, issues),
        "editor": _bibtex_names(raw.get("editor", ""), convert, issues),
        "container-title": first("journal", "journaltitle", "booktitle"),
        "collection-title": first("series"),
        "volume": first("volume"),
        "issue": first("number", "issue"),
        "page": re.sub(r"\s*[-–—]+\s*", "-", first("pages")),  # noqa: RUF001 - dashes of pages
        "edition": first("edition"),
        "publisher": first("publisher", "school", "institution", "organization"),
        "publisher-place": first("address", "location"),
        "DOI": re.sub(r"^https?://(dx\.)?doi\.org/", "", first("doi")),
        "URL": first("url") or _url_in(raw.get("howpublished", "")),
        "ISBN": first("isbn"),
        "ISSN": first("issn"),
        "note": first("note"),
        "issued": issued,
        "accessed": date(first("urldate")),
    }
    return Entry(key, kind, csl, issues)


def _url_in(text: str) -> str:
    found = re.search(r"https?://[^\s{}]+", text)
    return found[0] if found else ""


def _bibtex_names(text: str, convert: Any, issues: list[str]) -> list[dict[str, str]]:
    from bibtexparser.middlewares.names import (
        InvalidNameError,
        parse_single_name_into_parts,
        split_multiple_persons_names,
    )

    found = []
    for name in split_multiple_persons_names(text):
        if name.startswith("{") and name.endswith("}"):
            found.append({"literal": convert(name[1:-1])})
            continue
        try:
            parts = parse_single_name_into_parts(name)
        except InvalidNameError:
            issues.append(f"the name '{name}' is not understood")
            found.append({"literal": convert(name)})
            continue
        person = {
            "family": convert(" ".join(parts.last)),
            "given": convert(" ".join(parts.first)),
            "non-dropping-particle": convert(" ".join(parts.von)),
            "suffix": convert(" ".join(parts.jr)),
        }
        found.append({part: value for part, value in person.items() if value})
    return found
