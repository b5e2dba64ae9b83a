"""Annotations that name what there is not."""

from __future__ import annotations

from .checking import check


def test_words_in_an_annotation_that_cannot_be_read_are_no_types() -> None:
    check("undefined-doc-name", "---@param a (optional, number) text\nfunction F(a) return a end")


def test_types_in_one_that_can_be_read_are_looked_for() -> None:
    check("undefined-doc-name", "---@param a string|⟦Foo⟧ text\nfunction F(a) return a end")
