"""What `video-processor` does in a process of its own: it reads one film, and takes a still."""

from __future__ import annotations

from llmspell.errors import ToolError, ValidationError
from llmspell.tools.builtin.media.containers import duration, open_container
from llmspell.tools.builtin.media.image_work import check_size, write_picture
from llmspell.tools.failures import failing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from av import VideoFrame
    from av.container import InputContainer
    from av.video.stream import VideoStream

ROUNDING = 1e-6
"""Seconds by which a frame may begin late: times in films are whole parts of a second."""


def facts(request: Any) -> dict[str, Any]:
    """What a film says of itself: `[descriptor]`; `problem` instead where it has no picture."""
    try:
        container = open_container(request[0])
        with container:
            stream = _picture(container)
            with failing("the file cannot be read"):
                return _facts(container, stream)
    except ToolError as error:
        return {"problem": str(error)}


def still(request: Any) -> dict[str, Any]:
    """Writes one picture: `[descriptor, target's, seconds, format, largest, fit, options]`.

    largest: most width and height of the film; fit: width and height into which the still is made
    to fit, or None; options: of the writer of the format. Gives `width`, `height` and the
    `timestamp_seconds` at which the picture begins.
    """
    source, target, seconds, format_, largest, fit, options = request
    with open_container(source) as container:
        stream = _picture(container)
        check_size((stream.width, stream.height), largest, "file_path")
        # The size within the stream may be another than that of the container.
        stream.codec_context.options = {"max_pixels": str(largest[0] * largest[1])}
        stream.thread_count = 1  # each further one takes memory
        with failing("the film cannot be read"):
            begun, frame = _frame_at(container, stream, seconds)
            image = frame.to_image()  # type: ignore[no-untyped-call]
            if frame.rotation % 360:
                image = image.rotate(frame.rotation, expand=True)  # both are anticlockwise
    if fit:
        image.thumbnail(fit)
    write_picture(image, target, format_, **options)
    return {"width": image.width, "height": image.height, "timestamp_seconds": round(begun, 6)}


def _picture(container: InputContainer) -> VideoStream:
    if not container.streams.video:
        raise ToolError("the file has no picture")
    return container.streams.video[0]


def _facts(container: InputContainer, stream: VideoStream) -> dict[str, Any]:
    audio = next(iter(container.streams.audio), None)
    length = duration(container)
    rate = stream.average_rate
    sound = audio.bit_rate if audio is not None else None
    picture = stream.bit_rate
    if picture is None and container.bit_rate and (audio is None or sound):
        picture = container.bit_rate - (sound or 0)
    return {
        "container": container.format.name,
        "duration_seconds": length,
        "resolution": {"width": stream.width, "height": stream.height},
        "fps": None if rate is None else round(float(rate), 3),
        "video_bitrate": picture,
        "audio_bitrate": sound,
        "audio_channels": None if audio is None else audio.codec_context.channels,
        "video_codec": stream.codec_context.codec.canonical_name,
        "audio_codec": None if audio is None else audio.codec_context.codec.canonical_name,
    }


def _frame_at(
    container: InputContainer, stream: VideoStream, seconds: float
) -> tuple[float, VideoFrame]:
    """The frame that is seen at a time, and when it begins."""
    if seconds > 0:
        start = stream.start_time or 0
        container.seek(start + int(seconds / (stream.time_base or 1)), stream=stream)
    begun, frame, is_last = _last_until(container, stream, seconds)
    if begun > seconds > 0:  # it went too far, as in files without an index
        container.seek(0)
        begun, frame, is_last = _last_until(container, stream, seconds)
    if is_last and seconds > begun + 1 / float(stream.average_rate or 1):
        raise ValidationError(f"the film ends before {seconds:g} s", field="timestamp_seconds")
    return begun, frame


def _last_until(
    container: InputContainer, stream: VideoStream, seconds: float
) -> tuple[float, VideoFrame, bool]:
    """The last frame that begins by a time, else the first; its time; whether none follows."""
    found: tuple[float, VideoFrame] | None = None
    for begun, frame in _frames(container, stream):
        if found is not None and begun > seconds + ROUNDING:
            return (*found, False)
        found = begun, frame
    if found is None:
        raise ToolError("there is no picture in it")
    return (*found, True)


def _frames(container: InputContainer, stream: VideoStream) -> Iterator[tuple[float, VideoFrame]]:
    """The frames with their times in seconds, from the beginning of the film."""
    step = 1 / float(stream.average_rate or 25)
    first = float((stream.start_time or 0) * (stream.time_base or 0))
    begun = -step
    for frame in container.decode(stream):
        known = frame.pts is not None and frame.time_base is not None
        begun = frame.time - first if known else begun + step
        yield begun, frame
