"""`file-converter` (spec tools §8.18), on the codecs of the standard library.

The encoding of a file is told by its byte order mark, by its zero bytes (UTF-16 of Latin text), or
by being UTF-8; what is left is Windows-1252, as browsers take it. Guessing languages from the
frequency of letters, as charset-normalizer does, would turn short files into other texts.
"""

from __future__ import annotations

import codecs
import os
import re

from llmspell.errors import StorageError, ToolError, ValidationError
from llmspell.security.entries import make_parents
from llmspell.security.opening import open_to_read, write_whole
from llmspell.tools.answer import Answer
from llmspell.tools.builtin.filesystem.paths import (
    check_extension,
    file_path,
    open_file,
    storage_errors,
)
from llmspell.tools.description import MIB, Example, Operation, Parameter
from llmspell.tools.tool import Tool

TYPE_CHECKING = False
if TYPE_CHECKING:
    from llmspell.tools.call import Call

LARGEST = 50 * MIB
ENCODINGS = {
    "utf8": "utf-8",
    "utf16le": "utf-16-le",
    "utf16be": "utf-16-be",
    "windows1252": "cp1252",
    "iso88591": "iso-8859-1",
    "ascii": "ascii",
}
"""The names, without hyphens, and Python's names of them."""

LINE_ENDS = {"lf": "\n", "crlf": "\r\n", "cr": "\r"}
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


class FileConverter(Tool):
    """Changes the encoding, the line ends or the indentation of a text file."""

    name = "file-converter"
    category = "filesystem"
    security = "restricted"
    permissions = ("read", "write")
    result = "message"
    parameters = (
        Parameter("path", "string", "The file.", required=True, kind="file-path"),
        Parameter(
            "target_path",
            "string",
            "Where the result goes; the file itself otherwise, with a copy in FILE.backup.",
            kind="file-path",
        ),
        Parameter("from_encoding", "string", "The file's encoding; detected otherwise."),
        Parameter(
            "to_encoding",
            "string",
            "utf-8, utf-16le, utf-16be, windows-1252, iso-8859-1 or ascii.",
        ),
        Parameter("line_ending", "string", "lf, crlf or cr."),
        Parameter(
            "convert_to_spaces",
            "boolean",
            "Tabs become spaces; the reverse where false.",
            default=True,
        ),
        Parameter(
            "tab_size",
            "integer",
            "Spaces of a tab.",
            default=4,
            schema={"minimum": 1, "maximum": 64},
        ),
    )
    operations = {
        "encoding": Operation(
            "another encoding",
            needs=("path", "to_encoding"),
            takes=("path", "target_path", "from_encoding", "to_encoding"),
        ),
        "line_endings": Operation(
            "other line ends",
            needs=("path", "line_ending"),
            takes=("path", "target_path", "from_encoding", "line_ending"),
        ),
        "indentation": Operation(
            "tabs to spaces, or spaces to tabs",
            needs=("path",),
            takes=("path", "target_path", "from_encoding", "convert_to_spaces", "tab_size"),
        ),
    }
    examples = (
        Example(
            {
                "operation": "line_endings",
                "path": "@/a.txt",
                "target_path": "@/b.txt",
                "line_ending": "crlf",
            },
            {"success": True, "result": {"output_path": "@/b.txt", "operation": "line_endings"}},
            files={"a.txt": "a\nb\n"},
        ),
        Example(
            {"operation": "indentation", "path": "@/a.lua", "tab_size": 2},
            {"result": {"backup_path": "@/a.lua.backup"}},
            files={"a.lua": "if x then\n\ty()\nend\n"},
        ),
        Example(
            {"operation": "encoding", "path": "@/a.txt", "to_encoding": "ascii"},
            fails="'ü'",
            files={"a.txt": "ü"},
        ),
    )

    def do_encoding(self, call: Call) -> Answer:
        """A byte order mark is left out."""
        target = _encoding(call.params["to_encoding"])
        if target is None:
            raise ValidationError(
                f"'{call.params['to_encoding']}' is not among utf-8, utf-16le, utf-16be, "
                "windows-1252, iso-8859-1, ascii",
                field="to_encoding",
            )
        text, _, _ = _read(call)
        return _written(call, _encoded(text, target))

    def do_line_endings(self, call: Call) -> Answer:
        """The encoding stays; the byte order mark stays where UTF-16 needs it."""
        end = LINE_ENDS.get(call.params["line_ending"].lower())
        if end is None:
            raise ValidationError(
                f"'{call.params['line_ending']}' is not among lf, crlf, cr", field="line_ending"
            )
        text, encoding, mark = _read(call)
        return _written(call, mark + _encoded(re.sub(r"\r\n|\r|\n", end, text), encoding))

    def do_indentation(self, call: Call) -> Answer:
        """Everywhere in the file, not at the beginning of lines only."""
        text, encoding, mark = _read(call)
        tab, spaces = "\t", " " * call.get("tab_size", 4)
        old, new = (tab, spaces) if call.get("convert_to_spaces", True) else (spaces, tab)
        return _written(call, mark + _encoded(text.replace(old, new), encoding))


def _encoding(name: str | None) -> str | None:
    """Python's name of an encoding; None for one that is not known."""
    return ENCODINGS.get((name or "").lower().replace("-", "").replace("_", ""))


def _read(call: Call) -> tuple[str, str, bytes]:
    """The text, its encoding, and the byte order mark that it keeps."""
    path = file_path(call)
    if not os.path.isfile(path):
        raise ValidationError(f"there is no file '{call.params['path']}'", field="path")
    with storage_errors("read", path), open_file(call, path) as file:
        size = os.fstat(file.fileno()).st_size
        if size > LARGEST:
            raise ValidationError(
                f"the file has {size} bytes, which is more than {LARGEST}", field="input_path"
            )
        data = file.read()
    encoding = _encoding(call.get("from_encoding")) or _detected(data)
    mark = next((mark for mark, of in _MARKS if of == encoding and data.startswith(mark)), b"")
    try:
        text = data[len(mark) :].decode(encoding)
    except UnicodeDecodeError as error:
        raise ToolError(f"{path} is no {encoding} (byte {error.start + 1})") from error
    return text, encoding, b"" if encoding == "utf-8" else mark


def _detected(data: bytes) -> str:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return encoding
    start = data[:1000]
    if len(data) % 2 == 0 and b"\0" in start:
        even, odd = start[::2].count(0), start[1::2].count(0)
        return "utf-16-le" if odd > even else "utf-16-be"
    try:
        data.decode()
    except UnicodeDecodeError:
        # Five bytes stand for nothing in Windows-1252, but every byte is something in Latin-1.
        return "iso-8859-1" if set(data) & set(b"\x81\x8d\x8f\x90\x9d") else "cp1252"
    return "utf-8"


def _encoded(text: str, encoding: str) -> bytes:
    try:
        return text.encode(encoding)
    except UnicodeEncodeError as error:
        line = text.count("\n", 0, error.start) + 1
        raise ToolError(f"{encoding} has no {text[error.start]!r} (line {line})") from error


def _written(call: Call, data: bytes) -> Answer:
    """Writes the result, and the copy of the original where it takes its place."""
    call.check()
    source = file_path(call)
    target = file_path(call, "target_path", "write") if call.get("target_path") else source
    result = {"input_path": source, "output_path": target, "operation": call.operation}
    if target == source:
        result["backup_path"] = _backed_up(call, source)
    with storage_errors("write", target):
        make_parents(call.policy, target)
        write_whole(call.policy, target, data)
    return Answer(
        call.operation,
        result,
        message=f"Converted {source} into {target}",
        metadata={"file_path": target, "file_size": len(data)},
    )


def _backed_up(call: Call, source: str) -> str:
    backup = call.policy.check_path(f"{source}.backup", "write")
    check_extension(call, backup)
    try:
        with open_to_read(call.policy, source) as file:
            write_whole(call.policy, backup, file.read())
    except OSError as error:
        raise StorageError(f"{backup}: {error.strerror or error}", operation="backup") from error
    return backup
