import io
import json
import logging
import os
import pty
import subprocess
import sys
from collections.abc import Iterator

import pytest

from llmspell.errors import ConfigError
from llmspell.telemetry import trace as trace_module
from llmspell.telemetry.levels import DEBUG, ERROR, INFO, NAMES, OFF, TRACE, WARN
from llmspell.telemetry.trace import Directives, Tracer, is_traced, parse_directives, set_up, trace


@pytest.fixture(autouse=True)
def default_tracing() -> Iterator[None]:
    yield
    set_up(None, {})


def shown(level: str | None, environ: dict[str, str], component: str = "config") -> list[str]:
    """The names of the levels at which a component is heard."""
    stream = io.StringIO()
    set_up(level, environ, stream)
    for number in (ERROR, WARN, INFO, DEBUG, TRACE):
        trace(number, component, "message")
    return [line.split()[2] for line in stream.getvalue().splitlines() if "message" in line]


@pytest.mark.parametrize(
    ("level", "count"),
    [("off", 0), ("error", 1), ("warn", 2), (None, 2), ("info", 3), ("debug", 4), ("trace", 5)],
)
def test_a_level_shows_itself_and_what_is_graver(level: str | None, count: int) -> None:
    assert shown(level, {}) == list(NAMES[1 : count + 1])


def test_an_unknown_level_is_an_error_that_names_the_known_ones() -> None:
    with pytest.raises(ConfigError, match="'loud': use one of off, error, warn, info, debug"):
        set_up("loud", {})


def test_rust_log_overrides_the_level() -> None:
    assert shown("trace", {"RUST_LOG": "error"}) == ["ERROR"]


def test_an_empty_rust_log_counts_as_not_set() -> None:
    assert shown("info", {"RUST_LOG": " "}) == ["ERROR", "WARN", "INFO"]


def test_rust_log_gives_components_levels_of_their_own() -> None:
    environ = {"RUST_LOG": "warn,llmspell::config=debug"}
    assert shown(None, environ, "config.loader") == ["ERROR", "WARN", "INFO", "DEBUG"]
    assert shown(None, environ, "configure") == ["ERROR", "WARN"]


@pytest.mark.parametrize(
    ("text", "target", "level"),
    [
        ("info", "any", INFO),
        ("llmspell=debug", "llmspell.lua.loader", DEBUG),
        ("llmspell=debug", "httpx", ERROR),
        ("llmspell_kernel=trace", "llmspell.kernel", TRACE),
        ("llmspell", "llmspell.kernel", TRACE),
        ("debug,hyper::client=off", "hyper.client.pool", OFF),
        ("a=info,a.b=error,a=info", "a.b.c", ERROR),
        (" warn , a = debug", "b", WARN),
    ],
)
def test_a_filter_text_is_understood(text: str, target: str, level: int) -> None:
    directives, _ = parse_directives(text)
    assert directives.level_of(target) == level


@pytest.mark.parametrize("part", ["a=loud", "=debug", "[span]=info", "a[{f=1}]=info", "two words"])
def test_an_unusable_part_is_reported_and_the_rest_holds(part: str) -> None:
    directives, unusable = parse_directives(f"info,{part}")
    assert directives.level_of("x") == INFO
    assert unusable == [part]


def test_an_unusable_part_of_rust_log_is_a_warning() -> None:
    stream = io.StringIO()
    set_up(None, {"RUST_LOG": "warn,a=loud"}, stream)
    assert "RUST_LOG: 'a=loud' is not" in stream.getvalue()


def write(directives: Directives, cause: BaseException | None = None, **options: bool) -> str:
    stream = io.StringIO()
    tracer = Tracer(directives, stream=stream, clock=lambda: 0, **options)  # type: ignore[arg-type]
    tracer.write(ERROR, "llmspell.config", "it failed", cause)
    return stream.getvalue()


def failure() -> ZeroDivisionError:
    try:
        1 / 0  # noqa: B018
    except ZeroDivisionError as error:
        return error
    raise AssertionError


def test_a_line_is_plain_at_the_default_level() -> None:
    assert write(Directives(WARN), failure()) == "1970-01-01 00:00:00.000 ERROR it failed\n"


def test_at_debug_the_component_and_the_python_cause_are_shown() -> None:
    text = write(Directives(DEBUG), failure())
    assert text.startswith(
        "1970-01-01 00:00:00.000 ERROR [llmspell.config] it failed\nTraceback (most recent"
    )
    assert text.endswith("ZeroDivisionError: division by zero\n")


def test_a_cause_is_shown_only_for_components_at_debug() -> None:
    assert "Traceback" not in write(Directives(ERROR, {"llmspell.lua": DEBUG}), failure())


def test_json_is_one_object_in_a_line() -> None:
    text = write(Directives(DEBUG), failure(), json=True)
    assert text.count("\n") == 1
    assert json.loads(text)["message"].startswith("it failed\nTraceback")


@pytest.mark.parametrize(
    ("environ", "is_json"),
    [
        ({"LOG_FORMAT": "json"}, True),
        ({"LLMSPELL_ENV": "production"}, True),
        ({"LLMSPELL_ENV": "production", "LOG_FORMAT": "pretty"}, False),
        ({}, False),
    ],
)
def test_the_environment_chooses_json(environ: dict[str, str], is_json: bool) -> None:
    stream = io.StringIO()
    set_up(None, environ, stream)
    trace(WARN, "config", "hello")
    assert stream.getvalue().startswith("{") is is_json


def test_a_terminal_is_coloured_unless_no_color_is_set() -> None:
    def on_a_terminal(environ: dict[str, str]) -> bytes:
        master, slave = pty.openpty()
        with os.fdopen(slave, "w") as stream:
            set_up(None, environ, stream)
            trace(ERROR, "config", "hello")
            text = os.read(master, 1000)
        os.close(master)
        return text

    assert b"\x1b[31mERROR\x1b[0m" in on_a_terminal({"TERM": "xterm"})
    assert b"\x1b" not in on_a_terminal({"TERM": "xterm", "NO_COLOR": "1"})


def test_without_a_stream_it_is_stderr_of_that_moment(capsys: pytest.CaptureFixture[str]) -> None:
    set_up(None, {})
    trace(WARN, "config", "hello")
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.endswith("WARN hello\n")


def test_a_closed_stderr_is_no_failure() -> None:
    stream = io.StringIO()
    set_up(None, {}, stream)
    stream.close()
    trace(ERROR, "config", "nobody hears")


def test_is_traced_tells_whether_a_message_is_worth_making() -> None:
    set_up("info", {})
    assert is_traced(INFO)
    assert not is_traced(DEBUG)


def test_messages_of_libraries_are_led_here() -> None:
    stream = io.StringIO()
    set_up("debug", {}, stream)
    logging.getLogger("httpx").debug("GET %s", "/")
    assert stream.getvalue().endswith(" DEBUG [httpx] GET /\n")


def test_off_silences_libraries_too(capsys: pytest.CaptureFixture[str]) -> None:
    set_up("off", {})
    logging.getLogger("httpx").critical("loud")
    assert capsys.readouterr().err == ""


def test_a_new_set_up_replaces_the_bridge_to_logging() -> None:
    before = list(logging.getLogger().handlers)
    stream = io.StringIO()
    set_up("debug", {}, stream)
    set_up("info", {}, stream)
    logging.getLogger("httpx").info("once")
    assert stream.getvalue().count("once") == 1
    set_up("warn", {})
    assert logging.getLogger().handlers == before


def test_a_silent_message_costs_no_rendering(monkeypatch: pytest.MonkeyPatch) -> None:
    set_up("warn", {})
    monkeypatch.setattr(trace_module, "Entry", None)
    trace(DEBUG, "config", "unheard")


def test_start_up_imports_nothing_heavy() -> None:
    program = (
        "import sys\n"
        "from llmspell.telemetry import entries, filters, levels, log, memory, timers, trace\n"
        "trace.set_up('warn', {})\n"
        "log.DebugLog().log(levels.INFO, 'hello', 'app')\n"
        "heavy = {'asyncio', 'attr', 'cattrs', 'dataclasses', 'datetime', 'inspect', 'json',\n"
        "         'logging', 're', 'traceback', 'typing', 'uuid'}\n"
        "print(*sorted(heavy & sys.modules.keys()))\n"
    )
    child = subprocess.run(
        [sys.executable, "-S", "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert child.stdout == "\n"
