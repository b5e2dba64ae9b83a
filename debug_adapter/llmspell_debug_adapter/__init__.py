"""The llmspell debug adapter: speaks DAP (Debug Adapter Protocol) with editors.

Two processes: `forwarding/` is what an editor starts; it starts the debuggee and relays.
`session/` and `requests/` are the DAP session itself, which runs in the debuggee (`spells/`) or in
any process that has a debugger (`session.Session`). `protocol/` is the message layer of both.
"""
