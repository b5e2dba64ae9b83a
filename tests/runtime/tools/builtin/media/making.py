"""Sound and films for the tests, made with FFmpeg."""

from __future__ import annotations

import array
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import av
from PIL import Image

CODECS = {
    "wav": ("wav", "pcm_s16le"),
    "mp3": ("mp3", "libmp3lame"),
    "flac": ("flac", "flac"),
    "ogg": ("ogg", "libopus"),
    "m4a": ("ipod", "aac"),
}
TAGS = {"title": "Ä song", "artist": "Somebody", "album": "An album", "date": "1999-02-01"}


def make_sound(
    path: Path,
    *,
    rate: int = 48_000,
    channels: int = 2,
    seconds: float = 1.0,
    tags: dict[str, str] | None = None,
    codec: str = "",
) -> Path:
    """A tone of 440 Hz; the format is that of the extension."""
    container, usual = CODECS[path.suffix[1:]]
    layout = {1: "mono", 2: "stereo", 6: "5.1"}[channels]
    count = round(rate * seconds)
    wave = (int(9000 * math.sin(2 * math.pi * 440 * n / rate)) for n in range(count))
    samples = array.array("h", (value for value in wave for _ in range(channels)))
    frame = av.AudioFrame(format="s16", layout=layout, samples=count)
    frame.planes[0].update(samples.tobytes())
    frame.sample_rate, frame.pts = rate, 0
    with av.open(str(path), "w", format=container) as out:
        out.metadata.update(tags or {})
        stream: Any = out.add_stream(codec or usual, rate=rate, layout=layout)
        out.start_encoding()
        made = stream.codec_context
        resampler = av.AudioResampler(made.format, made.layout, rate, made.frame_size or None)
        for part in (*resampler.resample(frame), *resampler.resample(None)):
            out.mux(stream.encode(part))
        out.mux(stream.encode(None))
    return path


def make_film(
    path: Path,
    colours: Sequence[str] = ("red", "lime", "blue"),
    *,
    size: tuple[int, int] = (64, 32),
    codec: str = "mpeg4",
    sound: bool = False,
) -> Path:
    """A film with a second of each colour, of 10 pictures a second."""
    with av.open(str(path), "w") as out:
        stream: Any = out.add_stream(codec, rate=10)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        audio: Any = out.add_stream("libopus", rate=48_000, layout="stereo") if sound else None
        for colour in colours:
            image = Image.new("RGB", size, colour)
            frames: Any = av.VideoFrame
            for _ in range(10):
                out.mux(stream.encode(frames.from_image(image)))
        out.mux(stream.encode(None))
        if audio is not None:
            silence = av.AudioFrame(format="s16", layout="stereo", samples=960)
            silence.planes[0].update(bytes(960 * 4))
            silence.sample_rate = 48_000
            for count in range(50 * len(colours)):
                silence.pts = 960 * count
                out.mux(audio.encode(silence))
            out.mux(audio.encode(None))
    return path
