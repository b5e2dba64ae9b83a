"""What `audio-processor` does in a process of its own: it reads and converts one file."""

from __future__ import annotations

import errno
import io
from itertools import chain

from llmspell.errors import ResourceError, ToolError, ValidationError
from llmspell.tools.builtin.media.containers import duration, open_container, tags
from llmspell.tools.failures import failing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from av import AudioCodecContext
    from av.audio.stream import AudioStream
    from av.container import InputContainer, OutputContainer

WRITTEN = {
    "wav": ("wav", "pcm_s16le"),
    "mp3": ("mp3", "libmp3lame"),
    "flac": ("flac", "flac"),
    "ogg": ("ogg", "libopus"),
    "m4a": ("ipod", "aac"),
}
"""By format, FFmpeg's names of its container and codec."""

LONGEST = 24 * 3600
"""Seconds of sound that are converted."""

_EXACT = {"pcm_u8", "pcm_s24le", "pcm_s32le", "pcm_f32le", "pcm_f64le"}
_KEPT = ("title", "artist", "album", "date", "genre", "track", "comment")
_NAMES = {1: "mono", 2: "stereo"}


class Target(io.FileIO):
    """A file to write; `full` once it may not grow any more."""

    full = False

    def write(self, data: Any) -> int:
        """Writes all of the data, or raises OSError."""
        left = memoryview(data)
        try:
            while left:
                left = left[super().write(left) :]
        except OSError as error:
            self.full = error.errno == errno.EFBIG
            raise
        return len(data)


def facts(request: Any) -> dict[str, Any]:
    """What a file says of itself: `[descriptor]`; `problem` instead where it has no sound."""
    try:
        container = open_container(request[0])
        with container:
            stream = _sound(container)
            with failing("the file cannot be read"):
                return _facts(container, stream)
    except ToolError as error:
        return {"problem": str(error)}


def convert(request: Any) -> dict[str, Any]:
    """Writes a file anew: `[its descriptor, that of the target, format, samples a second or None]`.

    Gives `sample_rate`, `channels` and `duration_seconds` of what was written.
    """
    source, target, format_, rate = request
    with open_container(source) as container, Target(target, "wb") as file:
        stream = _sound(container)
        try:
            with failing("the sound cannot be converted"):
                return _converted(container, stream, file, format_, rate)
        except ToolError:
            if file.full:  # which FFmpeg tells as an error of its own
                raise ResourceError(
                    "the file would be larger than `tools.media.max_file_size`",
                    resource="file_size",
                ) from None
            raise


def _sound(container: InputContainer) -> AudioStream:
    if not container.streams.audio:
        raise ToolError("the file has no sound")
    return container.streams.audio[0]


def _facts(container: InputContainer, stream: AudioStream) -> dict[str, Any]:
    codec = stream.codec_context
    return {
        "container": container.format.name,
        "codec": codec.codec.canonical_name,
        "duration_seconds": duration(container),
        "sample_rate": codec.sample_rate or None,
        "channels": codec.channels or None,
        "bit_rate": stream.bit_rate or container.bit_rate or None,
        "tags": tags(container),
    }


def _converted(
    container: InputContainer, stream: AudioStream, file: Target, format_: str, rate: int | None
) -> dict[str, Any]:
    import av

    _check_length(duration(container) or 0)
    with av.open(file, "w", format=WRITTEN[format_][0]) as out:
        said = tags(container)
        out.metadata.update({key: said[key] for key in _KEPT if key in said})
        made = _encoder(out, stream.codec_context, format_, rate)
        out.start_encoding()
        codec = made.codec_context
        resampler = av.AudioResampler(
            codec.format, codec.layout, codec.sample_rate, codec.frame_size or None
        )
        samples = 0
        for frame in chain(container.decode(stream), (None,)):
            for part in resampler.resample(frame):
                samples += part.samples
                out.mux(made.encode(part))
            _check_length(samples / codec.sample_rate)
        out.mux(made.encode(None))
        return {
            "sample_rate": codec.sample_rate,
            "channels": codec.channels,
            "duration_seconds": samples / codec.sample_rate,
        }


def _encoder(
    out: OutputContainer, source: AudioCodecContext, format_: str, rate: int | None
) -> AudioStream:
    """The stream to write: as near to the source as format and codec allow."""
    import av

    name = WRITTEN[format_][1]
    exact = source.name in _EXACT or (source.name == "flac" and source.format.bytes > 2)
    if exact and format_ == "wav":
        name = "pcm_s24le" if source.name == "flac" else source.name
    wanted = rate or source.sample_rate
    known = av.Codec(name, "w").audio_rates
    if known:
        wanted = min((each for each in known if each >= wanted), default=max(known))
    layout = {1: "mono", 2: "stereo"}.get(source.channels, source.layout.name)
    if source.channels > 2 and format_ in {"mp3", "ogg"}:
        layout = "stereo"
    made: AudioStream = out.add_stream(name, rate=wanted, layout=layout)  # type: ignore[assignment]
    if exact and format_ == "flac" and source.name != "pcm_u8":
        made.codec_context.format = av.AudioFormat("s32")
    return made


def _check_length(seconds: float) -> None:
    if seconds > LONGEST:
        raise ValidationError(
            f"more than {LONGEST // 3600} hours of sound are not converted", field="source_path"
        )
