"""The llmspell debug adapter."""
