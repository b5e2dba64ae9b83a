"""Rules for values: what each looks at, and what is wrong with a value by it (spec tools §8.3)."""

from __future__ import annotations

import json
import re
from functools import lru_cache

from llmspell.errors import ValidationError
from llmspell.security.patterns import compile_pattern
from llmspell.tools.builtin.utility.date_formats import parsed_as
from llmspell.tools.builtin.utility.json_diff import equal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Rule = dict[str, Any]

MOST_ERRORS = 100

_EMAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}")
_PHONE = re.compile(r"\+?[1-9]\d{1,14}", re.ASCII)
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):(.*)", re.IGNORECASE | re.DOTALL)
_AUTHORITY = re.compile(
    r"[/\\]*(?:[^/\\?#]*@)?(?P<host>\[[0-9a-f:.]+\]|[^\s/\\?#@:<>^|%\[\]\x00-\x20]+)"
    r"(?::(?P<port>\d*))?(?:[/\\?#].*)?",
    re.IGNORECASE | re.DOTALL,
)
_SPECIAL = frozenset({"http", "https", "ws", "wss", "ftp"})


class Errors:
    """What was found wrong, at most 100 times. pause: called now and then, may raise."""

    def __init__(self, pause: Callable[[], object]) -> None:
        self.pause = pause
        self.found: list[dict[str, Any]] = []

    def add(self, field: str, value: Any, rule: Rule, message: str) -> None:
        """Notes a problem of one field."""
        if len(self.found) < MOST_ERRORS:
            told = f"{rule['type']} {_described(rule)}".strip()
            message = ValidationError.prefix + message
            self.found.append({"field": field, "value": value, "rule": told, "message": message})


def _described(rule: Rule) -> str:
    rest = {key: value for key, value in rule.items() if key != "type"}
    return json.dumps(rest, ensure_ascii=False) if rest else ""


def rules_of(container: Any, place: str = "rules") -> list[Rule]:
    """The rules in `{rules = {…}}`, checked, also those within them.

    Raises ValidationError with the field `rules`, naming the place.
    """
    rules = container.get("rules") if isinstance(container, dict) else None
    if rules == {}:  # an empty Lua table
        rules = []
    if not isinstance(rules, list):
        raise _wrong(f"'{place}' has to be like {{rules = {{ {{type = \"required\"}} }}}}")
    for number, rule in enumerate(rules, 1):
        _check_rule(rule, f"{place}.rules[{number}]")
    return rules


def _wrong(message: str) -> ValidationError:
    return ValidationError(message, field="rules")


_INTEGER, _NUMBER, _TEXT = (int,), (int, float), (str,)
_FIELDS: dict[str, dict[str, tuple[type, ...]]] = {
    "required": {},
    "type": {"expected!": _TEXT},
    "length": {"min": _INTEGER, "max": _INTEGER},
    "range": {"min": _NUMBER, "max": _NUMBER},
    "pattern": {"regex!": _TEXT},
    "enum": {"values!": (list,)},
    "email": {},
    "url": {},
    "date": {"format!": _TEXT},
    "custom": {"name!": _TEXT},
    "array": {"min_items": _INTEGER, "max_items": _INTEGER, "unique": (bool,)},
    "object": {"properties": (dict,), "required": (list,), "additional_properties": (bool,)},
}
"""The fields of each rule and their types; `!` marks those that it needs."""


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_TYPES: dict[str, Callable[[Any], bool]] = {
    "null": lambda value: value is None,
    "boolean": lambda value: isinstance(value, bool),
    "number": _is_number,
    "string": lambda value: isinstance(value, str),
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
}


def _check_rule(rule: Any, place: str) -> None:
    kind = str(rule.get("type")) if isinstance(rule, dict) else ""
    fields = _FIELDS.get(kind)
    if fields is None:
        raise _wrong(f"'{place}' has no known 'type'; there are {', '.join(_FIELDS)}")
    for field, types in fields.items():
        name, value = field.rstrip("!"), rule.get(field.rstrip("!"))
        if value == {} and list in types:
            value = rule[name] = []
        if value is None and not field.endswith("!"):
            continue
        odd = isinstance(value, bool) and bool not in types
        if not isinstance(value, types) or odd:
            raise _wrong(f"'{place}.{name}' of the rule '{kind}' is missing or of the wrong type")
    _check_content(kind, rule, place)


def _check_content(kind: str, rule: Rule, place: str) -> None:
    if kind == "pattern":
        try:
            _compiled(rule["regex"])
        except ValidationError as error:
            raise _wrong(f"'{place}.regex': {error}") from None
    elif kind == "type" and rule["expected"] not in _TYPES:
        raise _wrong(f"'{place}.expected' has to be one of {', '.join(_TYPES)}")
    elif kind == "date":
        try:
            parsed_as("", rule["format"])
        except ValidationError as error:
            raise _wrong(f"'{place}.format': {error}") from None
    elif kind == "array" and rule.get("item_rules") is not None:
        rules_of(rule["item_rules"], f"{place}.item_rules")
    elif kind == "object":
        for name, container in (rule.get("properties") or {}).items():
            rules_of(container, f"{place}.properties.{name}")


def apply(rules: list[Rule], value: Any, field: str, errors: Errors) -> None:
    """Looks at a value by all rules; a rule stops at its first problem, except within lists."""
    for rule in rules:
        kind = rule["type"]
        if kind == "array":
            _apply_to_array(rule, value, field, errors)
        elif kind == "object":
            _apply_to_object(rule, value, field, errors)
        else:
            problem = _PROBLEMS[kind](rule, value)
            if problem:
                errors.add(field, value, rule, f"{field} {problem}")


def _apply_to_array(rule: Rule, value: Any, field: str, errors: Errors) -> None:
    if not isinstance(value, list):
        errors.add(field, value, rule, f"{field} has to be an array")
        return
    low, high = rule.get("min_items"), rule.get("max_items")
    if low is not None and len(value) < low:
        errors.add(field, value, rule, f"{field} has fewer than {low} items")
    elif high is not None and len(value) > high:
        errors.add(field, value, rule, f"{field} has more than {high} items")
    elif rule.get("unique") and len({_key(item) for item in value}) < len(value):
        errors.add(field, value, rule, f"{field} has an item twice")
    if rule.get("item_rules") is not None:
        below = rules_of(rule["item_rules"])
        for index, item in enumerate(value):
            errors.pause()
            apply(below, item, f"{field}[{index}]", errors)


def _key(value: Any) -> str:
    """The same text for the same JSON value, 1 and 1.0 among them."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, dict):
        return (
            "{" + ",".join(f"{json.dumps(key)}:{_key(value[key])}" for key in sorted(value)) + "}"
        )
    if isinstance(value, list):
        return "[" + ",".join(map(_key, value)) + "]"
    return json.dumps(value)


def _apply_to_object(rule: Rule, value: Any, field: str, errors: Errors) -> None:
    if not isinstance(value, dict):
        errors.add(field, value, rule, f"{field} has to be an object")
        return
    properties = rule.get("properties") or {}
    missing = [name for name in rule.get("required") or () if name not in value]
    unknown = [name for name in value if name not in properties]
    if missing:
        errors.add(f"{field}.{missing[0]}", None, rule, f"{field}.{missing[0]} is needed")
    elif unknown and rule.get("additional_properties") is False:
        name = unknown[0]
        errors.add(f"{field}.{name}", value[name], rule, f"{field}.{name} is not allowed")
    for name, container in properties.items():
        if name in value:
            apply(rules_of(container), value[name], f"{field}.{name}", errors)


def _required(_: Rule, value: Any) -> str:
    return "is needed" if value is None or value == "" else ""


def _type(rule: Rule, value: Any) -> str:
    return "" if _TYPES[rule["expected"]](value) else f"has to be of type {rule['expected']}"


def _length(rule: Rule, value: Any) -> str:
    if isinstance(value, str):
        return _between(rule, len(value.encode()), "bytes")
    return _between(rule, len(value), "items") if isinstance(value, list) else ""


def _range(rule: Rule, value: Any) -> str:
    return _between(rule, value, "") if _is_number(value) else ""


def _between(rule: Rule, number: float, unit: str) -> str:
    low, high = rule.get("min"), rule.get("max")
    if low is not None and number < low:
        return f"is {number} {unit}".strip() + f", below {low}"
    if high is not None and number > high:
        return f"is {number} {unit}".strip() + f", above {high}"
    return ""


def _pattern(rule: Rule, value: Any) -> str:
    if isinstance(value, str) and not _compiled(rule["regex"]).search(value):
        return f"does not match '{rule['regex']}'"
    return ""


@lru_cache(maxsize=64)
def _compiled(regex: str) -> Any:
    """A compiled pattern, kept for the items of a list."""
    return compile_pattern(regex)


def _enum(rule: Rule, value: Any) -> str:
    return "" if any(equal(value, each) for each in rule["values"]) else "is none of the values"


def _email(_: Rule, value: Any) -> str:
    fits = isinstance(value, str) and _EMAIL.fullmatch(value)
    return "" if fits else "is no e-mail address"


def _url(_: Rule, value: Any) -> str:
    return "" if isinstance(value, str) and is_url(value) else "is no URL"


def is_url(text: str) -> bool:
    """Whether a text is an absolute URL, close to what the WHATWG standard says."""
    parts = _SCHEME.fullmatch(text.strip())
    if parts is None:
        return False
    if parts[1].lower() not in _SPECIAL:
        return True
    authority = _AUTHORITY.fullmatch(parts[2])
    return authority is not None and int(authority["port"] or 0) < 65_536


def _date(rule: Rule, value: Any) -> str:
    fits = isinstance(value, str) and parsed_as(value, rule["format"]) is not None
    return "" if fits else f"is no date like '{rule['format']}'"


def _custom(rule: Rule, value: Any) -> str:
    name = rule["name"]
    check = _CUSTOM.get(name)
    if check is None:
        return f"has the unknown rule '{name}'; there are {', '.join(_CUSTOM)}"
    return "" if isinstance(value, str) and check(value) else f"is no {name.replace('_', ' ')}"


def _is_credit_card(text: str) -> bool:
    """13 to 19 digits whose check digit is right (ISO/IEC 7812, Luhn)."""
    digits = [int(each) for each in text if each in "0123456789"]
    doubled = (sum(divmod(2 * each, 10)) for each in digits[-2::-2])
    return 13 <= len(digits) <= 19 and (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


_CUSTOM: dict[str, Callable[[str], object]] = {
    "phone": _PHONE.fullmatch,
    "uuid": _UUID.fullmatch,
    "credit_card": _is_credit_card,
}
_PROBLEMS: dict[str, Callable[[Rule, Any], str]] = {
    "required": _required,
    "type": _type,
    "length": _length,
    "range": _range,
    "pattern": _pattern,
    "enum": _enum,
    "email": _email,
    "url": _url,
    "date": _date,
    "custom": _custom,
}
