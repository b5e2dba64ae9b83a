"""Cases and assertions, as a test file has them."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from llmspell.testing.results import CaseResult
from llmspell.testing.runner import Runner
from llmspell.testing.settings import TestSettings
from tests.runtime.testing.conftest import Bed


def of(bed: Bed, body: str) -> CaseResult:
    """The result of a case with this body, which begins on line 2."""
    return bed.case(f'Test.case("c", function()\n{body}\nend)')


@pytest.mark.parametrize(
    "body",
    [
        "Test.equal({ 1, { a = 'x' } }, { 1, { a = 'x' } })",
        "Test.equal(1, 1.0)",
        "Test.equal(0/0, 0/0)",
        "local t = {}; t.t = t; local u = {}; u.t = u; Test.equal(t, u)",
        "Test.not_equal({ a = 1 }, { a = 1, b = false })",
        "Test.truthy(0); Test.falsy(nil); Test.falsy(false)",
        "Test.near(0.1 + 0.2, 0.3); Test.near(10, 12, 2); Test.near(1/0, 1/0)",
        "Test.matches('spell 42', '%d+$')",
        "Test.contains('a.b', '.'); Test.contains({ 1, 2 }, 2); Test.contains({ { a = 1, b = 2 } }, { a = 1 })",
        "Test.contains({ a = { b = { c = 1, d = 2 } } }, { a = { b = { c = 1 } } })",
        "Test.contains({ 3, 2, 1 }, { 1, 2 }); Test.contains({}, {})",
        "Test.equal(Test.raises(function() error('no luck', 0) end, 'luck'), 'no luck')",
        "Test.equal(Test.raises(function() error({ 1 }) end), '(error object is a table value)')",
    ],
)
def test_what_is_so_passes(bed: Bed, body: str) -> None:
    result = of(bed, body)
    assert (result.status, result.message) == ("passed", "")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("Test.equal(1, 2)", "expected 2, got 1"),
        ("Test.equal('1', 1)", 'expected 1, got "1"'),
        ("Test.equal(nil, false, 'the flag')", "the flag\nexpected false, got nil"),
        (
            "Test.equal({ a = { 1, 2 }, s = 'x' }, { a = { 1, 3 }, t = true })",
            'the tables differ (- expected, + there)\nat a[2]:\n  - 3\n  + 2\nat s:\n  - nil\n  + "x"\nat t:\n  - true\n  + nil',
        ),
        (
            "Test.equal('a\\nb\\nc', 'a\\nB\\nc')",
            "the texts differ (- expected, + there)\n    a\n  - B\n  + b\n    c",
        ),
        ("Test.not_equal({ 1 }, { 1 })", "expected anything but { 1 }"),
        ("Test.truthy(false)", "expected a value, got false"),
        ("Test.falsy('x')", 'expected nil or false, got "x"'),
        ("Test.near(1, 2, 0.5)", "expected 2 (within 0.5), got 1"),
        ("Test.near('1', 1)", 'expected a number, got "1"'),
        ("Test.matches('abc', '%d')", 'the pattern "%d" is not found in\n"abc"'),
        ("Test.contains({ 'a' }, 'b')", '"b" is not in\n{ "a" }'),
        ("Test.contains({ a = 1 }, { a = 2 })", "{ a = 2 } is not in\n{ a = 1 }"),
        ("Test.raises(function() end)", "expected an error, there was none"),
        (
            "Test.raises(function() error('x', 0) end, 'y')",
            'expected an error with "y", got\nx',
        ),
        ("Test.raises(function() Test.equal(1, 2) end)", "expected 2, got 1"),
        ("Test.fail('not yet')", "not yet"),
    ],
)
def test_what_is_not_so_fails_and_says_why(bed: Bed, body: str, message: str) -> None:
    result = of(bed, body)
    assert (result.status, result.message) == ("failed", message)
    assert (Path(result.file).name, result.line) == ("a_test.lua", 2)


def test_what_was_expected_and_what_is_there_is_told_for_programs_that_compare_them(
    bed: Bed,
) -> None:
    result = of(bed, "Test.equal({ 1, { a = 'x' } }, 'one\\ntwo')")
    assert result.expected == "one\ntwo"
    assert result.actual == '{\n  1,\n  {\n    a = "x"\n  }\n}'
    result = of(bed, "Test.equal('x', string.rep('ü', 60000))")
    assert result.expected == "ü" * 49_999 + "…"
    result = of(bed, "Test.truthy(nil)")
    assert (result.expected, result.actual) == (None, None)


def test_a_failure_in_a_function_of_the_test_is_told_where_it_was_asserted(bed: Bed) -> None:
    result = bed.case("""
        local function check(x)
          Test.equal(x, 1)
        end
        Test.case("c", function() check(2) end)
    """)
    assert (result.status, result.line) == ("failed", 3)


def test_an_error_is_told_with_what_led_to_it(bed: Bed) -> None:
    result = of(bed, "local x\nreturn x.y")
    assert result.status == "error"
    assert "attempt to index a nil value (local 'x')" in result.message
    assert result.traceback == ["a_test.lua:3 in body"]


def test_a_message_of_an_assertion_can_be_caught(bed: Bed) -> None:
    result = of(
        bed,
        "local ok, e = pcall(Test.equal, 1, 2)\nTest.equal({ ok, tostring(e) }, { false, 'expected 2, got 1' })",
    )
    assert result.message == ""


def test_what_was_written_is_told(bed: Bed) -> None:
    assert of(bed, "print('hello'); io.stderr:write('oh')").output == "hello\noh"


def test_hooks_run_around_each_case_from_the_outside_in(bed: Bed) -> None:
    report = bed.run("""
        local said = {}
        local function say(word) return function() said[#said + 1] = word end end
        Test.before_each(say "b1") Test.after_each(say "a1")
        Test.describe("g", function()
          Test.before_all(say "B") Test.after_all(say "A")
          Test.before_each(say "b2") Test.after_each(say "a2")
          Test.case("one", say "one")
          Test.case("two", say "two")
        end)
        Test.case("three", function() print(table.concat(said, " ")) end)
    """)
    assert report.good
    assert report.files[0].cases[-1].output == "B b1 b2 one a2 a1 b1 b2 two a2 a1 A b1\n"


def test_what_comes_after_runs_also_after_a_failure_and_after_a_time_limit(bed: Bed) -> None:
    report = bed.run("""
        Test.after_each(function() print("after") end)
        Test.case("fails", function() Test.fail("x") end)
        Test.case("loops", function() while true do end end, { timeout = 0.05 })
    """)
    assert [case.output for case in report.files[0].cases] == ["after\n", "after\n"]
    looped = report.files[0].cases[1]
    assert (looped.status, looped.message) == (
        "error",
        "the case took longer than its limit of 0.05 s",
    )


def test_a_failure_before_all_fails_the_cases_of_the_group_only(bed: Bed) -> None:
    report = bed.run("""
        Test.describe("g", function()
          Test.before_all(function() error("no server", 0) end)
          Test.case("one", function() end)
          Test.case("two", function() end)
        end)
        Test.case("three", function() end)
    """)
    told = [(case.name, case.status, case.message) for case in report.files[0].cases]
    assert told == [
        ("g > one", "error", "no server"),
        ("g > two", "error", "no server"),
        ("three", "passed", ""),
    ]


def test_cases_are_skipped_beforehand_or_while_they_run(bed: Bed) -> None:
    report = bed.run("""
        Test.case("one", function() error("no") end, { skip = "later" })
        Test.case("two", function() Test.skip("no network") end)
    """)
    told = [(case.status, case.message) for case in report.files[0].cases]
    assert told == [("skipped", "later"), ("skipped", "no network")]
    assert report.good


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("local x = ", "unexpected symbol near <eof>"),
        ("error('broken', 0)", "broken"),
        (
            "Test.case('a', print) Test.case('a', print)",
            "there are two cases of the name 'a'",
        ),
        ("Test.case(nil, print)", "error converting Lua nil to String (Test.case: name)"),
        ("Test.describe('x')", "error converting Lua nil to Function (Test.describe: body)"),
    ],
)
def test_a_file_that_cannot_be_read_is_an_error(bed: Bed, code: str, message: str) -> None:
    result = bed.case(code)
    assert (result.name, result.status) == ("", "error")
    assert message in result.message


def test_a_case_cannot_add_cases(bed: Bed) -> None:
    result = of(bed, "Test.case('d', print)")
    assert "Test.case is for the file and its groups, not for a case" in result.message


def test_filters_choose_cases_by_parts_of_their_names(bed: Bed) -> None:
    code = """
        Test.describe("Numbers", function()
          Test.before_all(function() print("begin") end)
          Test.case("add", function() end)
          Test.case("divide", function() end)
        end)
        Test.case("texts", function() end)
    """
    report = bed.run(code, filters=("numbers > D", "xts"))
    told = [(case.name, case.output) for case in report.files[0].cases]
    assert told == [("Numbers > divide", "begin\n"), ("texts", "")]


def test_fail_fast_ends_after_the_first_failure(bed: Bed) -> None:
    bed.write("b_test.lua", "Test.case('never', function() end)")
    code = "Test.case('one', function() Test.fail('x') end) Test.case('two', function() end)"
    bed.run(code, fail_fast=True, paths=["."])
    assert bed.heard.told == ["begins a_test.lua", "one: failed", "ends a_test.lua"]


def test_each_file_has_an_engine_and_a_state_of_its_own(bed: Bed) -> None:
    code = """Test.case("c", function()
      Test.equal({ x, State.load("global", "x") }, {})
      x = 1
      State.save("global", "x", 1)
    end)"""
    bed.write("b_test.lua", code)
    assert bed.run(code, paths=["."]).good
    assert bed.run(paths=["."], jobs=2).good
    assert not (bed.folder / "home").exists()


def test_an_engine_that_is_lost_is_replaced(bed: Bed) -> None:
    # It takes some 7 s; without an end it would take a core from all tests that follow.
    report = bed.run("""
        Test.case("stuck", function() string.find(("a"):rep(450), ".-.-.-b") end)
        Test.case("next", function() print("fine") end)
    """, timeout=0.05)  # fmt: skip
    told = [(case.status, case.output) for case in report.files[0].cases]
    assert told == [("error", ""), ("passed", "fine\n")]


def test_a_run_can_be_stopped(bed: Bed) -> None:
    os.mkfifo(bed.folder / "begun")
    path = bed.write(
        "a_test.lua",
        """
        Test.case("endless", function()
          io.open("begun", "w"):close()
          while true do end
        end)
        Test.case("never", function() end)
        """,
    )
    runner = Runner(TestSettings(environ={}), bed.heard)

    def stop() -> None:
        (bed.folder / "begun").read_bytes()  # until the case has it open
        runner.stop()

    stopper = threading.Thread(target=stop)
    stopper.start()
    report = runner.run([path])
    stopper.join()
    told = [(case.name, case.message) for case in report.files[0].cases]
    assert told == [("endless", "interrupted")]


# Spells that a test runs ----------------------------------------------------------------------


def test_a_spell_gets_words_and_input_and_gives_value_and_output(bed: Bed) -> None:
    bed.write(
        "lib/spell.lua",
        """
        io.write(ARGS.name, " ", io.read("l"))
        io.stderr:write("careful")
        State.save("global", "seen", true)
        return { answer = 42 }
        """,
    )
    result = of(
        bed,
        """
        local run = Test.run("lib/spell.lua", { "--name", "Ada" }, { stdin = "Lovelace\\n" })
        Test.contains(run, {
          success = true, value = { answer = 42 }, output = "Ada Lovelace", errors = "careful", exit_code = 0,
        })
        Test.equal(State.load("global", "seen"), true)
        Test.equal(Test.run("lib/spell.lua", { "--name", "Bob" }).output, "Bob ")
        """,
    )
    assert result.message == ""


@pytest.mark.parametrize(
    ("spell", "told"),
    [
        ("error('no luck', 0)", "{ success = false, error = 'no luck', exit_code = 1 }"),
        ("os.exit(7)", "{ success = false, exit_code = 7 }"),
        ("os.exit(0)", "{ success = true, exit_code = 0 }"),
        ("while true do end", "{ success = false, exit_code = 124 }"),
        ("local x = ", "{ success = false, exit_code = 1 }"),
    ],
)
def test_how_a_spell_ended_is_told(bed: Bed, spell: str, told: str) -> None:
    bed.write("spell.lua", spell)
    limit = "{ timeout = 0.05 }" if "while" in spell else "nil"
    result = of(bed, f"Test.contains(Test.run('spell.lua', {{}}, {limit}), {told})")
    assert result.message == ""


def test_spells_and_modules_are_looked_for_in_the_folders_above(bed: Bed) -> None:
    bed.write("my/lib/module.lua", "return { answer = 42 }")
    bed.write("my/spell.lua", "return require('lib.module').answer")
    bed.write(
        "my/tests/a.lua",
        """
        Test.case("c", function()
          Test.equal(Test.run("spell.lua").value, require("lib.module").answer)
        end)
        """,
    )
    assert bed.run(paths=["my"]).good


def test_a_spell_has_no_test_global(bed: Bed) -> None:
    bed.write("spell.lua", "return Test == nil")
    assert of(bed, "Test.equal(Test.run('spell.lua').value, true)").message == ""


def test_a_spell_ends_with_the_case_that_has_run_it(bed: Bed) -> None:
    bed.write("spell.lua", "while true do end")
    result = bed.case("Test.case('c', function() Test.run('spell.lua') end, { timeout = 0.05 })")
    assert "longer than its limit" in result.message


def test_a_spell_that_is_not_there_is_an_error(bed: Bed) -> None:
    assert "there is no spell 'nowhere.lua'" in of(bed, "Test.run('nowhere.lua')").message


def test_a_spell_may_not_read_what_the_test_may_not(bed: Bed, tmp_path: Path) -> None:
    bed.write("spell.lua", "return (io.open('/etc/hostname'))")
    assert of(bed, "Test.equal(Test.run('spell.lua').value, nil)").message == ""
    result = of(bed, "Test.run('/etc/passwd')")
    assert "Security violation" in result.message


def test_folders_are_gone_after_the_case(bed: Bed) -> None:
    report = bed.run("""
        local first
        Test.case("one", function()
          first = Test.folder()
          assert(io.open(first .. "/x", "w")):close()
          Test.not_equal(Test.folder(), first)
        end)
        Test.case("two", function() Test.equal(io.open(first .. "/x"), nil) end)
    """)
    assert [case.message for case in report.files[0].cases] == ["", ""]


def test_coverage_counts_lines_of_spells_and_not_of_the_tests(bed: Bed) -> None:
    from llmspell.testing.settings import Covered

    bed.write("spell.lua", "local x = 1\nif x == 2 then\n  x = 3\nend\nreturn x\n")
    covered = Covered()
    code = "for i = 1, 2 do Test.case('c' .. i, function() Test.run('spell.lua') end) end"
    assert bed.run(code, coverage=covered).good
    path = bed.folder / "coverage.info"
    with path.open("w") as file:
        covered.write(file)
    text = path.read_text()
    assert f"SF:{bed.folder}/spell.lua\nDA:1,2\nDA:2,2\nDA:3,0\nDA:5,2\nLF:4\nLH:3\n" in text
    assert "a_test.lua" not in text
