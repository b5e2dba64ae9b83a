"""What kinds of strings are told of the world outside the analysis."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from attrs import evolve

from llmspell.globals.describe import Background, Kind
from llmspell.state.location import default_path, open_store
from llmspell_server.analysis.api import Api
from llmspell_server.analysis.configuration.keys import NO_KEYS, configured_keys
from llmspell_server.analysis.configuration.reader import read
from llmspell_server.analysis.spells.kind import read_kind
from llmspell_server.analysis.spells.kinds import problem
from llmspell_server.analysis.spells.sources import KindSources
from llmspell_server.kind_sources import Folders, KindWorld
from llmspell_server.lookups import Lookups, run_provider

EGG = Kind(
    "egg", "An egg.", sources=("config:eggs",), background=Background("eggs:find")
).described()


def sources(world: KindWorld, api: Api, toml: str = "", workspace: str = "/w") -> KindSources:
    keys = configured_keys(read(toml), "/w/llmspell.toml") if toml else NO_KEYS
    return world.sources(api, script="/w/a.lua", workspace=workspace, configured=keys, written=dict)


def test_a_lookup_never_waits_and_is_there_the_next_time() -> None:
    told = threading.Event()
    go = threading.Event()

    def run(arguments: tuple[str, ...], budget: float) -> Any:
        go.wait()
        return {"a": "an answer"}

    lookups = Lookups(run, told.set)
    assert lookups.ask(("x",), lives=100, budget=1) is None
    go.set()
    lookups.wait()
    assert told.is_set()
    assert lookups.ask(("x",), lives=100, budget=1) == {"a": "an answer"}


def test_an_old_answer_is_given_while_it_is_looked_for_anew() -> None:
    answers = iter([{"a": "1"}, {"b": "2"}])
    lookups = Lookups(lambda arguments, budget: next(answers))
    lookups.ask(("x",), lives=0, budget=1)
    lookups.wait()
    assert lookups.ask(("x",), lives=0, budget=1) == {"a": "1"}
    lookups.wait()


def test_the_end_of_the_first_attempt_is_told_also_where_it_failed() -> None:
    told: list[bool] = []
    lookups = Lookups(lambda arguments, budget: None, lambda: told.append(True))
    for _ in range(2):
        lookups.ask(("x",), lives=0, budget=1)
        lookups.wait()
    assert lookups.answered(("x",))
    assert told == [True]


def test_a_failure_leaves_the_answer_that_was_there() -> None:
    answers = iter([{"a": "1"}, None])
    lookups = Lookups(lambda arguments, budget: next(answers))
    lookups.ask(("x",), lives=0, budget=1)
    lookups.wait()
    lookups.ask(("x",), lives=100, budget=1)
    lookups.wait()
    assert lookups.ask(("x",), lives=100, budget=1) == {"a": "1"}


def test_a_file_that_is_written_while_it_is_looked_at_is_looked_at_again(tmp_path: Path) -> None:
    keys = tmp_path / "keys"
    found: list[str] = []

    def run(arguments: tuple[str, ...], budget: float) -> Any:
        found.append(keys.read_text() if keys.exists() else "nothing")
        keys.write_text("a key")  # by somebody else, behind the reading
        return {"": {"until": [str(keys)]}, "a": found[-1]}

    lookups = Lookups(run)
    lookups.ask(("x",), lives=100, budget=1)
    lookups.wait()
    lookups.look_at_files()
    lookups.ask(("x",), lives=100, budget=1)
    lookups.wait()
    lookups.close()
    assert found[:2] == ["nothing", "a key"]


def test_a_lookup_ends_with_its_budget() -> None:
    assert run_provider(("values", "time:sleep", "3600"), 0.01) is None


def test_a_kind_of_an_installed_package_is_completed_and_looked_up(api: Api) -> None:
    def run(arguments: tuple[str, ...], budget: float) -> Any:
        if arguments == ("kinds",):
            return [EGG, {"malformed": True}]
        return {"blue": "of a robin"} if arguments == ("values", "eggs:find", "/w") else {}

    world = KindWorld(Lookups(run))
    world.api(api, {})
    world.lookups.wait()
    extended = world.api(api, {})
    assert extended.kinds["egg"].description == "An egg."
    assert "egg" not in sources(world, extended).values
    world.lookups.wait()
    known = sources(world, extended, "[eggs.brown]\nsize = 1\n").values["egg"]
    assert known["blue"].description == "of a robin"
    place = known["brown"].place
    assert place is not None and place.path == "/w/llmspell.toml"


def test_nothing_is_said_against_strings_while_values_are_looked_for(api: Api) -> None:
    found = threading.Event()

    def run(arguments: tuple[str, ...], budget: float) -> Any:
        found.wait()
        return {"blue": "of a robin"}

    world = KindWorld(Lookups(run))
    egg = read_kind({**EGG, "closed": True})
    extended = evolve(api, kinds={"egg": egg})
    before = sources(world, extended)
    assert problem(egg, "green", before) is None
    found.set()
    world.lookups.wait()
    assert problem(egg, "green", sources(world, extended)) is not None


def test_configured_keys_have_places(api: Api) -> None:
    world = KindWorld(Lookups(lambda arguments, budget: None))
    toml = "[tools.system]\nenabled = true\n[providers.mine]\nname = 'x'\n"
    values = sources(world, api, toml).values
    place = values["config-path"]["tools.system.enabled"].place
    assert place is not None and toml[place.start : place.end] == "enabled"
    assert "providers.providers.mine.name" in values["config-path"]
    assert values["provider-name"].keys() == {"mine"}


def test_the_scopes_of_the_project_are_looked_up(tmp_path: Path) -> None:
    path = default_path(tmp_path, None, {})
    path.parent.mkdir()
    store = open_store("sqlite", path)
    store.set("agent:researcher", "k", 1)
    store.close()
    arguments = ("values", "llmspell.globals.providing:state_scopes", str(tmp_path))
    assert run_provider(arguments, 60).keys() == {"agent:researcher"}


def test_the_names_in_a_folder(tmp_path: Path) -> None:
    (tmp_path / "a.lua").touch()
    (tmp_path / "b").mkdir()
    (tmp_path / ".hidden").touch()
    folders = Folders()
    assert folders.listing(str(tmp_path)) == {"a.lua": False, "b": True}
    assert folders.listing(str(tmp_path / "none")) == {}
