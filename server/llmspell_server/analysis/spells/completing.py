"""Completion in strings of known kinds, as completion has it elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from attrs import frozen

from llmspell.globals.generator.emit_luacats import kind_alias
from llmspell_server.analysis.api import Api
from llmspell_server.analysis.completion.candidates import Candidate, Completions

from .kind import StringKind
from .kinds import Choice, completions
from .literals import Written
from .sources import KindSources


def complete_string(
    string: Written, offset: int, sources: KindSources, modules: Iterable[str] = ()
) -> Completions:
    """What may stand at an offset in a string. modules: further names, where modules are named."""
    choice = completions(string.kind, string.content, offset - string.start, sources)
    candidates = _candidates(choice)
    if string.kind.files is not None and string.function == "require":
        before = string.content[: choice.start]
        known = {candidate.label for candidate in candidates}
        rest = {name.removeprefix(before) for name in modules if name.startswith(before)}
        candidates += [Candidate(name, "module", rank=2) for name in sorted(rest - known)]
    start, end = string.start + choice.start, string.start + choice.end
    return Completions(start, end, "string", tuple(candidates))


@frozen
class TypedStrings:
    """The kinds of strings that types name: each has an alias in the definition files."""

    sources: KindSources
    kinds: Mapping[str, StringKind]

    @classmethod
    def of(cls, api: Api, sources: KindSources) -> TypedStrings:
        """Those of an API."""
        return cls(sources, {kind_alias(kind.name): kind for kind in api.kinds.values()})

    def complete(
        self, kind: str, content: str, cursor: int
    ) -> tuple[int, int, list[Candidate]] | None:
        """What may stand in a string whose type has some name; None for a name that is no kind."""
        found = self.kinds.get(kind)
        if found is None:
            return None
        choice = completions(found, content, cursor, self.sources)
        return choice.start, choice.end, _candidates(choice)


def _candidates(choice: Choice) -> list[Candidate]:
    return [
        Candidate(value.label, value.kind, value.description, rank=rank)
        for rank, value in enumerate(choice.values)
    ]
