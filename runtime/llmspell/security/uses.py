"""Which functions of Lua's library ask the policy for which permission, as data.

The language server says from it, while a spell is written, what the policy would refuse. A test
holds it against the functions themselves.
"""

from typing import Literal, NamedTuple

Permission = Literal["read", "write", "mode", "process", "variable", "temporary"]
"""`mode`: reading or writing, as the argument behind the path says."""


class Use(NamedTuple):
    """A function that asks. argument: which one is asked about, from 0."""

    function: str
    permission: Permission
    argument: int = 0


USES = (
    Use("io.open", "mode"),
    Use("io.lines", "read"),
    Use("io.input", "read"),
    Use("io.output", "write"),
    Use("dofile", "read"),
    Use("loadfile", "read"),
    Use("os.remove", "write"),
    Use("os.rename", "write"),
    Use("os.rename", "write", 1),
    Use("io.popen", "process"),
    Use("os.execute", "process"),
    Use("os.getenv", "variable"),
    Use("io.tmpfile", "temporary"),
    Use("os.tmpname", "temporary"),
)
