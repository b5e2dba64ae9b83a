"""Types of Lua values: what they are, how they are written, how they relate."""
