"""The Lua engine: the only room that touches lupa (with the debugger)."""
