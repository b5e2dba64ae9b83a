"""Tools: api."""
