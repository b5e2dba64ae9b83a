"""The script API: one module for each Lua global, and the description they are written in."""
