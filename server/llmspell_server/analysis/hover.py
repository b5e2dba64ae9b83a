"""What is known of what stands at a place."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING

from attrs import frozen

from .annotations.vocabulary import LOCAL_ATTRIBUTES, TAGS
from .explaining import (
    Explanation,
    explained_field,
    explained_owner,
    explained_type,
    explained_value,
)
from .inference.writes import Path, path_of
from .navigation.described import described_at
from .syntax import tree
from .syntax.literals import integer_value, string_value
from .types import model
from .types.display import display
from .types.members import field_named
from .workspace.declarations import declarations_of

if TYPE_CHECKING:
    from .completion.complete import Place

_TYPE_NAME = re.compile(r"[A-Za-z_][\w.*-]*")
_ANNOTATION = re.compile(r"---?-?[ \t]*[@|]|--\[=*\[[ \t]*@")
_PATIENCE = 0.015  # seconds of computing for what nothing describes: hovers come at once


@frozen
class Hovered:
    """An explanation of a part of the text."""

    start: int
    end: int
    explanation: Explanation


def hovered(place: Place) -> Hovered | None:
    """What an offset is in, explained; None where nothing is known."""
    comment = place.where.file.snapshot.comment_at(place.offset)
    if comment is not None:
        return _in_comment(place)
    node = place.path[-1] if place.path else None
    begin = place.where.file.snapshot.pieces.start_of[place.where.piece]
    if node is None or not begin + node.start <= place.offset <= begin + node.end:
        return None
    with place.inference.guesses.around(place.where, node, _PATIENCE):
        explanation = _explained(place, node)
    if explanation is None:
        return None
    return Hovered(begin + node.start, begin + node.end, explanation)


def _explained(place: Place, node: tree.Node | None) -> Explanation | None:
    parent = place.path[-2] if len(place.path) > 1 else None
    match node:
        case tree.Name() if node.text:
            owner = place.where.file.owner(place.where.piece, Path(node.local or node.text))
            type_ = place.inference.type(place.where, node)
            return explained_owner(place.inference, owner, node.text, type_)
        case tree.Number():
            return _number(node.text)
        case tree.Word() if node.text and parent is not None:
            return _word(place, node, parent)
        case tree.String():
            return _string(place, node)
    return None


def _number(text: str) -> Explanation | None:
    """What a numeral means that is not written in decimal digits."""
    if text[:2].lower() != "0x":
        return None
    value = integer_value(text)
    if value is not None:
        return Explanation(f"integer {value}")
    with suppress(ValueError, OverflowError):  # not finished, or beyond what there is
        return Explanation(f"number {float.fromhex(text)}")
    return None


def _word(place: Place, word: tree.Word, parent: tree.Node) -> Explanation | None:
    match parent:
        case tree.Member(base=base) | tree.MethodCall(base=base):
            return _member(place, word, base, parent)
        case tree.Named(value=value):
            table = place.path[-3] if len(place.path) > 2 else None
            expected = (
                place.inference.functions.expected(place.where, table)
                if table is not None
                else None
            )
            if expected is not None:
                found = explained_field(place.inference, expected, word.text, word.text)
                if found is not None:
                    return found
            type_ = model.widened(place.inference.type(place.where, value))
            return explained_value(place.inference, "(field)", word.text, type_, None)
        case tree.Attribute() if word.text in LOCAL_ATTRIBUTES:
            return Explanation(f"<{word.text}>", f"The local {LOCAL_ATTRIBUTES[word.text]}.")
    return None


def _member(
    place: Place, word: tree.Word, base: tree.Expression, parent: tree.Node
) -> Explanation | None:
    path = path_of(base)
    source = place.where.piece.text
    shown = f"{source[base.start : base.end]}.{word.text}" if path is not None else word.text
    base_type = place.inference.type(place.where, base)
    on_object = isinstance(parent, tree.MethodCall)
    found = explained_field(place.inference, base_type, word.text, shown, on_object)
    if isinstance(parent, tree.Member):
        field = field_named(base_type, word.text, place.inference)
        type_ = place.inference.type(place.where, parent)
        if found is None or (field is not None and display(type_) != display(field.type)):
            documentation = field.documentation if field is not None else None
            return explained_value(place.inference, "(field)", shown, type_, documentation)
    return found


def _string(place: Place, string: tree.String) -> Explanation | None:
    """A module that is required, or one of the strings that a type lists."""
    content = string_value(string.text)
    for node in reversed(place.path[:-1]):
        if isinstance(node, tree.Call) and isinstance(node.callee, tree.Name):
            if node.callee.text == "require":
                file = place.inference.world.module(content, place.file)
                return Explanation(f'module "{content}"', file or "") if file else None
            break
    expected = place.inference.functions.expected(place.where, string)
    for name in _names(expected):
        alias = place.inference.alias_named(name)
        for choice in alias.choices if alias is not None else ():
            if display(choice.type) == f'"{content}"' and choice.description:
                return Explanation(f'"{content}"', choice.description)
    return None


def _names(type_: object) -> list[str]:
    return [
        each.name
        for each in (model.members_of(type_) if isinstance(type_, model.Type) else ())
        if isinstance(each, model.Named)
    ]


def _in_comment(place: Place) -> Hovered | None:
    """The local, field or type that a word of an annotation names, or the tag that it is."""
    named = _named_in_comment(place)
    if named is not None:
        return named
    found = type_name_at(place)
    if found is None:
        return None
    word, start, end = found
    explanation = explained_type(place.inference, word)
    is_tag = place.where.file.snapshot.text.source[start - 1] == "@"
    if is_tag and word in TAGS:
        meaning = TAGS[word]
        explanation = Explanation(f"---@{word}", f"{meaning[0].upper()}{meaning[1:]}.")
    return Hovered(start, end, explanation) if explanation is not None else None


def _named_in_comment(place: Place) -> Hovered | None:
    """The parameter, loop variable, or local, or the field, that is described."""
    source, inference = place.where.file, place.inference
    described = described_at(source.snapshot, place.offset)
    if described is not None:
        local, home, (start, end) = described
        owner = source.owner(home, Path(local))
        return Hovered(start, end, explained_owner(inference, owner, local.name))
    for declared in declarations_of(source.snapshot):
        for name, start, end in declared.fields:
            if start <= place.offset <= end:
                shown = f"{declared.name}.{name}"
                field = explained_field(inference, model.Named(declared.name), name, shown)
                return Hovered(start, end, field) if field is not None else None
    return None


def type_name_at(place: Place) -> tuple[str, int, int] | None:
    """The word of an annotation at a place, which may name a type, and where it is."""
    spot = place.where.file.snapshot.comment_at(place.offset)
    if spot is None:
        return None
    start, end = place.where.file.snapshot.span(*spot)
    text = place.where.file.snapshot.text.source[start:end]
    if not _ANNOTATION.match(text):
        return None
    for found in _TYPE_NAME.finditer(text):
        if found.start() <= place.offset - start <= found.end():
            return found[0], start + found.start(), start + found.end()
    return None
