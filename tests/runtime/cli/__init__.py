"""Tests of the command line, as a user's shell sees it."""
