"""How much a YAML text stands for, before anything is made of it.

An alias is small in the text and may stand for gigabytes, and a merge key copies what it names: to
make the data of a few hundred bytes can take hours. The parser's nodes are shared between aliases
instead, so that what they stand for is counted in the time that the text takes.
"""

from __future__ import annotations

from llmspell.errors import ResourceError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any


MOST_VALUES = 1_000_000
MOST_CHARACTERS = 50_000_000


def counting(constructor: Any) -> Any:
    """A library's maker of data, that looks first at how much there would be."""

    class Counting(constructor):  # type: ignore[misc]
        def construct_document(self, node: Any) -> Any:
            _check(node)
            return super().construct_document(node)

    return Counting


def _check(root: Any) -> None:
    """Raises ResourceError where a node of the parser stands for too much, or for itself."""
    sizes: dict[int, tuple[int, int]] = {}
    under_way: set[int] = set()
    # Without recursion: a text may be nested as deep as it is long.
    ahead: list[tuple[Any, bool]] = [] if root is None else [(root, False)]
    while ahead:
        node, is_known_below = ahead.pop()
        mark = id(node)
        if mark in sizes:
            continue
        if not is_known_below:
            if mark in under_way:
                raise ResourceError("an alias in the text stands for itself", resource="data")
            under_way.add(mark)
            ahead.append((node, True))
            ahead.extend((each, False) for each in _below(node) if id(each) not in sizes)
            continue
        under_way.discard(mark)
        below = [sizes[id(each)] for each in _below(node)]
        characters = len(node.value) if isinstance(node.value, str) else 0
        values = 1 + sum(each[0] for each in below)
        characters += sum(each[1] for each in below)
        if values > MOST_VALUES or characters > MOST_CHARACTERS:
            raise ResourceError(
                "the data are too many; are aliases of aliases in the text?", resource="data"
            )
        sizes[mark] = values, characters


def _below(node: Any) -> Iterator[Any]:
    """The nodes of keys and values of a mapping, those of a sequence; none of a scalar."""
    if isinstance(node.value, list):
        for each in node.value:
            yield from each if isinstance(each, tuple) else (each,)
