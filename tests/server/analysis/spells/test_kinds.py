"""Kinds of strings: what they offer, explain and find wrong. `|` is the cursor in the string."""

from __future__ import annotations

import pytest

from llmspell.globals.describe import Files, Kind, Segments
from llmspell_server.analysis.api import Api
from llmspell_server.analysis.spells.kind import StringKind, read_kind, with_configured
from llmspell_server.analysis.spells.kinds import completions, definition, explained, problem
from llmspell_server.analysis.spells.sources import NOTHING, KindSources, Known, Place

TREE = {
    "/project": {"lib": True, "main.lua": False, "notes.txt": False},
    "/project/lib": {"greeting.lua": False, "deep": True},
    "/project/lib/deep": {"init.lua": False},
}
FILES = KindSources(
    roots={"script": "/project", "workspace": "/project"},
    listing=lambda folder: TREE.get(folder, {}),
)
POTION = read_kind(
    Kind(
        "potion-name",
        "A potion.",
        {"healing": "makes whole", "invisibility": "hides", "custom:<…>": "your own"},
        segments=Segments(":"),
        closed=True,
        link="potions.md",
    ).described()
)


def offered(kind: StringKind, marked: str, sources: KindSources = NOTHING) -> dict[str, str]:
    found = completions(kind, marked.replace("|", ""), marked.index("|"), sources)
    return {value.label: value.description for value in found.values}


def replaced(kind: StringKind, marked: str) -> str:
    content = marked.replace("|", "")
    found = completions(kind, content, marked.index("|"))
    return f"{content[: found.start]}⟦{content[found.start : found.end]}⟧{content[found.end :]}"


def wrong(kind: StringKind, content: str, sources: KindSources = NOTHING) -> tuple[str, str | None]:
    found = problem(kind, content, sources)
    assert found is not None, content
    shown = f"{content[: found.start]}⟦{content[found.start : found.end]}⟧{content[found.end :]}"
    return shown, found.replacement


def test_a_new_kind_is_offered() -> None:
    assert offered(POTION, "|") == {"healing": "makes whole", "invisibility": "hides", "custom": ""}


def test_a_new_kind_is_explained() -> None:
    found = explained(POTION, "healing")
    assert found is not None and found.text == "makes whole"


def test_a_new_kind_is_checked() -> None:
    assert wrong(POTION, "heeling") == ("⟦heeling⟧", "healing")
    assert problem(POTION, "healing") is None


def test_what_a_placeholder_stands_for_is_right() -> None:
    assert problem(POTION, "custom:my:own") is None
    found = explained(POTION, "custom:mine")
    assert found is not None and found.text == "your own"


def test_a_message_names_the_nearest_value() -> None:
    found = problem(POTION, "heeling")
    assert found is not None
    assert found.message == "unknown potion name 'heeling'; did you mean 'healing'?"
    assert (found.code, found.severity) == ("unknown-potion-name", "warning")


def test_the_configuration_of_a_project_adds_values() -> None:
    kinds = with_configured(
        {"potion-name": POTION}, {"potion-name": {"values": {"sleep": "for an hour"}}}
    )
    assert offered(kinds["potion-name"], "|")["sleep"] == "for an hour"


def test_the_configuration_of_a_project_makes_kinds() -> None:
    table = {"description": "A pet.", "values": {"cat": "meows"}, "closed": True}
    kinds = with_configured({}, {"pet": table, "malformed": 3})
    assert wrong(kinds["pet"], "cot") == ("⟦cot⟧", "cat")
    assert "malformed" not in kinds


@pytest.mark.parametrize(
    ("kind", "marked", "label"),
    [
        ("config-path", "|", "tools"),
        ("config-path", "tools.|", "file_operations"),
        ("config-path", "tools.file_operations.|", "allowed_paths"),
        ("config-path", "providers.providers.openai.|", "base_url"),
        ("state-scope", "|", "agent"),
        ("event-pattern", "state.|", "changed"),
        ("event-pattern", "state.|", "*"),
        ("event-type", "|", "state"),
        ("debug-level", "|", "warn"),
        ("config-section", "|", "rag"),
        ("module-path", "|", "string"),
    ],
)
def test_values_of_the_kinds_that_there_are(kind: str, marked: str, label: str, api: Api) -> None:
    assert label in offered(api.kinds[kind], marked)


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("to|", "⟦to⟧"),
        ("tools.fi|le_x.enabled", "tools.⟦file_x⟧.enabled"),
        ("tools.|", "tools.⟦⟧"),
        ("tools|.x", "⟦tools⟧.x"),
    ],
)
def test_the_part_at_the_cursor_is_replaced(marked: str, expected: str, api: Api) -> None:
    assert replaced(api.kinds["config-path"], marked) == expected


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("config-path", "tools"),
        ("config-path", "tools.file_operations.max_file_size"),
        ("config-path", "providers.providers.mine.default_model"),
        ("config-path", "tools.my_own.thing.deep"),
        ("config-path", "fleet.anything"),
        ("state-scope", "global"),
        ("state-scope", "agent:researcher"),
        ("state-scope", "something else"),
        ("event-type", "order.created"),
        ("event-pattern", "order.*"),
        ("event-pattern", "**.failed"),
        ("debug-level", " WARN "),
        ("debug-level", "3"),
        ("module-path", "string"),
        ("file-path", "not/there.txt"),
    ],
)
def test_what_is_right_has_no_problem(kind: str, content: str, api: Api) -> None:
    assert problem(api.kinds[kind], content) is None


@pytest.mark.parametrize(
    ("kind", "content", "shown", "near"),
    [
        ("config-path", "tols.system", "⟦tols⟧.system", "tools"),
        (
            "config-path",
            "tools.file_operations.max_fil_size",
            "tools.file_operations.⟦max_fil_size⟧",
            "max_file_size",
        ),
        (
            "config-path",
            "tools.file_operatons.enabled",
            "tools.⟦file_operatons⟧.enabled",
            "file_operations",
        ),
        ("state-scope", "globl", "⟦globl⟧", "global"),
        ("state-scope", "agnet:x", "⟦agnet⟧:x", "agent"),
        ("event-pattern", "state.chaned", "state.⟦chaned⟧", "changed"),
        ("event-type", "", "⟦⟧", None),
        ("debug-level", "wran", "⟦wran⟧", "warn"),
        ("filter-kind", "wildcrd", "⟦wildcrd⟧", "wildcard"),
    ],
)
def test_what_is_wrong_is_marked(
    kind: str, content: str, shown: str, near: str | None, api: Api
) -> None:
    assert wrong(api.kinds[kind], content) == (shown, near)


def test_where_other_values_are_allowed_a_slip_is_only_a_remark(api: Api) -> None:
    found = problem(api.kinds["state-scope"], "globl")
    assert found is not None and found.severity == "information"


@pytest.mark.parametrize(
    ("content", "near"),
    [
        ("golbal", "global"),
        ("Global", "global"),
        ("agnet:mine", "agent"),
        ("users", None),
        ("globals", None),
        ("my own", None),
    ],
)
def test_a_slip_is_one_also_where_it_is_in_use(content: str, near: str | None, api: Api) -> None:
    in_use = KindSources({"state-scope": {content: Known("written")}})
    found = problem(api.kinds["state-scope"], content, in_use)
    assert (found and found.replacement) == near


def test_a_name_that_is_defined_is_no_slip(api: Api) -> None:
    in_use = KindSources({"provider-name": {"opnai": Known("written")}})
    assert problem(api.kinds["provider-name"], "opnai", in_use) is None


def test_modules_are_files(api: Api) -> None:
    kind = api.kinds["module-path"]
    assert {"main", "lib"} <= offered(kind, "|", FILES).keys()
    assert "notes" not in offered(kind, "|", FILES)
    assert {"greeting", "deep"} <= offered(kind, "lib.|", FILES).keys()


@pytest.mark.parametrize(
    ("content", "path"),
    [("main", "/project/main.lua"), ("lib.deep", "/project/lib/deep/init.lua")],
)
def test_a_module_is_defined_by_its_file(content: str, path: str, api: Api) -> None:
    assert definition(api.kinds["module-path"], content, FILES) == Place(path)


def test_a_module_that_is_not_there_is_wrong(api: Api) -> None:
    kind = api.kinds["module-path"]
    assert wrong(kind, "lib.greting", FILES) == ("lib.⟦greting⟧", "greeting")
    found = problem(kind, "lib.greting", FILES)
    assert found is not None and found.code == "unresolved-require"


def test_where_files_are_not_known_nothing_is_said_of_them(api: Api) -> None:
    unknown = KindSources(roots=FILES.roots)
    assert problem(api.kinds["module-path"], "nowhere", unknown) is None
    assert problem(api.kinds["module-path"], "nowhere") is None


def test_a_kind_of_file_with_extensions_offers_these_only() -> None:
    kind = read_kind(Kind("note", "A note.", files=Files(extensions=(".txt",))).described())
    assert offered(kind, "|", FILES).keys() == {"lib", "notes.txt"}


def test_what_is_known_outside_is_offered_explained_and_has_a_place() -> None:
    place = Place("/project/llmspell.toml", 1, 5)
    sources = KindSources({"potion-name": {"sleep": Known("for an hour", place)}})
    assert offered(POTION, "|", sources)["sleep"] == "for an hour"
    assert problem(POTION, "sleep", sources) is None
    found = explained(POTION, "sleep", sources)
    assert found is not None and found.place == place


def test_a_pattern_that_is_none_refuses_nothing() -> None:
    kind = read_kind({"name": "x", "description": "", "pattern": "("})
    assert problem(kind, "anything") is None
