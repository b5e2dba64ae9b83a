"""Annotations that name what there is not."""

from __future__ import annotations

from .checking import check


def test_words_in_an_annotation_that_cannot_be_read_are_no_types() -> None:
    check("undefined-doc-name", "---@param a (optional, number) text\nfunction F(a) return a end")


def test_types_in_one_that_can_be_read_are_looked_for() -> None:
    check("undefined-doc-name", "---@param a string|⟦Foo⟧ text\nfunction F(a) return a end")


def test_beside_a_generic_class_only_its_type_parameters_are_types_everywhere() -> None:
    check(
        "undefined-doc-name",
        "---@class Box<T>\nlocal Box = {}\n---@param a T\n---@param b ⟦U⟧\n"
        "function Box:f(a, b) return a, b end",
    )
