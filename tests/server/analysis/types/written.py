"""Types written as in annotations, and the definitions of a document."""

from __future__ import annotations

from llmspell_server.analysis.annotations import meaning
from llmspell_server.analysis.annotations.nodes import TypesTag
from llmspell_server.analysis.annotations.parse import parse_block
from llmspell_server.analysis.inference.inference import Inference
from llmspell_server.analysis.types.definitions import Definitions
from llmspell_server.analysis.types.model import Function, Generic, Type
from tests.server.analysis.inference.worlds import MemoryWorld


def type_(text: str, *generics: str) -> Type:
    """The type that is written; generics: the names that are type parameters in it."""
    found = parse_block([(f"---@type {text}", 0)])
    assert not found.problems, text
    (tag,) = found.tags
    assert isinstance(tag, TypesTag)
    return meaning.type_of(tag.types[0], {name: Generic(name) for name in generics})


def function(text: str, *generics: str) -> Function:
    """The function type that is written, with these as its own type parameters."""
    found = type_(f"fun<{', '.join(generics)}>{text}" if generics else f"fun{text}")
    assert isinstance(found, Function)
    return found


def definitions(source: str) -> Definitions:
    """The classes, aliases and enums of a document."""
    return Inference(MemoryWorld(main=source))
