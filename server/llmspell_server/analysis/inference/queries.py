"""Answers that are kept for as long as what they were made from stays the same.

Each answer remembers which other questions were asked for it. After an edit nothing is thrown
away: an old answer is *verified* first, by verifying what it was made from, and only made anew if
one of those has really changed. An answer that comes out equal to the one before stops the change
there, so an edit within a function costs that function and those who see a difference. Equal is
what is told in the same words: a union whose members change places is seen by whoever reads it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

from attrs import define

from llmspell_server.analysis.pace import checkpoint
from llmspell_server.analysis.types.wording import in_same_words

from .circles import Circles, State

Key = tuple[Hashable, ...]
"""A question: its kind, and what it is about. Must mean the same before and after an edit."""


Notes = dict[Hashable, Any]

_SWEEP = 500  # revisions, that is keystrokes


@define(eq=False)
class _Question:
    """A question with its answer, if there is one.

    Questions know each other as objects, because verifying an answer must not cost more than a
    look at each of those that it was made from: keys are long to hash, and there are thousands.

    asked: what the answer was made from. verified: the revision for which the answer is known to be
    right, 0 for none. changed: the revision in which it last became another. depth: how deep it
    stands among the questions that are being answered or verified; -1: it does not. asking, notes:
    while it is being answered, what it asked so far, and its notes.
    """

    key: Key
    find: Callable[..., Any]
    is_input: bool
    value: Any = None
    asked: tuple[_Question, ...] = ()
    verified: int = 0
    changed: int = 0
    depth: int = -1
    asking: dict[_Question, None] | None = None
    notes: Notes | None = None


def _nothing() -> None:
    """What a supposition finds: it is no question that anybody asks."""


class _HalfKnown(NamedTuple):
    """An answer within a circle, and what it was made from."""

    value: Any
    asked: tuple[_Question, ...]


class Queries:
    """A store of answers. `answers` says for each kind of question how to find an answer.

    inputs: the kinds that look at documents themselves; these are asked anew in each revision.

    A question that is asked while it is being answered (a function that calls itself) gets
    what `circles` says, at first `unknown`. What was answered on the way there is kept until the
    question is answered at which the circle began, and then as long as any answer: without that,
    methods that call each other would be asked for again on each of the many ways through them.
    """

    def __init__(
        self, answers: dict[str, Callable[..., Any]], inputs: frozenset[str], unknown: Any
    ) -> None:
        self._find, self._inputs, self._unknown = answers, inputs, unknown
        self._questions: dict[Key, _Question] = {}
        self._revision = 1
        self._open: list[_Question] = []
        self._outermost: Notes = {}
        self._circles = Circles()
        self._half_known: dict[_Question, _HalfKnown] = {}
        self._half_noted: list[tuple[Notes, Hashable]] = []
        self._may_lag: frozenset[str] = frozenset()
        self._lagging = False

    def add(
        self,
        kind: str,
        answer: Callable[..., Any],
        *,
        is_input: bool = False,
        may_lag: bool = False,
    ) -> None:
        """Makes another kind of question possible.

        is_input: whether it looks at documents. may_lag: whether an answer of before is better than
        none for who asks in `lagging`.
        """
        self._find[kind] = answer
        if is_input:
            self._inputs |= {kind}
        if may_lag:
            self._may_lag |= {kind}

    @contextmanager
    def lagging(self) -> Iterator[None]:
        """Gives answers of the kinds that may lag as they were found last, right or not.

        Only to who asks in the block itself: no answer is made from them.
        """
        self._lagging = True
        try:
            yield
        finally:
            self._lagging = False

    def advance(self) -> None:
        """Begins another revision: inputs may have changed."""
        self._revision += 1
        self._outermost = {}
        if self._revision % _SWEEP == 0:
            self._forget_unused()

    @property
    def revision(self) -> int:
        """Another number after each change of documents."""
        return self._revision

    @property
    def notes(self) -> Notes:
        """Where whoever answers a question can keep results until it is answered.

        They cannot be kept for longer than that: what they were made from is noted with the
        question alone.
        """
        if not self._open:
            return self._outermost
        question = self._open[-1]
        if question.notes is None:
            question.notes = {}
        return question.notes

    def noted(self, key: Hashable, unknown: Any, find: Callable[..., Any], *arguments: Any) -> Any:
        """What is noted under a key, or else found, and noted for as long as it holds.

        unknown: what is taken for it where it is asked for to find itself.
        """
        notes, circles = self.notes, self._circles
        found = notes.get(key)
        if type(found) is int:
            return circles.take((self._name_of_notes(), key), found, unknown)
        if found is not None:
            return found
        while True:
            notes[key] = depth = circles.depth  # a number is no result: it is being found
            circles.depth = depth + 1
            try:
                found = find(*arguments)
            except BaseException:
                circles.depth = depth
                notes.pop(key, None)
                self._end_circle()
                raise
            circles.depth = depth
            notes[key] = found
            if circles.outermost < 0:
                return found
            state = circles.worked_out((self._name_of_notes(), key), depth, found)
            if state is State.HALF_KNOWN:
                self._half_noted.append((notes, key))
                return found
            self._end_round(is_known=state is State.KNOWN)
            if state is State.KNOWN:
                return found
            del notes[key]

    def note(self, key: Hashable, value: Any) -> None:
        """Notes what is no part of a circle itself, for as long as it holds."""
        self.notes[key] = value
        if self._circles.outermost >= 0:
            self._half_noted.append((self.notes, key))

    def _name_of_notes(self) -> Key:
        return self._open[-1].key if self._open else ()

    @contextmanager
    def supposing(self, notes: Mapping[Hashable, Any]) -> Iterator[None]:
        """Makes some notes those of the block.

        What is found in it is no part of an answer, unless one is being made that holds for these
        notes only.
        """
        key = ("supposing", self._name_of_notes(), *notes.items())
        supposition = _Question(key, _nothing, False, asking={}, notes=dict(notes))
        self._enter(supposition)
        try:
            yield
        finally:
            self._leave(supposition)
            if self._open and supposition.asking is not None:
                asking = self._open[-1].asking
                assert asking is not None  # whoever supposes is being answered
                asking.update(supposition.asking)

    def _forget_unused(self) -> None:
        """Drops answers that nobody needed for long: a session of days must not grow.

        What a kept answer was made from is verified whenever it is, so that is kept as well.
        """
        oldest = self._revision - _SWEEP
        self._questions = {
            key: each for key, each in self._questions.items() if each.verified >= oldest
        }

    def keep(self, is_wanted: Callable[[Key], bool]) -> set[Key]:
        """Drops all answers but the wanted ones and what those were made from; the keys of these.

        Not while a question is being answered.
        """
        waiting = [each for key, each in self._questions.items() if is_wanted(key)]
        kept = set(waiting)
        while waiting:
            checkpoint()
            new = [each for each in waiting.pop().asked if each not in kept]
            kept.update(new)
            waiting += new
        dropped = [key for key, each in self._questions.items() if each not in kept]
        self._outermost = {}
        for key in dropped:  # one by one, so that other threads need not wait until all are freed
            del self._questions[key]
        return set(self._questions)

    def get(self, *key: Hashable) -> Any:
        """The answer to a question."""
        question = self._questions.get(key)
        if question is None:
            kind = str(key[0])
            question = _Question(key, self._find[kind], kind in self._inputs)
            self._questions[key] = question
        if self._open:
            asking = self._open[-1].asking
            assert asking is not None  # whoever asks is being answered
            asking[question] = None
        elif self._lagging and question.verified and key[0] in self._may_lag:
            return question.value
        if question.depth >= 0:
            return self._circles.take(question, question.depth, self._unknown)
        if question.verified == self._revision:
            return question.value
        if question in self._half_known:
            return self._half_known[question].value
        if question.verified and self._is_valid(question):
            return question.value
        return self._answer(question)

    def _is_valid(self, question: _Question) -> bool:
        """Whether an answer still holds, by bringing up to date what it was made from."""
        revision, verified = self._revision, question.verified
        if verified == revision:
            return True
        if question.is_input:
            return False
        depth = self._enter(question)
        try:
            for asked in question.asked:
                if asked.depth >= 0:
                    return False
                if asked.verified != revision:
                    self._bring_up_to_date(asked)
                    if asked.verified != revision:  # known only within a circle
                        return False
                if asked.changed > verified:
                    return False
        finally:
            self._leave(question)
            if self._circles.outermost >= depth:
                self._circles.end_round()
                self._forget_half_known()
        question.verified = revision
        return True

    def _bring_up_to_date(self, question: _Question) -> None:
        if question in self._half_known:
            return
        if not question.verified or not self._is_valid(question):
            self._answer(question)

    def _enter(self, question: _Question) -> int:
        question.depth = self._circles.depth
        self._circles.depth += 1
        self._open.append(question)
        return question.depth

    def _leave(self, question: _Question) -> None:
        self._open.pop()
        self._circles.depth = question.depth
        question.depth = -1

    def _answer(self, question: _Question) -> Any:
        circles = self._circles
        while True:
            checkpoint()
            depth = self._enter(question)
            asking = question.asking = {}
            try:
                value = question.find(*question.key[1:])
            except BaseException:
                self._end_circle()  # cancelled: nothing further out is finished either
                raise
            finally:
                self._leave(question)
                question.asking = question.notes = None
            if circles.outermost < 0:
                break
            state = circles.worked_out(question, depth, value)
            if state is State.HALF_KNOWN:
                self._half_known[question] = _HalfKnown(value, tuple(asking))
                return value
            self._end_round(is_known=state is State.KNOWN)
            if state is State.KNOWN:
                break
        self._keep(question, value, tuple(asking))
        return value

    def _keep(self, question: _Question, value: Any, asked: tuple[_Question, ...]) -> None:
        if not question.verified or not in_same_words(question.value, value):
            question.value, question.changed = value, self._revision
        question.asked, question.verified = asked, self._revision

    def _end_round(self, *, is_known: bool) -> None:
        """Keeps what was found in the last round of a circle, or drops what was in another."""
        if not is_known:
            self._forget_half_known()
            return
        for question, found in self._half_known.items():
            self._keep(question, found.value, found.asked)
        self._half_known, self._half_noted = {}, []

    def _end_circle(self) -> None:
        """Drops what was found in a circle."""
        self._circles.end()
        self._forget_half_known()

    def _forget_half_known(self) -> None:
        for notes, key in self._half_noted:
            notes.pop(key, None)
        self._half_known, self._half_noted = {}, []
