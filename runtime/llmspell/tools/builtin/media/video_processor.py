"""`video-processor` (spec tools §8.28), on FFmpeg as PyAV brings it, and pillow.

Files are opened here, within the policy; the libraries work on them in a process of its own, which
has limits of time, memory and file size.
"""

from __future__ import annotations

from llmspell.errors import ValidationError
from llmspell.security.opening import replacing
from llmspell.tools.answer import Answer
from llmspell.tools.builtin.filesystem.paths import storage_errors
from llmspell.tools.builtin.media.files import (
    MediaTool,
    format_of,
    format_of_content,
    largest_picture,
    media_file,
    media_path,
    media_settings,
)
from llmspell.tools.builtin.media.image_processor import picture_format
from llmspell.tools.description import MIB, Example, Operation, Parameter
from llmspell.tools.isolation import isolated

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from llmspell.tools.call import Call

WORK = "llmspell.tools.builtin.media.video_work"
LARGEST_FILE = 1024 * MIB
LARGEST_THUMBNAIL = (1920, 1080)
QUALITIES = {"low": 60, "medium": 80, "high": 95}
"""What the words of `tools.media.video_quality` mean to writers of pictures."""

_SUPPORTED = ("mp4", "avi", "mkv", "mov", "webm")
_FORMATS = {each: each for each in (*_SUPPORTED, "flv", "wmv")} | {"m4v": "mp4", "asf": "wmv"}
_FAMILIES = {
    "mov": ("mp4", "mov"),
    "matroska": ("mkv", "webm"),
    "avi": ("avi",),
    "flv": ("flv",),
    "asf": ("wmv",),
}

_STILL = ("file_path", "target_path", "timestamp_seconds")


class VideoProcessor(MediaTool):
    """Reads what is known of films, and takes stills out of them."""

    name = "video-processor"
    requires = ("av", "PIL")
    parameters = (
        Parameter("file_path", "string", "The film.", aliases=("path",), kind="file-path"),
        Parameter(
            "target_path", "string", "The still to write: png, jpeg, gif or webp.", kind="file-path"
        ),
        Parameter(
            "timestamp_seconds",
            "number",
            "Where in the film, in seconds.",
            default=0.0,
            schema={"minimum": 0},
        ),
    )
    operations = {
        "detect": Operation("the format, by the extension alone", takes=("file_path",)),
        "metadata": Operation("length, size, rates, codecs", takes=("file_path",)),
        "thumbnail": Operation("a still of at most 1920x1080 pixels", takes=_STILL),
        "extract_frame": Operation("a still as large as the film", takes=_STILL),
    }
    default_operation = "metadata"
    examples = (
        Example(
            {"operation": "detect", "file_path": "@/a.webm"},
            {"result": {"format": "webm", "supported": True}},
        ),
        Example(
            {"file_path": "@/a.mp4"},
            {"result": {"metadata": {"format": "mp4", "file_size": 5, "video_codec": None}}},
            title="A file that is no film",
            files={"a.mp4": "hello"},
        ),
        Example({"operation": "thumbnail", "file_path": "@/a.mp4"}, fails="'target_path'"),
    )

    def do_detect(self, call: Call) -> Answer:
        """`format` by the extension; the file need not exist."""
        path = media_path(call, "file_path")
        found = format_of(path, _FORMATS)
        result = {"file_path": path, "format": found, "supported": found in _SUPPORTED}
        return Answer("detect", result, message=f"{path}: {found}")

    def do_metadata(self, call: Call) -> Answer:
        """`metadata`; `format` is that of the content, `note` says why a file cannot be read."""
        with media_file(call, "file_path", LARGEST_FILE) as (path, file, size):
            number = file.fileno()
            found = isolated(call, f"{WORK}:facts", [number], files=[number])
        container = found.pop("container", None)
        told = {
            "format": format_of_content(container, path, _FORMATS, _FAMILIES),
            "duration_seconds": None,
            "resolution": None,
            "fps": None,
            "video_bitrate": None,
            "audio_bitrate": None,
            "audio_channels": None,
            "file_size": size,
            "video_codec": None,
            "audio_codec": None,
            "note": found.pop("problem", None),
        } | found
        return Answer("metadata", {"file_path": path, "metadata": told})

    def do_thumbnail(self, call: Call) -> Answer:
        """Writes a still that fits into 1920x1080 pixels."""
        return _still(call, call.get("timestamp_seconds"), LARGEST_THUMBNAIL)

    def do_extract_frame(self, call: Call) -> Answer:
        """Writes a still in the size of the film."""
        return _still(call, call.get("timestamp_seconds", 0.0), None)


def _still(call: Call, seconds: float | None, fit: tuple[int, int] | None) -> Answer:
    target = media_path(call, "target_path", write=True)
    format_ = picture_format(target)
    with (
        media_file(call, "file_path", LARGEST_FILE) as (source, file, _),
        storage_errors("write", target),
        replacing(call.policy, target) as (made, _resolved),
    ):
        numbers = [file.fileno(), made.fileno()]
        options = _options(call, format_)
        found = isolated(
            call,
            f"{WORK}:still",
            [*numbers, seconds or 0.0, format_, largest_picture(call), fit, options],
            files=numbers,
            file_size=media_settings(call.around).max_file_size,
        )
    return Answer(
        call.operation,
        {
            "video_path": source,
            "target_path": target,
            "timestamp_seconds": seconds,
            "success": True,
        },
        message=f"Wrote {target} ({found['width']}x{found['height']} pixels)",
        metadata={
            "dimensions": {"width": found["width"], "height": found["height"]},
            "frame_seconds": found["timestamp_seconds"],
        },
    )


def _options(call: Call, format_: str) -> dict[str, Any]:
    """What the writer of a format is told, by `tools.media.video_quality`."""
    said = media_settings(call.around).video_quality
    if said is None:
        return {}
    known = QUALITIES.get(said.lower())
    quality = int(said) if known is None and said.isascii() and said.isdigit() else known
    if quality is None or not 1 <= quality <= 100:
        raise ValidationError(
            f"`tools.media.video_quality` is '{said}'; it is {', '.join(QUALITIES)}, or 1 to 100",
            field="video_quality",
        )
    return {"quality": quality} if format_ in ("jpeg", "webp") else {}
