"""`llmspell debug` at a real (pseudo-)terminal."""

from __future__ import annotations

from collections.abc import Callable

import pexpect
import pytest

from tests.runtime.cli.conftest import Shell

Spawn = Callable[..., "pexpect.spawn[str]"]

UP, TAB, CTRL_C, CTRL_D = "\x1b[A", "\t", "\x03", "\x04"

CODE = """local counter = { value = 0 }
local function work(step)
  counter.value = counter.value + step
end
io.write("open line")
work(1)
work(2)
while counter.value > 0 do
  work(1)
end
print("ended")
"""


class Screen:
    """A debugging session at a terminal."""

    def __init__(self, child: pexpect.spawn[str]) -> None:
        self.child = child

    def type(self, text: str) -> None:
        self.child.send(text)

    def see(self, pattern: str) -> None:
        """Waits for text (a regular expression)."""
        self.child.expect(pattern)

    def prompt(self) -> None:
        """Waits until keys are read: bracketed paste is switched on then."""
        self.child.expect(r"\x1b\[\?2004h")

    def do(self, text: str) -> None:
        """Gives a command and waits until it is taken."""
        self.child.send(text + "\r")
        self.child.expect(r"\x1b\[\?2004l")

    def end(self) -> int:
        self.child.expect(pexpect.EOF)
        self.child.close()
        assert self.child.exitstatus is not None
        return self.child.exitstatus


Open = Callable[..., Screen]


@pytest.fixture
def debug(terminal: Spawn, shell: Shell) -> Open:
    shell.write("spell.lua", CODE)
    shell.environ["NO_COLOR"] = "1"

    def open_(*words: str, code: str = CODE) -> Screen:
        shell.write("spell.lua", code)
        made = Screen(terminal("llmspell", "debug", *words, "spell.lua"))
        made.prompt()
        made.see(r"\(debug\) >")
        return made

    return open_


def test_the_prompt_comes_first_and_ctrl_d_leaves(debug: Open) -> None:
    screen = debug()
    screen.type(CTRL_D)
    assert screen.end() == 0


def test_break_run_and_look(debug: Open) -> None:
    screen = debug()
    screen.do("b 3 if step == 2")
    screen.see("Breakpoint 1 at spell.lua:3\r\n")
    screen.prompt()
    screen.do("run")
    screen.see("open line\r\nStopped at breakpoint 1: spell.lua:3 in work\r\n")
    screen.see(r"->    3 \*   counter.value = counter.value \+ step\r\n")
    screen.prompt()
    screen.do("p counter")
    screen.see(r"table \(1 field\)\r\n  value = 1\r\n")
    screen.prompt()
    screen.do("quit")
    assert screen.end() == 0


def test_an_empty_line_repeats_a_step(debug: Open) -> None:
    screen = debug("--step")
    for line in (4, 5, 6):
        screen.do("n" if line == 4 else "")
        screen.see(f"Stepped: spell.lua:{line} ")
        screen.prompt()
    screen.do("p 'once'")
    screen.see('"once"\r\n')
    screen.prompt()
    screen.do("")
    screen.prompt()
    screen.do("p 'next'")
    screen.see(r'^[^"]*"next"\r\n')


def test_ctrl_c_pauses_and_the_spell_goes_on(debug: Open) -> None:
    screen = debug("--break-at", "spell.lua:8")
    screen.do("d 1")
    screen.prompt()
    screen.do("c")
    screen.type(CTRL_C)
    screen.see("Paused: spell.lua:[0-9]+ in ")
    screen.prompt()
    screen.do("counter.value = -10")
    screen.prompt()
    screen.do("c")
    screen.see("ended\r\nThe spell has ended.\r\n")
    screen.prompt()
    screen.type(CTRL_D)
    assert screen.end() == 0


def test_ctrl_d_at_a_stop_ends_the_spell(debug: Open) -> None:
    screen = debug("--break-at", "spell.lua:8")
    screen.type(CTRL_D)
    screen.child.expect(pexpect.EOF)
    assert "ended" not in (screen.child.before or "")


def test_ctrl_d_behind_text_does_not_leave(debug: Open) -> None:
    screen = debug("--step")
    screen.type("'still" + CTRL_D + " here'\r")
    screen.see('"still here"')


def test_ctrl_c_abandons_a_line(debug: Open) -> None:
    screen = debug("--step")
    screen.type("unfinished(")
    screen.see(r"unfinished\(")
    screen.type(CTRL_C)
    screen.prompt()
    screen.do("'still here'")
    screen.see('"still here"')


def test_tab_completes_commands(debug: Open) -> None:
    screen = debug()
    screen.type("unw" + TAB)
    screen.see("atch")
    screen.do(" 3")
    screen.see("There is no watch 3")
    screen.prompt()
    screen.type(".bac" + TAB)
    screen.type("\r")
    screen.see("Unknown command: .bac")  # an alias is not proposed


def test_tab_completes_files_and_names_in_conditions(debug: Open) -> None:
    screen = debug("--break-at", "spell.lua:3")
    screen.type("b spe" + TAB)
    screen.see(r"ll\.lua")
    screen.type(":3 if st" + "ep" + " == 2 and coun" + TAB)
    screen.see("ter")
    screen.type("\r")
    screen.see("Breakpoint 2 at spell.lua:3")


def test_tab_completes_names_of_the_frame_and_members(debug: Open) -> None:
    screen = debug("--break-at", "spell.lua:3")
    screen.type("p coun" + TAB)
    screen.see("ter")
    screen.type(".val" + TAB)
    screen.see("ue")
    screen.type("\r")
    screen.see("0\r\n")


def test_history_is_kept(debug: Open, shell: Shell) -> None:
    screen = debug()
    screen.do("watch counter")
    screen.prompt()
    screen.type(CTRL_D)
    screen.end()
    file = shell.home / "cache" / "llmspell_debug_history"
    assert file.stat().st_mode & 0o777 == 0o600
    screen = debug()
    screen.type(UP)
    screen.see("watch counter")


def test_the_spell_reads_what_is_typed(debug: Open) -> None:
    screen = debug(code="io.write('name? ')\nprint('hello ' .. io.read())\n")
    screen.do("run")
    screen.see(r"name\? ")
    screen.type("Ada\n")
    screen.see("hello Ada\r\nThe spell has ended.")


def test_a_spell_that_was_ended_while_reading_takes_nothing_from_the_prompt(debug: Open) -> None:
    screen = debug(code="io.write('name? ')\nprint('hello ' .. io.read())\n")
    screen.do("run")
    screen.see(r"name\? ")
    screen.type(CTRL_C)
    screen.see("Ctrl-C again ends it")
    screen.type(CTRL_C)
    screen.see("The spell has ended with exit code 130: interrupted.")
    screen.prompt()
    for number in (1, 2):
        screen.do(f"tbreak {number}")
        screen.see(f"Temporary breakpoint {number} at spell.lua:{number}")
        screen.prompt()
    screen.type(CTRL_D)
    assert screen.end() == 130


def test_colours(terminal: Spawn, shell: Shell) -> None:
    shell.write("spell.lua", CODE)
    screen = Screen(terminal("llmspell", "debug", "--step", "spell.lua"))
    screen.see(r"\x1b\[1m->\x1b\[0m")
