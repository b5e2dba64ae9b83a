"""`image-processor`, on pictures that pillow makes."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from llmspell.app import Runtime
from llmspell.errors import LLMSpellError, SecurityError, StorageError, ToolError, ValidationError
from llmspell.tools.service import Tools

NAME = "image-processor"
RED, BLUE = (255, 0, 0), (0, 0, 255)


@pytest.fixture
def flag(tmp_path: Path) -> Path:
    """40x20 pixels: the left half is red, the right half blue."""
    image = Image.new("RGB", (40, 20), RED)
    image.paste(BLUE, (20, 0, 40, 20))
    path = tmp_path / "flag.png"
    image.save(path, dpi=(72, 72))
    return path


def edit(tools: Tools, operation: str, target: str = "out.png", **params: Any) -> Any:
    """The result of an edit of `flag.png`."""
    params = {"source_path": "flag.png", "target_path": target, "operation": operation} | params
    return tools.invoke(NAME, params).table()["result"]


def opened(path: Path) -> Any:
    with Image.open(path) as image:
        image.load()
        return image


def test_the_format_is_told_by_the_extension_of_any_path(tools: Tools, tmp_path: Path) -> None:
    result = tools.invoke(NAME, {"operation": "detect", "file_path": "none.TIF"}).result
    assert result == {
        "file_path": str(tmp_path.resolve() / "none.TIF"),
        "format": "tiff",
        "mime_type": "image/tiff",
        "supported": False,
    }
    icon = tools.invoke(NAME, {"operation": "detect", "file_path": "a.ico"}).result
    assert icon["mime_type"] == "image/x-icon"


def test_what_is_known_of_a_picture(tools: Tools, flag: Path) -> None:
    told = tools.invoke(NAME, {"file_path": "flag.png"}).result["metadata"]
    assert told["dimensions"] == {"width": 40, "height": 20}
    assert (told["format"], told["color_mode"], told["bit_depth"]) == ("png", "RGB", 8)
    assert told["file_size"] == flag.stat().st_size
    assert told["dpi"] == pytest.approx([72, 72], abs=0.1)
    assert told["exif"] is None


def test_exif_is_told(tools: Tools, flag: Path) -> None:
    exif = Image.Exif()
    exif[0x0110] = "Camera 9"
    opened(flag).save(flag.with_name("photo.jpg"), exif=exif)
    told = tools.invoke(NAME, {"file_path": "photo.jpg"}).result["metadata"]
    assert told["exif"] == {"Model": "Camera 9"}


def test_of_a_file_that_is_no_picture_its_size_is_told(tools: Tools, tmp_path: Path) -> None:
    (tmp_path / "a.png").write_text("hello")
    told = tools.invoke(NAME, {"file_path": "a.png"}).result["metadata"]
    assert (told["format"], told["file_size"], told["dimensions"]) == ("png", 5, None)
    assert "no picture" in told["note"]


@pytest.mark.parametrize(
    ("asked", "size"),
    [
        ({"width": 10}, (10, 5)),
        ({"height": 10}, (20, 10)),
        ({"width": 10, "height": 10}, (10, 5)),
        ({"width": 10, "height": 10, "maintain_aspect_ratio": False}, (10, 10)),
    ],
)
def test_resizing(tools: Tools, flag: Path, asked: Any, size: tuple[int, int]) -> None:
    result = edit(tools, "resize", **asked)
    assert opened(flag.with_name("out.png")).size == size
    assert result["width"] == asked.get("width")
    assert result["maintain_aspect_ratio"] is asked.get("maintain_aspect_ratio", True)


def test_resizing_needs_a_size(tools: Tools, flag: Path) -> None:
    with pytest.raises(ValidationError) as caught:
        edit(tools, "resize")
    assert caught.value.details["field"] == "dimensions"


@pytest.mark.parametrize(
    ("target", "asked", "written"),
    [
        ("out.jpg", {}, "JPEG"),
        ("out.gif", {}, "GIF"),
        ("out.bin", {"target_format": "webp"}, "WEBP"),
        ("out.bin", {"target_format": "JPG"}, "JPEG"),
    ],
)
def test_converting(tools: Tools, flag: Path, target: str, asked: Any, written: str) -> None:
    result = edit(tools, "convert", target, **asked)
    assert opened(flag.with_name(target)).format == written
    assert result["target_format"] == written.lower()


def test_what_is_transparent_is_white_in_jpeg(tools: Tools, tmp_path: Path) -> None:
    Image.new("RGBA", (8, 8), (255, 0, 0, 0)).save(tmp_path / "flag.png")
    edit(tools, "convert", "out.jpg")
    assert opened(tmp_path / "out.jpg").getpixel((4, 4)) == (255, 255, 255)


def test_unknown_target_formats_are_refused(tools: Tools, flag: Path) -> None:
    with pytest.raises(ToolError, match="not as 'tiff'"):
        edit(tools, "convert", "out.tif")
    assert not flag.with_name("out.tif").exists()


def test_cropping(tools: Tools, flag: Path) -> None:
    result = edit(tools, "crop", x=18, y=5, width=4, height=6)
    image = opened(flag.with_name("out.png"))
    assert image.size == (4, 6)
    assert (image.getpixel((1, 0)), image.getpixel((2, 0))) == (RED, BLUE)
    assert (result["x"], result["y"], result["width"], result["height"]) == (18, 5, 4, 6)


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"x": 0, "y": 0, "width": 4}, "height"),
        ({"x": 40, "y": 0, "width": 1, "height": 1}, "x"),
        ({"x": 0, "y": 1, "width": 1, "height": 20}, "height"),
        ({"x": -1, "y": 0, "width": 1, "height": 1}, "x"),
    ],
)
def test_the_field_that_leads_outside_is_named(
    tools: Tools, flag: Path, asked: Any, field: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        edit(tools, "crop", **asked)
    assert caught.value.details["field"] == field


def test_turning_is_clockwise(tools: Tools, flag: Path) -> None:
    assert edit(tools, "rotate")["degrees"] == 90
    image = opened(flag.with_name("out.png"))
    assert image.size == (20, 40)
    assert (image.getpixel((10, 0)), image.getpixel((10, 39))) == (RED, BLUE)


def test_turning_a_little_leaves_transparent_corners(tools: Tools, flag: Path) -> None:
    edit(tools, "rotate", degrees=45)
    image = opened(flag.with_name("out.png"))
    assert image.getpixel((0, 0))[3] == 0
    assert image.width > 40


def test_thumbnails_are_small_and_never_larger(tools: Tools, flag: Path) -> None:
    edit(tools, "thumbnail", max_width=10, max_height=10)
    assert opened(flag.with_name("out.png")).size == (10, 5)
    result = edit(tools, "thumbnail")
    assert opened(flag.with_name("out.png")).size == (40, 20)
    assert (result["max_width"], result["max_height"]) == (200, 200)


def test_pictures_of_cameras_are_turned_upright_and_lose_their_exif(
    tools: Tools, flag: Path
) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    opened(flag).save(flag.with_name("photo.jpg"), exif=exif)
    edit(tools, "convert", source_path="photo.jpg")
    image = opened(flag.with_name("out.png"))
    assert image.size == (20, 40)
    assert not image.getexif()


def test_a_picture_that_unpacks_to_gigabytes_is_refused_unread(
    tools: Tools, tmp_path: Path
) -> None:
    (tmp_path / "flag.png").write_bytes(_png(60_000, 60_000))
    with pytest.raises(ValidationError, match="60000x60000") as caught:
        edit(tools, "thumbnail")
    assert caught.value.details["field"] == "source_path"
    told = tools.invoke(NAME, {"file_path": "flag.png"}).result["metadata"]
    assert told["dimensions"] == {"width": 60_000, "height": 60_000}


def test_a_picture_cannot_be_made_huge(tools: Tools, flag: Path) -> None:
    with pytest.raises(ValidationError, match="image_max_dimensions"):
        edit(tools, "resize", width=100_000)


def test_the_configuration_says_how_large_pictures_may_be(
    make_runtime: Callable[..., Runtime], flag: Path
) -> None:
    tools = make_runtime('[tools.media]\nimage_max_dimensions = "39x20"\n').tools
    with pytest.raises(ValidationError, match="39x20"):
        edit(tools, "convert")


def test_broken_pictures_are_a_failure_and_nothing_is_written(tools: Tools, flag: Path) -> None:
    flag.write_bytes(flag.read_bytes()[:60])
    with pytest.raises(LLMSpellError, match="picture"):
        edit(tools, "convert")
    assert not flag.with_name("out.png").exists()


def test_files_that_pillow_would_run_programs_for_are_no_pictures(
    tools: Tools, tmp_path: Path
) -> None:
    (tmp_path / "flag.png").write_text("%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n")
    with pytest.raises(ToolError, match="no picture"):
        edit(tools, "convert")


def test_missing_files_and_empty_paths(tools: Tools) -> None:
    with pytest.raises(StorageError):
        tools.invoke(NAME, {"file_path": "none.png"})
    with pytest.raises(ValidationError) as caught:
        tools.invoke(NAME, {"file_path": ""})
    assert caught.value.details["field"] == "file_path"


@pytest.mark.parametrize("params", [{"source_path": "/etc/passwd"}, {"target_path": "/etc/a.png"}])
def test_paths_outside_are_denied(tools: Tools, flag: Path, params: Any) -> None:
    with pytest.raises(SecurityError):
        edit(
            tools,
            "convert",
            **({"target": params["target_path"]} if "target_path" in params else params),
        )


def test_a_spell_makes_a_thumbnail(make_runtime: Callable[..., Runtime], flag: Path) -> None:
    spell = """
    return Tool.execute("image-processor", {
      operation = "thumbnail", source_path = "flag.png", target_path = "s.webp", max_width = 20,
    }).metadata.dimensions.height"""
    assert make_runtime().run(spell).value == 10


def _png(width: int, height: int) -> bytes:
    """The head of a PNG and a few of its rows."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        sum_ = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + sum_

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
