"""Differences between two JSON values: what was added, removed, modified, and what stayed."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class JsonDiff:
    """What differs, by dotted paths. Only objects are gone into; lists are compared as a whole."""

    def __init__(self, old: Any, new: Any) -> None:
        self.added: dict[str, Any] = {}
        self.removed: dict[str, Any] = {}
        self.modified: dict[str, Any] = {}
        self.unchanged: list[str] = []
        self._compare("", old, new)

    def result(self) -> dict[str, Any]:
        """As `diff-calculator` tells it."""
        found = {
            "added": self.added,
            "removed": self.removed,
            "modified": self.modified,
            "unchanged": self.unchanged,
        }
        summary = {name: len(each) for name, each in found.items()}
        return {"type": "json", "diff": found, "summary": summary}

    def _compare(self, path: str, old: Any, new: Any) -> None:
        if isinstance(old, dict) and isinstance(new, dict):
            self._compare_objects(path, old, new)
            return
        lists = isinstance(old, list) and isinstance(new, list)
        place = "[]" if lists and not path else path
        if equal(old, new):
            self.unchanged.append(place)
            return
        self.modified[place] = {"old": old, "new": new}
        if place == "[]":
            self.modified[place] |= {"old_length": len(old), "new_length": len(new)}

    def _compare_objects(self, path: str, old: dict[str, Any], new: dict[str, Any]) -> None:
        for key in sorted(old.keys() | new.keys()):
            below = f"{path}.{key}" if path else key
            if key not in new:
                self.removed[below] = old[key]
            elif key not in old:
                self.added[below] = new[key]
            else:
                self._compare(below, old[key], new[key])


def equal(left: Any, right: Any) -> bool:
    """Whether two JSON values are the same: 1 is 1.0, but not true."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(equal(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(equal, left, right))
    return bool(left == right)
