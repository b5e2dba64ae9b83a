"""Running programs that the kernel holds to the policy's folders (design invariant 7).

Landlock allows the policy's folders, what programs need to start, and execution of the one program
only; seccomp leaves no network, no further processes and no way out of the process group unless
asked for. Where the kernel cannot do that nothing runs, unless `tools.system.allow_unconfined`
says so; `trusted` runs unconfined. Landlock is preferred to bubblewrap since it needs no program to
be installed and no user namespaces, which many distributions switch off.
"""

import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from typing import IO

import attrs

from llmspell.config.places import inside, join, resolve
from llmspell.errors import ResourceError, SecurityError
from llmspell.security.commands import Command

TYPE_CHECKING = False
if TYPE_CHECKING:
    from llmspell.security.policy import Policy

_LAUNCHER = join(os.path.dirname(__file__), "confined.py")  # noqa: PTH120

SYSTEM_FILES = (
    *("/usr", "/lib", "/lib64", "/bin", "/sbin", "/etc/ld.so.cache", "/etc/localtime"),
    *("/etc/passwd", "/etc/group", "/etc/nsswitch.conf", "/etc/alternatives", "/etc/locale.alias"),
    *("/dev/zero", "/dev/urandom", "/dev/random"),
)
"""What programs read to start; none of it is secret."""

_LOADERS = (
    *("/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1", "/lib/ld-musl-x86_64.so.1"),
    "/lib/ld-musl-aarch64.so.1",
)
_MEGABYTE = 1024 * 1024


@attrs.frozen
class Limits:
    """What a program may use: seconds, bytes, and numbers.

    output counts each of stdout and stderr; what is beyond is thrown away. processes counts all
    of the user, as the kernel does, which does not hold root to it.
    """

    seconds: float = 30.0
    output: int = _MEGABYTE
    memory: int = 1024 * _MEGABYTE
    file_size: int = 1024 * _MEGABYTE
    files: int = 256
    processes: int = 1024


@attrs.frozen
class Finished:
    """How a program ended. exit_code: None at the time limit, negative for a signal."""

    exit_code: int | None
    stdout: bytes
    stderr: bytes
    timed_out: bool
    seconds: float


def run(
    policy: "Policy",
    command: Command,
    *,
    cwd: str,
    environment: Mapping[str, str],
    limits: Limits | None = None,
    network: bool = False,
    children: bool = False,
    writes: bool = True,
    execute: Iterable[str] = (),
    started: Callable[[Callable[[], None]], object] = lambda _: None,
    written: Callable[[str, bytes], object] = lambda _stream, _part: None,
) -> Finished:
    """Run a program to its end, or its time limit, and end all that it started.

    cwd: a folder that was checked. network: whether it may use one, if the policy has one.
    children: whether it may start processes, of the files and folders in `execute` only.
    writes: whether it may write where the policy's folders are.
    started: gets a function that ends the program early, from any thread.
    written: gets what is kept of `stdout` and `stderr` as it comes, and an empty part at its end.
    Raises `SecurityError` where the kernel cannot confine it.
    """
    limits = limits or Limits()
    task = _task(
        policy,
        command,
        limits,
        network=network,
        children=children,
        writes=writes,
        execute=execute,
    )
    begun = time.monotonic()
    child, report = _start(task, cwd, environment)
    try:
        started(child.kill)
        outputs, timed_out = _read(child, limits, begun + limits.seconds, written)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        with os.fdopen(report, "rb") as said:
            failure = said.read().decode(errors="replace")
        for stream in (child.stdout, child.stderr):
            if stream is not None:
                stream.close()
    if failure:
        raise SecurityError(
            f"Command blocked: '{command.name}' cannot be run confined by the kernel ({failure}); "
            "set `tools.system.allow_unconfined = true` in a trusted configuration to run it anyway"
        )
    code = None if timed_out else child.returncode
    return Finished(code, *outputs, timed_out, time.monotonic() - begun)


def is_confined(policy: "Policy") -> bool:
    """Tell whether programs are confined under this policy."""
    unconfined = policy.settings.get("system", "allow_unconfined") is True
    narrowed = False in policy.settings.narrower("system", "allow_unconfined")
    return policy.level != "trusted" and (narrowed or not unconfined)


def _task(
    policy: "Policy",
    command: Command,
    limits: Limits,
    *,
    network: bool,
    children: bool,
    writes: bool,
    execute: Iterable[str],
) -> bytes:
    # A spell needs its own modules, whatever narrows the folders.
    own = _without(policy.script_dir, policy.protected)
    task = {
        "confined": is_confined(policy),
        "executable": command.executable,
        "argv": [command.name, *command.arguments],
        "read": [*SYSTEM_FILES, *_roots(policy, policy.read_roots), *own],
        "write": ["/dev/null", *(_roots(policy, policy.write_roots) if writes else ())],
        "execute": [command.executable, *_LOADERS, *_interpreter(command.executable), *execute],
        "network": network and policy.allow_network,
        "children": children,
        "limits": {
            "CPU": int(limits.seconds) + 1,
            "AS": limits.memory,
            "FSIZE": limits.file_size,
            "NOFILE": limits.files,
            "CORE": 0,
        }
        | ({"NPROC": limits.processes} if children else {}),
    }
    return json.dumps(task).encode()


def _roots(policy: "Policy", roots: tuple[str, ...] | None) -> list[str]:
    """Give the folders that lie in all of the policy's lists, without what is llmspell's own."""
    found: list[str] = [os.sep] if roots is None else list(roots)
    for folders in policy.within:
        narrower = [folder for folder in folders if inside(folder, found)]
        found = [root for root in found if inside(root, folders)] + narrower
    return [part for root in dict.fromkeys(found) for part in _without(root, policy.protected)]


def _without(root: str, protected: tuple[str, ...]) -> list[str]:
    """Give a folder, or its entries where something protected lies below it."""
    if inside(root, protected):
        return []
    if not any(inside(own, (root,)) for own in protected):
        return [root]
    try:
        entries = [entry.path for entry in os.scandir(root) if not entry.is_symlink()]
    except OSError:
        return []
    return [part for path in entries for part in _without(path, protected)]


def _interpreter(executable: str) -> list[str]:
    """Give the program that a script names in its first line."""
    with contextlib.suppress(OSError), open(executable, "rb") as file:  # noqa: PTH123
        line = file.readline(256)
        if line.startswith(b"#!"):
            return [resolve(os.fsdecode(line[2:].split()[0]))] if line[2:].split() else []
    return []


def _start(
    task: bytes, cwd: str, environment: Mapping[str, str]
) -> tuple[subprocess.Popen[bytes], int]:
    asked = os.memfd_create("task")
    report, said = os.pipe()
    try:
        os.write(asked, task)
        os.lseek(asked, 0, os.SEEK_SET)
        child = subprocess.Popen(  # noqa: S603 - a list, not a shell
            [sys.executable, "-I", "-S", _LAUNCHER, str(asked), str(said)],
            cwd=cwd,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=(asked, said),
            start_new_session=True,
        )
    except OSError as error:
        os.close(report)
        raise ResourceError(f"the program cannot be started: {error}") from None
    finally:
        os.close(asked)
        os.close(said)
    return child, report


def _read(
    child: subprocess.Popen[bytes],
    limits: Limits,
    until: float,
    written: Callable[[str, bytes], object],
) -> tuple[tuple[bytes, bytes], bool]:
    """Read both outputs until the program ends; tell whether it had to be ended."""
    assert child.stdout is not None
    assert child.stderr is not None
    kept: dict[IO[bytes], bytearray] = {child.stdout: bytearray(), child.stderr: bytearray()}
    timed_out = False
    with selectors.DefaultSelector() as selector:
        for stream in kept:
            selector.register(stream, selectors.EVENT_READ, stream)
        while selector.get_map():
            left = until - time.monotonic()
            if left <= 0:
                timed_out = True
                break
            for key, _ in selector.select(left):
                part = os.read(key.fd, 65_536)
                if not part:
                    selector.unregister(key.fileobj)
                held = kept[key.data]
                part = part[: max(limits.output - len(held), 0)]
                held += part
                written("stdout" if key.data is child.stdout else "stderr", part)
    if not timed_out:
        try:
            child.wait(max(until - time.monotonic(), 0.001))
        except subprocess.TimeoutExpired:
            timed_out = True
    return (bytes(kept[child.stdout]), bytes(kept[child.stderr])), timed_out
