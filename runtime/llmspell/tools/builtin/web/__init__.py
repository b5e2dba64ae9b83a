"""Tools: web."""
