"""What the checks find in programs that work, looked at one by one and believed.

By package and code: how many there are, and why they are right. Whoever changes a check and gets
another number looks at what came or went, and writes down what is believed then.
"""

from __future__ import annotations

_HOST = "globals of the host (or of Lua 5.1), which no file of the package defines"
_UNCHECKED = "io.open, popen, read, next, table.remove or getinfo may give nil, and nobody looks"
_LITERAL = "`a .. b or c`, or the like: as in LuaLS, told wherever a literal follows"
_SHORT = "`local a, b = 1`, written like that to have b at all: as in LuaLS"
_EXTRA = "a local function, or a documented one, gets more than it takes"
_TWICE = "the same key stands twice in a table"
_OLD = "fields of Lua's library that 5.4 has no longer"
_PATHS = "`package.path` and `package.cpath`, which spells do not have"
_ELSEWHERE = "modules written in C, or of other packages, which are not in this one"
_OTHER_DIALECT = "annotations in words, or in vimdoc, which are no types"
_AS_SAID = "the annotation does not say that it may be left out, nil or false, or one more"

ACCEPTED: dict[str, dict[str, tuple[int, str]]] = {
    "lua-penlight": {  # four times the same files, for four versions of Lua
        "ambiguity-1": (8, _LITERAL),
        "inject-field": (8, _PATHS),
        "need-check-nil": (24, _UNCHECKED),
        "redundant-parameter": (4, _EXTRA),
        "unbalanced-assignments": (4, _SHORT),
        "undefined-global": (24, _HOST),
    },
    "luarocks": {  # four times the same files, too
        "ambiguity-1": (8, _LITERAL),
        "inject-field": (8, _PATHS),
        "need-check-nil": (68, _UNCHECKED),
        "redundant-parameter": (12, _EXTRA),
        "unbalanced-assignments": (12, _SHORT),
        "undefined-field": (4, _OLD),
        "undefined-global": (77, _HOST),
        "unresolved-require": (8, _ELSEWHERE),
    },
    "neovim-runtime": {
        "deprecated": (4, "what is deprecated is used"),
        "luadoc-syntax": (63, _OTHER_DIALECT),
        "missing-parameter": (21, _AS_SAID),
        "need-check-nil": (1, _UNCHECKED),
        "param-type-mismatch": (5, _AS_SAID),
        "redundant-return-value": (3, _AS_SAID),
        "return-type-mismatch": (6, _AS_SAID),
        "unbalanced-assignments": (1, _SHORT),
        "undefined-doc-name": (160, _OTHER_DIALECT),
        "undefined-doc-param": (27, "parameters that were renamed or taken away are described"),
        "undefined-field": (2, _OLD),
        "undefined-global": (506, _HOST),
        "unknown-doc-tag": (103, "`@returns`"),
        "unresolved-require": (1, _ELSEWHERE),
    },
    "nmap-common": {
        "ambiguity-1": (2, _LITERAL),
        "duplicate-index": (4, _TWICE),
        "need-check-nil": (1, _UNCHECKED),
        "redundant-parameter": (7, _EXTRA),
        "redundant-value": (1, "`, result` behind a value where `..` was meant"),
        "unbalanced-assignments": (29, _SHORT),
        "undefined-global": (9, _HOST),
        "unresolved-require": (94, _ELSEWHERE),
    },
    "prosody": {
        "ambiguity-1": (6, _LITERAL),
        "count-down-loop": (3, "`for n = _end, 1 do`"),
        "need-check-nil": (17, _UNCHECKED),
        "param-type-mismatch": (1, "`table.insert(self, {…}, 1)`: the position comes second"),
        "redundant-parameter": (5, _EXTRA),
        "unbalanced-assignments": (20, _SHORT),
        "undefined-field": (1, _OLD),
        "undefined-global": (1706, _HOST),
        "unresolved-require": (153, _ELSEWHERE),
    },
}
ABOUT_SPELLS = frozenset(("assign-injected-global", "not-permitted", "unavailable-global"))
"""Codes that say what a program may not do as a spell, which these programs are not."""
