"""The environment variables through which a launched debuggee learns where its adapter waits."""

ADDRESS = "LLMSPELL_DEBUG_ADAPTER"
"""host:port"""

TOKEN = "LLMSPELL_DEBUG_ADAPTER_TOKEN"  # noqa: S105 - the name of a variable
"""The token that opens the door there."""

FILE = "LLMSPELL_DEBUG_ADAPTER_FILE"
"""A file with both instead: terminals show the variables that they are given."""
