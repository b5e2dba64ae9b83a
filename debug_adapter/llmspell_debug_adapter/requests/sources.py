"""source, loadedSources, modules, locations."""

from __future__ import annotations

from pathlib import Path

from llmspell_debug_adapter.protocol.arguments import (
    LocationsArguments,
    ModulesArguments,
    NoArguments,
    SourceArguments,
)
from llmspell_debug_adapter.protocol.framing import Message
from llmspell_debug_adapter.protocol.messages import Refused
from llmspell_debug_adapter.session.registry import request
from llmspell_debug_adapter.session.session import Session


@request("source", SourceArguments)
def source(session: Session, arguments: SourceArguments) -> Message:
    """The text of a source; of files, only those that the program has loaded."""
    wanted = arguments.source
    reference = arguments.source_reference or (wanted.source_reference if wanted else 0)
    if reference > 0:
        text = session.debugger.source_text(reference)
    elif wanted is not None and wanted.path:
        text = _text_of(session, session.client.path_of(wanted.path))
    else:
        raise Refused("no source is named")
    return {"content": text, "mimeType": "text/x-lua"}


def _text_of(session: Session, path: str) -> str:
    if path not in {known.path for known in session.debugger.loaded_sources()}:
        raise Refused(f"the spell has not loaded {path}")
    try:
        return Path(path).read_text("utf-8", "replace")
    except OSError as error:
        raise Refused(f"cannot read {path}: {error.strerror}") from None


@request("loadedSources", capabilities={"supportsLoadedSourcesRequest": True})
def loaded_sources(session: Session, _: NoArguments) -> Message:
    """All sources so far."""
    return {"sources": [session.render.source(s) for s in session.debugger.loaded_sources()]}


@request("modules", ModulesArguments, capabilities={"supportsModulesRequest": True})
def modules(session: Session, arguments: ModulesArguments) -> Message:
    """The files that were loaded."""
    found = [s for s in session.debugger.loaded_sources() if s.path is not None]
    start = max(arguments.start_module, 0)
    end = start + arguments.module_count if arguments.module_count > 0 else None
    return {
        "modules": [session.render.module(s) for s in found[start:end]],
        "totalModules": len(found),
    }


@request("locations", LocationsArguments)
def locations(session: Session, arguments: LocationsArguments) -> Message:
    """Where a function is defined, by its `valueLocationReference`."""
    found = session.locations.place(arguments.location_reference)
    if found is None:
        raise Refused(f"there is no location {arguments.location_reference}")
    return session.render.place(*found)
