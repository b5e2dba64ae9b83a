"""Bibliographies in YAML as Hayagriva writes them.

Keys stand over objects with `type`, `title`, `author`, `date`, `parent` and so on; a work has from
its parent what it does not say itself.
"""

from __future__ import annotations

import re

from llmspell.errors import ValidationError
from llmspell.tools.builtin.utility.bibliography import Bibliography, Entry, date

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


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


def read_yaml(text: str) -> Bibliography:
    """The entries of a text; raises ValidationError for `input` where it is no such YAML."""
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
    issued = date(_text(own("date")))
    if own("date") and not issued:
        issues.append(f"'{_text(own('date'))}' is no date")
    url, serial = own("url"), own("serial-number")
    accessed = date(_text(url.get("date", ""))) if isinstance(url, dict) else None
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
