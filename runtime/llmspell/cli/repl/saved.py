"""Sessions as files: `.save` and `.load` (spec cli §7.5)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from llmspell.cli.repl.history import Entry
from llmspell.cli.repl.session import Session
from llmspell.errors import LLMSpellError


def save_session(session: Session, path: Path) -> tuple[int, list[str]]:
    """Writes variables, history and working directory; gives how many variables, and which not.

    Functions and objects have no form in a file.
    """
    variables: dict[str, Any] = {}
    left_out = []
    for variable in session.inspector.variables():
        text = session.inspector.json_of(variable.name)
        if text is None:
            left_out.append(variable.name)
        else:
            variables[variable.name] = json.loads(text)
    entries = [{"command": e.command, "timestamp": e.timestamp} for e in session.history]
    document: dict[str, Any] = {
        "working_dir": str(Path.cwd()),
        "variables": variables,
        "history": {"entries": entries, "current_index": len(entries)},
        "breakpoints": [],
        "debug_context": None,
    }
    try:
        path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise LLMSpellError(f"{path} cannot be written: {error.strerror}") from error
    return len(variables), left_out


def load_session(session: Session, path: Path) -> int:
    """Reads such a file into the session; gives how many variables. Nothing is half done."""
    try:
        loaded = json.loads(path.read_text(encoding="utf-8"))
        variables = dict(loaded["variables"])
        stored = loaded["history"]["entries"]
        entries = [Entry(str(e["command"]), float(e["timestamp"])) for e in stored]
        folder = Path(loaded["working_dir"])
    except FileNotFoundError:
        raise LLMSpellError(f"{path} does not exist") from None
    except OSError as error:
        raise LLMSpellError(f"{path} cannot be read: {error.strerror}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise LLMSpellError(f"{path} is not a saved session: {error!r}") from error
    if folder.is_dir():
        session.place.move(folder)
    for name, value in variables.items():
        session.set_variable(name, value)
    session.history[:] = entries
    return len(variables)
