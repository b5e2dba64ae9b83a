"""`Debug`: the log, dumps, stacks, timers and memory, as scripts see them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from llmspell.config.schema import observability
from llmspell.telemetry.debugging import Debugging
from llmspell.telemetry.levels import DEBUG
from tests.runtime.globals.conftest import MakeSpell, Spell

LINE = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} ", re.MULTILINE)


def without_times(output: str) -> str:
    """The output with the time taken off the start of log lines."""
    return LINE.sub("", output)


def dump(spell: Spell, expression: str, function: str = "dump", *arguments: str) -> str:
    """What a function of the `dump` family gives for an expression."""
    more = "".join(f", {argument}" for argument in arguments)
    text = spell.value(f"return Debug.{function}({expression}{more})")
    assert isinstance(text, str)
    return text


# Messages ----------------------------------------------------------------------------------


def test_a_line_has_time_level_module_and_message(spell: Spell) -> None:
    spell.run('Debug.info("ready", "net.http")')
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} INFO \[net\.http\] ready\n", spell.output
    )


def test_lines_keep_their_place_among_what_is_printed(spell: Spell) -> None:
    spell.run('print("a") Debug.info("b") io.write("c\\n") Debug.warn("d") print("e")')
    assert without_times(spell.output) == "a\nINFO b\nc\nWARN d\ne\n"


@pytest.mark.parametrize("name", ["trace", "debug", "info", "warn", "error"])
def test_each_level_has_a_function(spell: Spell, name: str) -> None:
    spell.run(f'Debug.setLevel("trace") Debug.{name}("x")')
    assert without_times(spell.output) == f"{name.upper()} x\n"


@pytest.mark.parametrize("level", ["warn", "WARNING", "Warn", "2"])
def test_log_takes_every_spelling_of_a_level(spell: Spell, level: str) -> None:
    spell.run(f'Debug.log("{level}", "x", "m")')
    assert without_times(spell.output) == "WARN [m] x\n"


@pytest.mark.parametrize("level", ["loud", "off", "0", "", "6"])
def test_log_ignores_other_levels(spell: Spell, level: str) -> None:
    spell.run(f'Debug.log("{level}", "x") Debug.logWithData("{level}", "x", {{}})')
    assert spell.output == ""
    assert spell.value("return #Debug.getCapturedEntries()") == 0


def test_messages_above_the_level_are_neither_written_nor_kept(spell: Spell) -> None:
    assert spell.value('Debug.debug("x") return #Debug.getCapturedEntries()') == 0
    assert spell.output == ""


def test_a_change_of_level_counts_for_modules_already_seen(spell: Spell) -> None:
    spell.run(
        'Debug.debug("a", "m") Debug.setLevel("debug") Debug.debug("b", "m") '
        'Debug.setLevel("info") Debug.debug("c", "m")'
    )
    assert without_times(spell.output) == "DEBUG [m] b\n"


def test_numbers_are_messages_too(spell: Spell) -> None:
    spell.run("Debug.info(42, 7)")
    assert without_times(spell.output) == "INFO [7] 42\n"


def test_a_message_that_is_no_utf8_is_logged_with_escapes(spell: Spell) -> None:
    spell.run(r'Debug.info("caf\xe9", "m\xff")')
    assert without_times(spell.output) == "INFO [m\\xff] caf\\xe9\n"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("Debug.info()", "bad argument #1: error converting Lua nil to String"),
        ("Debug.debug({})", "bad argument #1: error converting Lua table to String"),
        ('Debug.warn("x", {})', "bad argument #2: error converting Lua table to String"),
        ('Debug.log("info")', "bad argument #2: error converting Lua nil to String"),
        (
            'Debug.logWithData("info", "x", print)',
            "bad argument #3: Unsupported Lua type for JSON conversion: function",
        ),
    ],
)
def test_wrong_arguments_of_messages(spell: Spell, call: str, message: str) -> None:
    assert spell.error(call).startswith(message)


def test_a_message_inside_a_coroutine(spell: Spell) -> None:
    spell.run('coroutine.wrap(function() print("a") Debug.info("b") end)() print("c")')
    assert without_times(spell.output) == "a\nINFO b\nc\n"


def test_many_modules_are_told_apart(spell: Spell) -> None:
    spell.run(
        'Debug.addModuleFilter("m7", false)\n'
        'for i = 1, 3000 do Debug.info("x", "m" .. i) end Debug.info("y", "m7")'
    )
    assert spell.value("return #Debug.getCapturedEntries()") == 2999


# Captured entries --------------------------------------------------------------------------


def test_captured_entries_have_all_fields(spell: Spell) -> None:
    code = (
        'Debug.logWithData("warn", "slow", { ms = 12, tags = { "a" } }, "db")\n'
        "return Debug.getCapturedEntries()[1]"
    )
    entry = spell.value(code)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", entry.pop("timestamp"))
    assert entry == {
        "level": "WARN",
        "message": "slow",
        "module": "db",
        "metadata": {"ms": 12, "tags": ["a"]},
    }


def test_captured_entries_without_module_and_data(spell: Spell) -> None:
    entry = spell.value('Debug.logWithData("info", "x", nil) return Debug.getCapturedEntries()[1]')
    assert set(entry) == {"timestamp", "level", "message"}


def test_a_limit_gives_the_last_entries_oldest_first(spell: Spell) -> None:
    code = """
        for i = 1, 5 do Debug.info("m" .. i) end
        local names = {}
        for i, entry in ipairs(Debug.getCapturedEntries(2)) do names[i] = entry.message end
        return names
    """
    assert spell.value(code) == ["m4", "m5"]


def test_a_negative_limit_raises(spell: Spell) -> None:
    assert spell.error("Debug.getCapturedEntries(-1)") == (
        "Validation error: a limit of entries is at least 0, not -1"
    )


def test_clear_captured(spell: Spell) -> None:
    code = 'Debug.info("x") Debug.clearCaptured() return #Debug.getCapturedEntries()'
    assert spell.value(code) == 0


def test_changing_an_entry_changes_no_other_reading(spell: Spell) -> None:
    code = """
        Debug.info("x")
        Debug.getCapturedEntries()[1].message = "y"
        return Debug.getCapturedEntries()[1].message
    """
    assert spell.value(code) == "x"


# Level, switch, filters --------------------------------------------------------------------


def test_the_level_at_the_start_is_info_and_logging_is_on(spell: Spell) -> None:
    assert spell.value("return { Debug.getLevel(), Debug.isEnabled() }") == ["INFO", True]


def test_set_level_tells_whether_there_is_such_a_level(spell: Spell) -> None:
    code = 'return { Debug.setLevel("TRACE"), Debug.setLevel("loud"), Debug.getLevel() }'
    assert spell.value(code) == [True, False, "TRACE"]


def test_level_off_silences_errors(spell: Spell) -> None:
    spell.run('Debug.setLevel("off") Debug.error("x")')
    assert spell.output == ""
    assert spell.value("return Debug.getLevel()") == "OFF"


def test_switched_off_nothing_is_logged(spell: Spell) -> None:
    spell.run('Debug.error("a") Debug.setEnabled(false) Debug.error("b")')
    assert spell.value("return Debug.isEnabled()") is False
    spell.run('Debug.setEnabled(true) Debug.error("c")')
    assert without_times(spell.output) == "ERROR a\nERROR c\n"


def test_a_hidden_module_is_silent(spell: Spell) -> None:
    spell.run(
        'Debug.info("a", "net.http") Debug.addModuleFilter("net.*", false) '
        'Debug.info("b", "net.http") Debug.info("c", "db")'
    )
    assert without_times(spell.output) == "INFO [net.http] a\nINFO [db] c\n"


def test_the_first_enabled_filter_silences_all_others(spell: Spell) -> None:
    spell.run(
        'Debug.addModuleFilter("db", true) '
        'Debug.info("a", "db") Debug.info("b", "net") Debug.info("c")'
    )
    assert without_times(spell.output) == "INFO [db] a\n"


def test_removing_a_filter_tells_whether_there_was_one(spell: Spell) -> None:
    spell.run('Debug.addModuleFilter("db", false) Debug.info("a", "db")')
    code = 'return { Debug.removeModuleFilter("db"), Debug.removeModuleFilter("db") }'
    assert spell.value(code) == [True, False]
    spell.run('Debug.info("b", "db")')
    assert without_times(spell.output) == "INFO [db] b\n"


def test_clearing_filters_lets_every_module_log(spell: Spell) -> None:
    spell.run(
        'Debug.addModuleFilter("db", true) Debug.info("a", "net") '
        'Debug.clearModuleFilters() Debug.info("b", "net")'
    )
    assert without_times(spell.output) == "INFO [net] b\n"


def test_the_default_for_modules_that_no_filter_matches(spell: Spell) -> None:
    spell.run(
        'Debug.info("a", "net") Debug.setDefaultFilterEnabled(false) Debug.info("b", "net") '
        'Debug.setDefaultFilterEnabled(true) Debug.info("c", "net")'
    )
    assert without_times(spell.output) == "INFO [net] a\nINFO [net] c\n"


def test_an_advanced_filter_reads_its_pattern_as_told(spell: Spell) -> None:
    assert spell.value('return Debug.addAdvancedFilter("^n.t$", "regex", true)') is True
    spell.run('Debug.info("a", "net") Debug.info("b", "nett")')
    assert without_times(spell.output) == "INFO [net] a\n"


def test_an_advanced_filter_of_an_unknown_kind_changes_nothing(spell: Spell) -> None:
    code = """
        local added = Debug.addAdvancedFilter("x", "fuzzy", true)
        return { added, Debug.getFilterSummary().total_rules }
    """
    assert spell.value(code) == [False, 0]


def test_a_bad_regular_expression_raises(spell: Spell) -> None:
    message = spell.error('Debug.addAdvancedFilter("(", "regex", true)')
    assert message.startswith("Validation error: ")


def test_the_filter_summary(spell: Spell) -> None:
    code = """
        Debug.addModuleFilter("net.*", false)
        Debug.addAdvancedFilter("d?", "wildcard", true)
        return Debug.getFilterSummary()
    """
    assert spell.value(code) == {
        "default_enabled": False,
        "total_rules": 2,
        "rules": [
            {"pattern": "net.*", "pattern_type": "hierarchical", "enabled": False},
            {"pattern": "d?", "pattern_type": "wildcard", "enabled": True},
        ],
    }


# Configuration -----------------------------------------------------------------------------


def test_the_configuration_sets_level_and_switch(make_spell: MakeSpell) -> None:
    spell = make_spell(debug={"enabled": False, "level": "trace"})
    spell.run('Debug.error("x")')
    assert spell.value("return { Debug.getLevel(), Debug.isEnabled() }") == ["TRACE", False]
    assert spell.output == ""


def test_a_section_of_the_configuration_is_understood(tmp_path: Path) -> None:
    file = observability.LogFile(path=str(tmp_path / "debug.log"))
    section = observability.Debug(
        enabled=True, level="debug", output=observability.DebugOutput(stdout=False, file=file)
    )
    debugging = Debugging.from_config(section)
    debugging.logged(DEBUG, "x")
    debugging.close()
    assert without_times((tmp_path / "debug.log").read_text()) == "DEBUG x\n"


def test_a_configured_level_that_does_not_exist_raises(make_spell: MakeSpell) -> None:
    spell = make_spell(debug={"level": "loud"})
    assert spell.error('Debug.info("x")').startswith("Configuration error: debug.level is 'loud'")


def test_configured_filters_and_levels_of_modules(make_spell: MakeSpell) -> None:
    filters = {"enabled": ["a", "b"], "disabled": ["b"], "levels": {"a": "debug"}}
    spell = make_spell(debug={"module_filters": filters})
    spell.run('for _, m in ipairs { "a", "b", "c" } do Debug.debug("d", m) Debug.info("i", m) end')
    assert without_times(spell.output) == "DEBUG [a] d\nINFO [a] i\n"


def test_the_log_can_be_kept_from_the_output(make_spell: MakeSpell) -> None:
    spell = make_spell(debug={"output": {"stdout": False}})
    assert spell.value('Debug.info("x") return #Debug.getCapturedEntries()') == 1
    assert spell.output == ""


def test_the_log_can_go_to_a_file_as_well(make_spell: MakeSpell, tmp_path: Path) -> None:
    file = tmp_path / "debug.log"
    spell = make_spell(debug={"output": {"file": {"path": str(file), "append": True}}})
    spell.run('Debug.info("x")')
    assert file.read_text() == spell.output
    assert without_times(spell.output) == "INFO x\n"


def test_lines_can_be_json(make_spell: MakeSpell) -> None:
    spell = make_spell(debug={"output": {"format": "json"}})
    spell.run('Debug.logWithData("info", "x", { n = 1 })')
    line = json.loads(spell.output)
    assert (line["level"], line["message"], line["metadata"]) == ("INFO", "x", {"n": 1})


def test_keeping_entries_can_be_limited(make_spell: MakeSpell) -> None:
    spell = make_spell(debug={"output": {"buffer": {"max_entries": 2}}})
    code = 'for i = 1, 3 do Debug.info("m" .. i) end return Debug.getCapturedEntries()[1].message'
    assert spell.value(code) == "m2"


def test_keeping_entries_can_be_switched_off(make_spell: MakeSpell) -> None:
    spell = make_spell(debug={"output": {"buffer": {"enabled": False}}})
    assert spell.value('Debug.info("x") return #Debug.getCapturedEntries()') == 0


def test_errors_carry_a_stack_trace_if_configured(make_spell: MakeSpell) -> None:
    spell = make_spell(debug={"stack_trace": {"enabled": True, "include_source": False}})
    spell.run('Debug.warn("a")\nDebug.error("b")')
    warning, error, *trace = without_times(spell.output).splitlines()
    assert (warning, error) == ("WARN a", "ERROR b")
    assert trace == [
        "stack trace (innermost call first):",
        f"  1. {spell.folder}/spell.lua:2 in main chunk",
    ]


def test_all_messages_carry_a_stack_trace_if_configured(make_spell: MakeSpell) -> None:
    spell = make_spell(debug={"stack_trace": {"enabled": True, "on_error": False}})
    spell.run('Debug.info("a")')
    assert "spell.lua:1 in main chunk" in spell.output


# Dumps -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("42", "42 (integer)"),
        ("-7", "-7 (integer)"),
        ("1.5", "1.5 (number)"),
        ("3.0", "3.0 (number)"),
        ("0.1", "0.1 (number)"),
        ("1/0", "inf (number)"),
        ("-1/0", "-inf (number)"),
        ("0/0", "nan (number)"),
        ("true", "true (boolean)"),
        ("nil", "nil (nil)"),
        ('"abc"', '"abc" (string, 3 chars)'),
        ('"a"', '"a" (string, 1 char)'),
        ('""', '"" (string, 0 chars)'),
        ('"äö"', '"äö" (string, 2 chars)'),
        (r'"\"\\"', r'"\"\\" (string, 2 chars)'),
        (r'"a\nb\t\0\x7f"', r'"a\nb\t\x00\x7F" (string, 6 chars)'),
        (r'"\u{85}"', r'"\u{85}" (string, 1 char)'),
        (r'"caf\xe9"', r'"caf\xE9" (string, 4 bytes, not UTF-8)'),
        ("print", "<function: built-in>"),
        ("Debug.info", "<function: built-in>"),
        ("coroutine.create(print)", "<thread: suspended>"),
        ("io.tmpfile()", "<userdata: FILE*>"),
        ("{}", "{} (table, 0 pairs)"),
    ],
)
def test_dump_of_a_value_without_parts(spell: Spell, expression: str, text: str) -> None:
    assert dump(spell, expression) == text


def test_dump_of_an_array(spell: Spell) -> None:
    assert dump(spell, '{ 1, "b", false }') == (
        '[ (array, 3 elements)\n  1 (integer),\n  "b" (string, 1 char),\n  false (boolean),\n]'
    )


def test_dump_of_nested_tables(spell: Spell) -> None:
    assert dump(spell, '{ name = "spell", opts = { deep = { 1 } } }') == (
        "{ (table, 2 pairs)\n"
        '  name = "spell" (string, 5 chars),\n'
        "  opts = { (table, 1 pair)\n"
        "    deep = [ (array, 1 element)\n"
        "      1 (integer),\n"
        "    ],\n"
        "  },\n"
        "}"
    )


def test_keys_are_in_order_numbers_before_strings(spell: Spell) -> None:
    table = "{ b = 1, a = 1, [10] = 1, [2] = 1, [1.5] = 1, [true] = 1, [false] = 1 }"
    assert dump(spell, table, "dumpCompact") == (
        "{[1.5] = 1, [2] = 1, [10] = 1, a = 1, b = 1, [false] = 1, [true] = 1}"
    )


def test_keys_that_are_no_names_are_quoted(spell: Spell) -> None:
    table = '{ ["two words"] = 1, ["end"] = 2, ["1st"] = 3, ["q\\""] = 4, _ok = 5 }'
    assert dump(spell, table, "dumpCompact") == (
        '{["1st"] = 3, _ok = 5, ["end"] = 2, ["q\\""] = 4, ["two words"] = 1}'
    )


def test_keys_of_other_types_are_marked(spell: Spell) -> None:
    assert dump(spell, "{ [{}] = 1, [print] = 2 }", "dumpCompact") == (
        "{[<function: built-in>] = 2, [<table>] = 1}"
    )


def test_a_table_with_a_hole_is_no_array(spell: Spell) -> None:
    assert dump(spell, "{ 1, nil, 3 }", "dumpCompact") == "{[1] = 1, [3] = 3}"


def test_a_script_function_shows_its_place(spell: Spell) -> None:
    text = spell.value("local function f() end\nreturn Debug.dump(f)")
    assert text == f"<function: {spell.folder}/spell.lua:1>"


def test_a_function_of_a_string_chunk_shows_the_chunk(spell: Spell) -> None:
    assert dump(spell, 'load("return function() end")()') == (
        '<function: [string "return function() end"]:1>'
    )


def test_a_cycle_names_the_depth_it_goes_back_to(spell: Spell) -> None:
    code = "local t = { a = {} } t.a.up = t t.a.own = t.a return Debug.dumpCompact(t)"
    assert spell.value(code) == (
        "{a = {own = <circular reference to depth 1>, up = <circular reference to depth 0>}}"
    )


def test_a_table_met_twice_is_no_cycle(spell: Spell) -> None:
    assert spell.value("local s = { 1 } return Debug.dumpCompact({ s, s })") == "[[1], [1]]"


def test_deep_tables_are_cut(spell: Spell) -> None:
    assert dump(spell, "{ { { { 1 } } } }", "dumpCompact") == "[[[...]]]"


def test_long_strings_are_cut_between_characters(spell: Spell) -> None:
    assert dump(spell, '("ä"):rep(201)') == '"' + "ä" * 200 + '"... (string, 201 chars)'


def test_long_binary_strings_are_cut(spell: Spell) -> None:
    assert dump(spell, r'("\xff"):rep(60)', "dumpCompact") == '"' + r"\xFF" * 50 + '"...'


@pytest.mark.parametrize(
    ("fill", "last"),
    [("t[i] = i", "  ... (10 more)"), ('t["k" .. i] = i', "  ... (10 more)")],
)
def test_long_tables_are_cut(spell: Spell, fill: str, last: str) -> None:
    text = spell.value(f"local t = {{}} for i = 1, 60 do {fill} end return Debug.dump(t)")
    lines = text.splitlines()
    assert len(lines) == 53
    assert lines[-2] == last


def test_compact_form_cuts_with_dots(spell: Spell) -> None:
    code = "local t = {} for i = 1, 12 do t[i] = i end return Debug.dumpCompact(t)"
    assert spell.value(code) == "[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, ...]"


def test_a_huge_table_is_dumped_without_looking_at_all_of_it(spell: Spell) -> None:
    code = """
        local t = {}
        for i = 1, 300000 do t["k" .. i] = i end
        return Debug.dump(t)
    """
    text = spell.value(code)
    assert text.startswith("{ (table, 100000+ pairs)\n")
    assert len(text.splitlines()) == 53
    assert text.endswith("  ... (99950+ more)\n}")


def test_a_huge_array_is_still_an_array(spell: Spell) -> None:
    code = "local t = {} for i = 1, 300000 do t[i] = i end return Debug.dump(t)"
    assert spell.value(code).startswith("[ (array, 300000 elements)\n")


def test_tables_reached_on_many_ways_do_not_multiply(spell: Spell) -> None:
    code = """
        local t = { 1 }
        for _ = 1, 60 do t = { t, t } end
        return Debug.dumpWithOptions(t, { max_depth = 100, show_types = false })
    """
    assert len(spell.value(code)) < 10_000_000


def test_no_metamethod_is_called(spell: Spell) -> None:
    code = """
        local function fail() error("a metamethod was called") end
        local names = { "__index", "__newindex", "__pairs", "__len", "__tostring", "__lt", "__eq",
          "__concat", "__call", "__close", "__gc" }
        local trap = {}
        for _, name in ipairs(names) do if name ~= "__gc" then trap[name] = fail end end
        local value = setmetatable({ 1, x = setmetatable({}, trap) }, trap)
        return Debug.dump(value) .. Debug.dumpVerbose(value) .. Debug.dumpCompact({ [value] = 1 })
    """
    assert "x = {} (table, 0 pairs)" in spell.value(code)


def test_verbose_shows_addresses_metatables_and_their_names(spell: Spell) -> None:
    code = 'return Debug.dumpVerbose(setmetatable({ x = 1 }, { __name = "Point", __len = print }))'
    assert re.fullmatch(
        r"\{ \(Point table, 1 pair, 0x[0-9a-f]+\)\n"
        r"    x = 1 \(integer\),\n"
        r"    <metatable: __len, __name>,\n\}",
        spell.value(code),
    )


def test_an_object_of_the_api_shows_what_it_stands_for(spell: Spell) -> None:
    code = 'local t = Debug.timer("load") return { Debug.dump(t), t.id }'
    text, timer_id = spell.value(code)
    assert text == f'Timer {{name = "load", running = true, id = "{timer_id}"}}'


def test_a_label_stands_above_the_text(spell: Spell) -> None:
    assert dump(spell, "1", "dump", '"answer"') == "answer:\n1 (integer)"


def test_a_label_stands_before_compact_text(spell: Spell) -> None:
    assert dump(spell, "1", "dumpCompact", '"answer"') == "answer: 1"


def test_a_label_must_be_text(spell: Spell) -> None:
    assert spell.error("Debug.dump(1, {})").startswith("bad argument #2: error converting")


def test_dump_prints_nothing(spell: Spell) -> None:
    spell.run("Debug.dump({}) Debug.dumpVerbose(_G)")
    assert spell.output == ""


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ("{ show_types = false }", '[\n  "abc",\n  [\n    1,\n  ],\n]'),
        ("{ show_types = false, indent_size = 0 }", '[\n"abc",\n[\n1,\n],\n]'),
        (
            "{ compact_mode = true }",
            '[ (array, 2 elements) "abc" (string, 3 chars), [ (array, 1 element) 1 (integer)]]',
        ),
        ("{ max_depth = 1, compact_mode = true, show_types = false }", '["abc", ...]'),
        ("{ max_depth = 0 }", "..."),
        ("{ max_string_length = 1.0, compact_mode = true, show_types = false }", '["a"..., [1]]'),
        ("{ max_array_elements = 1, compact_mode = true, show_types = false }", '["abc", ...]'),
    ],
)
def test_options_of_dump(spell: Spell, options: str, text: str) -> None:
    assert dump(spell, '{ "abc", { 1 } }', "dumpWithOptions", options) == text


def test_what_the_options_leave_out_is_as_in_dump(spell: Spell) -> None:
    value = '{ "abc", { x = 1 } }'
    assert dump(spell, value, "dumpWithOptions", "{ max_table_pairs = 9 }") == dump(spell, value)


def test_options_are_read_raw(spell: Spell) -> None:
    options = "setmetatable({}, { __index = function() return 0 end })"
    assert dump(spell, "{ 1 }", "dumpWithOptions", options) == dump(spell, "{ 1 }")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("nil", "bad argument #2: error converting Lua nil to Table"),
        ("7", "bad argument #2: error converting Lua number to Table"),
        (
            "{ max_depth = -1 }",
            "Validation error: option 'max_depth' must be a whole number, at least 0",
        ),
        (
            '{ indent_size = "2" }',
            "Validation error: option 'indent_size' must be a whole number, at least 0",
        ),
        (
            "{ show_types = 1 }",
            "Validation error: option 'show_types' must be true or false",
        ),
    ],
)
def test_wrong_options_of_dump(spell: Spell, options: str, message: str) -> None:
    assert spell.error(f"Debug.dumpWithOptions(1, {options})").startswith(message)


# Stacks ------------------------------------------------------------------------------------

NESTED = """\
local captured = "outside"
local function inner(a)
  local text = captured
  local trace = Debug.stackTrace{json}({options})
  return trace
end
local function outer()
  local result = inner({{ 1, 2 }})
  return result
end
local result = outer()
return result
"""


def nested(spell: Spell, options: str) -> list[str]:
    text = spell.value(NESTED.format(json="", options=options))
    return [line.replace(f"{spell.folder}/", "") for line in text.splitlines()]


def nested_json(spell: Spell, options: str) -> Any:
    return json.loads(spell.value(NESTED.format(json="Json", options=options)))


def test_a_stack_trace_shows_the_calls_and_their_source(spell: Spell) -> None:
    assert nested(spell, "") == [
        "stack trace (innermost call first):",
        "  1. spell.lua:4 in function 'inner'",
        "      > local trace = Debug.stackTrace()",
        "  2. spell.lua:8 in function 'outer'",
        "      > local result = inner({ 1, 2 })",
        "  3. spell.lua:11 in main chunk",
        "      > local result = outer()",
    ]


def test_a_stack_trace_can_do_without_source(spell: Spell) -> None:
    assert nested(spell, "{ include_source = false }") == [
        "stack trace (innermost call first):",
        "  1. spell.lua:4 in function 'inner'",
        "  2. spell.lua:8 in function 'outer'",
        "  3. spell.lua:11 in main chunk",
    ]


def test_a_stack_trace_is_cut_at_its_depth(spell: Spell) -> None:
    assert nested(spell, "{ max_depth = 1, include_source = false }") == [
        "stack trace (innermost call first):",
        "  1. spell.lua:4 in function 'inner'",
        "  ... (only the innermost 1)",
    ]


def test_a_stack_trace_shows_locals(spell: Spell) -> None:
    lines = nested(spell, "{ capture_locals = true, include_source = false, max_depth = 1 }")
    assert lines[2:5] == ["      locals:", "        a = [1, 2]", '        text = "outside"']


def test_a_stack_trace_shows_upvalues(spell: Spell) -> None:
    lines = nested(spell, "{ capture_upvalues = true, include_source = false, max_depth = 1 }")
    assert lines[2:4] == ["      upvalues:", '        captured = "outside"']


def test_a_stack_trace_as_json(spell: Spell) -> None:
    report = nested_json(spell, "{ capture_locals = true, capture_upvalues = true, max_depth = 9 }")
    frames = report.pop("frames")
    assert report == {"error": None, "max_depth": 9, "truncated": False}
    assert [frame.get("name") for frame in frames] == ["inner", "outer", None]
    assert frames[0] == {
        "name": "inner",
        "source": f"{spell.folder}/spell.lua",
        "line": 4,
        "line_defined": 2,
        "what": "Lua",
        "num_params": 1,
        "num_upvalues": 2,
        "locals": {"a": "[1, 2]", "text": '"outside"'},
        "upvalues": {"captured": '"outside"'},
        "source_line": (
            "local trace = Debug.stackTraceJson("
            "{ capture_locals = true, capture_upvalues = true, max_depth = 9 })"
        ),
    }


def test_a_json_stack_trace_of_depth_zero_has_an_empty_array(spell: Spell) -> None:
    report = nested_json(spell, "{ max_depth = 0 }")
    assert (report["frames"], report["truncated"]) == ([], True)


def test_at_level_error_a_stack_trace_has_20_frames(spell: Spell) -> None:
    code = """
        Debug.setLevel("error")
        local function down(n)
          if n == 0 then local trace = Debug.stackTraceJson() return trace end
          local trace = down(n - 1)
          return trace
        end
        return down(30)
    """
    report = json.loads(spell.value(code))
    assert (len(report["frames"]), report["truncated"]) == (20, True)


def test_at_level_trace_a_stack_trace_shows_variables(spell: Spell) -> None:
    spell.run('Debug.setLevel("trace")')
    report = nested_json(spell, "")
    assert report["frames"][0]["locals"]["text"] == '"outside"'
    assert report["frames"][0]["upvalues"] == {"captured": '"outside"'}


def test_a_stack_trace_in_a_coroutine_shows_that_coroutine(spell: Spell) -> None:
    code = """
        local trace
        coroutine.wrap(function() trace = Debug.stackTrace({ include_source = false }) end)()
        return trace
    """
    lines = spell.value(code).splitlines()
    assert lines[1:] == [
        f"  1. {spell.folder}/spell.lua:3 in function <{spell.folder}/spell.lua:3>"
    ]


def test_c_functions_between_calls_are_shown(spell: Spell) -> None:
    code = """
        local _, trace = pcall(function()
          local trace = Debug.stackTrace({ include_source = false })
          return trace
        end)
        return trace
    """
    assert "  2. [C] in function 'pcall'" in spell.value(code).splitlines()


def test_a_file_that_the_policy_hides_is_not_shown(spell: Spell) -> None:
    code = 'return load("local t = Debug.stackTrace() return t", "@/etc/passwd")()'
    lines = spell.value(code).splitlines()
    assert lines[1] == "  1. /etc/passwd:1 in main chunk"
    assert not any("root" in line for line in lines)


def test_wrong_options_of_a_stack_trace(spell: Spell) -> None:
    assert spell.error("Debug.stackTrace(1)").startswith(
        "bad argument #1: error converting Lua number to Table"
    )
    assert spell.error("Debug.stackTraceJson({ max_depth = true })") == (
        "Validation error: option 'max_depth' must be a whole number, at least 0"
    )


# Timers ------------------------------------------------------------------------------------


def test_stopping_a_timer_gives_milliseconds(spell: Spell) -> None:
    code = """
        local timer = Debug.timer("work")
        local elapsed = timer:elapsed()
        local stopped = timer:stop()
        return { math.type(elapsed), math.type(stopped), elapsed >= 0 and stopped >= elapsed }
    """
    assert spell.value(code) == ["float", "float", True]


def test_a_stopped_timer_gives_nil(spell: Spell) -> None:
    code = """
        local timer = Debug.timer("work")
        timer:stop()
        return { timer:stop() == nil, timer:elapsed() == nil, timer:lap("late"), timer.running }
    """
    assert spell.value(code) == [True, True, False, False]


def test_a_timer_has_an_id(spell: Spell) -> None:
    assert re.fullmatch(r"timer_[0-9a-f-]{36}", spell.value('return Debug.timer("x").id'))


def test_laps_and_events_are_in_the_json_report(spell: Spell) -> None:
    code = """
        local timer = Debug.timer("work")
        timer:lap("half")
        Debug.recordEvent(timer.id, "miss", { key = "k" })
        timer:stop()
        return Debug.jsonReport()
    """
    report = json.loads(spell.value(code))
    (span,) = report["spans"]
    (event,) = report["events"]
    assert (span["name"], span["running"], span["laps"][0]["name"]) == ("work", False, "half")
    assert (event["name"], event["metadata"]) == ("miss", {"key": "k"})
    assert report["statistics"]["work"]["count"] == 1


def test_an_event_needs_a_running_timer(spell: Spell) -> None:
    code = """
        local timer = Debug.timer("work")
        local running = Debug.recordEvent(timer.id, "a")
        timer:stop()
        return { running, Debug.recordEvent(timer.id, "b"), Debug.recordEvent("no", "c") }
    """
    assert spell.value(code) == [True, False, False]


def test_the_performance_report_names_the_timers(spell: Spell) -> None:
    report = spell.value('Debug.timer("parse"):stop() return Debug.performanceReport()')
    assert re.search(r"^parse +1 ", report, re.MULTILINE)


def test_the_performance_report_can_leave_out_short_timers(make_spell: MakeSpell) -> None:
    spell = make_spell(debug={"performance": {"enabled": True, "min_duration_ms": 60_000}})
    report = spell.value('Debug.timer("parse"):stop() return Debug.performanceReport()')
    assert "parse" not in report


NESTED_TIMERS = """
local function burn() local sum = 0 for i = 1, 200000 do sum = sum + i end end
local outer = Debug.timer("outer")
burn()
local inner = Debug.timer("inner")
burn()
inner:stop()
outer:stop()
"""


def test_the_flame_graph_is_collapsed_stacks(spell: Spell) -> None:
    lines = spell.value(NESTED_TIMERS + "return Debug.flameGraph()").splitlines()
    assert [line.rpartition(" ")[0] for line in lines] == ["outer", "outer;inner"]
    assert all(int(line.rpartition(" ")[2]) > 0 for line in lines)


def test_the_flame_graph_as_an_image(spell: Spell) -> None:
    image = ElementTree.fromstring(spell.value(NESTED_TIMERS + 'return Debug.flameGraphSvg("<T>")'))
    texts = "".join(image.itertext())
    assert image.tag == "{http://www.w3.org/2000/svg}svg"
    assert "<T>" in texts
    assert "inner (" in texts


# Memory ------------------------------------------------------------------------------------


def test_memory_stats_are_of_lua_and_of_the_process(spell: Spell) -> None:
    code = """
        collectgarbage()
        local before = Debug.memoryStats().used_bytes
        local kept = ("x"):rep(1000000)
        local stats = Debug.memoryStats()
        stats.grown = stats.used_bytes - before
        return stats, kept
    """
    stats = spell.value(code)
    assert stats["grown"] > 900_000
    assert stats["resident_bytes"] > 1_000_000
    assert {"used_bytes", "allocated_bytes", "collections"} < set(stats)


def test_a_memory_snapshot_follows_the_timers(spell: Spell) -> None:
    code = """
        collectgarbage("stop")
        local done, running = Debug.timer("done"), Debug.timer("running")
        local kept = ("x"):rep(1000000)
        done:stop()
        collectgarbage("restart")
        return Debug.memorySnapshot(), kept
    """
    snapshot = spell.value(code)
    usage = snapshot["tracker_memory_usage"]
    assert snapshot["active_trackers"] == 1
    assert snapshot["total_memory_delta_bytes"] == usage["done"]["delta_bytes"] > 900_000
    assert set(usage["running"]) == {"start_bytes"}


def test_without_timers_a_memory_snapshot_is_empty(spell: Spell) -> None:
    snapshot = spell.value("return Debug.memorySnapshot()")
    assert (snapshot["active_trackers"], snapshot["tracker_memory_usage"]) == (0, {})
    assert snapshot["timestamp_secs"] > 1_700_000_000
