"""The llmspell language server."""
