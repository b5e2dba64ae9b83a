"""The strings of known kinds in a text."""

from __future__ import annotations

from llmspell_server.analysis.api import Api
from llmspell_server.analysis.spells.literals import Strings, Written
from llmspell_server.documents import Document
from llmspell_server.library import load_api
from llmspell_server.world import SessionWorld

MAIN = "file:///main.lua"


def strings_in(source: str) -> Strings:
    """The strings of a document called `MAIN`."""
    documents = {MAIN: Document(MAIN, source=source, language_id="lua")}
    return Strings(SessionWorld(lambda: documents, lambda _: None).inference(), load_api())


def written(source: str, api: Api) -> list[Written]:
    """Those of known kinds."""
    return list(strings_in(source).written(MAIN, api))
