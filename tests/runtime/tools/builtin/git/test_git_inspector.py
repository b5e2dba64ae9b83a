"""`git-inspector`, on repositories that git makes, some of them hostile."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from llmspell.app import Runtime
from llmspell.errors import LLMSpellError, SecurityError, ToolError, ValidationError
from llmspell.tools.service import Tools

NAME = "git-inspector"

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


class Repository:
    """A repository in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)
        self.git("init", "-q", "-b", "main")

    def git(self, *arguments: str) -> str:
        environ = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder.parent),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_NAME": "Ada",
            "GIT_AUTHOR_EMAIL": "ada@example.org",
            "GIT_AUTHOR_DATE": "2024-05-01T10:00:00+02:00",
            "GIT_COMMITTER_NAME": "Bob",
            "GIT_COMMITTER_EMAIL": "bob@example.org",
            "GIT_COMMITTER_DATE": "2024-05-01T11:00:00+02:00",
        }
        done = subprocess.run(
            ["git", "-c", "protocol.file.allow=always", *arguments],
            cwd=self.folder,
            env=environ,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    def write(self, path: str, text: str | bytes) -> None:
        place = self.folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(text if isinstance(text, bytes) else text.encode())

    def commit(self, message: str) -> str:
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)
        return self.git("rev-parse", "HEAD")


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    """Three commits, a branch, two tags."""
    made = Repository(tmp_path / "repo")
    made.write("a.txt", "one\ntwo\n")
    made.write("dir/b.bin", b"\0\xff")
    made.commit("First\n\nWith a body.")
    made.git("tag", "v1")
    made.write("a.txt", "one\n2\nthree\n")
    made.commit("Change a")
    made.git("tag", "-a", "v2", "-m", "Second release")
    made.git("mv", "a.txt", "Käse here.txt")
    made.commit("Rename")
    made.git("branch", "side", "v1")
    return made


def look(tools: Tools, operation: str, **params: Any) -> Any:
    return tools.invoke(NAME, {"operation": operation, "repository": "repo"} | params).result


def test_a_clean_repository_has_no_files(tools: Tools, repo: Repository) -> None:
    found = look(tools, "status")
    assert (found["branch"], found["clean"], found["files"]) == ("main", True, [])
    assert found["commit"] == repo.git("rev-parse", "HEAD")


def test_status_tells_what_is_staged_changed_and_new(tools: Tools, repo: Repository) -> None:
    repo.write("new file", "x")
    repo.write("staged", "x")
    repo.git("add", "staged")
    repo.git("mv", "Käse here.txt", "c.txt")
    (repo.folder / "dir/b.bin").unlink()
    files = {entry["path"]: entry for entry in look(tools, "status")["files"]}
    assert files["new file"]["status"] == "untracked"
    assert (files["staged"]["staged"], files["staged"]["unstaged"]) == ("added", None)
    assert (files["c.txt"]["status"], files["c.txt"]["from"]) == ("renamed", "Käse here.txt")
    assert (files["dir/b.bin"]["staged"], files["dir/b.bin"]["unstaged"]) == (None, "deleted")


def test_status_tells_how_far_the_upstream_is(
    tools: Tools, repo: Repository, tmp_path: Path
) -> None:
    subprocess.run(["git", "clone", "-q", "repo", "clone"], cwd=tmp_path, check=True)
    clone = Repository(tmp_path / "clone")
    clone.write("x", "x")
    clone.commit("Ahead")
    found = look(tools, "status", repository="clone")
    assert (found["upstream"], found["ahead"], found["behind"]) == ("origin/main", 1, 0)


def test_the_log_has_commits_with_all_that_is_known(tools: Tools, repo: Repository) -> None:
    found = look(tools, "log")
    assert [each["subject"] for each in found["commits"]] == ["Rename", "Change a", "First"]
    assert found["more"] is False
    first = found["commits"][-1]
    assert first["message"] == "First\n\nWith a body."
    assert first["author"] == {
        "name": "Ada",
        "email": "ada@example.org",
        "date": "2024-05-01T10:00:00+02:00",
    }
    assert first["committer"]["name"] == "Bob"
    assert first["refs"] == ["tag: v1", "side"]
    assert first["parents"] == []
    assert found["commits"][0]["parents"] == [found["commits"][1]["commit"]]


@pytest.mark.parametrize(
    ("params", "subjects"),
    [
        ({"limit": 1}, ["Rename"]),
        ({"limit": 1, "skip": 1}, ["Change a"]),
        ({"revision": "v1"}, ["First"]),
        ({"revision": "v1..side"}, None),
        ({"path": "dir"}, ["First"]),
        ({"message": "BODY"}, ["First"]),
        ({"message": ".*"}, []),
        ({"author": "ada@"}, ["Rename", "Change a", "First"]),
        ({"until": "2020-01-01"}, []),
        ({"since": "2020-01-01", "limit": 2}, ["Rename", "Change a"]),
    ],
)
def test_the_log_is_narrowed(
    tools: Tools, repo: Repository, params: dict[str, Any], subjects: list[str] | None
) -> None:
    if subjects is None:
        with pytest.raises(ValidationError, match="names no commit"):
            look(tools, "log", **params)
        return
    found = look(tools, "log", **params)
    assert [each["subject"] for each in found["commits"]] == subjects
    assert found["more"] is (len(subjects) == params.get("limit", 20))


def test_a_commit_is_shown_with_its_changes(tools: Tools, repo: Repository) -> None:
    found = look(tools, "show", revision="HEAD~1")
    assert found["subject"] == "Change a"
    assert found["files"] == [
        {"path": "a.txt", "status": "modified", "additions": 2, "deletions": 1, "binary": False}
    ]
    assert "-two\n+2\n+three\n" in found["diff"]
    assert found["truncated"] is False
    renamed = look(tools, "show")["files"]
    assert (renamed[0]["status"], renamed[0]["from"], renamed[0]["additions"]) == (
        "renamed",
        "a.txt",
        0,
    )


def test_the_first_commit_is_compared_with_nothing(tools: Tools, repo: Repository) -> None:
    found = {entry["path"]: entry for entry in look(tools, "show", revision="v1")["files"]}
    assert found["a.txt"]["status"] == "added"
    assert (found["dir/b.bin"]["binary"], found["dir/b.bin"]["additions"]) == (True, None)


def test_a_merge_is_compared_with_its_first_parent(tools: Tools, repo: Repository) -> None:
    repo.git("checkout", "-q", "side")
    repo.write("side.txt", "x\n")
    repo.commit("Side")
    repo.git("checkout", "-q", "main")
    repo.git("merge", "-q", "--no-ff", "-m", "Merge", "side")
    found = look(tools, "show")
    assert (len(found["parents"]), [f["path"] for f in found["files"]]) == (2, ["side.txt"])


def test_two_commits_are_compared(tools: Tools, repo: Repository) -> None:
    found = look(tools, "diff", **{"from": "v1", "to": "v2"})
    assert [(f["path"], f["additions"], f["deletions"]) for f in found["files"]] == [
        ("a.txt", 2, 1)
    ]
    assert look(tools, "diff", **{"from": "v1", "to": "v2", "path": "dir"})["files"] == []


def test_the_files_as_they_are_are_compared(tools: Tools, repo: Repository) -> None:
    repo.write("Käse here.txt", "staged\n")
    repo.git("add", "-A")
    repo.write("Käse here.txt", "later\n")
    assert "+later" in look(tools, "diff")["diff"]
    assert "+staged" in look(tools, "diff", staged=True)["diff"]


def test_each_line_has_who_wrote_it(tools: Tools, repo: Repository) -> None:
    lines = look(tools, "blame", path="Käse here.txt")["lines"]
    assert [(each["line"], each["text"], each["subject"]) for each in lines] == [
        (1, "one", "First"),
        (2, "2", "Change a"),
        (3, "three", "Change a"),
    ]
    assert (lines[0]["author"], lines[0]["email"]) == ("Ada", "ada@example.org")
    assert lines[0]["date"] == "2024-05-01T08:00:00+00:00"
    some = look(tools, "blame", path="Käse here.txt", first_line=2, last_line=2)["lines"]
    assert [each["line"] for each in some] == [2]


def test_branches_and_tags_are_told(tools: Tools, repo: Repository) -> None:
    branches = {each["name"]: each for each in look(tools, "branches")["branches"]}
    assert (branches["main"]["current"], branches["side"]["current"]) == (True, False)
    assert branches["side"]["commit"] == repo.git("rev-parse", "v1")
    tags = {each["name"]: each for each in look(tools, "tags")["tags"]}
    assert (tags["v1"]["annotated"], tags["v2"]["annotated"]) == (False, True)
    assert tags["v2"]["commit"] == repo.git("rev-parse", "v2^{commit}")
    assert tags["v2"]["subject"] == "Second release"


def test_files_of_a_commit_are_listed(tools: Tools, repo: Repository) -> None:
    found = look(tools, "files", revision="v1")["files"]
    assert found[0] == {"path": "a.txt", "size": 8, "type": "file", "executable": False}
    assert [each["path"] for each in found] == ["a.txt", "dir/b.bin"]


def test_a_file_is_read_as_it_was(tools: Tools, repo: Repository) -> None:
    done = tools.invoke(
        NAME, {"operation": "file", "repository": "repo", "path": "a.txt", "revision": "v1"}
    )
    assert (done.result["content"], done.text) == ("one\ntwo\n", "one\ntwo\n")
    binary = look(tools, "file", path="dir/b.bin")
    assert (binary["content"], binary["encoding"], binary["size"]) == ("AP8=", "base64", 2)


def test_paths_are_those_from_the_folder_that_is_named(tools: Tools, repo: Repository) -> None:
    assert look(tools, "file", repository="repo/dir", path="b.bin")["size"] == 2
    assert (
        look(tools, "log", repository="repo/dir", path="b.bin")["commits"][0]["subject"] == "First"
    )


def test_a_bare_repository_is_looked_at(tools: Tools, repo: Repository, tmp_path: Path) -> None:
    subprocess.run(["git", "clone", "-q", "--bare", "repo", "bare"], cwd=tmp_path, check=True)
    assert look(tools, "file", repository="bare", path="a.txt", revision="v1")["size"] == 8
    assert len(look(tools, "log", repository="bare")["commits"]) == 3


@pytest.mark.parametrize("revision", ["nothing", "--output=x", "-p", "HEAD:a.txt", "v1^9", ""])
def test_what_is_no_revision_is_told(tools: Tools, repo: Repository, revision: str) -> None:
    for operation in ("log", "show", "files"):
        with pytest.raises(ValidationError, match="names no commit") as caught:
            look(tools, operation, revision=revision)
        assert caught.value.details["field"] == "revision"


@pytest.mark.parametrize("path", ["../x", "/", "a/../../b"])
def test_paths_lead_out_of_no_repository(tools: Tools, repo: Repository, path: str) -> None:
    with pytest.raises(ValidationError, match="within the repository"):
        look(tools, "file", path=path)


def test_what_is_no_repository_is_told(tools: Tools, tmp_path: Path) -> None:
    (tmp_path / "repo").mkdir()
    with pytest.raises(ToolError, match="not a git repository"):
        look(tools, "status")


def test_a_magic_pathspec_is_a_name(tools: Tools, repo: Repository) -> None:
    assert look(tools, "log", path=":(glob)**")["commits"] == []


def test_nothing_is_written(tools: Tools, repo: Repository) -> None:
    repo.write("Käse here.txt", "touched\n")
    before = {path: path.stat().st_mtime_ns for path in repo.folder.rglob("*")}
    for operation in ("status", "log", "show", "diff", "branches", "tags", "files"):
        look(tools, operation)
    assert {path: path.stat().st_mtime_ns for path in repo.folder.rglob("*")} == before


# Hostile repositories ---------------------------------------------------------------------------


@pytest.fixture(params=["standard", "trusted"])
def level(request: pytest.FixtureRequest, make_runtime: Callable[..., Runtime]) -> Tools:
    """The tools under a profile."""
    return make_runtime(security=request.param).tools


def everything(tools: Tools) -> None:
    for operation in ("status", "diff", "log", "show", "branches", "tags", "files"):
        look(tools, operation)
    for operation in ("blame", "file"):
        look(tools, operation, path="Käse here.txt")


def test_no_program_of_a_repository_is_started(
    level: Tools, repo: Repository, tmp_path: Path
) -> None:
    started = tmp_path / "started"
    script = repo.folder / "evil.sh"
    script.write_text(f"#!/bin/sh\ntouch {started}\ncat\n")
    script.chmod(0o755)
    for name in (
        *("core.fsmonitor", "core.pager", "diff.external", "core.sshCommand", "core.editor"),
        *("filter.evil.clean", "filter.evil.smudge", "filter.evil.process", "diff.evil.textconv"),
        *("diff.evil.command", "pager.log", "pager.status", "gpg.program", "core.askPass"),
        *("filter.e=v.il.clean", "alias.status", "core.alternateRefsCommand"),
    ):
        repo.git("config", name, str(script))
    repo.git("config", "filter.evil.required", "true")
    repo.git("config", "core.hooksPath", str(repo.folder / "hooks"))
    repo.git("config", "log.showSignature", "true")
    (repo.folder / "hooks").mkdir()
    for hook in ("post-index-change", "fsmonitor-watchman", "reference-transaction"):
        shutil.copy(script, repo.folder / "hooks" / hook)
    repo.write(".gitattributes", "* filter=evil diff=evil\n*.x filter=e=v.il\n")
    repo.write("Käse here.txt", "touched\n")
    started.unlink(missing_ok=True)
    everything(level)
    assert not started.exists()


def test_a_repository_with_a_submodule_is_not_entered(
    level: Tools, repo: Repository, tmp_path: Path
) -> None:
    started = tmp_path / "started"
    inner = Repository(tmp_path / "inner")
    inner.write("x", "x")
    inner.commit("Inner")
    repo.git("submodule", "--quiet", "add", str(inner.folder), "sub")
    repo.commit("Submodule")
    Repository(repo.folder / "sub").git("config", "core.fsmonitor", f"touch {started};")
    repo.git("config", "submodule.recurse", "true")
    started.unlink(missing_ok=True)
    for operation in ("status", "diff", "show", "files"):
        look(level, operation)
    assert not started.exists()


def outside(make_runtime: Callable[..., Runtime], tmp_path: Path) -> Tools:
    """Tools that may read the folder `repo` only."""
    config = f'[tools.file_operations]\nallowed_paths = ["{tmp_path / "repo"}"]'
    return make_runtime(config, script_dir=tmp_path / "repo").tools


def test_files_outside_of_the_policy_are_out_of_reach(
    make_runtime: Callable[..., Runtime], repo: Repository, tmp_path: Path
) -> None:
    secret = Repository(tmp_path / "secret")
    secret.write("key", "top-secret\n")
    commit = secret.commit("Secret")
    tools = outside(make_runtime, tmp_path)
    assert look(tools, "log")["commits"]
    (repo.folder / ".git/objects/info/alternates").write_text(f"{secret.folder}/.git/objects\n")
    for operation in ("show", "files", "log"):
        with pytest.raises(LLMSpellError):
            look(tools, operation, revision=commit)
    (repo.folder / ".git/refs/heads/evil").symlink_to(secret.folder / ".git/refs/heads/main")
    with pytest.raises(LLMSpellError):
        look(tools, "show", revision="evil")


def test_a_work_tree_elsewhere_is_out_of_reach(
    make_runtime: Callable[..., Runtime], repo: Repository, tmp_path: Path
) -> None:
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret/Käse here.txt").write_text("top-secret\n")
    repo.git("config", "core.worktree", str(tmp_path / "secret"))
    tools = outside(make_runtime, tmp_path)
    try:
        assert "top-secret" not in str(look(tools, "diff"))
    except LLMSpellError as error:
        assert "top-secret" not in str(error)


def test_a_git_folder_elsewhere_is_out_of_reach(
    make_runtime: Callable[..., Runtime], tmp_path: Path
) -> None:
    secret = Repository(tmp_path / "secret")
    secret.write("key", "top-secret\n")
    secret.commit("Secret")
    (tmp_path / "repo").mkdir()
    (tmp_path / "repo/.git").write_text(f"gitdir: {secret.folder}/.git\n")
    with pytest.raises(LLMSpellError):
        look(outside(make_runtime, tmp_path), "log")


def test_repositories_outside_of_the_policy_are_refused(
    make_runtime: Callable[..., Runtime], repo: Repository, tmp_path: Path
) -> None:
    Repository(tmp_path / "other")
    with pytest.raises(SecurityError):
        look(outside(make_runtime, tmp_path), "status", repository=str(tmp_path / "other"))


@pytest.mark.parametrize(
    "config",
    ["allow_process_execution = false", 'blocked_commands = ["git"]'],
)
def test_it_runs_only_where_programs_may(
    make_runtime: Callable[..., Runtime], repo: Repository, config: str
) -> None:
    with pytest.raises(SecurityError, match=r"tools\.system"):
        look(make_runtime(f"[tools.system]\n{config}").tools, "status")


def test_a_long_diff_is_cut(tools: Tools, repo: Repository) -> None:
    repo.write("long", "x" * 60 + "\n" + "y\n" * 2_000_000)
    repo.git("add", "long")
    found = look(tools, "diff", staged=True)
    assert (found["truncated"], len(found["diff"])) == (True, 1024 * 1024)
    assert found["files"][0]["additions"] == 2_000_001
