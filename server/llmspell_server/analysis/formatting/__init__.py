"""White space of Lua text: indentation, spaces, blank lines. No token is ever changed or moved."""
