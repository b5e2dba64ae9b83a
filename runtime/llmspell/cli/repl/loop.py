"""What happens with one input, whatever read it."""

from __future__ import annotations

from llmspell.cli.execution import fail
from llmspell.cli.repl.commands import is_command, run_command
from llmspell.cli.repl.history import HistoryFile
from llmspell.cli.repl.session import Session
from llmspell.errors import LLMSpellError

BANNER = """LLMSpell REPL - lua engine
LLMSpell Interactive REPL: .help for help, .exit or Ctrl+D to leave
"""

PROMPT, CONTINUATION = "> ", "... "


def handle(session: Session, text: str, file: HistoryFile | None = None) -> None:
    """Runs an input: nothing, a dot-command, or Lua. Raises Leave."""
    text = text.strip()
    if not text:
        return
    if not is_command(text):
        session.evaluate(text)
        return
    session.remember(text)
    try:
        said = run_command(session, text, file)
    except LLMSpellError as error:
        fail(session.options, LLMSpellError(str(error)))
        return
    if said:
        print(said, flush=True)  # noqa: T201
