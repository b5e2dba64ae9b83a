"""What a spell writes: in order, with its place, not one message for each write."""

from __future__ import annotations

from tests.debug_adapter.conftest import MakeSpell
from tests.debug_adapter.in_process import InProcess
from tests.debug_adapter.proofs import proves


def test_output_names_the_line_that_wrote_it(client: InProcess, spell: MakeSpell) -> None:
    it = spell("print('one') --@one\nio.stderr:write('two\\n') --@two\n")
    client.launch(it)
    client.go()
    client.event("terminated")
    places = {
        e["output"]: (e["category"], e["source"]["path"], e["line"])
        for e in client.events("output")
    }
    assert places == {
        "one\n": ("stdout", str(it.path), it.line("one")),
        "two\n": ("stderr", str(it.path), it.line("two")),
    }


def test_output_comes_before_the_stop_behind_it(client: InProcess, spell: MakeSpell) -> None:
    it = spell("print('before')\nlocal a = 1 --@here\nprint('after')\n")
    client.launch(it)
    client.break_at(it, "here")
    client.go()
    client.stopped()
    assert client.output() == "before\n"
    written = client.index(lambda m: m.get("event") == "output")
    assert written < client.index(lambda m: m.get("event") == "stopped")


def test_a_flood_is_joined_and_complete(client: InProcess, spell: MakeSpell) -> None:
    client.launch(spell("for i = 1, 20000 do print(i) end\n"))
    client.go()
    client.event("terminated")
    assert client.output() == "".join(f"{i}\n" for i in range(1, 20001))
    assert len(client.events("output")) < 2000


@proves("supportsANSIStyling")
def test_colours_arrive_as_they_were_written(client: InProcess, spell: MakeSpell) -> None:
    client.launch(spell("print('\\27[31mred\\27[0m')\n"))
    client.go()
    client.event("terminated")
    assert client.output() == "\x1b[31mred\x1b[0m\n"


def test_bytes_that_are_no_text_do_not_break_the_protocol(
    client: InProcess, spell: MakeSpell
) -> None:
    client.launch(spell("print('\\xff\\xfe ok')\n"))
    client.go()
    client.event("terminated")
    assert client.output() == "\ufffd\ufffd ok\n"


def test_a_letter_in_two_writes_stays_one_letter(client: InProcess, spell: MakeSpell) -> None:
    client.launch(spell("io.write('\\xc3'); io.stdout:flush(); io.write('\\xa9\\n')\n"))
    client.go()
    client.event("terminated")
    assert client.output() == "é\n"


def test_an_error_that_ends_the_spell_is_written(client: InProcess, spell: MakeSpell) -> None:
    client.launch(spell("error('so it goes')\n"))
    client.request("setExceptionBreakpoints", filters=[])
    client.go()
    assert client.event("exited")["exitCode"] == 1
    assert "so it goes" in client.output("stderr")


def test_os_exit_is_the_exit_code(client: InProcess, spell: MakeSpell) -> None:
    client.launch(spell("os.exit(7)\n"))
    client.go()
    assert client.event("exited")["exitCode"] == 7
    assert client.output("stderr") == ""
