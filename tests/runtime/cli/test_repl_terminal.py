"""The REPL at a real (pseudo-)terminal."""

from __future__ import annotations

import re
from collections.abc import Callable

import pexpect
import pytest

from tests.runtime.cli.conftest import Shell

Spawn = Callable[..., "pexpect.spawn[str]"]

UP, TAB, CTRL_C, CTRL_D, CTRL_R = "\x1b[A", "\t", "\x03", "\x04", "\x12"


class Screen:
    """A session at a terminal; what it writes is looked at without escape sequences."""

    def __init__(self, child: pexpect.spawn[str]) -> None:
        self.child = child

    def type(self, text: str) -> None:
        self.child.send(text)

    def enter(self, text: str) -> None:
        """Types a line, and Return as a terminal sends it."""
        self.child.send(text + "\r")

    def see(self, pattern: str) -> None:
        """Waits for text (a regular expression; escape sequences may stand between its words)."""
        self.child.expect(pattern)

    def result(self, text: str) -> None:
        """Waits for what an input shows: it begins where editing ended."""
        self.child.expect(r"\x1b\[\?2004l" + re.escape(text) + "\r\n")

    def prompt(self) -> None:
        """Waits until keys are read: bracketed paste is switched on then."""
        self.child.expect(r"\x1b\[\?2004h")

    def end(self) -> int:
        self.child.expect(pexpect.EOF)
        self.child.close()
        assert self.child.exitstatus is not None
        return self.child.exitstatus


@pytest.fixture
def screen(terminal: Spawn, shell: Shell) -> Screen:
    shell.environ["NO_COLOR"] = "1"
    made = Screen(terminal("llmspell", "repl"))
    made.see("LLMSpell Interactive REPL")
    made.prompt()
    return made


def test_banner_values_and_ctrl_d(screen: Screen) -> None:
    screen.enter("6 * 7")
    screen.result("42")
    screen.prompt()
    screen.type(CTRL_D)
    assert screen.end() == 0


def test_exit_command(screen: Screen) -> None:
    screen.enter(".exit")
    assert screen.end() == 0


def test_os_exit_gives_the_code(screen: Screen) -> None:
    screen.enter("os.exit(7)")
    assert screen.end() == 7


def test_several_lines(screen: Screen) -> None:
    screen.enter("for i = 1, 2 do")
    screen.see(r"\.\.\.")
    screen.enter("print('n' .. i)")
    screen.enter("end")
    screen.result("n1\r\nn2")


def test_an_empty_line_forces_execution(screen: Screen) -> None:
    screen.enter("for i = 1, 2 do")
    screen.see(r"\.\.\.")
    screen.enter("")
    screen.see("'end' expected")
    screen.prompt()


def test_tab_completes_a_function_of_the_api(screen: Screen) -> None:
    screen.type("JSON.str" + TAB)
    screen.see("ingify")
    screen.enter("({ 'a' })")
    screen.see(r'\[\\"a\\"\]')


def test_tab_lists_members_with_their_signatures(screen: Screen) -> None:
    screen.type("JSON." + TAB)
    screen.see(r"JSON\.parse\(text\)")
    screen.type(CTRL_C)


def test_tab_completes_what_was_defined(screen: Screen) -> None:
    screen.enter("answer_to_all = { forty_two = 42 }")
    screen.prompt()
    screen.type("answ" + TAB)
    screen.see("er_to_all")
    screen.type(".fort" + TAB)
    screen.see("y_two")
    screen.enter("")
    screen.result("42")


def test_tab_completes_methods_of_strings(screen: Screen) -> None:
    screen.enter("s = 'loud'")
    screen.prompt()
    screen.type("s:upp" + TAB)
    screen.see("er")
    screen.enter("()")
    screen.see('"LOUD"')


def test_tab_completes_commands_and_paths(screen: Screen, shell: Shell) -> None:
    shell.write("greet.lua", "print('from' .. ' file')")
    screen.type(".ru" + TAB)
    screen.see("n")
    screen.type(" gre" + TAB)
    screen.see(r"et\.lua")
    screen.enter("")
    screen.see("from file")


def test_tab_indents_at_the_beginning_of_a_line(screen: Screen) -> None:
    screen.type(TAB)
    screen.enter("'x'")
    screen.result('"x"')


def test_ctrl_c_abandons_a_line(screen: Screen) -> None:
    screen.type("unfinished(")
    screen.see(r"unfinished\(")
    screen.type(CTRL_C)
    screen.prompt()
    screen.enter("'next'")
    screen.result('"next"')


@pytest.mark.parametrize(
    "loop",
    [
        "while true do end",
        "coroutine.wrap(function() while true do end end)()",
        "while true do pcall(function() while true do end end) end",
    ],
)
def test_ctrl_c_interrupts_and_keeps_the_session(screen: Screen, loop: str) -> None:
    screen.enter("kept = 'kept'")
    screen.prompt()
    screen.enter(f"io.stdout:write('going\\n') {loop}")
    screen.result("going")
    screen.type(CTRL_C)
    screen.see("interrupted")
    screen.prompt()
    screen.enter("kept")
    screen.result('"kept"')


def test_ctrl_c_that_loses_the_engine_starts_another(screen: Screen) -> None:
    screen.enter("print('go' .. 'ing') string.find(('a'):rep(40), ('.-'):rep(40) .. 'b')")
    screen.see("going")
    screen.type(CTRL_C)
    screen.see("a new one was started")
    screen.prompt()
    screen.enter("'next'")
    screen.result('"next"')
    screen.prompt()
    screen.type(CTRL_D)
    assert screen.end() == 0


def test_an_interrupted_read_takes_nothing_from_the_prompt(screen: Screen) -> None:
    screen.enter("print('re' .. 'ady') io.read()")
    screen.see("ready")
    screen.type(CTRL_C)
    screen.see("interrupted")
    screen.prompt()
    for word in ("one", "two", "three"):
        screen.enter(f"'{word}'")
        screen.result(f'"{word}"')
        screen.prompt()


def test_a_script_reads_what_is_typed(screen: Screen) -> None:
    screen.enter("print('na' .. 'me?') return 'got ' .. io.read()")
    screen.see("name?")
    screen.child.send("Ada\n")
    screen.see('"got Ada"')


def test_history_across_sessions(terminal: Spawn, shell: Shell, screen: Screen) -> None:
    screen.enter("'remembered'")
    screen.result('"remembered"')
    screen.prompt()
    screen.enter(" 'secret'")
    screen.result('"secret"')
    screen.prompt()
    screen.type(CTRL_D)
    screen.end()
    file = shell.home / "cache" / "llmspell_history"
    assert "+'remembered'\n" in file.read_text()
    assert "secret" not in file.read_text()
    assert file.stat().st_mode & 0o777 == 0o600
    again = Screen(terminal("llmspell", "repl"))
    again.prompt()
    again.type(UP)
    again.see("'remembered'")
    again.enter("")
    again.result('"remembered"')
    again.prompt()
    again.type(CTRL_R)
    again.see("I-search")
    again.type("remem")
    again.see("bered")
    again.enter("")
    again.enter("")
    again.result('"remembered"')


def test_history_file_of_ones_own(terminal: Spawn, shell: Shell) -> None:
    shell.environ["NO_COLOR"] = "1"
    made = Screen(terminal("llmspell", "repl", "--history", "mine"))
    made.prompt()
    made.enter("1")
    made.result("1")
    made.prompt()
    made.type(CTRL_D)
    made.end()
    assert "+1\n" in (shell.folder / "mine").read_text()
    assert not (shell.home / "cache").exists()


def test_colours(terminal: Spawn, shell: Shell) -> None:
    made = Screen(terminal("llmspell", "repl"))
    made.prompt()
    made.enter("'x'")
    made.see(r"2004l\x1b\[33m")  # a string in yellow


def test_sigterm_at_the_prompt_leaves_with_143(screen: Screen) -> None:
    import signal

    screen.child.kill(signal.SIGTERM)
    assert screen.end() == 143
