"""What is wrong in a configuration, marked in the text, in the runtime's own words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmspell.config.document import fault_of
from llmspell.config.examine import examine
from llmspell_server.analysis.configuration.checks import Problem, problems
from llmspell_server.analysis.configuration.reader import read
from llmspell_server.library import load_api
from tests.server.analysis.configuration.test_reader import DOCUMENT
from tests.server.marks import ranges, shown


def found(source: str) -> list[Problem]:
    kinds = load_api().kinds
    return problems(read(source), fault_of(source), lambda table: examine(table, {}), kinds)


@pytest.mark.parametrize(
    ("marked", "message", "replacement"),
    [
        ("⟦default_engin⟧ = 'lua'\n", "unknown key, ignored; did you mean 'default_engine'?", "default_engine"),
        ("[⟦tols⟧.system]\n", "unknown key, ignored; did you mean 'tools'?", "tools"),
        ("[tools]\nsystem = { ⟦enabld⟧ = true }\n", "unknown key, ignored; did you mean 'enabled'?", "enabled"),
        ("[debug]\nenabled = ⟦'yes'⟧\n", "must be true or false, not the string 'yes'", None),
        ("[debug]\nlevel = ⟦'wran'⟧\n", "'wran' is not one of off, error, warn, info, debug, trace; did you mean 'warn'?", '"warn"'),
        ("[tools.media]\nmax_file_size = ⟦-1⟧\n", "must not be negative", None),
        ("default_engine = ⟦'lau'⟧\n", "engine 'lau' is not configured; did you mean 'lua'?", '"lua"'),
        ("[providers]\ndefault_provider = ⟦'x'⟧\n", "no table [providers.x] (tables: there is none)", None),
        ("[engines.lua]\n⟦memory_limit⟧ = 1\n", "`memory_limit` is another name of `max_memory_bytes`", "max_memory_bytes"),
        ("[⟦fleet⟧]\n", "known, but not used by this version", None),
        ("[profiles.fast.debug]\nlevel = ⟦'wran'⟧\n", "'wran' is not one of off, error, warn, info, debug, trace; did you mean 'warn'?", '"warn"'),
        ("[profiles.fast]\n⟦debg⟧ = {}\n", "unknown key, ignored; did you mean 'debug'?", "debug"),
        ("x = ⟦@⟧\n", "Invalid value", None),
        ("[debug]\nlevel = 'off'\n⟦level⟧ = 'off'\n", "`level` stands here a second time; the first is in line 2", None),
        ("debug.level = 'off'\nx = 1\ndebug.⟦level⟧ = 'off'\n", "a second time; the first is in line 1", None),
        ("debug = { level = 'off', ⟦level⟧ = 'off' }\n", "a second time", None),
        ("[debug]\n[tools]\n[⟦debug⟧]\n", "[debug] stands here a second time; the first is in line 1", None),
        ("[[x]]\na = 1\n[[x]]\na = 1\n⟦a⟧ = 2\n", "a second time; the first is in line 4", None),
        ("[providers.x]\nprovider_type = ⟦'opanai'⟧\n", "did you mean 'openai'?", '"openai"'),
        ("[runtime.security]\n⟦allow_network_access⟧ = false\n", "network access is disabled", None),
    ],
)  # fmt: skip
def test_a_problem_is_at_its_place(marked: str, message: str, replacement: str | None) -> None:
    text, _ = ranges(marked)
    assert any(
        (shown(text, (each.start, each.end)), each.replacement) == (marked, replacement)
        and message in each.message
        for each in found(text.source)
    ), found(text.source)


@pytest.mark.parametrize(
    "source",
    [
        "",
        "default_engine = 'lua'\n",
        "[debug]\nlevel = 'WARN'\n",
        "[tools.my_own]\nanything = 1\n",
        "[providers.openai]\napi_key = 'k'\n[providers]\ndefault_provider = 'openai'\n",
        "[profiles.fast]\nextends = 'default'\n",
    ],
)
def test_what_is_right_has_no_problem(source: str) -> None:
    assert found(source) == []


def test_the_rest_of_a_broken_document_is_checked_too() -> None:
    codes = {each.code for each in found("x = \n[debug]\nlevl = 'info'\n")}
    assert {"syntax-error", "unknown-key"} <= codes


def test_a_rule_about_what_is_not_written_stands_at_its_table() -> None:
    source = "[rag.vector_storage.hnsw]\nm = 5000\n"
    (rule,) = (each for each in found(source) if "ef_construction" in each.message)
    assert source[rule.start : rule.end] == "hnsw"


@given(st.integers(0, len(DOCUMENT)))
def test_no_beginning_is_too_much(length: int) -> None:
    for each in found(DOCUMENT[:length]):
        assert 0 <= each.start <= each.end <= length
