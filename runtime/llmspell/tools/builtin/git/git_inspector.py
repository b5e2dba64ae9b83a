"""`git-inspector`: looks at a git repository and changes nothing, whatever the repository says.

It runs the `git` of the system (`git.running`): no library reads all repositories that git does.
"""

from __future__ import annotations

from llmspell.errors import ValidationError
from llmspell.tools.answer import Answer
from llmspell.tools.builtin.git import reading
from llmspell.tools.builtin.git.running import MOST_OUTPUT, Git
from llmspell.tools.description import MIB, Example, Limits, Operation, Parameter
from llmspell.tools.tool import Tool

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from llmspell.tools.call import Call

LONGEST_DIFF = 1 * MIB
MOST_COMMITS = 1000
MOST_LINES = 10_000

_PATCH = ("--patch", "--no-ext-diff", "--no-textconv", "--no-color")
_FILES = ("--no-ext-diff", "--no-textconv", "-z")


class GitInspector(Tool):
    """Looks at a git repository: status, history, changes, blame, branches, tags and files."""

    name = "git-inspector"
    category = "system"
    security = "restricted"
    permissions = ("read", "command")
    limits = Limits(seconds=60)
    aliases = ("git",)
    parameters = (
        Parameter(
            "repository",
            "string",
            "A folder of the repository.",
            default=".",
            aliases=("repo", "directory"),
            kind="file-path",
        ),
        Parameter(
            "revision",
            "string",
            "A commit, branch, tag or the like.",
            default="HEAD",
            aliases=("ref", "commit"),
        ),
        Parameter("from", "string", "The older side of `diff`; the last commit otherwise."),
        Parameter("to", "string", "The newer side of `diff`; the files as they are otherwise."),
        Parameter("staged", "boolean", "Compare what is staged for the next commit."),
        Parameter("path", "string", "A file or folder of the repository.", aliases=("file",)),
        Parameter(
            "limit",
            "integer",
            "Commits that are given at most.",
            default=20,
            schema={"minimum": 1, "maximum": MOST_COMMITS},
        ),
        Parameter("skip", "integer", "Commits to leave out first.", schema={"minimum": 0}),
        Parameter("author", "string", "A part of the author's name or address."),
        Parameter("message", "string", "A part of the message.", aliases=("grep",)),
        Parameter("since", "string", "Only commits after this date."),
        Parameter("until", "string", "Only commits before this date."),
        Parameter("first_line", "integer", "Where `blame` begins.", schema={"minimum": 1}),
        Parameter("last_line", "integer", "Where `blame` ends.", schema={"minimum": 1}),
    )
    operations = {
        "status": Operation("what differs from the last commit", takes=("repository",)),
        "log": Operation(
            "commits, the newest first",
            takes=(
                *("repository", "revision", "path", "limit", "skip"),
                *("author", "message", "since", "until"),
            ),
            aliases=("history",),
        ),
        "show": Operation("a commit and its changes", takes=("repository", "revision", "path")),
        "diff": Operation(
            "changes between two commits, or to the files as they are",
            takes=("repository", "from", "to", "staged", "path"),
        ),
        "blame": Operation(
            "who wrote each line of a file",
            needs=("path",),
            takes=("repository", "revision", "path", "first_line", "last_line"),
        ),
        "branches": Operation("branches, also of remotes", takes=("repository",)),
        "tags": Operation("tags", takes=("repository",)),
        "files": Operation("the files of a commit", takes=("repository", "revision", "path")),
        "file": Operation(
            "a file as it was",
            needs=("path",),
            takes=("repository", "revision", "path"),
            aliases=("cat", "read"),
        ),
    }
    examples = (
        Example(
            {"operation": "status", "repository": "@/a"},
            {"result": {"branch": "main", "commit": None, "clean": True}},
            files={
                "a/.git/HEAD": "ref: refs/heads/main\n",
                "a/.git/config": "[core]\n",
                "a/.git/objects/info/packs": "",
                "a/.git/refs/heads/.keep": "",
            },
        ),
        Example(
            {"operation": "branches", "repository": "@/a"},
            {"result": {"branches": []}},
            files={
                "a/.git/HEAD": "ref: refs/heads/main\n",
                "a/.git/config": "[core]\n",
                "a/.git/objects/info/packs": "",
                "a/.git/refs/heads/.keep": "",
            },
        ),
        Example({"operation": "log", "repository": "/etc"}, fails="Security violation"),
    )

    def do_status(self, call: Call) -> Answer:
        """`branch`, `commit`, `upstream`, `ahead`, `behind`, `clean` and `files`."""
        git = Git(call)
        options = ("--porcelain=v2", "--branch", "-z", "--untracked-files=normal")
        found = reading.status(git.text("status", *options, "--ignore-submodules=all"))
        return Answer("status", found, message=f"{len(found['files'])} files")

    def do_log(self, call: Call) -> Answer:
        """`commits`, and whether there are `more`."""
        git = Git(call)
        limit = call.get("limit", 20)
        options = ["-z", f"--format={reading.COMMIT}", "--encoding=UTF-8", "--no-show-signature"]
        options += [f"--max-count={limit + 1}", f"--skip={call.get('skip', 0)}"]
        options += ["--fixed-strings", "--regexp-ignore-case"]
        for name, option in (("author", "author"), ("message", "grep"), ("since", "since")):
            options += [f"--{option}={call.params[name]}"] if call.get(name) else []
        options += [f"--until={call.params['until']}"] if call.get("until") else []
        found = reading.commits(git.text("log", *options, _revision(call, git), "--", *_path(call)))
        more = len(found) > limit
        result = {"commits": found[:limit], "more": more}
        return Answer("log", result, message=f"{len(found[:limit])} commits")

    def do_show(self, call: Call) -> Answer:
        """The commit as `log` has it, with `files` and `diff`, from its first parent."""
        git = Git(call)
        commit = _revision(call, git)
        options = ("-z", "--no-patch", f"--format={reading.COMMIT}", "--encoding=UTF-8")
        (found,) = reading.commits(git.text("show", *options, commit))
        command = ("diff-tree", "--root", "--no-commit-id", "-r", "--find-renames")
        sides = [*found["parents"][:1], commit]
        files = _files(git, command, sides, _path(call))
        diff = git.output(*command, *_PATCH, *sides, "--", *_path(call), cut=True)
        return Answer("show", found | {"files": files} | _diff(diff), message=found["subject"])

    def do_diff(self, call: Call) -> Answer:
        """`files` with the lines added and deleted, and the `diff`."""
        git = Git(call)
        sides = [
            git.commit(str(call.params[name]), field=name)
            for name in ("from", "to")
            if call.get(name)
        ]
        if call.get("to") and not call.get("from"):
            raise ValidationError("'from' is needed where 'to' is given", field="from")
        command = ["diff", "--find-renames", "--ignore-submodules=all"]
        if call.get("staged"):
            command.append("--cached")
            if len(sides) == 2:
                raise ValidationError("what is staged is compared with one commit", field="to")
        elif not sides:
            sides = [git.commit("HEAD", field="from")]
        files = _files(git, command, sides, _path(call))
        diff = git.output(*command, *_PATCH, *sides, "--", *_path(call), cut=True)
        return Answer("diff", {"files": files} | _diff(diff), message=f"{len(files)} files")

    def do_blame(self, call: Call) -> Answer:
        """`lines`: `line`, `commit`, `author`, `email`, `date`, `subject` and `text`."""
        from datetime import UTC, datetime

        git = Git(call)
        first = call.get("first_line", 1)
        last = min(call.get("last_line", first + MOST_LINES - 1), first + MOST_LINES - 1)
        if last < first:
            raise ValidationError("'last_line' is before 'first_line'", field="last_line")
        path = _path(call)[0]
        options = ("--line-porcelain", "--encoding=UTF-8", "--no-textconv", f"-L{first},{last}")
        text = git.text("blame", *options, _revision(call, git), "--", path)
        lines = reading.blamed(text)
        for line in lines:
            line["date"] = datetime.fromtimestamp(line["date"], UTC).isoformat()
        return Answer("blame", {"path": path, "lines": lines}, message=f"{len(lines)} lines")

    def do_branches(self, call: Call) -> Answer:
        """`branches`: `name`, `commit`, `date`, `subject`, `current`, `remote`, `upstream`."""
        return _references(call, "branches", "refs/heads", "refs/remotes")

    def do_tags(self, call: Call) -> Answer:
        """`tags`: `name`, `commit`, `date`, `subject`, `annotated`."""
        return _references(call, "tags", "refs/tags")

    def do_files(self, call: Call) -> Answer:
        """`files`: `path`, `size`, `type` and whether they are `executable`."""
        git = Git(call)
        text = git.text("ls-tree", "-r", "-l", "-z", _revision(call, git), "--", *_path(call))
        found = reading.entries(text)
        return Answer("files", {"files": found}, message=f"{len(found)} files")

    def do_file(self, call: Call) -> Answer:
        """`content`, as text or in base64 (`encoding`), and its `size`."""
        git = Git(call)
        commit, path = _revision(call, git), _path(call)[0]
        data = git.blob(commit, path)
        if len(data) >= MOST_OUTPUT:
            raise ValidationError(f"'{path}' is larger than {MOST_OUTPUT} bytes", field="path")
        found = reading.content(data)
        text = found["content"] if found["encoding"] == "utf-8" else None
        told: dict[str, Any] = {"path": path, "commit": commit, "size": len(data)}
        return Answer("file", told | found, message=f"{len(data)} bytes", text=text)


def _revision(call: Call, git: Git) -> str:
    return git.commit(str(call.get("revision", "HEAD")))


def _path(call: Call) -> list[str]:
    """The path within the repository, from the folder that was named."""
    path = call.get("path")
    if path is None:
        return []
    normal = str(path).strip("/")
    if not normal or "\0" in normal or ".." in normal.split("/"):
        raise ValidationError("'path' is one within the repository", field="path")
    return [normal]


def _files(
    git: Git, command: Sequence[str], sides: list[str], path: list[str]
) -> list[dict[str, Any]]:
    names = git.text(*command, *_FILES, "--name-status", *sides, "--", *path)
    numbers = git.text(*command, *_FILES, "--numstat", *sides, "--", *path)
    return reading.changes(names, numbers)


def _diff(data: bytes) -> dict[str, Any]:
    cut = len(data) > LONGEST_DIFF
    return {"diff": data[:LONGEST_DIFF].decode(errors="replace"), "truncated": cut}


def _references(call: Call, name: str, *places: str) -> Answer:
    git = Git(call)
    options = ("--sort=-creatordate", f"--format={reading.REFERENCE}")
    found = reading.references(git.text("for-each-ref", *options, *places))
    return Answer(name, {name: found}, message=f"{len(found)} {name}")
