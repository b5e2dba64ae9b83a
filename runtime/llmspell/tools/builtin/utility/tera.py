"""Tera templates on Jinja2: the filters, tests and functions of Tera 1 by their names.

A template reaches plain data only: attributes are keys of objects and places in lists, nothing of
Python is behind a dot, so there is nothing to call either but what is listed here.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from urllib.parse import quote

from jinja2 import StrictUndefined, TemplateRuntimeError, nodes, pass_context
from jinja2.runtime import LoopContext, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup, escape

from llmspell.tools.builtin.utility.date_formats import formatted, parsed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

LONGEST_RANGE = 1_000_000


class Missing(StrictUndefined):
    """What has no value: an error where it is used, but false in a condition."""

    __slots__ = ()

    def __bool__(self) -> bool:  # type: ignore[override]
        return False


class Tera(ImmutableSandboxedEnvironment):
    """The environment of templates. html: whether what is filled in is escaped for HTML."""

    def __init__(self, *, html: bool = True) -> None:
        super().__init__(undefined=Missing, autoescape=html, finalize=_finalize)
        kept = {name: self.filters[name] for name in _SHARED_FILTERS}
        self.filters = kept | _FILTERS
        self.tests = {name: self.tests[name] for name in _SHARED_TESTS} | _TESTS
        self.globals = {"range": _range, "throw": _throw, "now": _now}

    def getattr(self, obj: Any, attribute: str) -> Any:
        """A key of an object; `loop` has its own."""
        return self.getitem(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """A key of an object, or a place in a list."""
        if isinstance(obj, LoopContext):
            return super().getattr(obj, argument)
        if isinstance(obj, Missing):
            return obj[argument]
        try:
            if isinstance(obj, Mapping) or (isinstance(obj, list) and isinstance(argument, int)):
                return obj[argument]
        except LookupError:
            pass
        return self.undefined(obj=obj, name=argument)

    def is_safe_callable(self, obj: Any) -> bool:
        """Functions of Tera, and macros."""
        return isinstance(obj, Macro) or obj in self.globals.values()

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        """As Jinja2, with Tera's `for key, value in object`, `self::name()`, `endmacro name`."""
        source = _TAG.sub(_as_jinja, source)
        tree = super()._parse(source, name, filename)
        for loop in tree.find_all(nodes.For):
            if isinstance(loop.target, nodes.Tuple):
                loop.iter = nodes.Filter(
                    loop.iter, "__pairs", [], [], None, None, lineno=loop.lineno
                )
        return tree


_END_NAMED = re.compile(r"^(\{%[-+]?\s*endmacro)\s+\w+")
_TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)


def _as_jinja(tag: re.Match[str]) -> str:
    return _END_NAMED.sub(r"\1", tag[0].replace("self::", ""))


@pass_context
def _finalize(_: object, value: Any) -> Any:
    """As `_shown`; with the context, since Jinja2 would escape constants before it otherwise."""
    return _shown(value)


def _shown(value: Any) -> Any:
    """A value as Tera writes it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "[" + ", ".join(str(_shown(each)) for each in value) + "]"
    return "[object]" if isinstance(value, Mapping) else value


def _range(*, end: int, start: int = 0, step_by: int = 1) -> list[int]:
    found = range(start, end, step_by)
    if len(found) > LONGEST_RANGE:
        raise TemplateRuntimeError(f"range is longer than {LONGEST_RANGE}")
    return list(found)


def _throw(*, message: str) -> None:
    raise TemplateRuntimeError(message)


def _now(*, timestamp: bool = False, utc: bool = False) -> Any:
    from datetime import UTC, datetime

    moment = datetime.now(UTC)
    if timestamp:
        return int(moment.timestamp())
    return (moment if utc else moment.astimezone()).isoformat()


def _date(value: Any, format: str = "%Y-%m-%d", timezone: str = "") -> str:  # noqa: A002
    moment = parsed(str(value))
    if timezone:
        from zoneinfo import ZoneInfo

        moment = moment.astimezone(ZoneInfo(timezone))
    return formatted(moment, format)


def _truncate(value: Any, length: int = 255, end: str = "…") -> str:
    text = str(value)
    return text if len(text) <= length else text[:length] + end


def _slugify(value: Any) -> str:
    plain = unicodedata.normalize("NFKD", str(value)).encode("ascii", "ignore").decode()
    return "-".join(re.findall(r"[a-z0-9]+", plain.lower()))


def _field(item: Any, attribute: str) -> Any:
    """A field of an object by a dotted path, None where it is not there."""
    for part in attribute.split("."):
        item = item.get(part) if isinstance(item, Mapping) else None
    return item


def _sort(value: list[Any], attribute: str = "") -> list[Any]:
    return sorted(value, key=lambda item: _field(item, attribute) if attribute else item)


def _unique(value: list[Any], attribute: str = "", case_sensitive: bool = False) -> list[Any]:
    found: dict[str, Any] = {}
    for item in value:
        key = json.dumps(_field(item, attribute) if attribute else item, sort_keys=True)
        found.setdefault(key if case_sensitive else key.lower(), item)
    return list(found.values())


def _filter(value: list[Any], /, attribute: str, **wanted: Any) -> list[Any]:
    fields = [(item, _field(item, attribute)) for item in value]
    if "value" in wanted:
        return [item for item, field in fields if field == wanted["value"]]
    return [item for item, field in fields if field is not None]


def _group_by(value: list[Any], attribute: str) -> dict[str, list[Any]]:
    groups: dict[str, list[Any]] = {}
    for item in value:
        field = _field(item, attribute)
        if field is not None:
            groups.setdefault(str(_shown(field)), []).append(item)
    return groups


def _slice(value: list[Any], start: int = 0, end: int | None = None) -> list[Any]:
    return value[start:end]


def _concat(value: list[Any], **added: Any) -> list[Any]:
    more = added["with"]
    return value + (more if isinstance(more, list) else [more])


def _replace(value: Any, **change: str) -> str:
    return str(value).replace(change["from"], change["to"])


def _default(subject: Any, /, value: Any) -> Any:
    return value if isinstance(subject, Missing) else subject


def _get(value: Mapping[str, Any], key: str, default: Any = None) -> Any:
    if key not in value and default is None:
        raise TemplateRuntimeError(f"get: there is no key '{key}'")
    return value.get(key, default)


def _pluralize(value: float, singular: str = "", plural: str = "s") -> str:
    return singular if abs(value) == 1 else plural


def _round(value: float, method: str = "common", precision: int = 0) -> float:
    import math

    factor = 10**precision
    how: dict[str, Callable[[float], float]] = {
        "ceil": math.ceil,
        "floor": math.floor,
        "common": lambda number: math.floor(abs(number) + 0.5) * (1 if number >= 0 else -1),
    }
    found = how[method](value * factor) / factor
    return int(found) if found.is_integer() else found


def _int(value: Any, default: int = 0, base: int = 10) -> int:
    try:
        return int(value, base) if isinstance(value, str) and base != 10 else int(float(value))
    except (ValueError, TypeError, OverflowError):
        return default


def _float(value: Any, default: float = 0.0) -> float:
    try:
        return float(value)
    except (ValueError, TypeError):
        return default


def _json_encode(value: Any, pretty: bool = False) -> Markup:
    return Markup(json.dumps(value, ensure_ascii=False, indent=2 if pretty else None))  # noqa: S704


def _filesize(value: float) -> str:
    size, units = float(value), ("B", "KB", "MB", "GB", "TB", "PB")
    for unit in units:
        if size < 1024 or unit == units[-1]:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.2f} {unit}"
        size /= 1024
    return ""


def _pairs(value: Any) -> Any:
    return value.items() if isinstance(value, Mapping) else value


_SHARED_FILTERS = ("escape", "first", "last", "length", "safe", "striptags", "wordcount")
_FILTERS: dict[str, Callable[..., Any]] = {
    "__pairs": _pairs,
    "abs": abs,
    "addslashes": lambda value: re.sub(r"(['\"\\])", r"\\\1", str(value)),
    "as_str": lambda value: str(_shown(value)),
    "capitalize": lambda value: str(value)[:1].upper() + str(value)[1:].lower(),
    "concat": _concat,
    "date": _date,
    "default": _default,
    "escape_xml": escape,
    "filesizeformat": _filesize,
    "filter": _filter,
    "float": _float,
    "get": _get,
    "group_by": _group_by,
    "indent": lambda value, prefix="    ": str(value).replace("\n", "\n" + prefix),
    "int": _int,
    "join": lambda value, sep="": sep.join(str(_shown(each)) for each in value),
    "json_encode": _json_encode,
    "linebreaksbr": lambda value: str(value).replace("\r\n", "<br>").replace("\n", "<br>"),
    "lower": lambda value: str(value).lower(),
    "map": lambda value, attribute: [_field(each, attribute) for each in value],
    "nth": lambda value, n: value[n] if n < len(value) else "",
    "pluralize": _pluralize,
    "replace": _replace,
    "reverse": lambda value: value[::-1],
    "round": _round,
    "slice": _slice,
    "slugify": _slugify,
    "sort": _sort,
    "spaceless": lambda value: re.sub(r">\s+<", "><", str(value)),
    "split": lambda value, pat: str(value).split(pat),
    "title": lambda value: re.sub(r"\b\w", lambda each: each[0].upper(), str(value).lower()),
    "trim": lambda value: str(value).strip(),
    "trim_end": lambda value: str(value).rstrip(),
    "trim_end_matches": lambda value, pat: re.sub(f"(?:{re.escape(pat)})+$", "", str(value)),
    "trim_start": lambda value: str(value).lstrip(),
    "trim_start_matches": lambda value, pat: re.sub(f"^(?:{re.escape(pat)})+", "", str(value)),
    "truncate": _truncate,
    "unique": _unique,
    "upper": lambda value: str(value).upper(),
    "urlencode": lambda value: quote(str(value), safe="/"),
    "urlencode_strict": lambda value: quote(str(value), safe=""),
}
_SHARED_TESTS = (
    "defined",
    "undefined",
    "divisibleby",
    "even",
    "odd",
    "iterable",
    "number",
    "string",
)
_TESTS: dict[str, Callable[..., bool]] = {
    "containing": lambda value, part: part in value,
    "ending_with": lambda value, part: str(value).endswith(part),
    "object": lambda value: isinstance(value, Mapping),
    "starting_with": lambda value, part: str(value).startswith(part),
}
