"""Formats text with StyLua or with our own formatter, and proves that the code stays the same."""
