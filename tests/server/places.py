"""A place in a document, as features see it; the cursor is `|`, or `‸` where `|` is needed."""

from __future__ import annotations

from pygls.workspace import PositionCodec

from llmspell_server.compiler import Compiler
from llmspell_server.documents import Document
from llmspell_server.subjects import Subject
from llmspell_server.world import SessionWorld
from tests.server.marks import cursor

COMPILE = Compiler()
URI = "file:///work/main.lua"


def place(marked: str, **others: str) -> Subject:
    """The place of the cursor, with other documents of the folder by their names."""
    text, offset = cursor(marked, "‸" if "‸" in marked else "|")
    return place_at(text.source, offset, **others)


def place_at(source: str, offset: int, **others: str) -> Subject:
    documents = {
        f"file:///work/{name.replace('__', '/')}.lua": document(content, name)
        for name, content in others.items()
    }
    documents[URI] = document(source, "main")
    world = SessionWorld(lambda: documents, COMPILE)
    return Subject.at(world.inference(), documents[URI], URI, offset)


def document(source: str, name: str) -> Document:
    uri = f"file:///work/{name.replace('__', '/')}.lua"
    return Document(uri, source=source, language_id="lua", position_codec=PositionCodec())
