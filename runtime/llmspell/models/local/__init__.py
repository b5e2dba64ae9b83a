"""Models of this machine, run by llama.cpp inside this process (extra `local`).

`files` finds GGUF files by name, `loading` and `pool` keep them in memory, `template` makes prompts
of conversations, `generation` makes tokens, `calls` reads and enforces calls of tools.
"""
