"""Tests of the features through a real server."""
