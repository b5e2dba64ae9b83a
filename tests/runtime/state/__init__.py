"""Tests of llmspell.state."""
