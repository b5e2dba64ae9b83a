"""Tests of what is said about Lua text."""
