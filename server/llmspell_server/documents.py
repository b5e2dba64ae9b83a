"""Open documents: between the protocol's positions and the offsets of the analysis."""

from __future__ import annotations

from typing import cast

from lsprotocol import types
from pygls.workspace import TextDocument
from pygls.workspace import Workspace as PyglsWorkspace

from .analysis.text import Text, Units


class Document(TextDocument):
    """A document whose lines are those of LSP 3.17, in the position encoding of the session.

    pygls breaks lines wherever `str.splitlines` does (form feed, U+2028, …), and each of its
    edits builds the text anew line by line.
    """

    _text: Text | None = None

    @property
    def text(self) -> Text:
        """The document as it is now; the object stays as it is when the document changes."""
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

    def apply_change(self, change: types.TextDocumentContentChangeEvent) -> None:
        """Edits a range, or puts another text in place of all."""
        if isinstance(change, types.TextDocumentContentChangePartial):
            start, end = self.offset(change.range.start), self.offset(change.range.end)
            self._text = self.text.replaced(start, end, change.text)
        else:
            self._text = Text(change.text)
        self._source = self._text.source

    def offset(self, position: types.Position) -> int:
        """The offset of a position."""
        return self.text.offset(position.line, position.character, self._units)

    def range(self, start: int, end: int) -> types.Range:
        """The range between two offsets."""
        return types.Range(self._position(start), self._position(end))

    def _position(self, offset: int) -> types.Position:
        return types.Position(*self.text.position(offset, self._units))

    @property
    def _units(self) -> Units:
        return cast(
            Units, str(getattr(encoding := self.position_codec.encoding, "value", encoding))
        )


class Workspace(PyglsWorkspace):
    """The workspace of pygls with documents of ours."""

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
