"""Values that are made of parts, such as `tools.system.enabled` and `agent:<id>`."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping

from attrs import frozen

from .kind import REST


@frozen
class Part:
    """A part of a written string and where it is in it."""

    text: str
    start: int

    @property
    def end(self) -> int:
        """Where it ends."""
        return self.start + len(self.text)


def parts(content: str, separator: str | None) -> tuple[Part, ...]:
    """The parts of a string; all of it where nothing separates."""
    if not separator:
        return (Part(content, 0),)
    found, start = [], 0
    for text in content.split(separator):
        found.append(Part(text, start))
        start += len(text) + len(separator)
    return tuple(found)


def is_placeholder(part: str) -> bool:
    """Whether a part of a described value stands for others: `<name>`, `<…>`."""
    return part.startswith("<") and part.endswith(">")


@frozen
class Level:
    """What may follow some parts.

    own: the next parts by name, each with what is said of the value that ends there ("" if none
    does). deeper: those that more may follow. any: whether any other part is right too. rest:
    whether everything is, from here on.
    """

    own: Mapping[str, str]
    deeper: frozenset[str]
    any: bool = False
    rest: bool = False

    def joined(self, other: Level) -> Level:
        """What may follow by one or the other."""
        return Level(
            {
                **other.own,
                **{part: text or other.own.get(part, "") for part, text in self.own.items()},
            },
            self.deeper | other.deeper,
            self.any or other.any,
            self.rest or other.rest,
        )


class _Node:
    """A part of the known values. text: what is said of the value that ends here, if one does."""

    __slots__ = ("any", "below", "rest", "text")

    def __init__(self) -> None:
        self.below: dict[str, _Node] = {}
        self.any: _Node | None = None  # what stands for all parts that are not in `below`
        self.rest: str | None = None  # what is said of everything that follows
        self.text: str | None = None

    def put(self, value: tuple[Part, ...], text: str) -> None:
        node = self
        for part in value:
            if part.text == REST:
                node.rest = text
                return
            if is_placeholder(part.text):
                node.any = node.any or _Node()
                node = node.any
            else:
                node = node.below.setdefault(part.text, _Node())
        node.text = text

    def following(self, part: str, wildcards: Container[str]) -> list[_Node]:
        if part in wildcards:
            return [*self.below.values(), *([self.any] if self.any else [])]
        found = self.below.get(part) or self.any
        return [found] if found is not None else []


class Values:
    """The known values of a kind by their parts."""

    def __init__(
        self, values: Mapping[str, str], separator: str | None, wildcards: Iterable[str] = ()
    ) -> None:
        self._wildcards = frozenset(wildcards)
        self._root = _Node()
        for value, text in values.items():
            self._root.put(parts(value, separator), text)

    def level(self, before: tuple[str, ...]) -> Level:
        """What may follow some parts that are written already."""
        nodes = [self._root]
        for part in before:
            if any(node.rest is not None for node in nodes):
                return Level({}, frozenset(), rest=True)
            nodes = [below for node in nodes for below in node.following(part, self._wildcards)]
        own: dict[str, str] = {}
        deeper: set[str] = set()
        for node in nodes:
            for part, below in node.below.items():
                own[part] = own.get(part) or below.text or ""
                if below.below or below.any is not None or below.rest is not None:
                    deeper.add(part)
        return Level(
            own,
            frozenset(deeper),
            any(node.any is not None for node in nodes),
            any(node.rest is not None for node in nodes),
        )

    def text(self, written: tuple[str, ...]) -> str | None:
        """What is said of a value; of one that a placeholder stands for, what is said of that."""
        node, rest = self._root, None
        for part in written:
            rest = node.rest if node.rest is not None else rest
            following = node.below.get(part) or node.any
            if following is None:
                return rest
            node = following
        return node.text if node.text is not None else rest
