"""What git writes for programs, as plain data. Names of files that are no UTF-8 are made so."""

from __future__ import annotations

import base64

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

COMMIT = "%x00".join(("%H", "%P", "%an", "%ae", "%aI", "%cn", "%ce", "%cI", "%D", "%B"))
"""The format of commits that `commits` reads, for `-z`."""

REFERENCE = "%00".join(
    f"%({name})"
    for name in (
        *("refname", "objectname", "*objectname", "objecttype", "creatordate:iso-strict"),
        *("upstream:short", "HEAD", "contents:subject"),
    )
)
_FIELDS = 10
_STATES = {
    "A": "added",
    "C": "copied",
    "D": "deleted",
    "M": "modified",
    "R": "renamed",
    "T": "type-changed",
    "U": "unmerged",
    ".": None,
}


def commits(text: str) -> list[dict[str, Any]]:
    """Commits: `commit`, `parents`, `author`, `committer`, `refs`, `subject` and `message`."""
    parts = text.split("\0")
    return [
        _commit(parts[start : start + _FIELDS])
        for start in range(0, len(parts) - _FIELDS + 1, _FIELDS)
    ]


def _commit(fields: list[str]) -> dict[str, Any]:
    commit, parents, author, author_mail, authored, who, mail, committed, refs, message = fields
    return {
        "commit": commit.strip(),
        "parents": parents.split(),
        "author": {"name": author, "email": author_mail, "date": authored},
        "committer": {"name": who, "email": mail, "date": committed},
        "refs": [each.removeprefix("HEAD -> ") for each in refs.split(", ") if each],
        "subject": message.partition("\n")[0],
        "message": message.strip("\n"),
    }


def status(text: str) -> dict[str, Any]:
    """`git status --porcelain=v2 --branch -z`: the branch, and `files` that differ from it."""
    found: dict[str, Any] = {"branch": None, "commit": None, "upstream": None}
    found |= {"ahead": 0, "behind": 0}
    files: list[dict[str, Any]] = []
    parts = iter(text.split("\0"))
    for part in parts:
        kind, _, rest = part.partition(" ")
        if kind == "#":
            _branch(found, rest)
        elif kind in ("1", "2", "u"):
            files.append(_changed(kind, rest, parts))
        elif kind == "?":
            files.append({"path": rest, "status": "untracked", "staged": None, "unstaged": None})
    return found | {"clean": not files, "files": files}


def _branch(found: dict[str, Any], line: str) -> None:
    name, _, value = line.partition(" ")
    if name == "branch.head":
        found["branch"] = None if value == "(detached)" else value
    elif name == "branch.oid":
        found["commit"] = None if value == "(initial)" else value
    elif name == "branch.upstream":
        found["upstream"] = value
    elif name == "branch.ab":
        ahead, behind = value.split()
        found |= {"ahead": int(ahead), "behind": -int(behind)}


def _changed(kind: str, rest: str, parts: Iterator[str]) -> dict[str, Any]:
    before = {"1": 7, "2": 8, "u": 9}[kind]
    fields = rest.split(" ", before)
    states, path = fields[0], fields[-1]
    staged, unstaged = (_STATES.get(letter) for letter in states)
    entry = {
        "path": path,
        "status": "unmerged" if kind == "u" else staged or unstaged,
        "staged": staged,
        "unstaged": unstaged,
    }
    if kind == "2":
        entry["from"] = next(parts, "")
    return entry


def changes(names: str, numbers: str) -> list[dict[str, Any]]:
    """`--name-status -z` and `--numstat -z`: `path`, `status`, `from`, lines added and deleted."""
    counted = _counted(numbers)
    found = []
    parts = iter(names.split("\0"))
    for state in parts:
        if not state:
            continue
        entry: dict[str, Any] = {"status": _STATES.get(state[0], state)}
        path = next(parts, "")
        if state[0] in "RC":
            entry["from"], path = path, next(parts, "")
        added, deleted = counted.get(path, (None, None))
        binary = added is None
        found.append(
            {"path": path, **entry, "additions": added, "deletions": deleted, "binary": binary}
        )
    return found


def _counted(numbers: str) -> dict[str, tuple[int | None, int | None]]:
    found: dict[str, tuple[int | None, int | None]] = {}
    parts = iter(numbers.split("\0"))
    for part in parts:
        if part.count("\t") < 2:
            continue
        added, deleted, path = part.split("\t", 2)
        if not path:  # a renamed file: both names follow
            next(parts, "")
            path = next(parts, "")
        found[path] = (None, None) if added == "-" else (int(added), int(deleted))
    return found


def blamed(text: str) -> list[dict[str, Any]]:
    """`git blame --line-porcelain`: for each `line` its `commit`, `author`, `date` and `text`."""
    found: list[dict[str, Any]] = []
    known: dict[str, str] = {}
    commit, number = "", 0
    for line in text.split("\n"):
        name, _, value = line.partition(" ")
        if line.startswith("\t"):
            found.append(
                {
                    "line": number,
                    "commit": commit,
                    "author": known.get("author", ""),
                    "email": known.get("author-mail", "").strip("<>"),
                    "date": int(known.get("author-time", "0")),
                    "subject": known.get("summary", ""),
                    "text": line[1:],
                }
            )
            known = {}
        elif len(name) in (40, 64) and not known and value:
            commit, number = name, int(value.split()[1])
        elif name:
            known[name] = value
    return found


def references(text: str) -> list[dict[str, Any]]:
    """Lines of `REFERENCE`: `name`, `commit`, `date`, `subject`; of branches also more."""
    found = []
    for line in filter(None, text.split("\n")):
        name, id_, peeled, type_, date, upstream, head, subject = line.split("\0")
        _, kind, short = name.split("/", 2)
        entry: dict[str, Any] = {
            "name": short,
            "commit": peeled or id_,
            "date": date,
            "subject": subject,
        }
        if kind == "tags":
            entry["annotated"] = type_ == "tag"
        else:
            entry |= {
                "remote": kind == "remotes",
                "current": head == "*",
                "upstream": upstream or None,
            }
        found.append(entry)
    return found


def entries(text: str) -> list[dict[str, Any]]:
    """`git ls-tree -r -l -z`: `path`, `size`, `mode` and `type` of what a commit has."""
    found = []
    for line in filter(None, text.split("\0")):
        about, _, path = line.partition("\t")
        mode, type_, _, size = about.split()
        kind = {"120000": "symlink", "160000": "submodule"}.get(mode, "file")
        found.append(
            {
                "path": path,
                "size": int(size) if type_ == "blob" else None,
                "type": kind,
                "executable": mode == "100755",
            }
        )
    return found


def content(data: bytes) -> dict[str, Any]:
    """A file's content as `text`, or in `base64` where it is no text."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        return {"content": base64.b64encode(data).decode(), "encoding": "base64"}
    return {"content": text, "encoding": "utf-8"}
