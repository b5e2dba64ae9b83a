"""Reading TOML with places, also while it is being written.

tree-sitter-toml (0.7.0, of December 2024) was tried: of a name alone on its line it makes one entry
with the line below, and after an open array or header it gives up what follows. tomlkit keeps
no places and refuses broken text. What is correct is read by the grammar alone; of incorrect text
(tomllib has that word) each line is read for itself, so a mistake costs its own line only.
"""

from __future__ import annotations

import re
import tomllib

from .tree import Comment, Document, Entry, Header, Key, Section, Value, ValueKind

_BLANK = re.compile(r"[ \t]*")
_BARE = re.compile(r"[^\s.=\[\]{}\",'#]+")
_TO_LINE_END = re.compile(r"[^\n]*")
_SCALAR = re.compile(
    r"\d{4}-\d\d-\d\d[ ]\d\d:\d\d(?::\d\d)?(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)? | [^\s,\]}\#=\[{\"']+",
    re.VERBOSE | re.IGNORECASE,
)
_STRING = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*(?P<m>"{3,5})? | \'\'\'(?:[^\']|\'(?!\'\'))*(?P<l>\'{3,5})?'
    r' | "(?:[^"\\\n]|\\[^\n])*(?P<b>")?       | \'[^\'\n]*(?P<s>\')?',
    re.VERBOSE | re.DOTALL,
)
# A line that begins something new, where broken text has left an array or table open.
_NEW_LINE = re.compile(
    r"[ \t]*(?:\[\[?[\w.\-\"' \t]+\]\]?[ \t]*(?:#[^\n]*)?(?:\n|\Z)|[\w.\-\"']+[ \t]*=)"
)
_DEEPEST = 50


def read(source: str) -> Document:
    """The document in a text; never raises."""
    try:
        tomllib.loads(source)
        broken = False
    except (ValueError, RecursionError):
        broken = True
    return _Reader(source, broken).document()


class _Reader:
    """One pass over a text. at: the offset of what is read next."""

    def __init__(self, source: str, broken: bool) -> None:
        self.source, self.broken = source, broken
        self.at = 0
        self.comments: list[Comment] = []

    def document(self) -> Document:
        sections: list[Section] = []
        header: Header | None = None
        entries: list[Entry] = []
        start = 0
        while self._to_statement():
            if self.source[self.at] == "[":
                sections.append(Section(header, tuple(entries), start, self.at))
                start, entries = self.at, []
                header = self._header()
            else:
                entries.append(self._entry("\n"))
            self._rest_of_line()
        sections.append(Section(header, tuple(entries), start, len(self.source)))
        return Document(self.source, tuple(sections), tuple(self.comments))

    # Between things

    def _blank(self) -> None:
        found = _BLANK.match(self.source, self.at)
        assert found is not None
        self.at = found.end()

    def _looks(self, text: str) -> bool:
        return self.source.startswith(text, self.at)

    def _space(self) -> bool:
        """Passes blanks, line ends and comments; tells whether anything is left."""
        while self.at < len(self.source):
            character = self.source[self.at]
            if character == "#":
                self._comment()
            elif character.isspace():
                self.at += 1
            else:
                return True
        return False

    _to_statement = _space

    def _comment(self) -> None:
        found = _TO_LINE_END.match(self.source, self.at)
        assert found is not None
        end = found.end() - found[0].endswith("\r")
        self.comments.append(Comment(self.at, end))
        self.at = found.end()

    def _rest_of_line(self) -> None:
        self._blank()
        if self._looks("#"):
            self._comment()
            return
        found = _TO_LINE_END.match(self.source, self.at)
        assert found is not None
        self.at = found.end()

    # Keys

    def _header(self) -> Header:
        start = self.at
        is_array = self._looks("[[")
        self.at += 1 + is_array
        inside = self.at
        keys, open_key = self._keys()
        end = self.at
        self._blank()
        mark = "]]" if is_array else "]"
        closed = self._looks(mark)
        behind = self.at
        if closed:
            self.at += len(mark)
        return Header(
            keys, is_array, start, self.at if closed else end, (inside, behind), closed, open_key
        )

    def _keys(self) -> tuple[tuple[Key, ...], bool]:
        """Parts with dots between them, and whether one is missing at the end."""
        keys: list[Key] = []
        while True:
            self._blank()
            key = self._key()
            if key is None:
                return tuple(keys), bool(keys)
            keys.append(key)
            end = self.at
            self._blank()
            if not self._looks("."):
                self.at = end
                return tuple(keys), False
            self.at += 1

    def _key(self) -> Key | None:
        start = self.at
        if self._looks('"') or self._looks("'"):
            value = self._string()
            return Key(str(value.data), start, value.end)
        found = _BARE.match(self.source, self.at)
        if found is None:
            return None
        self.at = found.end()
        return Key(found[0], start, self.at)

    def _entry(self, ends: str, depth: int = 0) -> Entry:
        """A key with its value. ends: characters that end the entry where no value is."""
        start = self.at
        keys, open_key = self._keys()
        end = self.at
        self._blank()
        if not self._looks("="):
            if end == start:  # nothing that could be a key
                self.at = start + (self.source[start] not in ends)
                end = self.at
            return Entry(keys, None, start, end, None, open_key)
        equals = self.at
        self.at += 1
        value = self._value(depth)
        return Entry(keys, value, start, max(value.end, equals + 1), equals, open_key)

    # Values

    def _value(self, depth: int) -> Value:
        self._blank()
        start = self.at
        character = self.source[start : start + 1]
        if character in {'"', "'"}:
            return self._string()
        if character == "[" and depth < _DEEPEST:
            return self._array(depth + 1)
        if character == "{" and depth < _DEEPEST:
            return self._inline_table(depth + 1)
        found = _SCALAR.match(self.source, start)
        if found is None:
            return Value("missing", start, start)
        self.at = found.end()
        return _scalar(found[0], start)

    def _string(self) -> Value:
        start = self.at
        found = _STRING.match(self.source, start)
        assert found is not None
        self.at = found.end() - (not found.lastgroup and found[0].endswith("\r"))
        text = self.source[start : self.at]
        if found.lastgroup is None:
            return Value("string", start, self.at, text.lstrip(text[0]), closed=False)
        data = _evaluated(text)
        return Value("string", start, self.at, text if data is None else data)

    def _array(self, depth: int) -> Value:
        start = self.at
        self.at += 1
        items: list[Value] = []
        while self._more():
            if self._looks("]"):
                self.at += 1
                return Value("array", start, self.at, items=tuple(items))
            before = self.at
            item = self._value(depth)
            if item.kind != "missing":
                items.append(item)
            self._between(before)
        return Value("array", start, self._written_end(start), items=tuple(items), closed=False)

    def _inline_table(self, depth: int) -> Value:
        start = self.at
        self.at += 1
        entries: list[Entry] = []
        while self._more():
            if self._looks("}"):
                self.at += 1
                return Value("table", start, self.at, entries=tuple(entries))
            before = self.at
            if not self._looks(","):
                entries.append(self._entry(",}\n", depth))
            self._between(before)
        end = self._written_end(start)
        return Value("table", start, end, entries=tuple(entries), closed=False)

    def _more(self) -> bool:
        """Passes blanks and line ends within brackets; whether what follows belongs there."""
        while self.at < len(self.source):
            line_start = self.source[self.at - 1] == "\n"
            if self.broken and line_start and _NEW_LINE.match(self.source, self.at):
                return False
            if self.source[self.at] == "#":
                self._comment()
            elif self.source[self.at].isspace():
                self.at += 1
            else:
                return True
        return False

    def _between(self, before: int) -> None:
        """Passes the comma behind an item; what is neither is passed too, so that reading ends."""
        while self._more():
            if self._looks(","):
                self.at += 1
                return
            if self._looks("]") or self._looks("}"):
                if self.at == before:
                    self.at += 1  # the other bracket
                return
            if self.at > before:
                return
            self.at += 1

    def _written_end(self, start: int) -> int:
        """The end of what was written, before the blanks that were passed."""
        end = self.at
        written = self.source[start:end].rstrip()
        self.at = start + len(written)
        return self.at


def _scalar(text: str, start: int) -> Value:
    data = _evaluated(text)
    kind: ValueKind = "other"
    if isinstance(data, bool):
        kind = "boolean"
    elif isinstance(data, int | float):
        kind = "number"
    elif data is not None:
        kind = "date"
    return Value(kind, start, start + len(text), data)


def _evaluated(text: str) -> object:
    """What a value means; None for what is none."""
    try:
        return tomllib.loads(f"x = {text}").get("x")
    except ValueError:
        return None
