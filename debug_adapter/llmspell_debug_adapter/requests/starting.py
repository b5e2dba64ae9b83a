"""initialize, launch, attach, configurationDone."""

from __future__ import annotations

import os

from llmspell_debug_adapter.protocol.arguments import (
    AttachArguments,
    InitializeArguments,
    LaunchArguments,
    NoArguments,
)
from llmspell_debug_adapter.protocol.framing import Message
from llmspell_debug_adapter.session.python_session import open_python_session
from llmspell_debug_adapter.session.registry import Phase, Reply, capabilities, request
from llmspell_debug_adapter.session.session import Session
from llmspell_debug_adapter.session.thread_events import MAIN


@request("initialize", InitializeArguments, phases=frozenset({Phase.NEW}))
def initialize(session: Session, arguments: InitializeArguments) -> Message:
    """What we can."""
    session.client.can = arguments
    session.progress.enable(arguments.supports_progress_reporting)
    session.phase = Phase.READY
    return capabilities()


@request("launch", LaunchArguments, phases=frozenset({Phase.READY}))
def launch(session: Session, arguments: LaunchArguments) -> Reply:
    """Makes the spell ready; it starts at configurationDone."""
    session.client.just_my_code = arguments.just_my_code
    session.program.launch(arguments)
    base = arguments.cwd or "."
    session.client.know_folder(base)
    session.client.know_folder(os.path.join(base, os.path.dirname(arguments.program)))  # noqa: PTH118, PTH120
    session.begin()
    session.debugger.stop_on_entry = arguments.stop_on_entry and not arguments.no_debug
    return Reply(then=lambda: _introduce(session))


@request("attach", AttachArguments, phases=frozenset({Phase.READY}))
def attach(session: Session, arguments: AttachArguments) -> Reply:
    """Joins a program that is there already."""
    session.client.just_my_code = arguments.just_my_code
    session.client.map_paths(arguments.path_mappings)
    session.program.attach(arguments)
    session.begin()
    return Reply(then=lambda: _introduce(session))


def _introduce(session: Session) -> None:
    program = session.program
    session.emit(
        "process",
        {
            "name": program.name,
            "systemProcessId": os.getpid(),
            "isLocalProcess": True,
            "startMethod": program.started_by,
        },
    )
    session.emit("initialized")


@request(
    "configurationDone",
    NoArguments,
    phases=frozenset({Phase.CONFIGURING}),
    capabilities={"supportsConfigurationDoneRequest": True},
)
def configuration_done(session: Session, _: NoArguments) -> Reply:
    """Lets the spell run."""
    session.phase = Phase.RUNNING

    def start() -> None:
        session.threads.started(MAIN)
        if session.program.python is None:
            session.program.start()
        else:
            open_python_session(session, session.program.python, session.program.start)

    return Reply(then=start)
