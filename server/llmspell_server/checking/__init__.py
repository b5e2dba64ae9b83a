"""Checking files without an editor: what is found, and how that is kept until something changes."""
