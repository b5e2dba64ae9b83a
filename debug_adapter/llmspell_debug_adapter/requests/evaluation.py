"""evaluate and completions: the debug console, watches, hovers."""

from __future__ import annotations

from typing import cast, get_args

from llmspell_debug_adapter.debuggee import Context
from llmspell_debug_adapter.protocol.arguments import CompletionsArguments, EvaluateArguments
from llmspell_debug_adapter.protocol.framing import Message
from llmspell_debug_adapter.session.registry import request
from llmspell_debug_adapter.session.session import Session


@request(
    "evaluate",
    EvaluateArguments,
    capabilities={
        "supportsEvaluateForHovers": True,
        "supportsClipboardContext": True,
        "supportsANSIStyling": True,
    },
)
def evaluate(session: Session, arguments: EvaluateArguments) -> Message:
    """The value of an expression; in the console also the effect of statements."""
    known = arguments.context in get_args(Context)
    context = cast(Context, arguments.context) if known else "watch"
    variable = session.debugger.evaluate(
        arguments.expression,
        arguments.frame_id,
        context,
        hex=arguments.format.hex,
        given_up=session.is_given_up,
    )
    if context == "repl":
        session.values_changed()
    return session.render.evaluated(variable)


@request(
    "completions",
    CompletionsArguments,
    capabilities={
        "supportsCompletionsRequest": True,
        "completionTriggerCharacters": [".", ":", "["],
    },
)
def completions(session: Session, arguments: CompletionsArguments) -> Message:
    """Proposals at a place of a text; of a text with several lines only that line counts."""
    text, column = arguments.text, session.client.column_of(arguments.column) or 1
    if arguments.line is not None:
        lines = text.split("\n")
        at = session.client.line_of(arguments.line) - 1
        text = lines[at] if 0 <= at < len(lines) else ""
    found = session.debugger.completions(text, column, arguments.frame_id)
    return {"targets": [session.render.completion(item, column) for item in found]}
