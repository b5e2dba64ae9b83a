"""`audio-processor`, on sound that FFmpeg makes."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import pytest

from llmspell.app import Runtime
from llmspell.errors import (
    ResourceError,
    SecurityError,
    StorageError,
    TimeLimitError,
    ToolError,
    ValidationError,
)
from llmspell.tools.service import Tools
from tests.runtime.tools.builtin.media.making import CODECS, TAGS, make_sound

NAME = "audio-processor"
FORMATS = sorted(CODECS)


def metadata(tools: Tools, path: str) -> Any:
    return tools.invoke(NAME, {"file_path": path}).result["metadata"]


def convert(tools: Tools, source: str, target: str, **params: Any) -> Any:
    params = {"operation": "convert", "source_path": source, "target_path": target} | params
    return tools.invoke(NAME, params).result


def test_the_format_is_told_by_the_extension_of_any_path(tools: Tools, tmp_path: Path) -> None:
    result = tools.invoke(NAME, {"operation": "detect", "file_path": "none.M4A"}).result
    assert result == {
        "file_path": str(tmp_path.resolve() / "none.M4A"),
        "format": "m4a",
        "supported": True,
    }
    result = tools.invoke(NAME, {"operation": "detect", "file_path": "a.txt"}).result
    assert (result["format"], result["supported"]) == ("unknown", False)


@pytest.mark.parametrize("format_", FORMATS)
def test_what_is_known_of_a_file(tools: Tools, tmp_path: Path, format_: str) -> None:
    path = make_sound(tmp_path / f"a.{format_}", tags=TAGS)
    told = metadata(tools, path.name)
    assert told["format"] == format_
    assert told["duration_seconds"] == pytest.approx(1, abs=0.05)
    assert (told["sample_rate"], told["channels"]) == (48_000, 2)
    assert told["bit_rate"] > 10_000
    assert (told["title"], told["artist"]) == ("Ä song", "Somebody")
    assert (told["album"], told["year"]) == ("An album", 1999)
    assert told["file_size"] == path.stat().st_size


def test_a_file_without_tags_has_its_name_as_title(tools: Tools, tmp_path: Path) -> None:
    make_sound(tmp_path / "A tone.wav")
    told = metadata(tools, "A tone.wav")
    assert (told["title"], told["artist"], told["year"]) == ("A tone", None, None)


def test_the_format_is_that_of_the_content(tools: Tools, tmp_path: Path) -> None:
    make_sound(tmp_path / "a.flac").rename(tmp_path / "a.mp3")
    assert metadata(tools, "a.mp3")["format"] == "flac"


def test_of_a_file_that_is_no_sound_its_size_is_told(tools: Tools, tmp_path: Path) -> None:
    (tmp_path / "a.mp3").write_text("hello")
    told = metadata(tools, "a.mp3")
    assert (told["format"], told["file_size"], told["duration_seconds"]) == ("mp3", 5, None)
    assert "no sound" in told["note"]


@pytest.mark.parametrize(
    ("source", "target"),
    [*((each, "wav") for each in FORMATS), *(("flac", each) for each in FORMATS)],
)
def test_every_format_is_read_and_written(
    tools: Tools, tmp_path: Path, source: str, target: str
) -> None:
    make_sound(tmp_path / f"a.{source}", tags=TAGS)
    result = convert(tools, f"a.{source}", f"b.{target}")
    assert result == {
        "source_path": str(tmp_path.resolve() / f"a.{source}"),
        "target_path": str(tmp_path.resolve() / f"b.{target}"),
        "target_format": target,
        "success": True,
    }
    told = metadata(tools, f"b.{target}")
    assert told["format"] == target
    assert told["duration_seconds"] == pytest.approx(1, abs=0.06)
    assert (told["channels"], told["artist"], told["year"]) == (2, "Somebody", 1999)


def test_the_tone_stays_the_same(tools: Tools, tmp_path: Path) -> None:
    """A tone of 440 Hz crosses zero 880 times a second."""
    make_sound(tmp_path / "a.mp3")
    convert(tools, "a.mp3", "b.wav")
    with av.open(str(tmp_path / "b.wav")) as container:
        data = b"".join(bytes(frame.planes[0]) for frame in container.decode(audio=0))
    left = memoryview(data).cast("h")[::2].tolist()
    crossings = sum((a < 0) != (b < 0) for a, b in itertools.pairwise(left))
    assert crossings == pytest.approx(880, abs=10)


def test_the_asked_format_counts_more_than_the_extension(tools: Tools, tmp_path: Path) -> None:
    make_sound(tmp_path / "a.wav")
    assert convert(tools, "a.wav", "b.bin", target_format="FLAC")["target_format"] == "flac"
    assert metadata(tools, "b.bin")["format"] == "flac"


def test_a_file_can_take_its_own_place(tools: Tools, tmp_path: Path) -> None:
    make_sound(tmp_path / "a.wav", rate=48_000)
    convert(tools, "a.wav", "a.wav", target_format="flac")
    assert metadata(tools, "a.wav")["format"] == "flac"
    assert [path.name for path in tmp_path.iterdir()] == ["a.wav"]


def test_deep_samples_are_kept(tools: Tools, tmp_path: Path) -> None:
    make_sound(tmp_path / "a.wav", codec="pcm_s24le")
    convert(tools, "a.wav", "b.flac")
    convert(tools, "b.flac", "c.wav")
    assert metadata(tools, "c.wav")["codec"] == "pcm_s24le"


@pytest.mark.parametrize(("target", "channels"), [("b.flac", 6), ("b.mp3", 2)])
def test_many_channels_are_kept_or_mixed_to_two(
    tools: Tools, tmp_path: Path, target: str, channels: int
) -> None:
    make_sound(tmp_path / "a.flac", channels=6)
    convert(tools, "a.flac", target)
    assert metadata(tools, target)["channels"] == channels


@pytest.mark.parametrize(("target", "rate"), [("b.wav", 10_000), ("b.mp3", 11_025)])
def test_the_configuration_says_the_sample_rate(
    make_runtime: Callable[..., Runtime], tmp_path: Path, target: str, rate: int
) -> None:
    tools = make_runtime("[tools.media]\naudio_sample_rate = 10000\n").tools
    make_sound(tmp_path / "a.wav")
    convert(tools, "a.wav", target)
    assert metadata(tools, target)["sample_rate"] == rate


def test_unknown_target_formats_are_refused(tools: Tools, tmp_path: Path) -> None:
    make_sound(tmp_path / "a.wav")
    with pytest.raises(ToolError, match="not as 'aiff'"):
        convert(tools, "a.wav", "b.wav", target_format="aiff")
    assert not (tmp_path / "b.wav").exists()


@pytest.mark.parametrize("missing", ["source_path", "target_path"])
def test_the_missing_path_is_named(tools: Tools, missing: str) -> None:
    params = {"operation": "convert", "source_path": "a.wav", "target_path": "b.wav"}
    with pytest.raises(ValidationError) as caught:
        tools.invoke(NAME, params | {missing: ""})
    assert caught.value.details["field"] == missing


def test_a_file_that_breaks_off_leaves_the_target_as_it_was(tools: Tools, tmp_path: Path) -> None:
    whole = make_sound(tmp_path / "a.m4a").read_bytes()
    (tmp_path / "a.m4a").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "b.wav").write_text("before")
    with pytest.raises(ToolError, match="no sound"):
        convert(tools, "a.m4a", "b.wav")
    assert (tmp_path / "b.wav").read_text() == "before"
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("seed", range(8))
def test_broken_files_are_told_or_converted(tools: Tools, tmp_path: Path, seed: int) -> None:
    data = bytearray(make_sound(tmp_path / f"a.{FORMATS[seed % 5]}").read_bytes())
    for place in range(seed, len(data), 97 + seed):
        data[place] ^= 0x5A
    (tmp_path / "a").write_bytes(data)
    try:
        convert(tools, "a", "b.wav")
    except ToolError as error:
        assert "no sound" in str(error) or "cannot be converted" in str(error)


def test_a_list_that_leads_to_other_files_is_no_sound(
    make_runtime: Callable[..., Runtime], tmp_path: Path
) -> None:
    """FFmpeg would play it; also where the kernel does not confine its process."""
    make_sound(tmp_path / "secret.mp3")
    (tmp_path / "a.wav").write_text("ffconcat version 1.0\nfile 'secret.mp3'\n")
    with pytest.raises(ToolError, match="no sound"):
        convert(make_runtime(security="trusted").tools, "a.wav", "b.wav")


def test_files_outside_are_refused(tools: Tools, tmp_path: Path) -> None:
    make_sound(tmp_path / "a.wav")
    with pytest.raises(SecurityError):
        metadata(tools, "/etc/passwd")
    with pytest.raises(SecurityError):
        convert(tools, "a.wav", "/etc/a.wav")


def test_a_missing_file_is_told(tools: Tools) -> None:
    with pytest.raises(StorageError, match="No such file"):
        metadata(tools, "none.wav")


def test_the_size_of_files_is_limited(make_runtime: Callable[..., Runtime], tmp_path: Path) -> None:
    make_sound(tmp_path / "a.mp3")
    tools = make_runtime("[tools.media]\nmax_file_size = 60_000\n").tools
    with pytest.raises(ResourceError, match=r"larger than `tools\.media\.max_file_size`"):
        convert(tools, "a.mp3", "b.wav")
    assert not (tmp_path / "b.wav").exists()
    make_sound(tmp_path / "c.wav")
    with pytest.raises(ValidationError, match="more than 60000") as caught:
        metadata(tools, "c.wav")
    assert caught.value.details["field"] == "file_path"


def test_the_configured_time_ends_a_conversion(
    make_runtime: Callable[..., Runtime], tmp_path: Path
) -> None:
    with av.open(str(tmp_path / "a.wav"), "w") as out:
        stream: Any = out.add_stream("pcm_u8", rate=384_000, layout="mono")
        frame = av.AudioFrame(format="u8", layout="mono", samples=100_000_000)
        frame.sample_rate = 384_000
        out.mux(stream.encode(frame))
    tools = make_runtime("[tools.media]\nprocessing_timeout_seconds = 1\n").tools
    with pytest.raises(TimeLimitError, match="within 1 s"):
        convert(tools, "a.wav", "b.m4a")
    assert not (tmp_path / "b.m4a").exists()


def test_a_day_of_sound_is_the_most(tools: Tools, tmp_path: Path) -> None:
    path = make_sound(tmp_path / "a.wav", rate=8000, channels=1, seconds=0.1)
    data = bytearray(path.read_bytes())
    data[24:32] = (1).to_bytes(4, "little") + (2).to_bytes(4, "little")  # one sample a second
    with path.open("wb") as file:
        file.write(data)
        file.truncate(200_000)
    data = bytearray(path.read_bytes())
    place = data.index(b"data")
    data[place + 4 : place + 8] = (190_000).to_bytes(4, "little")
    path.write_bytes(data)
    with pytest.raises(ValidationError, match="24 hours"):
        convert(tools, "a.wav", "b.wav")
