"""Completion in strings of known kinds, as completion has it elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from llmspell_server.analysis.completion.candidates import Candidate, Completions

from .kinds import Choice, completions
from .literals import Written
from .sources import KindSources


def complete_string(
    string: Written,
    offset: int,
    sources: KindSources,
    modules: Callable[[], Iterable[str]] = tuple,
) -> Completions:
    """What may stand at an offset in a string.

    modules: gives further names, where modules are named.
    """
    choice = completions(string.kind, string.content, offset - string.start, sources)
    candidates = _candidates(choice)
    if string.kind.files is not None and string.function == "require":
        before = string.content[: choice.start]
        known = {candidate.label for candidate in candidates}
        rest = {name.removeprefix(before) for name in modules() if name.startswith(before)}
        candidates += [Candidate(name, "module", rank=2) for name in sorted(rest - known)]
    start, end = string.start + choice.start, string.start + choice.end
    return Completions(start, end, "string", tuple(candidates))


def _candidates(choice: Choice) -> list[Candidate]:
    return [
        Candidate(
            value.label, value.kind, value.description, rank=rank, description=value.documentation
        )
        for rank, value in enumerate(choice.values)
    ]
