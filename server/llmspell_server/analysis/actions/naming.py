"""Names for what an action makes."""

from __future__ import annotations

from llmspell_server.analysis.snapshot import Snapshot
from llmspell_server.analysis.syntax.lexer import is_name


def free_name(snapshot: Snapshot, wanted: str, *offsets: int) -> str:
    """The name that is wanted, with a number if something has it already.

    offsets: where the name will be used; the locals that are seen there keep theirs, and so do the
    globals of the document, which a new local would hide.
    """
    known = {name for offset in offsets for name in snapshot.visible_locals(offset)}
    wanted = wanted if is_name(wanted) else "value"
    name, number = wanted, 2
    while name in known or next(snapshot.global_uses(name), None) is not None:
        name, number = f"{wanted}{number}", number + 1
    return name
