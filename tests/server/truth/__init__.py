"""What the language server says, against programs of others and against Lua's own compiler."""
