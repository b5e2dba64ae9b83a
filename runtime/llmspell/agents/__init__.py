"""Agents: models with instructions, tools, a memory and limits.

`config` says what an agent is, `agent` asks it, `loop` lets it call tools, `memory` keeps its
conversation, `result` has what comes out, `service` keeps the agents of a runtime.
"""
