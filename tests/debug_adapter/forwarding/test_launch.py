"""Launching a debuggee in a process of its own, with all that `launch` can say."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path
from typing import Any

import pexpect
import pytest

from llmspell_debug_adapter.debuggee_environment import FILE
from tests.debug_adapter.client import PATIENCE, RequestFailed
from tests.debug_adapter.conftest import MakeSpell
from tests.debug_adapter.connections import OverStdio, debuggee_of, wait_for_end


def run(adapter: OverStdio, it: Any, **launch: Any) -> int:
    """Runs a spell to its end; gives the exit code."""
    adapter.launch(it, **launch)
    adapter.go()
    adapter.event("terminated")
    return int(adapter.events("exited")[0]["exitCode"])


def test_a_request_before_initialize_is_early_and_not_unknown(adapter: OverStdio) -> None:
    with pytest.raises(RequestFailed, match="threads: initialize first") as failed:
        adapter.request("threads")
    assert failed.value.error["id"] == 1002
    with pytest.raises(RequestFailed, match="Unknown command: nonsense"):
        adapter.request("nonsense", checked=False)


def test_arguments_folder_and_variables(
    adapter: OverStdio, spell: MakeSpell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    it = spell(
        "print(ARGS[1], ARGS[2], os.getenv('GIVEN'), os.getenv('HOME'))\n"
        "local f = assert(io.open('here.txt', 'w')) f:write('x') f:close()\n"
    )
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    code = run(
        adapter,
        it,
        args=["one", "zwei & drei"],
        cwd=str(elsewhere),
        env={"GIVEN": "yes", "HOME": None},
    )
    assert code == 0, adapter.output("stderr")
    assert adapter.output() == "one\tzwei & drei\tyes\tnil\n"
    assert (elsewhere / "here.txt").exists()


def test_the_spell_does_not_see_the_token(adapter: OverStdio, spell: MakeSpell) -> None:
    it = spell("os.execute('env | grep -c LLMSPELL_DEBUG; true')\n")
    assert run(adapter, it, security="trusted") == 0, adapter.output("stderr")
    assert adapter.output() == "0\n"


def test_security_and_configuration(adapter: OverStdio, spell: MakeSpell, folder: Path) -> None:
    config = folder / "mine.toml"
    config.write_text("[rag]\nmulti_tenant = true\n")
    it = spell("print(Config.get('rag.multi_tenant'), pcall(os.execute, 'true'))\n")
    assert run(adapter, it, security="safe", config=str(config)) == 0, adapter.output("stderr")
    assert adapter.output().startswith("true\tfalse")


def test_secrets_of_the_configuration_are_masked_wherever_one_looks(
    adapter: OverStdio, spell: MakeSpell, folder: Path
) -> None:
    config = folder / "mine.toml"
    config.write_text(
        '[providers.mine]\nprovider_type = "openai"\napi_key = "sk-hidden-one"\n'
        'base_url = "https://user:hidden-two@example.org/v1"\n'
    )
    it = spell("local all = Config.get('providers')\nprint(1) --@here\n")
    adapter.launch(it, config=str(config))
    adapter.break_at(it, "here")
    adapter.go()
    adapter.stopped()
    adapter.evaluate("all", context="clipboard")
    adapter.evaluate("Config", context="clipboard")
    adapter.evaluate("JSON.stringify(Config.get('providers'))", context="repl")
    seen = set[str]()
    for scope in adapter.request("scopes", frameId=adapter.frames()[0]["id"])["scopes"]:
        _open_all(adapter, scope["variablesReference"], seen, depth=4)
    assert {"api_key", "base_url"} <= seen
    assert "REDACTED" in str(adapter.timeline)
    assert "hidden-" not in str(adapter.timeline)


def _open_all(adapter: OverStdio, reference: int, names: set[str], depth: int) -> None:
    for name, variable in adapter.children(reference).items():
        names.add(name)
        if variable["variablesReference"] and depth > 0:
            _open_all(adapter, variable["variablesReference"], names, depth - 1)


def test_a_time_limit(adapter: OverStdio, spell: MakeSpell) -> None:
    assert run(adapter, spell("while true do end\n"), limits={"timeout": "200ms"}) == 124
    assert "limit" in adapter.output("stderr")


def test_a_time_limit_leaves_out_the_time_in_which_it_stands(
    adapter: OverStdio, spell: MakeSpell
) -> None:
    it = spell("local n = 41 --@here\nprint(n + 1)\nwhile true do end\n")
    adapter.launch(it, limits={"timeout": 1})
    adapter.break_at(it, "here")
    adapter.go()
    adapter.stopped()
    with pytest.raises(subprocess.TimeoutExpired):
        adapter.process.wait(1.5)  # it stands
    assert adapter.evaluate("1 + 1") == "2"
    adapter.request("continue", threadId=1)
    assert adapter.event("exited")["exitCode"] == 124
    assert adapter.output() == "42\n"


def test_a_memory_limit(adapter: OverStdio, spell: MakeSpell) -> None:
    it = spell("local t = {} while true do t[#t + 1] = string.rep('x', 1e6) .. #t end\n")
    assert run(adapter, it, limits={"maxMemory": 20_000_000}, breakpoints="hook") == 1
    assert "memory" in adapter.output("stderr")


@pytest.mark.parametrize(
    ("launch", "complaint"),
    [
        ({"program": "nothing.lua"}, "nothing.lua"),
        ({"cwd": "/no/such/folder"}, "there is no folder /no/such/folder"),
        ({"limits": {"timeout": "soon"}}, "limits: 'soon' is not a duration"),
        ({"console": "somewhere"}, "console"),
        ({"program": None}, "`program` is missing"),
        ({"args": 5}, "args"),
        ({"config": "nothing.toml"}, "nothing.toml"),
    ],
)
def test_a_launch_that_fails_says_why_and_another_may_follow(
    adapter: OverStdio, spell: MakeSpell, launch: dict[str, Any], complaint: str
) -> None:
    it = spell("print('works')\n")
    adapter.initialize()
    with pytest.raises(RequestFailed, match=complaint):
        adapter.request("launch", **{"program": str(it.path), **launch})
    assert adapter.events("terminated") == []
    assert run(adapter, it) == 0
    assert adapter.output() == "works\n"


def test_a_syntax_error_is_reported(adapter: OverStdio, spell: MakeSpell) -> None:
    assert run(adapter, spell("local = 1\n")) == 1
    assert "spell.lua:1:" in adapter.output("stderr")


def test_what_children_write_arrives_too(adapter: OverStdio, spell: MakeSpell) -> None:
    it = spell("os.execute('echo from a child; echo and its errors >&2')\n")
    assert run(adapter, it, security="trusted") == 0
    assert adapter.output() == "from a child\n"
    assert adapter.output("stderr") == "and its errors\n"


def test_input_is_empty_without_a_terminal(adapter: OverStdio, spell: MakeSpell) -> None:
    assert run(adapter, spell("print(io.read('l'))\n")) == 0
    assert adapter.output() == "nil\n"


def test_a_debuggee_that_dies_is_reported(adapter: OverStdio, spell: MakeSpell) -> None:
    it = spell("print(1) --@here\n")
    adapter.launch(it)
    adapter.break_at(it, "here")
    adapter.go()
    adapter.stopped()
    asked = adapter.ask(
        "evaluate", expression="(function() while true do end end)()", context="repl"
    )
    os.kill(debuggee_of(adapter), signal.SIGKILL)
    with pytest.raises(RequestFailed, match="has ended"):
        adapter.answer_to(asked)
    assert adapter.event("exited")["exitCode"] == 128 + signal.SIGKILL
    adapter.event("terminated")
    with pytest.raises(RequestFailed, match="has ended"):
        adapter.request("threads")
    adapter.request("disconnect")
    assert adapter.gone() == 0


def test_exited_comes_once_and_before_terminated(adapter: OverStdio, spell: MakeSpell) -> None:
    assert run(adapter, spell("print('x')\n")) == 0
    adapter.request("disconnect")
    adapter.ended()
    endings = [m["event"] for m in adapter.timeline if m.get("event") in ("exited", "terminated")]
    assert endings == ["exited", "terminated"]


def test_requests_while_the_debuggee_is_on_its_way_are_refused(
    adapter: OverStdio, spell: MakeSpell
) -> None:
    it = spell("print(1)\n")
    adapter.initialize()
    launch = adapter.ask("launch", program=str(it.path))
    with pytest.raises(RequestFailed, match="not there yet"):
        adapter.request("threads")
    with pytest.raises(RequestFailed, match="being debugged already"):
        adapter.request("launch", program=str(it.path))
    adapter.answer_to(launch)


def test_progress_is_shown_to_who_wants_it(adapter: OverStdio, spell: MakeSpell) -> None:
    adapter.initialize(supportsProgressReporting=True)
    run(adapter, spell("print(1)\n"))
    (start,) = adapter.events("progressStart")
    assert start["title"] == "Starting the spell"
    assert adapter.events("progressEnd") == [{"progressId": start["progressId"]}]


# In a terminal -----------------------------------------------------------------------------


class Terminal:
    """Runs what `runInTerminal` asks for."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.modes: list[int] = []
        self.process: subprocess.Popen[bytes] | None = None

    def run(self, arguments: dict[str, Any]) -> dict[str, Any]:
        self.asked.append(arguments)
        self.modes.append(Path(arguments["env"][FILE]).stat().st_mode & 0o777)
        added = {k: v for k, v in arguments["env"].items() if v is not None}
        self.process = subprocess.Popen(
            arguments["args"],
            cwd=arguments["cwd"],
            env={**os.environ, **added},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        return {"processId": self.process.pid}


def test_in_a_terminal_input_works_and_output_stays_there(
    adapter: OverStdio, spell: MakeSpell, folder: Path
) -> None:
    it = spell("print('name?') --@here\nlocal name = io.read('l')\nprint('hi ' .. name)\n")
    terminal = Terminal()
    adapter.reverse["runInTerminal"] = terminal.run
    adapter.initialize(supportsRunInTerminalRequest=True)
    adapter.launch(it, console="integratedTerminal", env={"GIVEN": "yes"})
    adapter.break_at(it, {"mark": "here", "logMessage": "asking"})
    adapter.go()
    assert terminal.process is not None
    out, _ = terminal.process.communicate(b"Ada\n")
    assert out.decode() == "name?\nhi Ada\n"
    adapter.event("terminated")
    assert adapter.events("exited") == [{"exitCode": 0}]
    assert adapter.output("stdout") == ""
    assert adapter.output("console") == "asking\n"
    (asked,) = terminal.asked
    assert (asked["kind"], asked["cwd"]) == ("integrated", str(folder))
    assert asked["env"]["GIVEN"] == "yes"


class RealTerminal:
    """Runs what `runInTerminal` asks for in a pseudo-terminal."""

    def __init__(self) -> None:
        self.child: pexpect.spawn[str] | None = None

    def run(self, arguments: dict[str, Any]) -> dict[str, Any]:
        words = arguments["args"]
        added = {k: v for k, v in arguments["env"].items() if v is not None}
        self.child = pexpect.spawn(
            words[0],
            words[1:],
            cwd=arguments["cwd"],
            env={**os.environ, **added},
            encoding="utf-8",
            timeout=PATIENCE,
        )
        return {"shellProcessId": self.child.pid}


@pytest.mark.parametrize("console", ["integratedTerminal", "externalTerminal"])
def test_a_real_terminal_asks_stops_and_goes_on(
    adapter: OverStdio, spell: MakeSpell, console: str
) -> None:
    it = spell(
        "io.write('name? ')\nlocal name = io.read('l')\nprint('hi ' .. name) --@asked\n"
        "print(io.read('n') + 1)\n"
    )
    terminal = RealTerminal()
    adapter.reverse["runInTerminal"] = terminal.run
    adapter.initialize(supportsRunInTerminalRequest=True)
    adapter.launch(it, console=console)
    adapter.break_at(it, "asked")
    adapter.go()
    assert terminal.child is not None
    terminal.child.expect_exact("name? ")
    terminal.child.send("Ada\r")
    adapter.stopped(reason="breakpoint")
    assert adapter.evaluate("name") == '"Ada"'
    adapter.request("continue", threadId=1)
    terminal.child.expect_exact("hi Ada\r\n")
    terminal.child.send("41\r")
    terminal.child.expect_exact("\r\n42\r\n")
    adapter.event("terminated")
    assert adapter.events("exited") == [{"exitCode": 0}]
    terminal.child.expect(pexpect.EOF)
    terminal.child.close()


def test_ctrl_c_in_a_real_terminal_ends_the_spell(adapter: OverStdio, spell: MakeSpell) -> None:
    terminal = RealTerminal()
    adapter.reverse["runInTerminal"] = terminal.run
    adapter.initialize(supportsRunInTerminalRequest=True)
    adapter.launch(spell("print('on')\nwhile true do end\n"), console="integratedTerminal")
    adapter.go()
    assert terminal.child is not None
    terminal.child.expect_exact("on\r\n")
    terminal.child.sendintr()
    adapter.event("terminated")
    assert adapter.events("exited") == [{"exitCode": 130}]
    terminal.child.expect(pexpect.EOF)
    assert "Traceback" not in (terminal.child.before or "")
    terminal.child.close()


def test_the_token_is_in_no_variable_that_a_terminal_shows(
    adapter: OverStdio, spell: MakeSpell
) -> None:
    terminal = Terminal()
    adapter.reverse["runInTerminal"] = terminal.run
    adapter.initialize(supportsRunInTerminalRequest=True)
    adapter.launch(spell(f"print(os.getenv('{FILE}'))\n"), console="integratedTerminal")
    adapter.go()
    assert terminal.process is not None
    out, _ = terminal.process.communicate()
    assert out.decode() == "nil\n"
    (asked,) = terminal.asked
    assert set(asked["env"]) == {FILE}
    assert terminal.modes == [0o600]
    assert not Path(asked["env"][FILE]).exists()


def test_an_external_terminal_is_asked_for(adapter: OverStdio, spell: MakeSpell) -> None:
    terminal = Terminal()
    adapter.reverse["runInTerminal"] = terminal.run
    adapter.initialize(supportsRunInTerminalRequest=True)
    adapter.launch(spell("print(1)\n"), console="externalTerminal")
    adapter.go()
    adapter.event("terminated")
    assert terminal.asked[0]["kind"] == "external"
    assert terminal.process is not None
    terminal.process.communicate()


def test_a_client_that_cannot_open_its_terminal(adapter: OverStdio, spell: MakeSpell) -> None:
    it = spell("print(1)\n")
    adapter.initialize(supportsRunInTerminalRequest=True)
    with pytest.raises(RequestFailed, match="cannot open a terminal: not supported"):
        adapter.request("launch", program=str(it.path), console="integratedTerminal")


def test_a_client_without_terminals_gets_the_output_itself(
    adapter: OverStdio, spell: MakeSpell
) -> None:
    assert run(adapter, spell("print('here')\n"), console="integratedTerminal") == 0
    assert adapter.output() == "here\n"
    assert "no terminal" in adapter.output("console")


def test_a_terminal_that_is_closed_ends_the_session(adapter: OverStdio, spell: MakeSpell) -> None:
    terminal = Terminal()
    adapter.reverse["runInTerminal"] = terminal.run
    adapter.initialize(supportsRunInTerminalRequest=True)
    adapter.launch(spell("while true do end\n"), console="integratedTerminal")
    adapter.go()
    assert terminal.process is not None
    terminal.process.kill()
    adapter.event("terminated")
    terminal.process.communicate()
    wait_for_end(terminal.process.pid)
