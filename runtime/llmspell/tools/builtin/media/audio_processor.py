"""`audio-processor` (spec tools §8.26), on FFmpeg as PyAV brings it.

One library reads and writes all formats, with their tags. Files are opened here, within the policy;
FFmpeg works on them in a process of its own, which has limits of time, memory and file size.
"""

from __future__ import annotations

import os

from llmspell.errors import ToolError
from llmspell.security.opening import replacing
from llmspell.tools.answer import Answer
from llmspell.tools.builtin.filesystem.paths import storage_errors
from llmspell.tools.builtin.media.audio_work import WRITTEN
from llmspell.tools.builtin.media.files import (
    MediaTool,
    format_of,
    format_of_content,
    media_file,
    media_path,
    media_settings,
)
from llmspell.tools.description import MIB, Example, Operation, Parameter
from llmspell.tools.isolation import isolated

TYPE_CHECKING = False
if TYPE_CHECKING:
    from llmspell.tools.call import Call

WORK = "llmspell.tools.builtin.media.audio_work"
LARGEST_FILE = 500 * MIB
_FORMATS = {each: each for each in WRITTEN} | {"wave": "wav", "oga": "ogg", "opus": "ogg"}
_FAMILIES = {each: (each,) for each in ("wav", "mp3", "flac", "ogg", "m4a")}

# 64 samples of 8 bits, 8000 a second.
_WAV = (
    "RIFFd\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0@\x1f\0\0@\x1f\0\0\x01\0\x08\0data@\0\0\0" + "P" * 64
)


class AudioProcessor(MediaTool):
    """Reads what is known of sound files, and converts them: WAV, MP3, FLAC, Ogg (Opus) and M4A."""

    name = "audio-processor"
    requires = ("av",)
    parameters = (
        Parameter("file_path", "string", "The sound file.", aliases=("path",), kind="file-path"),
        Parameter("source_path", "string", "The file to convert.", kind="file-path"),
        Parameter("target_path", "string", "The file to write.", kind="file-path"),
        Parameter(
            "target_format",
            "string",
            "wav, mp3, flac, ogg or m4a; else by the extension of `target_path`.",
        ),
    )
    operations = {
        "detect": Operation("the format, by the extension alone", takes=("file_path",)),
        "metadata": Operation("length, rates, channels, tags", takes=("file_path",)),
        "convert": Operation(
            "to another format, with its tags",
            takes=("source_path", "target_path", "target_format"),
        ),
    }
    default_operation = "metadata"
    examples = (
        Example(
            {"operation": "detect", "file_path": "@/a.mp3"},
            {"result": {"format": "mp3", "supported": True}},
        ),
        Example(
            {"file_path": "@/a.wav"},
            {"result": {"metadata": {"duration_seconds": 0.008, "sample_rate": 8000}}},
            files={"a.wav": _WAV},
        ),
        Example(
            {"operation": "convert", "source_path": "@/a.wav", "target_path": "@/b.flac"},
            {"result": {"target_format": "flac", "success": True}},
            files={"a.wav": _WAV},
        ),
        Example(
            {"operation": "convert", "source_path": "@/a.wav", "target_path": "@/a.txt"},
            fails="not as 'unknown'",
        ),
    )

    def do_detect(self, call: Call) -> Answer:
        """`format` by the extension; the file need not exist."""
        path = media_path(call, "file_path")
        found = format_of(path, _FORMATS)
        result = {"file_path": path, "format": found, "supported": found != "unknown"}
        return Answer("detect", result, message=f"{path}: {found}")

    def do_metadata(self, call: Call) -> Answer:
        """`metadata`; `format` is that of the content, `note` says why a file cannot be read."""
        with media_file(call, "file_path", LARGEST_FILE) as (path, file, size):
            number = file.fileno()
            found = isolated(call, f"{WORK}:facts", [number], files=[number])
        said = found.get("tags", {})
        year = said.get("date", said.get("year", ""))[:4]
        told = {
            "format": format_of_content(found.get("container"), path, _FORMATS, _FAMILIES),
            "duration_seconds": found.get("duration_seconds"),
            "sample_rate": found.get("sample_rate"),
            "channels": found.get("channels"),
            "bit_rate": found.get("bit_rate"),
            "title": said.get("title", os.path.splitext(os.path.basename(path))[0]),
            "artist": said.get("artist"),
            "album": said.get("album"),
            "year": int(year) if year.isascii() and year.isdigit() else None,
            "file_size": size,
            "codec": found.get("codec"),
            "tags": said,
            "note": found.get("problem"),
        }
        return Answer("metadata", {"file_path": path, "metadata": told})

    def do_convert(self, call: Call) -> Answer:
        """Writes the file in another format; `tools.media.audio_sample_rate` resamples it."""
        target = media_path(call, "target_path", write=True)
        asked = str(call.get("target_format", "")).lower()
        format_ = _FORMATS.get(asked, asked) if asked else format_of(target, _FORMATS)
        if format_ not in WRITTEN:
            raise ToolError(f"sound is written as {', '.join(WRITTEN)}, not as '{format_}'")
        settings = media_settings(call.around)
        with (
            media_file(call, "source_path", LARGEST_FILE) as (source, file, _),
            storage_errors("write", target),
            replacing(call.policy, target) as (made, _resolved),
        ):
            numbers = [file.fileno(), made.fileno()]
            found = isolated(
                call,
                f"{WORK}:convert",
                [*numbers, format_, settings.audio_sample_rate],
                files=numbers,
                file_size=settings.max_file_size,
            )
        return Answer(
            "convert",
            {
                "source_path": source,
                "target_path": target,
                "target_format": format_,
                "success": True,
            },
            message=f"Wrote {target} ({found['duration_seconds']:.1f} s of sound)",
            metadata=found,
        )
