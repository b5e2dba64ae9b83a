"""The debugger at a terminal: breakpoints, stepping and inspection, without an editor."""
