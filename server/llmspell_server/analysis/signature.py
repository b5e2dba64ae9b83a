"""The signatures of the call that is being written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from .explaining import written
from .inference.writes import path_of
from .syntax import tree
from .types.calls import chosen
from .types.display import display_call, display_parameters
from .types.model import Documentation, Function, Values

if TYPE_CHECKING:
    from .completion.complete import Place

_NOTHING = Documentation()


@frozen
class Signature:
    """A signature of what is called.

    parameters: where each stands in the label, and what is said of it. parameter: the one that is
    being given, None behind the last.
    """

    label: str
    text: str
    parameters: tuple[tuple[tuple[int, int], str], ...]
    parameter: int | None


@frozen
class ActiveCall:
    """A call under way. active: the signature that fits what is given so far."""

    signatures: tuple[Signature, ...]
    active: int


def active_call(place: Place) -> ActiveCall | None:
    """The innermost call around a place, with the signatures of what is called."""
    call = _call_at(place)
    if call is None:
        return None
    with place.inference.guesses.around(place.where, call):
        return _of_call(place, call)


def _of_call(place: Place, call: tree.Call | tree.MethodCall) -> ActiveCall | None:
    known = place.inference.calls.signatures(place.where, call)
    if not known:
        return None
    argument = sum(comma < place.inside for comma in call.arguments.commas)
    skip = isinstance(call, tree.MethodCall)
    name = _name(place, call)
    signatures = tuple(_signature(name, each, argument, skip) for each in known)
    given = place.inference.expressions.list(place.where, call.arguments.values)
    if isinstance(call, tree.MethodCall):
        receiver = place.inference.type(place.where, call.base)
        given = Values((receiver, *given.items), given.rest)
    best = chosen(known, given, place.inference)
    active = next(i for i, each in enumerate(known) if each is best)
    if signatures[active].parameter is None:
        active = next((i for i, s in enumerate(signatures) if s.parameter is not None), active)
    return ActiveCall(signatures, active)


def _call_at(place: Place) -> tree.Call | tree.MethodCall | None:
    """The innermost call whose parentheses hold a place, also where they are not closed yet."""
    found: tree.Call | tree.MethodCall | None = None
    statement = place.where.piece.statement
    path = place.path
    if not path and statement is not None:
        end = len(place.where.piece.text[: place.inside].rstrip())
        path = tree.path_at(statement, end) if statement.start <= end <= statement.end else ()
    for node in path:
        if isinstance(node, tree.Function):
            found = None
        if isinstance(node, (tree.Call, tree.MethodCall)) and _holds(place, node.arguments):
            found = node
    return found


def _holds(place: Place, arguments: tree.Arguments) -> bool:
    if place.where.piece.text[arguments.start : arguments.start + 1] != "(":
        return False
    if arguments.closed:
        return arguments.start < place.inside < arguments.end
    return arguments.start < place.inside


def _name(place: Place, call: tree.Call | tree.MethodCall) -> str:
    text = place.where.piece.text
    if isinstance(call, tree.MethodCall):
        base = text[call.base.start : call.base.end] if path_of(call.base) else ""
        return f"{base}:{call.method.text}"
    return text[call.callee.start : call.callee.end] if path_of(call.callee) else "function"


def _signature(name: str, function: Function, argument: int, skip_self: bool) -> Signature:
    label = display_call(name, function, skip_self)
    documentation = function.documentation or _NOTHING
    places = []
    begin = len(name) + 1
    shown = display_parameters(function, skip_self)
    for text in shown:
        said = documentation.parameters.get(text.split(":")[0].rstrip("?"), "")
        places.append(((begin, begin + len(text)), said))
        begin += len(text) + 2
    last = len(shown) - 1
    parameter: int | None = argument
    if argument > last:
        parameter = last if function.variadic is not None else None
    about = Documentation(
        documentation.text, returns=documentation.returns, deprecated=documentation.deprecated
    )
    return Signature(label, written(about, function), tuple(places), parameter)
