"""Tools: what spells, agents, workflows and the command line can call by name.

`description` says what a tool is, `tool` how one is written, `answer` what comes out of a call,
`registry` which there are, `calling` how one is called. The tools themselves are modules of
`builtin`, imported when they are called.
"""
