"""The signature of the call that is being written."""

from __future__ import annotations

from attrs import frozen

from .api import Api, Symbol
from .calls import call_at
from .names import described_at
from .text import Text
from .window import code_before


@frozen
class ActiveCall:
    """A call of a described function. parameter: the place of the one that holds the cursor."""

    symbol: Symbol
    parameter: int


def active_call(text: Text, offset: int, api: Api) -> ActiveCall | None:
    """The described call around an offset."""
    call = call_at(code_before(text, offset))
    symbol = call and described_at(text, offset, call.callee, api)
    if not call or not symbol or symbol.parameters is None:
        return None
    last = len(symbol.parameters) - 1
    variadic = last >= 0 and symbol.parameters[last].name == "..."
    return ActiveCall(symbol, min(call.argument, last) if variadic else call.argument)
