"""Tests of llmspell.events."""
