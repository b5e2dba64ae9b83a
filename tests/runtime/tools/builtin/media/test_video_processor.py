"""`video-processor`, on films that FFmpeg makes."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from llmspell.app import Runtime
from llmspell.errors import SecurityError, ToolError, ValidationError
from llmspell.tools.service import Tools
from tests.runtime.tools.builtin.media.making import make_film, make_sound

NAME = "video-processor"
CODECS = {"mp4": "libx264", "avi": "mpeg4", "mkv": "mpeg4", "mov": "mpeg4", "webm": "libvpx"}
CODECS |= {"flv": "flv", "wmv": "wmv2"}
FORMATS = sorted(CODECS)


def metadata(tools: Tools, path: str) -> Any:
    return tools.invoke(NAME, {"file_path": path}).result["metadata"]


def still(tools: Tools, operation: str, path: str, target: str, **params: Any) -> Any:
    params = {"operation": operation, "file_path": path, "target_path": target} | params
    return tools.invoke(NAME, params)


def colour(path: Path, place: tuple[int, int] = (5, 5)) -> str:
    """The name of what a picture mostly shows at a place."""
    with Image.open(path) as image:
        pixel: Any = image.convert("RGB").getpixel(place)
    return ("red", "lime", "blue")[pixel.index(max(pixel))]


def test_the_format_is_told_by_the_extension_of_any_path(tools: Tools, tmp_path: Path) -> None:
    result = tools.invoke(NAME, {"operation": "detect", "file_path": "none.WMV"}).result
    assert result == {
        "file_path": str(tmp_path.resolve() / "none.WMV"),
        "format": "wmv",
        "supported": False,
    }
    result = tools.invoke(NAME, {"operation": "detect", "file_path": "a.mkv"}).result
    assert (result["format"], result["supported"]) == ("mkv", True)


@pytest.mark.parametrize("format_", FORMATS)
def test_what_is_known_of_a_film(tools: Tools, tmp_path: Path, format_: str) -> None:
    path = make_film(tmp_path / f"a.{format_}", codec=CODECS[format_])
    told = metadata(tools, path.name)
    assert told["format"] == format_
    assert told["duration_seconds"] == pytest.approx(3, abs=0.2)
    assert told["resolution"] == {"width": 64, "height": 32}
    assert told["fps"] == pytest.approx(10, abs=0.1)
    assert told["file_size"] == path.stat().st_size
    assert (told["audio_codec"], told["audio_channels"]) == (None, None)


def test_the_sound_of_a_film(tools: Tools, tmp_path: Path) -> None:
    make_film(tmp_path / "a.mp4", sound=True)
    told = metadata(tools, "a.mp4")
    assert (told["video_codec"], told["audio_codec"]) == ("mpeg4", "opus")
    assert told["audio_channels"] == 2
    assert told["video_bitrate"] > 0
    assert told["audio_bitrate"] > 0


def test_the_format_is_that_of_the_content(tools: Tools, tmp_path: Path) -> None:
    make_film(tmp_path / "a.mkv").rename(tmp_path / "a.mp4")
    assert metadata(tools, "a.mp4")["format"] == "mkv"


def test_of_a_file_that_is_no_film_its_size_is_told(tools: Tools, tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_text("hello")
    told = metadata(tools, "a.mp4")
    assert (told["format"], told["file_size"], told["resolution"]) == ("mp4", 5, None)
    assert "no film" in told["note"]
    make_sound(tmp_path / "a.mkv.wav").rename(tmp_path / "a.mkv")
    assert metadata(tools, "a.mkv")["note"] == "the file has no picture"


@pytest.mark.parametrize(
    ("format_", "seconds", "seen"),
    [
        *((each, 1.0, "lime") for each in FORMATS),
        ("mp4", 0, "red"),
        ("mp4", 0.95, "red"),
        ("avi", 2.55, "blue"),
        ("flv", 2.95, "blue"),
    ],
)
def test_the_still_is_what_is_seen_at_that_time(
    tools: Tools, tmp_path: Path, format_: str, seconds: float, seen: str
) -> None:
    make_film(tmp_path / f"a.{format_}", codec=CODECS[format_])
    result = still(
        tools, "extract_frame", f"a.{format_}", "out.png", timestamp_seconds=seconds
    ).result
    assert result == {
        "video_path": str(tmp_path.resolve() / f"a.{format_}"),
        "target_path": str(tmp_path.resolve() / "out.png"),
        "timestamp_seconds": seconds,
        "success": True,
    }
    assert colour(tmp_path / "out.png") == seen


@pytest.mark.parametrize("target", ["a.png", "a.jpg", "a.webp", "a.gif"])
def test_stills_are_written_in_the_format_of_their_extension(
    tools: Tools, tmp_path: Path, target: str
) -> None:
    make_film(tmp_path / "a.mp4")
    still(tools, "thumbnail", "a.mp4", target, timestamp_seconds=1.5)
    with Image.open(tmp_path / target) as image:
        assert (image.format or "").lower()[:3] == {"jpg": "jpe"}.get(target[2:], target[2:5])
        assert image.size == (64, 32)
    assert colour(tmp_path / target) == "lime"


def test_without_a_time_it_is_the_first_picture(tools: Tools, tmp_path: Path) -> None:
    make_film(tmp_path / "a.mp4")
    result = still(tools, "thumbnail", "a.mp4", "a.png").result
    assert result["timestamp_seconds"] is None
    assert colour(tmp_path / "a.png") == "red"
    result = still(tools, "extract_frame", "a.mp4", "a.png").result
    assert result["timestamp_seconds"] == 0.0


def test_thumbnails_are_made_to_fit_and_frames_are_not(tools: Tools, tmp_path: Path) -> None:
    make_film(tmp_path / "a.mp4", ("red",), size=(2560, 1200))
    small = still(tools, "thumbnail", "a.mp4", "a.png").answer.metadata
    assert small["dimensions"] == {"width": 1920, "height": 900}
    large = still(tools, "extract_frame", "a.mp4", "a.png").answer.metadata
    assert large["dimensions"] == {"width": 2560, "height": 1200}


def test_films_of_turned_cameras_are_turned_upright(tools: Tools, tmp_path: Path) -> None:
    """The matrix of the track's head turns by a quarter, clockwise."""
    path = make_film(tmp_path / "a.mp4", ("red",))
    data = bytearray(path.read_bytes())
    matrix = data.index(b"tkhd") + 4 + 40
    one = 1 << 16
    data[matrix : matrix + 36] = struct.pack(">9i", 0, one, 0, -one, 0, 0, 0, 0, 1 << 30)
    path.write_bytes(data)
    told = still(tools, "extract_frame", "a.mp4", "a.png").answer.metadata
    assert told["dimensions"] == {"width": 32, "height": 64}


def test_a_time_behind_the_end_is_refused(tools: Tools, tmp_path: Path) -> None:
    make_film(tmp_path / "a.mp4")
    with pytest.raises(ValidationError, match=r"ends before 3\.5 s") as caught:
        still(tools, "thumbnail", "a.mp4", "a.png", timestamp_seconds=3.5)
    assert caught.value.details["field"] == "timestamp_seconds"
    assert not (tmp_path / "a.png").exists()


def test_the_size_of_pictures_is_limited(
    make_runtime: Callable[..., Runtime], tmp_path: Path
) -> None:
    make_film(tmp_path / "a.mp4", ("red",))
    tools = make_runtime('[tools.media]\nimage_max_dimensions = "63x40"\n').tools
    with pytest.raises(ValidationError, match="64x32 pixels are more"):
        still(tools, "thumbnail", "a.mp4", "a.png")


@pytest.mark.parametrize("settings", [("low", "high"), ("10", "90")])
def test_the_configuration_says_the_quality(
    make_runtime: Callable[..., Runtime], tmp_path: Path, settings: tuple[str, str]
) -> None:
    make_film(tmp_path / "a.avi", ("red",), codec="mpeg4")
    steps = []
    for setting in settings:
        tools = make_runtime(f'[tools.media]\nvideo_quality = "{setting}"\n').tools
        still(tools, "extract_frame", "a.avi", "a.jpg")
        with Image.open(tmp_path / "a.jpg") as image:
            tables: Any = image.quantization  # type: ignore[attr-defined]
            steps.append(sum(tables[0]))
    assert steps[0] > steps[1]


def test_an_unknown_quality_is_told(make_runtime: Callable[..., Runtime], tmp_path: Path) -> None:
    make_film(tmp_path / "a.mp4", ("red",))
    tools = make_runtime('[tools.media]\nvideo_quality = "best"\n').tools
    with pytest.raises(ValidationError, match="low, medium, high"):
        still(tools, "thumbnail", "a.mp4", "a.jpg")


@pytest.mark.parametrize(
    ("params", "field"),
    [({"target_path": ""}, "target_path"), ({"file_path": " "}, "file_path")],
)
def test_the_wrong_path_is_named(tools: Tools, params: Any, field: str) -> None:
    params = {"operation": "thumbnail", "file_path": "a.mp4", "target_path": "a.png"} | params
    with pytest.raises(ValidationError) as caught:
        tools.invoke(NAME, params)
    assert caught.value.details["field"] == field


def test_files_outside_are_refused(tools: Tools, tmp_path: Path) -> None:
    make_film(tmp_path / "a.mp4", ("red",))
    with pytest.raises(SecurityError):
        metadata(tools, "/etc/passwd")
    with pytest.raises(SecurityError):
        still(tools, "thumbnail", "a.mp4", "/etc/a.png")


@pytest.mark.parametrize("seed", range(6))
def test_broken_films_are_told_or_shown(tools: Tools, tmp_path: Path, seed: int) -> None:
    format_ = FORMATS[seed]
    data = bytearray(make_film(tmp_path / f"a.{format_}", codec=CODECS[format_]).read_bytes())
    for place in range(len(data) // 4 + seed, len(data), 89 + seed):
        data[place] ^= 0x5A
    (tmp_path / "a").write_bytes(data)
    try:
        still(tools, "extract_frame", "a", "a.png", timestamp_seconds=1.2)
    except (ToolError, ValidationError):
        assert not (tmp_path / "a.png").exists()
