"""Tools: utility."""
