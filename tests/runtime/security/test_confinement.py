"""Real programs under the kernel's confinement: what they cannot do."""

import contextlib
import os
import select
import sys
from pathlib import Path

import pytest

from llmspell.errors import SecurityError
from llmspell.security import confinement
from llmspell.security.commands import Command
from llmspell.security.confinement import Finished, Limits, run
from llmspell.security.policy import Permissions
from llmspell.security.settings import ToolSettings

from .conftest import Site

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Landlock is Linux's")


def ran(
    site: Site, name: str, *arguments: str, permissions: Permissions | None = None, **asked: object
) -> Finished:
    site.environ["PATH"] = os.environ["PATH"]
    policy = site.policy(None, permissions)
    command = policy.commands.check(name, arguments)
    environment = policy.commands.environment()
    return run(policy, command, cwd=policy.cwd, environment=environment, **asked)  # type: ignore[arg-type]


def python(site: Site, code: str, **asked: object) -> Finished:
    """Runs Python code confined as a program that the user allowed."""
    policy = site.policy()
    real = os.path.realpath(sys.executable)
    command = Command(real, "python3", ("-I", "-S", "-c", code))
    execute = (str(Path(real).parents[1]),)
    return run(policy, command, cwd=policy.cwd, environment={}, execute=execute, **asked)  # type: ignore[arg-type]


def test_a_program_runs_and_its_output_is_kept(site: Site) -> None:
    done = ran(site, "echo", "a;b $(c)")
    assert (done.exit_code, done.stdout, done.timed_out) == (0, b"a;b $(c)\n", False)


def test_it_reads_the_folders_of_the_policy_only(site: Site) -> None:
    assert ran(site, "cat", "file.txt").stdout == b"cwd"
    for path in (site.outside / "file.txt", Path("/etc/shadow"), Path("/proc/self/environ")):
        done = ran(site, "cat", str(path))
        assert done.exit_code == 1
        assert b"ermission denied" in done.stderr


def test_it_writes_nowhere_where_that_is_not_asked_for(site: Site) -> None:
    code = "open('made.txt', 'w')"
    assert b"PermissionError" in python(site, code, writes=False).stderr
    assert not (site.cwd / "made.txt").exists()
    assert python(site, code).exit_code == 0


def test_it_does_not_read_what_is_llmspells_own(site: Site) -> None:
    own = site.home / ".config" / "llmspell"
    own.mkdir(parents=True)
    (own / "config.toml").write_text("secret")
    asked = Permissions(paths=(str(site.home),))
    assert ran(site, "cat", str(site.home / "file.txt"), permissions=asked).stdout == b"home"
    assert ran(site, "cat", str(own / "config.toml"), permissions=asked).exit_code == 1


def test_a_script_beside_llmspells_own_does_not_open_that(site: Site) -> None:
    own = site.script / "own"
    own.mkdir()
    (own / "key").write_text("secret")
    policy = site.policy()
    policy.protected = (str(own),)
    command = Command("/bin/cat", "cat", (str(own / "key"), str(site.script / "file.txt")))
    done = run(policy, command, cwd=policy.cwd, environment={})
    assert (done.exit_code, done.stdout) == (1, b"script")


def test_it_writes_inside_and_not_outside(site: Site) -> None:
    assert ran(site, "sort", "-o", "sorted.txt", "file.txt").exit_code == 0
    assert (site.cwd / "sorted.txt").read_text() == "cwd\n"
    there = site.outside / "sorted.txt"
    assert ran(site, "sort", "-o", str(there), "file.txt").exit_code != 0
    assert not there.exists()


def test_it_opens_no_connection(site: Site) -> None:
    code = "import socket; socket.socket({}, {})"
    for family, kind in (("2", "1"), ("2", "2"), ("10", "1"), ("16", "3")):
        done = python(site, code.format(family, kind))
        assert b"PermissionError" in done.stderr


def test_it_starts_no_process(site: Site) -> None:
    assert b"PermissionError" in python(site, "import os\nwhile True: os.fork()").stderr
    assert python(site, "import threading as t; t.Thread(target=print).start()").exit_code == 0


def test_it_executes_nothing_else(site: Site) -> None:
    done = python(site, "import os; os.execv('/bin/ls', ['ls'])")
    assert b"PermissionError" in done.stderr


def test_what_it_started_ends_with_it(site: Site) -> None:
    code = (
        "import os, time\n"
        "if os.fork():\n    raise SystemExit\n"
        "os.setsid()\n"  # refused: the child stays in the group that is ended
    )
    assert b"PermissionError" in python(site, code, children=True).stderr
    code = "import os, time\npid = os.fork()\nprint(pid or '', flush=True)\npid or time.sleep(600)"
    done = python(site, code, children=True, limits=Limits(seconds=3))
    assert done.timed_out
    child = int(done.stdout.split()[0])
    with contextlib.suppress(ProcessLookupError):
        ended = os.pidfd_open(child)
        assert select.select([ended], [], [], 60)[0]
        os.close(ended)


def test_the_time_limit_ends_it(site: Site) -> None:
    done = python(site, "while True: pass", limits=Limits(seconds=0.5))
    assert (done.exit_code, done.timed_out) == (None, True)


def test_memory_and_output_are_limited(site: Site) -> None:
    assert b"MemoryError" in python(site, "bytearray(2_000_000_000)").stderr
    done = python(site, "print('x' * 300_000)", limits=Limits(output=1000))
    assert (done.exit_code, len(done.stdout)) == (0, 1000)


def test_without_confinement_nothing_runs(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    launcher = site.outside / "confined.py"
    text = Path(confinement._LAUNCHER).read_text().replace("444, 445, 446", "9999, 9999, 9999")
    launcher.write_text(text)
    monkeypatch.setattr(confinement, "_LAUNCHER", str(launcher))
    with pytest.raises(SecurityError, match=r"no Landlock.*tools\.system\.allow_unconfined"):
        ran(site, "echo", "x")
    asked = Permissions(tools=ToolSettings({"system": {"allow_unconfined": True}}))
    assert ran(site, "echo", "x", permissions=asked).stdout == b"x\n"
