"""Breakpoints on variables and fields."""

from __future__ import annotations

from llmspell.debugger.model import DataBreakpointSpec
from llmspell_debug_adapter.protocol.arguments import (
    DataBreakpointInfoArguments,
    SetDataBreakpointsArguments,
)
from llmspell_debug_adapter.protocol.framing import Message
from llmspell_debug_adapter.session.registry import request
from llmspell_debug_adapter.session.session import Session


@request("dataBreakpointInfo", DataBreakpointInfoArguments, stopped=True)
def data_breakpoint_info(session: Session, arguments: DataBreakpointInfoArguments) -> Message:
    """Whether a variable can be watched, under which id, and for which accesses."""
    identity, description, accesses = session.debugger.data_breakpoint_info(
        arguments.name, arguments.variables_reference, arguments.frame_id
    )
    body: Message = {"dataId": identity, "description": description}
    if identity is not None:
        body |= {"accessTypes": accesses, "canPersist": False}
    return body


@request(
    "setDataBreakpoints",
    SetDataBreakpointsArguments,
    capabilities={"supportsDataBreakpoints": True},
)
def set_data_breakpoints(session: Session, arguments: SetDataBreakpointsArguments) -> Message:
    """Replaces all of them."""
    specs = [
        DataBreakpointSpec(
            wish.data_id, wish.access_type, wish.condition or None, wish.hit_condition or None
        )
        for wish in arguments.breakpoints
    ]
    found = session.debugger.set_data_breakpoints(specs)
    return {"breakpoints": [session.render.breakpoint(item) for item in found]}
