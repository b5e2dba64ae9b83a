"""Which functions of Lua's library ask the policy for which permission, as data.

The language server says from it, while a spell is written, what the policy would refuse. A test
holds it against the functions themselves.
"""

from typing import Literal, NamedTuple

Permission = Literal["read", "write", "mode", "process", "variable", "temporary"]
"""`mode`: reading or writing, as the argument behind the path says."""


Level = Literal["safe", "standard", "trusted"]


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


class Withheld(NamedTuple):
    """A function of Lua's library that spells do not have. level: one that has it; None: none."""

    function: str
    level: Level | None = None


WITHHELD = (
    Withheld("debug.debug"),
    Withheld("debug.getmetatable"),
    Withheld("debug.getregistry"),
    Withheld("debug.getupvalue", "trusted"),
    Withheld("debug.getuservalue"),
    Withheld("debug.setcstacklimit"),
    Withheld("debug.setlocal", "trusted"),
    Withheld("debug.setmetatable"),
    Withheld("debug.setupvalue", "trusted"),
    Withheld("debug.setuservalue"),
    Withheld("debug.upvalueid", "trusted"),
    Withheld("debug.upvaluejoin", "trusted"),
    Withheld("package.loadlib"),
)

COMPILED_MODULES = frozenset(
    (
        *("bit32", "cjson", "cjson.safe", "ffi", "lfs", "lpeg", "lpeglabel", "lsqlite3"),
        *("lua_cmsgpack", "luasql.mysql", "luasql.postgres", "luasql.sqlite3", "lxp", "mime.core"),
        *("posix", "socket.core", "ssl.core", "struct", "term.core", "zlib"),
    )
)
"""Well-known modules that are written in C; `require` of the sandbox loads text only."""

KINDS = {
    "file-path": "read",
    "url": "url",
    "page-url": "page",
    "host": "host",
    "program": "program",
    "recipient": "recipient",
}
"""What the kinds of strings in tables ask for, such as the paths that tools are given.

`url`, `page` and `host`: the rules for hosts, those of pages with the lists for web tools.
`program`: the rules for programs; `recipient`: those for whom mail is sent to.
"""
