"""Everything that can be asked about a document and a place in it."""

from __future__ import annotations

import re

from lsprotocol import types
from pygls.workspace import PositionCodec

from llmspell_server.analysis.checks.checker import Checker, Placed, sections
from llmspell_server.analysis.completion.complete import Options, complete
from llmspell_server.analysis.evaluatable import evaluatable_at
from llmspell_server.analysis.folding import folds_of
from llmspell_server.analysis.hover import hovered
from llmspell_server.analysis.inlay_hints import Wanted, hints_in
from llmspell_server.analysis.inline_values import inline_values
from llmspell_server.analysis.outline import outline_of
from llmspell_server.analysis.selections import selections_at
from llmspell_server.analysis.semantic_tokens import tokens_of
from llmspell_server.analysis.signature import active_call
from llmspell_server.analysis.syntax.lexer import TOKEN
from llmspell_server.analysis.type_places import implementations, type_definitions
from llmspell_server.compiler import Compiler
from llmspell_server.documents import Document
from llmspell_server.subjects import Subject
from llmspell_server.world import SessionWorld
from tests.server.places import URI

RULES = re.compile(
    "no visible label|already defined|into the scope|const variable|unknown attribute|"
    "outside a? ?(?:loop|vararg)|malformed number|escape|hexadecimal digit|missing '[{}]'|"
    "UTF-8 value|decimal|to-be-closed|too many|overflow|function or expression needs"
)
"""What the grammar allows and the compiler refuses; the server has it from the compiler."""


def accept_alike(subject: Subject) -> None:
    """Looks whether the parser accepts what the compiler does, but for what is no grammar."""
    fault = subject.document.fault(_compile)
    problems = [problem for piece in subject.snapshot.pieces.all for problem in piece.problems]
    if fault is None:
        assert not problems
    else:
        assert problems or RULES.search(fault.message), fault


def ask_here(subject: Subject) -> None:
    """Asks what editors ask at each key, and looks that each place lies in the text."""
    end, offset = len(subject.document.source), subject.offset
    fault = subject.document.fault(_compile)
    assert fault is None or 0 <= fault.start <= fault.end <= end
    completed = complete(subject, Options(dict, True))
    assert completed.start <= offset <= completed.end
    found = hovered(subject)
    assert found is None or found.start <= offset <= found.end
    active_call(subject)


def ask_everywhere(subject: Subject) -> None:
    """Asks the same, and what is asked about the whole document."""
    ask_here(subject)
    snapshot, end, offset = subject.snapshot, len(subject.document.source), subject.offset
    list(hints_in(subject.inference, URI, 0, end, Wanted("all", True, True)))
    list(inline_values(snapshot, 0, end, offset))
    evaluatable_at(snapshot, offset)
    selections_at(snapshot, offset)
    tokens_of(snapshot, frozenset(), "utf-16")
    folds_of(snapshot)
    outline_of(snapshot)
    type_definitions(subject)
    implementations(subject)


_compile = Compiler()


class Typed:
    """A document that is typed from its beginning, as a session sees it."""

    def __init__(self) -> None:
        self._document = Document(URI, source="", language_id="lua", position_codec=PositionCodec())
        self._documents = {URI: self._document}
        self._world = SessionWorld(lambda: self._documents, _compile)
        self._checker = Checker(self._world.inference())

    def type(self, text: str) -> Subject:
        """Types a text at the end; gives the place behind it."""
        return self._put(len(self._document.source), text)

    def begin(self, text: str = "") -> Subject:
        """Puts a text in place of all that was typed; gives the place behind it."""
        return self._put(0, text)

    def _put(self, start: int, text: str) -> Subject:
        at = self._document.range(start, len(self._document.source))
        change = types.TextDocumentContentChangePartial(at, text)
        self._document = self._document.edited(change)
        self._documents = {URI: self._document}
        return Subject.at(self._world.inference(), self._document, URI, len(self._document.source))

    def check(self) -> list[Placed]:
        """Looks for problems, and that each lies in the text."""
        found = self._checker.findings(URI)
        for placed in found:
            assert 0 <= placed.start <= placed.end <= len(self._document.source)
        return found

    def check_cut(self, *, whole: bool = False) -> None:
        """Looks for problems where the last statement of the chunk is cut, or in all of it."""
        inference = self._world.inference()
        pieces = inference.file(URI).snapshot.pieces.all[-2:]
        for piece in pieces:
            if whole:
                inference.queries.get("findings", URI, piece)
                continue
            inference.queries.get("findings of names", URI, piece)
            for number in range(len(sections(piece)))[-1:]:
                inference.queries.get("findings of section", URI, piece, number)


def boundaries(source: str) -> list[int]:
    """Where tokens and comments of a text begin and end, in order."""
    spans = (found.span(found.lastgroup or 0) for found in TOKEN.finditer(source))
    return sorted({offset for span in spans for offset in span} - {0} | {len(source)})
