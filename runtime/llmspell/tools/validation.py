"""Checks the parameters of a call against the tool's schema, and says which one is wrong.

What scripts of the original do stays allowed (spec tools §3.2, §10): keys that a tool does not know
are left out of account, `10.0` is a whole number, an empty Lua table may stand for a list. A key
that is nearly one of the tool's is taken for a slip, though: it would go unnoticed otherwise.
"""

from __future__ import annotations

from llmspell.errors import ValidationError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

SIMILAR = 0.74
"""How much alike (0 to 1) an unknown key is to a known one that was meant, of about its length."""


class Validator:
    """The parameters of one tool. schema: their JSON Schema."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        from jsonschema_rs import validator_for

        self._schema = schema
        self._properties: Mapping[str, Any] = schema.get("properties", {})
        self._validator = validator_for(dict(schema))
        self._aliases = {
            alias: name
            for name, value in self._properties.items()
            for alias in value.get("x-aliases", ())
        }

    def check(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """The parameters under their canonical names; raises ValidationError naming the field."""
        found: dict[str, Any] = {}
        for key, value in params.items():
            name = key if key in self._properties else self._aliases.get(key, key)
            if value is not None and (name == key or name not in params):
                found[name] = self._converted(name, value)
        if not self._validator.is_valid(found):
            raise self._first_error(found)
        for key in found:
            if key not in self._properties and self._properties:
                self._refuse_slip(key, found)
        return found

    def _converted(self, name: str, value: Any) -> Any:
        type_ = self._properties.get(name, {}).get("type")
        if isinstance(value, float) and type_ == "integer" and value.is_integer():
            return int(value)
        if value == {} and type_ == "array":
            return []
        return value

    def _refuse_slip(self, key: str, found: Mapping[str, Any]) -> None:
        near = self._nearest(key)
        if near and near not in found:
            raise ValidationError(f"unknown parameter '{key}'; did you mean '{near}'?", field=key)

    def _nearest(self, key: str) -> str | None:
        from difflib import get_close_matches

        similar = [name for name in self._properties if abs(len(name) - len(key)) <= 1]
        return next(iter(get_close_matches(key, similar, 1, SIMILAR)), None)

    def _first_error(self, found: Mapping[str, Any]) -> ValidationError:
        errors = sorted(
            self._validator.iter_errors(dict(found)), key=lambda error: len(error.instance_path)
        )
        error = errors[0]
        field = _place(error.instance_path)
        absent = getattr(error.kind, "property", None)
        if isinstance(absent, str) and "required" in map(str, error.schema_path):
            place = f"{field}.{absent}" if field else absent
            given = next((key for key in found if self._nearest(key) == absent), None)
            hint = f"; '{given}' was given" if given and given != absent else ""
            return ValidationError(f"'{place}' is needed{hint}", field=place)
        allowed = getattr(error.kind, "options", None)
        if isinstance(allowed, list):
            return ValidationError(_not_allowed(field, error.instance, allowed), field=field)
        return ValidationError(
            f"'{field}': {error.message}" if field else error.message, field=field
        )


def _not_allowed(field: str, value: Any, allowed: list[Any]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(str(value), map(str, allowed), 1, 0.6)
    hint = f"did you mean '{near[0]}'? It" if near else "it"
    return f"'{field}' cannot be {value!r}; {hint} is one of {', '.join(map(str, allowed))}"


def _place(path: list[Any]) -> str:
    text = ""
    for part in path:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text
