"""Bibliographies as text, read into entries whose fields are those of CSL-JSON 1.0.2.

Two formats: BibTeX, and YAML as Hayagriva writes it (key to an object with `type`, `title`,
`author`, `date`, `parent` and so on).
"""

from __future__ import annotations

import re

from llmspell.errors import ValidationError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


class Entry:
    """One work. kind: its type as the source names it; issues: what is wrong with it."""

    def __init__(self, key: str, kind: str, csl: dict[str, Any], issues: list[str]) -> None:
        self.key = key
        self.kind = kind
        self.csl = {name: value for name, value in csl.items() if value}
        self.issues = issues


class Bibliography:
    """The entries of a text, and problems that belong to none of them."""

    def __init__(self, entries: list[Entry], problems: list[str]) -> None:
        self.entries = entries
        self.problems = problems


def read(format_: str, text: str) -> Bibliography:
    """The bibliography of a text in `yaml` or `bibtex`; raises ValidationError for `input`."""
    found = _from_bibtex(text) if format_ == "bibtex" else _from_yaml(text)
    if not found.entries and not found.problems:
        raise ValidationError("the bibliography has no entries", field="input")
    return found


# BibTeX

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


def _from_bibtex(text: str) -> Bibliography:
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
    issued = _date(written) or {}
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
        "accessed": _date(first("urldate")),
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


# YAML

_YAML_TYPES = {
    "anthology": "book",
    "anthos": "chapter",
    "article": "article",
    "artwork": "graphic",
    "audio": "song",
    "blog": "post-weblog",
    "book": "book",
    "case": "legal_case",
    "chapter": "chapter",
    "conference": "paper-conference",
    "entry": "entry",
    "legislation": "legislation",
    "manuscript": "manuscript",
    "misc": "article",
    "newspaper": "article-newspaper",
    "original": "book",
    "patent": "patent",
    "periodical": "article-journal",
    "post": "post",
    "proceedings": "book",
    "reference": "book",
    "report": "report",
    "thesis": "thesis",
    "thread": "post",
    "video": "motion_picture",
    "web": "webpage",
}
_ARTICLES_IN = {
    "blog": "post-weblog",
    "conference": "paper-conference",
    "newspaper": "article-newspaper",
    "periodical": "article-journal",
    "proceedings": "paper-conference",
}


def _from_yaml(text: str) -> Bibliography:
    import yaml

    if ":" not in text:
        raise ValidationError("this is no bibliography in YAML: it has no colon", field="input")
    try:
        # BaseLoader makes texts, lists and objects only.
        given = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506
    except (yaml.YAMLError, RecursionError) as error:
        raise ValidationError(f"this is no YAML: {error}", field="input") from None
    if not isinstance(given, dict):
        raise ValidationError("the YAML has to be keys with works below them", field="input")
    entries, problems = [], []
    for key, fields in given.items():
        if isinstance(key, str) and isinstance(fields, dict):
            entries.append(_yaml_entry(key, fields))
        else:
            problems.append(f"'{key}' has no fields")
    return Bibliography(entries, problems)


def _yaml_entry(key: str, fields: dict[str, Any]) -> Entry:
    kind = str(fields.get("type", "")).lower()
    parents = fields.get("parent") or {}
    parent = parents[0] if isinstance(parents, list) and parents else parents
    parent = parent if isinstance(parent, dict) else {}
    within = str(parent.get("type", "")).lower()

    def own(name: str) -> Any:
        return fields.get(name) or parent.get(name) or ""

    issues = [f"'{name}' is missing" for name in ("type", "title") if not fields.get(name)]
    if kind and kind not in _YAML_TYPES:
        issues.append(f"'{kind}' is no type of Hayagriva")
    issued = _date(_text(own("date")))
    if own("date") and not issued:
        issues.append(f"'{_text(own('date'))}' is no date")
    url, serial = own("url"), own("serial-number")
    accessed = _date(_text(url.get("date", ""))) if isinstance(url, dict) else None
    serials = serial.items() if isinstance(serial, dict) else ()
    numbers = {str(name).lower(): each for name, each in serials}
    publisher = own("publisher")
    place = publisher.get("location", "") if isinstance(publisher, dict) else ""
    type_ = _YAML_TYPES.get(kind, "article")
    if kind == "article":
        type_ = _ARTICLES_IN.get(within, type_)
    csl = {
        "id": key,
        "type": type_,
        "title": _text(fields.get("title", "")),
        "author": _yaml_names(fields.get("author", [])),
        "editor": _yaml_names(own("editor")),
        "container-title": _text(parent.get("title", "")),
        "volume": _text(own("volume")),
        "issue": _text(own("issue")),
        "page": re.sub(r"\s*[-–—]+\s*", "-", _text(own("page-range"))),  # noqa: RUF001 - dashes
        "edition": _text(own("edition")),
        "publisher": _text(publisher) or _text(own("organization")),
        "publisher-place": _text(place) or _text(own("location")),
        "DOI": _text(numbers.get("doi") or own("doi")),
        "URL": _text(url),
        "ISBN": _text(numbers.get("isbn") or own("isbn")),
        "ISSN": _text(numbers.get("issn") or own("issn")),
        "genre": _text(own("genre")),
        "note": _text(own("note")),
        "issued": issued,
        "accessed": accessed,
    }
    return Entry(key, kind, csl, issues)


def _text(value: Any) -> str:
    """A field as text; formattable ones and URLs have it in `value`, publishers in `name`."""
    if isinstance(value, dict):
        value = value.get("value") or value.get("name") or ""
    return value if isinstance(value, str) else ""


def _yaml_names(value: Any) -> list[dict[str, str]]:
    found = []
    for name in value if isinstance(value, list) else [value]:
        if isinstance(name, dict):
            person = {
                "family": _text(name.get("name", "")),
                "given": _text(name.get("given-name", "")),
                "non-dropping-particle": _text(name.get("prefix", "")),
                "suffix": _text(name.get("suffix", "")),
            }
            found.append({part: text for part, text in person.items() if text})
        elif isinstance(name, str) and name.strip():
            family, comma, given = (part.strip() for part in name.partition(","))
            found.append({"family": family, "given": given} if comma else {"literal": family})
    return found


def _date(text: str) -> dict[str, Any] | None:
    """`2024`, `2024-05` or `2024-05-31` as CSL writes it; None for anything else."""
    parts = re.fullmatch(r"(-?\d{1,4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?", text.strip(), re.ASCII)
    return {"date-parts": [[int(part) for part in parts.groups() if part]]} if parts else None
