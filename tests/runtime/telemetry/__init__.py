"""Tests of `llmspell.telemetry`."""
