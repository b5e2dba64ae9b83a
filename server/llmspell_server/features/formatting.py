"""textDocument/formatting, rangeFormatting, rangesFormatting and onTypeFormatting."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, cast

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.uris import to_fs_path

from llmspell.errors import ConfigError
from llmspell_server.analysis.formatting.edits import Edit
from llmspell_server.analysis.formatting.following import typed_edit
from llmspell_server.analysis.formatting.style import Style
from llmspell_server.formatting.formatter import Formatting, Tool, Unformattable
from llmspell_server.formatting.styles import style_for

if TYPE_CHECKING:
    from llmspell_server.documents import Document
    from llmspell_server.server import SpellServer

_Edits = list[types.TextEdit] | None
_LAST_CHARACTERS = ["d", "e", "l", "}", ")", "]"]  # of `end`, `else`, `until`


def register(server: SpellServer) -> None:
    """Makes the server answer."""
    server.feature(types.TEXT_DOCUMENT_FORMATTING)(formatting)
    server.feature(types.TEXT_DOCUMENT_RANGE_FORMATTING)(range_formatting)
    server.feature(types.TEXT_DOCUMENT_RANGES_FORMATTING)(ranges_formatting)
    options = types.DocumentOnTypeFormattingOptions("\n", _LAST_CHARACTERS)
    server.feature(types.TEXT_DOCUMENT_ON_TYPE_FORMATTING, options)(on_type_formatting)


def formatting(ls: SpellServer, params: types.DocumentFormattingParams) -> _Edits:
    """What formats a document. An error for one that does not compile."""
    document = _document(ls, params.text_document.uri)
    if document is None:
        return None
    way = _way(ls, document, params.options)
    return _answer(document, lambda: way.edits(document.text.source))


def range_formatting(ls: SpellServer, params: types.DocumentRangeFormattingParams) -> _Edits:
    """What formats the lines of a range."""
    return _of_ranges(ls, params.text_document.uri, [params.range], params.options)


def ranges_formatting(ls: SpellServer, params: types.DocumentRangesFormattingParams) -> _Edits:
    """What formats the lines of several ranges (LSP 3.18)."""
    return _of_ranges(ls, params.text_document.uri, list(params.ranges), params.options)


def on_type_formatting(ls: SpellServer, params: types.DocumentOnTypeFormattingParams) -> _Edits:
    """What indents the line of the cursor, as the lines before it are indented."""
    document = _document(ls, params.text_document.uri)
    if document is None:
        return None
    text = document.text
    cursor = document.offset(params.position)
    line = text.line_at(cursor)
    pieces = document.snapshot(ls.compile).pieces
    # The cursor may stand in the white space after an unfinished statement, which is the next's.
    begin = pieces.starts[max(0, pieces.index_at(text.line_start(line)) - 1)]
    edit = typed_edit(
        text.source[begin : text.line_end(line)],
        text.line_start(line) - begin,
        cursor - begin,
        _style(ls, document, params.options).step,
        params.ch,
    )
    return (
        []
        if edit is None
        else [_text_edit(document, Edit(begin + edit[0], begin + edit[1], edit[2]))]
    )


def _document(ls: SpellServer, uri: str) -> Document | None:
    """A document that may be formatted."""
    return ls.lua_document(uri) if ls.configuration.of(uri).format_enable else None


def _of_ranges(
    ls: SpellServer, uri: str, ranges: list[types.Range], options: types.FormattingOptions
) -> _Edits:
    document = _document(ls, uri)
    if document is None:
        return None
    way = _way(ls, document, options)
    spans = _merged([_whole_lines(document, each) for each in ranges])

    def edits() -> list[Edit]:
        return [edit for span in spans for edit in way.edits(document.text.source, span)]

    return _answer(document, edits)


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The spans in order, those that share a line as one."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return merged


def _answer(document: Document, edits: Callable[[], list[Edit]]) -> list[types.TextEdit]:
    try:
        return [_text_edit(document, edit) for edit in edits()]
    except (Unformattable, ConfigError) as error:
        raise JsonRpcException(
            f"Not formatted: {error}", types.LSPErrorCodes.RequestFailed
        ) from error


def _text_edit(document: Document, edit: Edit) -> types.TextEdit:
    return types.TextEdit(document.range(edit.start, edit.end), edit.text)


def _whole_lines(document: Document, place: types.Range) -> tuple[int, int]:
    """The lines of a range, without one that it does not reach into."""
    text = document.text
    start, end = document.offset(place.start), document.offset(place.end)
    last = text.line_at(end)
    if end > start and end == text.line_start(last):
        last -= 1
    return text.line_start(text.line_at(start)), text.line_end(last)


def _way(ls: SpellServer, document: Document, options: types.FormattingOptions) -> Formatting:
    tool = cast(Tool, ls.configuration.of(document.uri).format_tool)  # settings know these only
    return Formatting(ls.compile, _style(ls, document, options), tool, _path(document))


def _style(ls: SpellServer, document: Document, options: types.FormattingOptions) -> Style:
    """What the project's files say, else the setting, else what the editor says."""
    indent = ls.configuration.of(document.uri).format_indent
    width = min(max(indent or options.tab_size, 1), 16)
    style = Style(tabs=not options.insert_spaces and not indent, width=width)
    path = _path(document)
    try:
        return style if path is None else style_for(path, style)
    except ConfigError as error:
        raise JsonRpcException(
            f"Not formatted: {error}", types.LSPErrorCodes.RequestFailed
        ) from error


def _path(document: Document) -> Path | None:
    path = to_fs_path(document.uri)
    return Path(path) if path and document.uri.startswith("file:") else None
