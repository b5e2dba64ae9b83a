"""What checks ask of others than files of the workspace, so that it can be asked again.

A *verifying trace*: each question with a digest of its answer. What was found holds for as long as
the files are the same (`ground.py`) and each question gets the same answer. What cannot be asked
again makes the trace worth nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from attrs import astuple

from ..analysis.spells.host_uses import HostUse, Refusal
from ..indexing.cache import digest_of
from ..kind_sources import Folders
from ..lookups import Lookups
from ..permitted import Permitted

Question = tuple[Any, ...]
"""A name of one of the kinds of questions below, and what it is about, as JSON has it."""

Answers = Mapping[Question, str]
"""The questions with digests of their answers."""

_LOOKUP, _LISTING, _REFUSAL = "lookup", "listing", "refusal"


class Trace:
    """Notes what is asked, by standing in the place of those who are."""

    def __init__(self) -> None:
        self._answers: dict[Question, Any] = {}
        self._unanswered: set[Question] = set()
        self._is_steady = True
        self.lookups = _NotedLookups(self)
        self.folders = _NotedFolders(self)
        self.permitted = _NotedPermitted(self)

    def note(self, question: Question, answer: Any) -> None:
        """Takes note of an answer."""
        kept = self._answers.setdefault(question, answer)
        if kept is not answer and kept != answer:
            self._is_steady = False

    def note_looked_up(self, question: Question, answer: Any) -> None:
        """The same where None says that there is no answer yet, or never will be."""
        if answer is None:
            self._unanswered.add(question)
        else:
            self._unanswered.discard(question)
            self.note(question, answer)

    @property
    def answers(self) -> Answers | None:
        """What was asked; None if that cannot be told: something failed, or changed meanwhile."""
        if self._unanswered or not self._is_steady:
            return None
        return {question: _digest(answer) for question, answer in self._answers.items()}


class _NotedLookups(Lookups):
    def __init__(self, trace: Trace) -> None:
        super().__init__()
        self._trace = trace

    def ask(self, arguments: tuple[str, ...], *, lives: float, budget: float) -> Any:
        answer = super().ask(arguments, lives=lives, budget=budget)
        self._trace.note_looked_up((_LOOKUP, arguments, lives, budget), answer)
        return answer


class _NotedFolders(Folders):
    def __init__(self, trace: Trace) -> None:
        super().__init__()
        self._trace = trace

    def listing(self, folder: str) -> Mapping[str, bool] | None:
        names = super().listing(folder)
        self._trace.note((_LISTING, folder), names)
        return names


class _NotedPermitted(Permitted):
    def __init__(self, trace: Trace) -> None:
        super().__init__()
        self._trace = trace

    def refusal(self, script: str, use: HostUse) -> Refusal | None:
        found = super().refusal(script, use)
        self._trace.note((_REFUSAL, script, *astuple(use)), found)
        return found


class Outside:
    """Those who are asked, as they are now."""

    def __init__(self) -> None:
        self._lookups, self._folders, self._permitted = Lookups(), Folders(), Permitted()

    def digests(self, questions: Iterable[Question]) -> Answers:
        """What the questions are answered now."""
        asked = list(dict.fromkeys(questions))
        for question in asked:
            if question[0] == _LOOKUP:
                self._look_up(question)
        self._lookups.wait()  # all of them together
        return {question: _digest(self._answer(question)) for question in asked}

    def _answer(self, question: Question) -> Any:
        kind, about, *more = question
        if kind == _LOOKUP:
            return self._look_up(question)
        if kind == _LISTING:
            return self._folders.listing(about)
        if kind == _REFUSAL:
            return self._permitted.refusal(about, HostUse(*more))
        raise ValueError(kind)

    def _look_up(self, question: Question) -> Any:
        _, arguments, lives, budget = question
        return self._lookups.ask(arguments, lives=lives, budget=budget)


def _digest(answer: Any) -> str:
    data = astuple(answer) if isinstance(answer, Refusal) else answer
    return digest_of(json.dumps(data, sort_keys=True).encode()).hex()
