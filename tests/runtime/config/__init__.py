"""Tests of `llmspell.config`."""
