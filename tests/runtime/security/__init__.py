"""Tests of `llmspell.security`."""
