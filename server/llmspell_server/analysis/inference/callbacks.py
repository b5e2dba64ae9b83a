"""What the functions get that are given to functions without annotations.

In `local function each(t, f) for _, v in ipairs(t) do f(v) end end` the second parameter is called
with what is in the first. So it is known at `each({ 1, 2 }, function(v) … end)` what `v` is.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.types import model
from llmspell_server.analysis.types.echoes import Callback, Echoed, callbacks_passed_on, heard
from llmspell_server.analysis.types.model import Function, Parameter, Type, Values

from .expressions import Where
from .flow import parents_of

if TYPE_CHECKING:
    from .echoing import Echoing
    from .inference import Inference

_MOST_USES = 6  # of a parameter, among which its calls are looked for
_MOST_ARGUMENTS = 6


class Callbacks:
    """Finds what functions call with what, and what is wanted of a function for that."""

    def __init__(self, inference: Inference, echoing: Echoing) -> None:
        self._inference, self._echoing = inference, echoing

    def of(self, where: Where, node: tree.Function) -> tuple[Callback, ...]:
        """The parameters that a function calls, and with what."""
        found: dict[int, tuple[Echoed, ...]] = {}
        for index, given in self._calls(where, node):
            known = found.setdefault(index, given)
            if not any(map(_says, known)):
                found[index] = given
        return tuple((index, given) for index, given in found.items() if any(map(_says, given)))

    def _calls(self, where: Where, node: tree.Function) -> Iterator[Callback]:
        parents = parents_of(where.piece)
        for index, name in enumerate(node.parameters, int(node.receiver is not None)):
            uses = name.local.uses if name.local is not None else []
            if any(_is_looked_into(parents.get(use), use) for use in uses):
                continue
            for use in uses[:_MOST_USES]:
                parent = parents.get(use)
                call = parents.get(parent) if isinstance(parent, tree.Arguments) else parent
                given = self._given_to(where, use, call)
                if given is not None:
                    values = given[:_MOST_ARGUMENTS]
                    yield index, tuple(self._echoing.whole(where, node, each) for each in values)
                elif isinstance(parent, tree.Arguments):
                    yield from self._passed_on(where, node, call)

    def _given_to(
        self, where: Where, function: tree.Name, call: tree.Node | None
    ) -> tuple[tree.Expression, ...] | None:
        """What a call gives to a function: one of itself, or by `pcall`."""
        match call:
            case tree.Call(callee=callee, arguments=arguments) if callee is function:
                return arguments.values
            case tree.Call(arguments=tree.Arguments(values=(first, *others))) if first is function:
                is_protected = self._inference.calls.name_of(where, call) == "pcall"
                return tuple(others) if is_protected else None
        return None

    def _passed_on(
        self, where: Where, node: tree.Function, call: tree.Node | None
    ) -> tuple[Callback, ...]:
        """What a function calls to which this one gives its own parameter."""
        type_: Type | None = None
        given: tuple[Type, ...] = ()
        match call:
            case tree.Call(callee=callee):
                type_ = self._inference.type(where, callee)
            case tree.MethodCall(base=base, method=method):
                given = (self._inference.type(where, base),)
                type_ = self._inference.field_type(given[0], method.text)
        body = type_.body if isinstance(type_, Function) else None
        if body is None or not body.callbacks:
            return ()
        assert isinstance(call, tree.Call | tree.MethodCall)
        arguments = self._echoing.given(where, node, call.arguments)
        return callbacks_passed_on(body.callbacks, (*given, *arguments))

    def wanted(self, where: Where, node: tree.Node) -> Function | None:
        """What is wanted of a function that is given to a call; None if nothing says it."""
        parents = parents_of(where.piece)
        arguments = parents.get(node)
        call = parents.get(arguments) if isinstance(arguments, tree.Arguments) else None
        if not isinstance(call, tree.Call | tree.MethodCall):
            return None
        place = next(i for i, each in enumerate(call.arguments.values) if each is node)
        place += int(isinstance(call, tree.MethodCall))
        for signature in self._inference.calls.signatures(where, call):
            for index, echoed in signature.body.callbacks if signature.body is not None else ():
                if index == place:
                    return self._function(echoed, self._given(where, call))
        return None

    def _given(self, where: Where, call: tree.Call | tree.MethodCall) -> Values:
        """What a call gives besides functions, which may ask for what they are given themselves."""
        types = [
            model.UNKNOWN if isinstance(each, tree.Function) else self._inference.type(where, each)
            for each in call.arguments.values
        ]
        if isinstance(call, tree.MethodCall):
            types.insert(0, self._inference.type(where, call.base))
        return Values(tuple(types))

    def _function(self, echoed: tuple[Echoed, ...], given: Values) -> Function | None:
        inference = self._inference
        types = [heard(each, given, inference, inference.called) for each in echoed]
        known = [
            model.choice(part for part in model.members_of(each) if part is not model.UNKNOWN)
            for each in types
        ]
        if all(each is model.NEVER for each in known):
            return None
        return Function(
            tuple(
                Parameter("", model.UNKNOWN if each is model.NEVER else model.widened(each))
                for each in known
            )
        )


def _is_looked_into(parent: tree.Node | None, use: tree.Name) -> bool:
    """Whether a variable is used as an object or a table."""
    return isinstance(parent, tree.Member | tree.Index | tree.MethodCall) and parent.base is use


def _says(echoed: Echoed) -> bool:
    return bool(echoed.echoes) or echoed.known not in (model.UNKNOWN, model.NEVER)
