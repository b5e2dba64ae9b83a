"""`file-search` (spec tools §8.20): lines of files that match, in linear time (google-re2)."""

from __future__ import annotations

import os
import re

from llmspell.errors import LLMSpellError, ToolError, ValidationError
from llmspell.tools.answer import Answer
from llmspell.tools.builtin.filesystem.paths import open_file, walk
from llmspell.tools.description import Example, Operation, Parameter
from llmspell.tools.tool import Tool

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from llmspell.tools.call import Call

MOST_MATCHES = 1000
INCLUDED = (
    "txt md rs py js ts java cpp c h json xml yaml yml toml ini cfg conf log lua".split()  # noqa: SIM905
)
EXCLUDED = (
    "exe bin so dll dylib jpg jpeg png gif bmp pdf zip tar gz rar 7z mp3 mp4 avi mkv".split()  # noqa: SIM905
)
EXCLUDED_FOLDERS = (".git", ".svn", ".hg", "node_modules", "target", ".idea", ".vscode")
_LIST: tuple[str, ...] = ("array", "string", "object")


def _names(name: str, description: str, default: list[str] | tuple[str, ...]) -> Parameter:
    told = f"{description}: a list, or one text with commas. Otherwise {' '.join(default)}."
    return Parameter(name, _LIST, told, schema={"items": {"type": "string"}, "maxProperties": 0})


class FileSearch(Tool):
    """Finds text or regular expressions in files, with the lines around them."""

    name = "file-search"
    category = "filesystem"
    security = "restricted"
    permissions = ("read",)
    result = "message"
    requires = ("re2",)
    operations = {
        "search": Operation("lines that match", needs=("pattern", "path"), aliases=("grep", "find"))
    }
    default_operation = "search"
    parameters = (
        Parameter("pattern", "string", "Text, or regular expression (RE2).", required=True),
        Parameter("path", "string", "File or folder.", required=True, kind="file-path"),
        Parameter("recursive", "boolean", "Search folders below, too.", default=False),
        Parameter("case_sensitive", "boolean", "Tell case apart.", default=True),
        Parameter("use_regex", "boolean", "The pattern is a regular expression.", default=False),
        Parameter(
            "context_lines",
            "integer",
            "Lines to give before and after each match.",
            default=2,
            schema={"minimum": 0, "maximum": 50},
        ),
        _names("include_extensions", "Extensions to search (without dots)", INCLUDED),
        _names("exclude_extensions", "Extensions to leave out", EXCLUDED),
        _names("exclude_dirs", "Names of folders to leave out", EXCLUDED_FOLDERS),
        Parameter(
            "max_file_size",
            "integer",
            "Larger files are skipped, in bytes.",
            default=10 * 1024 * 1024,
            schema={"minimum": 0},
        ),
        Parameter(
            "max_matches_per_file",
            "integer",
            "Most matches of one file; 0 for no limit.",
            default=0,
            schema={"minimum": 0},
        ),
        Parameter(
            "max_depth",
            "integer",
            "Folders below each other.",
            default=20,
            schema={"minimum": 0, "maximum": 100},
        ),
    )
    examples = (
        Example(
            {"pattern": "b+", "path": "@/src", "use_regex": True, "recursive": True},
            {"metadata": {"response": {"result": {"summary": {"total_matches": 1}}}}},
            files={"src/a.txt": "a\nxbb\n", "src/a.bin": "b"},
        ),
        Example(
            {"pattern": "ONE", "path": "@/a.txt", "case_sensitive": False, "context_lines": 0},
            {"success": True, "result": {"summary": {"has_matches": True, "files_searched": 1}}},
            files={"a.txt": "one\ntwo\n"},
        ),
        Example(
            {"pattern": "(", "path": "@/a.txt", "use_regex": True},
            fails="not accepted",
            files={"a.txt": "x"},
        ),
    )

    def do_search(self, call: Call) -> Answer:
        """A file that cannot be searched is told among others, and is an error alone."""
        root = call.path("path")
        search = _Search(call)
        if os.path.isdir(root):
            for path in _files(call, root):
                if search.full:
                    break
                try:
                    search.add(path)
                except (OSError, LLMSpellError) as error:
                    call.check()
                    search.skipped.append({"file_path": path, "reason": _reason(error)})
        elif not os.path.exists(root):
            raise ValidationError(f"there is no '{call.params['path']}'", field="path")
        else:
            try:
                search.add(root)
            except (OSError, ValueError) as error:
                raise ToolError(f"{root} cannot be searched: {_reason(error)}") from error
        return search.answer()


class _Search:
    """What one call has found so far."""

    def __init__(self, call: Call) -> None:
        from llmspell.security.patterns import compile_pattern

        pattern = str(call.params["pattern"])
        if not pattern:
            raise ValidationError("'pattern' is empty", field="pattern")
        self._call = call
        self._literal = not call.get("use_regex", False)
        try:
            self._pattern = compile_pattern(
                re.escape(pattern) if self._literal else pattern,
                ignore_case=not call.get("case_sensitive", True),
            )
        except ValidationError as error:
            raise ValidationError(str(error), field="pattern") from error
        self._around: int = call.get("context_lines", 2)
        self._largest: int = call.get("max_file_size", 10 * 1024 * 1024)
        self._most: int = call.get("max_matches_per_file", 0) or MOST_MATCHES
        self.matches: list[dict[str, Any]] = []
        self.skipped: list[dict[str, str]] = []
        self.searched = 0

    @property
    def full(self) -> bool:
        """Whether no more matches are taken."""
        return len(self.matches) >= MOST_MATCHES

    def add(self, path: str) -> None:
        """Searches a file; raises ToolError for what is too large or no text."""
        with open_file(self._call, path) as file:
            if os.fstat(file.fileno()).st_size > self._largest:
                raise ToolError(f"{path} is larger than {self._largest} bytes")
            data = file.read()
        try:
            data.decode()
        except UnicodeDecodeError as error:
            raise ToolError(f"{path} is no UTF-8 text (byte {error.start + 1})") from error
        self.searched += 1
        lines = [line.removesuffix(b"\r") for line in data.split(b"\n")]
        if lines[-1] == b"":
            lines.pop()
        most = min(len(self.matches) + self._most, MOST_MATCHES)
        for number, line in enumerate(lines):
            if number % 1000 == 0:
                self._call.check()
            for start, end in self._places(line):
                if len(self.matches) >= most:
                    return
                self.matches.append(self._match(path, lines, number, start, end))

    def _places(self, line: bytes) -> Iterator[tuple[int, int]]:
        """The matches of a line; those of a text may overlap, as documented."""
        at = 0
        while at <= len(line) and (found := self._pattern.search(line, at)):
            start, end = found.span()
            yield start, end
            at = start + 1 if self._literal or end == start else end

    def _match(
        self, path: str, lines: list[bytes], number: int, start: int, end: int
    ) -> dict[str, Any]:
        line, around = lines[number], self._around
        return {
            "file_path": path,
            "line_number": number + 1,
            "column_number": start + 1,
            "line_content": line.decode(),
            "matched_text": line[start:end].decode(errors="replace"),
            "context_before": [each.decode() for each in lines[max(0, number - around) : number]],
            "context_after": [each.decode() for each in lines[number + 1 : number + 1 + around]],
        }

    def answer(self) -> Answer:
        """All of it."""
        count = len(self.matches)
        summary = {
            "total_matches": count,
            "files_searched": self.searched,
            "files_skipped": len(self.skipped),
            "has_matches": count > 0,
        }
        files = len({each["file_path"] for each in self.matches})
        return Answer(
            "search",
            {"matches": self.matches, "summary": summary, "skipped_files": self.skipped},
            message=f"{count} matches in {files} of {self.searched} files",
            metadata={"count": count},
        )


def _files(call: Call, root: str) -> Iterator[str]:
    """The files of a folder that the filters let through, in the order of their names.

    See `walk` for what ends it.
    """
    included = _listed(call, "include_extensions", INCLUDED)
    excluded = _listed(call, "exclude_extensions", EXCLUDED)
    left_out = _listed(call, "exclude_dirs", EXCLUDED_FOLDERS)
    deepest = call.get("max_depth", 20) if call.get("recursive", False) else 0
    for depth, folder, folders, files in walk(call, root):
        deeper = depth < deepest
        folders[:] = sorted(name for name in folders if name not in left_out) if deeper else []
        for name in sorted(files):
            extension = os.path.splitext(name)[1].lstrip(".").lower()
            if (not included or extension in included) and extension not in excluded:
                yield os.path.join(folder, name)


def _listed(call: Call, name: str, default: list[str] | tuple[str, ...]) -> set[str]:
    """A list of words; what is absent or an empty Lua table means the default."""
    given = call.get(name)
    if given is None or given == {}:
        return set(default)
    words = given.split(",") if isinstance(given, str) else given
    extensions = name != "exclude_dirs"
    stripped = (word.strip() for word in words)
    return {word.lstrip(".").lower() if extensions else word for word in stripped if word}


def _reason(error: Exception) -> str:
    if isinstance(error, OSError):
        return error.strerror or str(error)
    return str(error)
