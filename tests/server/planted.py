"""A program with eleven planted mistakes that uses what a host injects.

The mistakes are those of the survey of other servers (editor-anchors §2.4); none of these finds all.
"""

from __future__ import annotations

HOST = """---@meta _

---@class (exact) AgentOptions
---@field model string
---@field mode? "fast"|"careful"

---@class Agent
---@field name string
local Agent = {}

---@class agentlib
agent = {}

---@param name string
---@param options? AgentOptions
---@return Agent
---@nodiscard
function agent.create(name, options) end

---@deprecated use `agent.create`
---@param name string
function agent.make(name) end
"""

LUARC = """{
  "workspace.library": ["library"],
  "runtime.version": "Lua 5.4",
  "runtime.builtin": { "io": "disable" }
}"""

PLANTED = {
    "the wrong type of an argument": (
        "local a = agent.create(1)\nprint(a)",
        "param-type-mismatch",
    ),
    "a result that is dropped": ("agent.create('a')", "discard-returns"),
    "a string that is not allowed in a table of options": (
        "print(agent.create('a', { model = 'm', mode = 'quick' }))",
        "assign-type-mismatch",
    ),
    "a misspelt key of an exact class": (
        "print(agent.create('a', { model = 'm', mood = 'fast' }))",
        "unknown-key",
    ),
    "a misspelt field": ("print(agent.create('a').nam)", "undefined-field"),
    "a misspelt function": ("print(agent.craete('a'))", "undefined-field"),
    "a deprecated function": ("agent.make('a')", "deprecated"),
    "a global that nobody defines": ("print(agnet)", "undefined-global"),
    "a library that the sandbox removes": ("print(io.read())", "undefined-global"),
    "a new field of an object of the host": (
        "local b = agent.create('b')\nb.extra = 1",
        "inject-field",
    ),
    "an injected global that is overwritten": ("agent = {}", "assign-injected-global"),
}
"""What is wrong: the code, and the diagnostic for it."""

PROGRAM = "\n".join(source for source, _ in PLANTED.values()) + "\n"
"""All of it in one program."""


def expected() -> list[tuple[int, str]]:
    """The diagnostics of the program: the line, from 0, and the code."""
    found, line = [], 0
    for source, code in PLANTED.values():
        count = source.count("\n")
        found.append((line + (count if code == "inject-field" else 0), code))
        line += count + 1
    return found
