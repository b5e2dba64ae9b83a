"""Comments that speak about diagnostics or types, and say what cannot be."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from llmspell_server.analysis.annotations import meaning
from llmspell_server.analysis.inference.cast_tags import casts_of
from llmspell_server.analysis.inference.writes import Path
from llmspell_server.analysis.snapshot import Snapshot
from llmspell_server.analysis.syntax.pieces import Piece
from llmspell_server.analysis.types.assignable import assignable

from .catalogue import CODES
from .context import Context, did_you_mean, near, shown
from .finding import Finding
from .suppression import diagnostic_tags


def unknown_codes(
    snapshot: Snapshot, others: Callable[[], Collection[str]] = tuple
) -> Iterator[tuple[Piece, Finding]]:
    """`unknown-diag-code`: `---@diagnostic` names a code that does not exist.

    others: gives codes beside those of the catalogue.
    """
    for piece, _ in snapshot.pieces.placed():
        for tag in diagnostic_tags(piece):
            for word in tag.codes:
                name = word.text
                if name and name not in CODES and name not in others():
                    meant = near(name, [*CODES, *others()])
                    message = f"There is no diagnostic `{name}`.{did_you_mean(meant)}"
                    data = {"name": name, "near": meant}
                    yield (
                        piece,
                        Finding("unknown-diag-code", message, word.start, word.end, (), data),
                    )


def casts(context: Context) -> Iterator[Finding]:
    """`cast-type-mismatch`: a declared type and the one it is cast to have nothing in common."""
    for place, tag in casts_of(context.piece):
        if tag.name is None:
            continue
        name = tag.name.text
        local = context.visible_locals(place).get(name)
        if local is None:
            continue
        owner = context.where.file.owner(context.piece, Path(local))
        declared = context.inference.variables.declared(owner)
        if declared is None or not context.is_known(declared):
            continue
        for change in tag.changes:
            wanted = meaning.type_of(change.type) if change.type is not None else None
            if change.sign or wanted is None or not context.is_known(wanted):
                continue
            inference = context.inference
            if not any(
                assignable(each, wanted, inference) or assignable(wanted, each, inference)
                for each in context.members(declared)
            ):
                message = f"`{name}` is {shown(declared)}, which cannot be {shown(wanted)}."
                assert change.type is not None
                yield context.finding("cast-type-mismatch", change.type, message, name=name)
