"""What a session knows of its documents."""

from __future__ import annotations

from pathlib import Path

from hypothesis import example, given
from hypothesis import strategies as st
from lsprotocol import types
from pygls.workspace import PositionCodec

from llmspell_server.analysis.checks.checker import Checker
from llmspell_server.analysis.types.display import display
from llmspell_server.closed_files import ClosedFiles
from llmspell_server.compiler import Compiler
from llmspell_server.documents import Document
from llmspell_server.indexing.reading import summary_of_file
from llmspell_server.subjects import Subject
from llmspell_server.world import SessionWorld
from tests.server.analysis.syntax.trees import shown

COMPILE = Compiler()
URI = "file:///main.lua"


def document(source: str) -> Document:
    return Document(URI, source=source, language_id="lua", position_codec=PositionCodec())


def edit(before: Document, start: int, end: int, text: str) -> Document:
    return before.edited(
        types.TextDocumentContentChangePartial(range=before.range(start, end), text=text)
    )


def type_of(source: str, name: str) -> str:
    documents = {URI: document(source)}
    world = SessionWorld(lambda: documents, COMPILE)
    subject = Subject.at(world.inference(), documents[URI], URI, source.rindex(name))
    return display(subject.inference.type(subject.where, subject.path[-1]))


def test_lua_s_library_and_the_globals_of_spells_are_known() -> None:
    assert type_of("local x = ('a'):rep(2)\nprint(x)", "x") == "string"
    assert type_of("local id = Event.subscribe('a')\nprint(id)", "id") == "string"


def test_which_document_was_opened_first_makes_no_difference() -> None:
    sources = {
        URI: "shared = 1\nprint(shared)",
        "file:///a.lua": "shared = 'a'",
        "file:///z.lua": "shared = {}",
    }
    shown_types = set()
    for order in (list(sources), list(reversed(sources))):
        documents = {uri: document(sources[uri]) for uri in order}
        world = SessionWorld(lambda documents=documents: documents, COMPILE)  # type: ignore[misc]
        subject = Subject.at(world.inference(), documents[URI], URI, sources[URI].rindex("shared"))
        shown_types.add(display(subject.inference.type(subject.where, subject.path[-1])))
    assert shown_types == {"string|integer|table"}


def test_an_edit_is_seen_by_the_inference() -> None:
    documents = {URI: document("local x = 1\nprint(x)")}
    world = SessionWorld(lambda: documents, COMPILE)

    def shown_type() -> str:
        subject = Subject.at(world.inference(), documents[URI], URI, 6)
        return display(subject.inference.type(subject.where, subject.path[-1]))

    assert shown_type() == "integer"
    documents[URI] = edit(documents[URI], 10, 11, "'a'")
    assert shown_type() == "string"


PROGRAM = "local a = 1\nif a then\n  print(a)\nend\nlocal function f()\n  return a\nend\n"


_EDITS = st.tuples(
    st.integers(0, 100),  # where, and how much of the text goes
    st.integers(0, 100),
    st.sampled_from(["", "x", "end\n", "if b then\n"]),
    st.booleans(),  # whether the snapshot is asked for in between
)


@given(st.lists(_EDITS, min_size=1, max_size=4))
@example(  # the line of a kept `if` gets another indentation by the edit before it
    [
        (15, 3, "x", False),
        (18, 1, "", True),
        (10, 45, "if b then\n", True),
        (7, 0, "if b then\n", False),
    ]
)
def test_the_snapshot_after_several_edits_is_that_of_the_text(
    edits: list[tuple[int, int, str, bool]],
) -> None:
    now = document(PROGRAM)
    now.snapshot(COMPILE)
    for place, length, text, asked in edits:
        start = min(place, len(now.text.source))
        now = edit(now, start, min(start + length, len(now.text.source)), text)
        if asked:
            now.snapshot(COMPILE)
    fresh = document(now.text.source).snapshot(COMPILE)
    assert shown(now.snapshot(COMPILE).pieces) == shown(fresh.pieces)


def test_of_closed_files_only_what_open_documents_need_is_kept(tmp_path: Path) -> None:
    sources = {
        "lib.lua": "answer = { value = 1 }\n",
        "other.lua": "local x = answer.value\nprint(y)\n",
    }
    files, closed = {}, ClosedFiles()
    for name, source in sources.items():
        (tmp_path / name).write_text(source)
        files[name] = f"file://{tmp_path / name}"
        read = summary_of_file(str(tmp_path / name))
        assert read is not None
        closed.put({files[name]: read[1]})
    documents = {URI: document("local x = answer.value\nprint(x, y)\n")}
    world = SessionWorld(lambda: documents, COMPILE, closed)
    checker = Checker(world.inference())
    before = checker.findings(URI)
    assert checker.findings(files["other.lua"])
    world.let_go()
    assert world.inference() is checker.inference
    assert checker.findings(URI) == before != []
    assert closed.keep_trees(()) == [files["lib.lua"]]
