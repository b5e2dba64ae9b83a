"""A process that confines itself by the kernel.

As a program it is the launcher of `security.confinement`: it confines itself, then becomes the
program. It runs as a process of its own, started by path and without site packages, so that nothing
happens between fork and exec in a threaded runtime. Its arguments are two descriptors: what to do,
as JSON, and where to say why it could not. Nothing is started when a single step fails.

Kernel interfaces: landlock(7), seccomp(2), prctl(2).
"""

import ctypes
import json
import os
import resource
import signal
import struct
import sys
from typing import Any

_LIBC = ctypes.CDLL(None, use_errno=True)
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1, 2, 4, 8
_READ = _READ_FILE | _READ_DIR
_OF_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | 1 << 14 | 1 << 15  # and truncate, ioctl
_ALL = {1: 1 << 13, 2: 1 << 14, 3: 1 << 15, 4: 1 << 15}  # one more than the highest right
_MAKE_SPECIAL = 1 << 6 | 1 << 11  # character and block devices

_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP = 1, 38, 22
_AF_UNIX = 1
_CLONE_THREAD = 0x10000
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_EPERM, _ENOSYS = 1, 38
_LOAD, _EQUAL, _AT_LEAST, _BITS, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06

# Of each machine: its audit number, then the numbers of its system calls.
_MACHINES: dict[str, tuple[int, dict[str, int]]] = {
    "x86_64": (
        0xC000003E,
        {"socket": 41, "clone": 56, "fork": 57, "vfork": 58, "setpgid": 109, "setsid": 112}
        | {"ptrace": 101, "unshare": 272, "mount": 165, "bpf": 321, "keyctl": 250, "kill": 62},
    ),
    "aarch64": (
        0xC00000B7,
        {"socket": 198, "clone": 220, "setpgid": 154, "setsid": 157, "ptrace": 117}
        | {"unshare": 97, "mount": 40, "bpf": 280, "keyctl": 219, "kill": 129},
    ),
}
_SHARED_CALLS = {"pidfd_send_signal": 424, "io_uring_setup": 425, "clone3": 435}

LIBRARIES = (
    *("/usr/lib", "/usr/lib64", "/usr/local/lib", "/lib", "/lib64", "/usr/share/zoneinfo"),
    *("/etc/ld.so.cache", "/etc/localtime"),
)
"""What our own code loads while it works, beside what lies on `sys.path`."""


def confine_alone() -> None:
    """Leave this process nothing but what it has open, and our own code to read.

    It writes to no file that it opens, has no sockets of any kind, starts no processes and sends no
    signals. It must have one thread. Raises `OSError` where the kernel cannot do that.
    """
    if sys.platform != "linux":
        raise OSError("this is not Linux")
    read = [*LIBRARIES, *filter(None, sys.path)]
    _confine({"read": read, "write": [], "execute": [], "network": False}, alone=True)


def end_with(parent: int) -> None:
    """Have this process killed when its parent ends; raises `OSError` where it has ended."""
    _call("prctl", _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0))
    if os.getppid() != parent:
        raise OSError("its parent has ended")


def main(task: int, report: int) -> None:
    """Confine this process and become the program; on failure say why and end with 126."""
    with os.fdopen(task) as file:
        asked = json.load(file)
    os.set_inheritable(report, False)
    try:
        _limit(asked["limits"])
        _call("prctl", _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0))
        if asked["confined"]:
            _confine(asked)
        os.execve(asked["executable"], asked["argv"], dict(os.environ))  # noqa: S606
    except (OSError, ValueError, KeyError) as error:
        os.write(report, str(error).encode())
    os._exit(126)


def _confine(asked: dict[str, Any], *, alone: bool = False) -> None:
    _call("prctl", _LIBC.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
    _restrict_files(asked)
    _restrict_calls(network=asked["network"], children=asked.get("children", False), alone=alone)


def _limit(limits: dict[str, int]) -> None:
    for name, most in limits.items():
        kind = getattr(resource, f"RLIMIT_{name}")
        hard = resource.getrlimit(kind)[1]
        value = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (value, value))


def _restrict_files(asked: dict[str, Any]) -> None:
    version = _LIBC.syscall(_CREATE_RULESET, None, 0, 1)
    if version < 1:
        raise OSError("this kernel has no Landlock")
    handled = _ALL.get(version, 1 << 16) - 1
    tcp = 3 if version >= 4 and not asked["network"] else 0
    scope = 3 if version >= 6 else 0  # abstract sockets and signals of others
    attributes = struct.pack("QQQ", handled, tcp, scope)
    size = 8 if version < 4 else 16 if version < 6 else 24
    rules = _call("landlock", _LIBC.syscall(_CREATE_RULESET, attributes[:size], size, 0))
    for path in asked["read"]:
        _allow(rules, path, _READ, handled)
    for path in asked["write"]:
        _allow(rules, path, handled & ~_EXECUTE & ~_MAKE_SPECIAL, handled)
    for path in asked["execute"]:
        _allow(rules, path, _READ | _EXECUTE, handled)
    _call("landlock", _LIBC.syscall(_RESTRICT_SELF, rules, 0))
    os.close(rules)


def _allow(rules: int, path: str, rights: int, handled: int) -> None:
    try:
        opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # what is not there needs no right
    try:
        if not os.path.isdir(path):  # noqa: PTH112 - the launcher imports little
            rights &= _OF_FILES
        rule = struct.pack("=Qi", rights & handled, opened)
        _call(path, _LIBC.syscall(_ADD_RULE, rules, 1, rule, 0))
    finally:
        os.close(opened)


def _restrict_calls(*, network: bool, children: bool, alone: bool) -> None:
    machine = os.uname().machine
    if machine not in _MACHINES:
        raise OSError(f"no list of system calls for '{machine}'")
    audit, calls = _MACHINES[machine]
    calls = calls | _SHARED_CALLS
    code = [(_LOAD, 0, 0, 4), (_EQUAL, 1, 0, audit), (_RETURN, 0, 0, _KILL), (_LOAD, 0, 0, 0)]
    # The calls of x86-64's second numbering start here.
    code += [(_AT_LEAST, 0, 1, 0x40000000), (_RETURN, 0, 0, _ERRNO | _EPERM)]
    # Processes stay in the group that is ended as a whole; io_uring makes sockets unseen.
    refused = ["setpgid", "setsid", "ptrace", "unshare", "mount", "bpf", "keyctl", "io_uring_setup"]
    refused += [] if children else ["fork", "vfork"]
    refused += ["socket", "kill", "pidfd_send_signal"] if alone else []
    for name in refused:
        if name in calls:
            code += [(_EQUAL, 0, 1, calls[name]), (_RETURN, 0, 0, _ERRNO | _EPERM)]
    if not network:
        code += [(_EQUAL, 0, 4, calls["socket"]), (_LOAD, 0, 0, 16), (_EQUAL, 1, 0, _AF_UNIX)]
        code += [(_RETURN, 0, 0, _ERRNO | _EPERM), (_RETURN, 0, 0, _ALLOW)]
    if not children:
        # Its flags lie in memory, where no filter sees them; programs fall back to clone.
        code += [(_EQUAL, 0, 1, calls["clone3"]), (_RETURN, 0, 0, _ERRNO | _ENOSYS)]
        code += [(_EQUAL, 0, 4, calls["clone"]), (_LOAD, 0, 0, 16), (_BITS, 1, 0, _CLONE_THREAD)]
        code += [(_RETURN, 0, 0, _ERRNO | _EPERM), (_RETURN, 0, 0, _ALLOW)]
    code += [(_RETURN, 0, 0, _ALLOW)]
    packed = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in code))
    program = struct.pack("HxxxxxxP", len(code), ctypes.addressof(packed))
    _call("seccomp", _LIBC.prctl(_PR_SET_SECCOMP, 2, program, 0, 0))


def _call(name: str, result: int) -> int:
    if result < 0:
        raise OSError(f"{name}: {os.strerror(ctypes.get_errno())}")
    return result


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
