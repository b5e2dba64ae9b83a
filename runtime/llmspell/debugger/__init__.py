"""Debugging of a running engine: breakpoints, stepping, inspection. Knows no protocol."""
