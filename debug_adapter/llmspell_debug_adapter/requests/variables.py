"""variables, setVariable, setExpression."""

from __future__ import annotations

from llmspell_debug_adapter.protocol.arguments import (
    SetExpressionArguments,
    SetVariableArguments,
    VariablesArguments,
)
from llmspell_debug_adapter.protocol.framing import Message
from llmspell_debug_adapter.session.registry import request
from llmspell_debug_adapter.session.session import Session

MOST = 2000
"""Children of one value that go out at once when the client does not say how many it wants."""


@request(
    "variables",
    VariablesArguments,
    stopped=True,
    capabilities={"supportsValueFormattingOptions": True},
)
def variables(session: Session, arguments: VariablesArguments) -> Message:
    """A part of what is in a scope or a value."""
    count = max(arguments.count, 0)
    found = session.debugger.variables(
        arguments.variables_reference,
        arguments.filter,
        max(arguments.start, 0),
        count or MOST + 1,
        hex=arguments.format.hex,
    )
    shown = found if count else found[:MOST]
    listed = [session.render.variable(variable) for variable in shown]
    if len(shown) < len(found):
        listed.append(_more())
    return {"variables": listed}


def _more() -> Message:
    return {
        "name": "…",
        "value": f"more than {MOST}; write an index or key to see one of them",
        "variablesReference": 0,
        "presentationHint": {"kind": "virtual", "attributes": ["readOnly"]},
    }


@request(
    "setVariable",
    SetVariableArguments,
    stopped=True,
    capabilities={"supportsSetVariable": True},
)
def set_variable(session: Session, arguments: SetVariableArguments) -> Message:
    """Assigns the value of an expression to a variable; gives how it looks now."""
    variable = session.debugger.set_variable(
        arguments.variables_reference,
        arguments.name,
        arguments.value,
        hex=arguments.format.hex,
    )
    session.values_changed()
    return session.render.assigned(variable)


@request(
    "setExpression",
    SetExpressionArguments,
    stopped=True,
    capabilities={"supportsSetExpression": True},
)
def set_expression(session: Session, arguments: SetExpressionArguments) -> Message:
    """Assigns the value of an expression to another expression."""
    variable = session.debugger.set_expression(
        arguments.expression, arguments.value, arguments.frame_id, hex=arguments.format.hex
    )
    session.values_changed()
    return session.render.assigned(variable)
