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

_LARGEST = 2**53  # beyond that JSON numbers are not exact everywhere


class _Wrong(Exception):
    """A value of the wrong kind; says what was wanted."""


def _whole_number(value: Any, _: Any) -> int:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > _LARGEST:
        raise _Wrong("must be a whole number")
    return value


def _text(value: Any, _: Any) -> str:
    if not isinstance(value, str):
        raise _Wrong("must be a string")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise _Wrong("is no valid text: it has half of a surrogate pair in it") from None
    return value


def _truth(value: Any, _: Any) -> bool:
    if not isinstance(value, bool):
        raise _Wrong("must be true or false")
    return value


def _quantity(value: Any, _: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise _Wrong("must be a number or a string")
    return value


def camel(name: str) -> str:
    """`lines_start_at1` -> `linesStartAt1`."""
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def _texts(value: Any, _: Any) -> list[str] | str:
    if isinstance(value, list):
        return [_text(each, str) for each in value]
    if not isinstance(value, str):
        raise _Wrong("must be an array of strings, or a string")
    return _text(value, str)


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
    converter.register_structure_hook(bool, _truth)
    converter.register_structure_hook(int, _whole_number)
    converter.register_structure_hook(str, _text)
    converter.register_structure_hook(float | str | None, _quantity)
    converter.register_structure_hook(list[str] | str, _texts)
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
