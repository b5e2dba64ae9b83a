"""From JSON to argument classes: forgiving about what is unknown or null, strict about types."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar, get_origin

import attrs
import cattrs
from cattrs.cols import list_structure_factory
from cattrs.gen import make_dict_structure_fn, override

from llmspell_debug_adapter.protocol.messages import BAD, Refused

T = TypeVar("T")


class _Wrong(Exception):
    """A value of the wrong kind; says what was wanted."""


def _of_kind(kind: type, wanted: str) -> Callable[[Any, Any], Any]:
    def structure(value: Any, _: Any) -> Any:
        if kind is int and isinstance(value, float) and value.is_integer():
            return int(value)
        if kind is float and isinstance(value, int) and not isinstance(value, bool):
            return float(value)
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise _Wrong(f"must be {wanted}")
        return value

    return structure


def _quantity(value: Any, _: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise _Wrong("must be a number or a string")
    return value


def camel(name: str) -> str:
    """`lines_start_at1` -> `linesStartAt1`."""
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def _attrs_hook(converter: cattrs.Converter, cls: Any) -> Callable[[Any, Any], Any]:
    fields = attrs.fields(attrs.resolve_types(cls))
    names: dict[str, Any] = {
        field.name: override(rename=field.metadata.get("json") or camel(field.name))
        for field in fields
    }
    structure = make_dict_structure_fn(cls, converter, **names)

    def without_nulls(value: Any, kind: Any) -> Any:
        if not isinstance(value, Mapping):
            raise _Wrong("must be an object")
        return structure({k: v for k, v in value.items() if v is not None}, kind)

    return without_nulls


def _is_list(kind: Any) -> bool:
    origin: Any = get_origin(kind)
    return origin is list


def _list_hook(converter: cattrs.Converter, kind: Any) -> Callable[[Any, Any], Any]:
    structure = list_structure_factory(kind, converter)

    def no_other_sequence(value: Any, kind: Any) -> Any:
        if not isinstance(value, list):  # a string is one too, and would become its letters
            raise _Wrong("must be an array")
        return structure(value, kind)

    return no_other_sequence


def _make() -> cattrs.Converter:
    converter = cattrs.Converter(detailed_validation=True)
    for kind, wanted in ((bool, "true or false"), (int, "a whole number"), (float, "a number")):
        converter.register_structure_hook(kind, _of_kind(kind, wanted))
    converter.register_structure_hook(str, _of_kind(str, "a string"))
    converter.register_structure_hook(float | str | None, _quantity)
    converter.register_structure_hook_factory(_is_list, lambda kind: _list_hook(converter, kind))
    converter.register_structure_hook_factory(attrs.has, lambda cls: _attrs_hook(converter, cls))
    return converter


_CONVERTER = _make()


def structured(arguments: Any, kind: type[T]) -> T:
    """Arguments as an instance of their class; raises Refused naming what is wrong."""
    try:
        return _CONVERTER.structure({} if arguments is None else arguments, kind)
    except _Wrong as wrong:
        raise Refused(f"the arguments {wrong}", BAD) from None
    except (cattrs.BaseValidationError, KeyError, TypeError, ValueError) as error:
        faults = cattrs.transform_error(error, "", format_exception=_sentence)
        raise Refused("; ".join(_placed(fault) for fault in faults), BAD) from None


def _placed(fault: str) -> str:
    """A fault with the place in front, in the protocol's spelling."""
    sentence, _, path = fault.rpartition(" @ ")
    place = re.sub(r"_(\w)", lambda found: found[1].upper(), path.lstrip("."))
    if "is missing" in sentence:
        place = place.rpartition(".")[0]
    return f"{place}: {sentence}" if place else sentence


def _sentence(error: BaseException, kind: type | None) -> str:
    if isinstance(error, KeyError):
        return f"`{error.args[0]}` is missing"
    if isinstance(error, _Wrong):
        return str(error)
    wanted = str(kind).removeprefix("typing.") if kind else "something else"
    return f"must be {wanted}"
