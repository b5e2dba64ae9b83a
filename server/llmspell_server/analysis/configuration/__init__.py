"""`llmspell.toml`: reading it although it is being written, and what can be said about it."""
