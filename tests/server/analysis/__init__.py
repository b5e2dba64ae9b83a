"""Tests of the analysis, with marks in the text."""
