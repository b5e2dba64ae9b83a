"""The interactive session: a core that evaluates, dot-commands, and two ways to read input."""
