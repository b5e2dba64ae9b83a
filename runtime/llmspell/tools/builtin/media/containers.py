"""Opening sound and films with FFmpeg (`av`), in the processes that do so."""

from __future__ import annotations

import os

from llmspell.tools.failures import failing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from av.container import InputContainer

READ = "wav,w64,aiff,mp3,aac,flac,ogg,mov,matroska,avi,flv,asf"
"""What a file may be taken for: FFmpeg has readers that open other files and addresses."""


def open_container(descriptor: int) -> InputContainer:
    """The container in a file; raises ToolError where it is none that can be read."""
    import av

    options = {"format_whitelist": READ, "protocol_whitelist": "none"}
    with failing("this is no sound and no film that can be read"):
        file = os.fdopen(descriptor, "rb")
        return av.open(file, "r", options=options, metadata_errors="replace")


def duration(container: InputContainer) -> float | None:
    """Seconds, as the container says."""
    import av

    return None if container.duration is None else container.duration / av.time_base


def tags(container: InputContainer) -> dict[str, str]:
    """What is said of the work, by name in small letters; of Ogg files the first stream says it."""
    said = dict(container.metadata)
    for stream in container.streams:
        for key, value in stream.metadata.items():
            said.setdefault(key, value)
    return {key.lower(): value for key, value in said.items()}
