"""Open documents: between the protocol's positions and the offsets of the analysis.

A document is a value: an edit puts another one in its place. So a request keeps what it was asked
about, whatever is edited while it waits and works, and no lock is needed.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import cast
from urllib.parse import unquote

from attrs import frozen
from lsprotocol import types
from pygls.workspace import PositionCodec, TextDocument
from pygls.workspace import Workspace as PyglsWorkspace

from llmspell.config.discovery import endings

from .analysis.configuration.reader import read
from .analysis.configuration.tree import Document as TomlDocument
from .analysis.faults import Compile, Fault, syntax_fault
from .analysis.pace import checkpoint
from .analysis.snapshot import Snapshot
from .analysis.text import Text, Units

_CONFIGURATIONS = endings()


@frozen
class Edit:
    """One or several edits of a snapshot: `length` characters in place of a range of it."""

    before: Snapshot
    start: int
    end: int
    length: int

    def followed_by(self, start: int, end: int, length: int) -> Edit:
        """The same with a further edit of what it gives."""
        now = self.start + self.length
        reach = max(now, end)
        return Edit(
            self.before,
            min(self.start, start),
            self.end + reach - now,
            reach - min(self.start, start) + length - (end - start),
        )


class Document(TextDocument):
    """The text of a document at one moment, in the position encoding of the session.

    pygls breaks lines wherever `str.splitlines` does (form feed, U+2028, …), and each of its
    edits builds the text anew line by line.
    """

    _text: Text | None = None
    _fault: Fault | None = None
    _is_checked = False
    _snapshot: Snapshot | None = None
    _edit: Edit | None = None

    @property
    def text(self) -> Text:
        """The document's text."""
        if self._text is None:
            self._text = Text(self.source)
        return self._text

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines with their breaks, for what pygls itself reads."""
        text = self.text
        starts = [text.line_start(line) for line in range(text.line_count)]
        pairs = zip(starts, [*starts[1:], len(text.source)], strict=True)
        return tuple(text.source[start:end] for start, end in pairs)

    @property
    def is_lua(self) -> bool:
        """Whether Lua is written in it, by what the client says or else by its name."""
        return self.language_id == "lua" or (not self.language_id and self.uri.endswith(".lua"))

    @property
    def is_configuration(self) -> bool:
        """Whether it is a configuration of llmspell, by its name; other TOML is left alone.

        What the client calls its language says nothing: where there is no support for TOML, as in
        a new VS Code, it is plain text.
        """
        return not self.is_lua and unquote(self.uri).endswith(_CONFIGURATIONS)

    @property
    def is_known(self) -> bool:
        """Whether the server knows anything of it."""
        return self.is_lua or self.is_configuration

    @cached_property
    def configuration(self) -> TomlDocument:
        """The document as a configuration for the analysis."""
        return read(self.text.source)

    def edited(
        self, change: types.TextDocumentContentChangeEvent, version: int | None = None
    ) -> Document:
        """The document after an edit of a range, or with another text in place of all."""
        if isinstance(change, types.TextDocumentContentChangePartial):
            start, end = self.offset(change.range.start), self.offset(change.range.end)
            text = self.text.replaced(min(start, end), max(start, end), change.text)
        else:
            text = Text(change.text)
        after = Document(
            self.uri,
            source=text.source,
            version=version,
            language_id=self.language_id,
            position_codec=self.position_codec,
        )
        after._text = text
        if isinstance(change, types.TextDocumentContentChangePartial):
            after._edit = self._edit_until_now(min(start, end), max(start, end), len(change.text))
        return after

    def _edit_until_now(self, start: int, end: int, length: int) -> Edit | None:
        """A further edit, together with those since the last snapshot."""
        if self._snapshot is not None:
            return Edit(self._snapshot, start, end, length)
        return self._edit.followed_by(start, end, length) if self._edit is not None else None

    def fault(self, compile_chunk: Compile) -> Fault | None:
        """The syntax error that Lua's compiler finds, looked for once."""
        if not self._is_checked:
            self._fault, self._is_checked = syntax_fault(self.text, compile_chunk), True
        return self._fault

    def snapshot(self, compile_chunk: Compile) -> Snapshot:
        """The document for the analysis; made from the one before the last edits, and kept."""
        if self._snapshot is None:
            checkpoint()
            broken, edit = self.fault(compile_chunk) is not None, self._edit
            checkpoint()
            if edit is None:
                self._snapshot = Snapshot.of(self.text, broken)
            else:
                self._snapshot = edit.before.edited(
                    self.text, edit.start, edit.end, edit.length, broken
                )
            self._edit = None
        return self._snapshot

    def offset(self, position: types.Position) -> int:
        """The offset of a position."""
        return self.text.offset(position.line, position.character, self.units)

    def range(self, start: int, end: int) -> types.Range:
        """The range between two offsets: what there are many of in a long answer."""
        checkpoint()
        return types.Range(self._position(start), self._position(end))

    def _position(self, offset: int) -> types.Position:
        return types.Position(*self.text.position(offset, self.units))

    @cached_property
    def units(self) -> Units:
        """What the columns of the session count."""
        return _units(self.position_codec)


def _units(codec: PositionCodec) -> Units:
    encoding = codec.encoding
    return cast(Units, str(getattr(encoding, "value", encoding)))


Documents = Mapping[str, Document]
"""Open documents by `key_of` their URI."""


def key_of(uri: str) -> str:
    """What two spellings of a URI have in common: clients escape `:` or they do not."""
    return unquote(uri)


class Workspace(PyglsWorkspace):
    """The workspace of pygls with documents of ours."""

    @property
    def documents(self) -> dict[str, Document]:
        """The open documents; the edits of the client put others in their place."""
        return cast(dict[str, Document], self._text_documents)

    def closed_range(self, text: Text, start: int, end: int) -> types.Range:
        """A range of a text that is not open."""
        units = cast(Units, str(getattr(self.position_encoding, "value", self.position_encoding)))
        first, last = text.position(start, units), text.position(end, units)
        return types.Range(types.Position(*first), types.Position(*last))

    def update_text_document(
        self,
        text_doc: types.VersionedTextDocumentIdentifier,
        change: types.TextDocumentContentChangeEvent,
    ) -> None:
        """Puts the edited document in place of an open one; one that is not open is left alone."""
        key = key_of(text_doc.uri)
        before = self.documents.get(key)
        if before is not None:
            self.documents[key] = before.edited(change, text_doc.version)

    def closed_document(self, uri: str, source: str) -> Document:
        """A document of a text that no client has opened."""
        return self._create_text_document(uri, source)

    def _create_text_document(
        self,
        doc_uri: str,
        source: str | None = None,
        version: int | None = None,
        language_id: str | None = None,
    ) -> Document:
        return Document(
            doc_uri,
            source=source,
            version=version,
            language_id=language_id,
            sync_kind=self._sync_kind,
            position_codec=self.position_codec,
        )
