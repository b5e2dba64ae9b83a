"""Lua text as a tree: error-tolerant, and re-parsed only where it was edited."""
