"""Which methods the tests of the language server send, and from which files.

A run fails when a method that is said to be tested in a file (`llmspell_server.methods.TESTED`) was
not sent from there, or a request never answered with more than null. A run of parts of a file, or
one that fails anyhow, is not judged for it.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from concurrent.futures import Future
from typing import Any

import pytest
from lsprotocol import types
from pytest_lsp import LanguageClient

_FOLDER = "tests/server/"
_KEY = "methods_sent"  # among what a worker of xdist gives back
_EMPTY = {types.SHUTDOWN, types.WORKSPACE_EXECUTE_COMMAND}  # their result is null

_sent: set[tuple[str, str]] = set()  # file under tests/server, method
_senders: set[str] = set()  # the tests that have sent anything
_run: set[str] = set()  # the files that were run


def note(method: str) -> None:
    """Notes that the test that runs has sent a notification."""
    test = os.environ.get("PYTEST_CURRENT_TEST", "")
    _sent.add((_file_of(test), method))
    _senders.add(test.rpartition(" ")[0])  # without its phase


def has_sent(test: str) -> bool:
    """Whether a test has sent a notification or got a result."""
    return test in _senders


def note_result(method: str, result: object) -> None:
    """Notes that the test that runs has got a result for a request, if it says anything."""
    if result is not None or method in _EMPTY:
        note(method)


def watch(client: LanguageClient) -> None:
    """Notes what a client sends."""
    protocol: Any = client.protocol
    notify, send_request = protocol.notify, protocol.send_request

    def noted(method: str, *args: Any, **named: Any) -> None:
        notify(method, *args, **named)
        note(method)

    def answered(method: str, *args: Any, **named: Any) -> Future[Any]:
        future: Future[Any] = send_request(method, *args, **named)
        future.add_done_callback(lambda done: _note_done(method, done))
        return future

    protocol.notify, protocol.send_request = noted, answered


def unsent(
    tested: Mapping[str, str], run: Collection[str], sent: Collection[tuple[str, str]]
) -> list[tuple[str, str]]:
    """The methods that were not sent from their files, of the files that were run."""
    return [
        (method, file)
        for method, file in tested.items()
        if file in run and (file, method) not in sent
    ]


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Takes note of the files that are run, by this process or its workers."""
    if report.when == "call":
        _run.add(_file_of(report.nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """Takes over what a worker of xdist has sent."""
    _sent.update(tuple(each) for each in getattr(node, "workeroutput", {}).get(_KEY, ()))


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Gives back what was sent, or judges it."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output[_KEY] = sorted(_sent)
    elif exitstatus == pytest.ExitCode.OK and _unsent(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, exitstatus: int, config: pytest.Config
) -> None:
    """Says what was not sent."""
    for method, file in _unsent(config) if exitstatus == pytest.ExitCode.OK else ():
        terminalreporter.write_line(
            f"{method} is said to be tested in {_FOLDER}{file}, which got no answer to it", red=True
        )


def _note_done(method: str, done: Future[Any]) -> None:
    if not done.cancelled() and done.exception() is None:
        note_result(method, done.result())


def _file_of(test: str) -> str:
    return test.partition("::")[0].removeprefix(_FOLDER)


def _unsent(config: pytest.Config) -> list[tuple[str, str]]:
    """What a run has not sent; nothing for one that left out tests of its files."""
    from llmspell_server.methods import TESTED  # not for tests of other packages

    option = config.option
    if option.keyword or option.markexpr or any("::" in each for each in config.args):
        return []
    return unsent(TESTED, _run, _sent)
