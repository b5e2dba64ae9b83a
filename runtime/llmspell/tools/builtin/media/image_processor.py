"""`image-processor` (spec tools §8.27), on pillow.

Files are opened here, within the policy; pillow works on them in a process of its own, which has
limits of time, memory and file size.
"""

from __future__ import annotations

from llmspell.errors import ToolError, ValidationError
from llmspell.security.opening import replacing
from llmspell.tools.answer import Answer
from llmspell.tools.builtin.filesystem.paths import storage_errors
from llmspell.tools.builtin.media.files import (
    MediaTool,
    format_of,
    largest_picture,
    media_file,
    media_path,
    media_settings,
)
from llmspell.tools.description import MIB, Example, Operation, Parameter
from llmspell.tools.isolation import isolated

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from llmspell.tools.call import Call

WORK = "llmspell.tools.builtin.media.image_work"
LARGEST_FILE = 100 * MIB
WRITTEN = ("png", "jpeg", "gif", "webp")
PICTURES = {"jpg": "jpeg", "tif": "tiff"} | {
    each: each for each in (*WRITTEN, "bmp", "tiff", "ico")
}
"""Formats by extension."""

_MIME = {"ico": "image/x-icon", "unknown": "application/octet-stream"}

_PPM = "P3\n2 1\n255\n255 0 0  0 0 255\n"
_EDIT = ("source_path", "target_path")


def _pixels(
    name: str, description: str, default: int | None = None, *, least: int = 1
) -> Parameter:
    return Parameter(name, "number", description, default=default, schema={"minimum": least})


class ImageProcessor(MediaTool):
    """Reads what is known of pictures, and resizes, converts, crops and turns them."""

    name = "image-processor"
    requires = ("PIL",)
    parameters = (
        Parameter("file_path", "string", "The picture.", aliases=("path",), kind="file-path"),
        Parameter("source_path", "string", "The picture to edit.", kind="file-path"),
        Parameter("target_path", "string", "The file to write.", kind="file-path"),
        _pixels("width", "Pixels."),
        _pixels("height", "Pixels."),
        _pixels("x", "Left edge of what is cropped, from 0.", least=0),
        _pixels("y", "Upper edge of what is cropped, from 0.", least=0),
        Parameter("degrees", "number", "How far to turn, clockwise.", default=90),
        Parameter(
            "maintain_aspect_ratio",
            "boolean",
            "Resize so that the picture fits into width and height without being distorted.",
            default=True,
        ),
        Parameter(
            "target_format",
            "string",
            "png, jpeg (jpg), gif or webp; else by the extension of `target_path`.",
        ),
        _pixels("max_width", "Largest width of a thumbnail.", 200),
        _pixels("max_height", "Largest height of a thumbnail.", 200),
    )
    operations = {
        "detect": Operation("the format, by the extension alone", takes=("file_path",)),
        "metadata": Operation("size, colours, EXIF", takes=("file_path",)),
        "resize": Operation(
            "to a width, a height or both",
            takes=(*_EDIT, "width", "height", "maintain_aspect_ratio"),
        ),
        "convert": Operation("to another format", takes=(*_EDIT, "target_format")),
        "crop": Operation("cuts a part out", takes=(*_EDIT, "x", "y", "width", "height")),
        "rotate": Operation("turns clockwise", takes=(*_EDIT, "degrees")),
        "thumbnail": Operation(
            "smaller, within a width and height", takes=(*_EDIT, "max_width", "max_height")
        ),
    }
    default_operation = "metadata"
    examples = (
        Example(
            {"operation": "detect", "file_path": "@/a.jpg"},
            {"result": {"format": "jpeg", "mime_type": "image/jpeg", "supported": True}},
        ),
        Example(
            {"file_path": "@/a.ppm"},
            {"result": {"metadata": {"dimensions": {"width": 2, "height": 1}}}},
            files={"a.ppm": _PPM},
        ),
        Example(
            {
                "operation": "crop",
                "source_path": "@/a.ppm",
                "target_path": "@/b.png",
                "x": 1,
                "y": 0,
                "width": 1,
                "height": 1,
            },
            {"result": {"width": 1, "height": 1}},
            files={"a.ppm": _PPM},
        ),
        Example({"operation": "resize", "source_path": "@/a.png"}, fails="'width' or 'height'"),
    )

    def do_detect(self, call: Call) -> Answer:
        """`format` and `mime_type` by the extension; the file need not exist."""
        path = media_path(call, "file_path")
        found = format_of(path, PICTURES)
        mime = _MIME.get(found, f"image/{found}")
        result = {
            "file_path": path,
            "format": found,
            "mime_type": mime,
            "supported": found in WRITTEN,
        }
        return Answer("detect", result, message=f"{path}: {mime}")

    def do_metadata(self, call: Call) -> Answer:
        """`metadata`; `format` is that of the content, `note` says why a file cannot be read."""
        with media_file(call, "file_path", LARGEST_FILE) as (path, file, size):
            number = file.fileno()
            found = isolated(call, f"{WORK}:facts", [number], files=[number])
        told = {
            "format": format_of(path, PICTURES),
            "file_size": size,
            "dimensions": None,
            "color_mode": None,
            "bit_depth": None,
            "dpi": None,
            "exif": None,
            "note": found.pop("problem", None),
        } | found
        return Answer("metadata", {"file_path": path, "metadata": told})

    def do_resize(self, call: Call) -> Answer:
        """Writes the picture in another size; the result's sizes are those that were asked for."""
        if call.get("width") is None and call.get("height") is None:
            raise ValidationError("'width' or 'height' is needed", field="dimensions")
        told = {
            "width": _whole(call, "width"),
            "height": _whole(call, "height"),
            "maintain_aspect_ratio": call.get("maintain_aspect_ratio", True),
        }
        return _edited(call, told)

    def do_convert(self, call: Call) -> Answer:
        """Writes the picture in another format; of moving pictures, the first one."""
        asked = call.get("target_format")
        return _edited(call, {}, asked and str(asked).lower())

    def do_crop(self, call: Call) -> Answer:
        """Writes a part of the picture."""
        for name in ("x", "y", "width", "height"):
            call.need(name)
        return _edited(call, {name: _whole(call, name) for name in ("x", "y", "width", "height")})

    def do_rotate(self, call: Call) -> Answer:
        """Writes the picture turned clockwise, grown so that all of it is seen."""
        return _edited(call, {"degrees": call.get("degrees", 90)})

    def do_thumbnail(self, call: Call) -> Answer:
        """Writes the picture so that it fits; small ones are not made larger."""
        told = {
            name: _whole(call, name) if call.get(name) is not None else 200
            for name in ("max_width", "max_height")
        }
        return _edited(call, told)


def _edited(call: Call, arguments: dict[str, Any], asked: str | None = None) -> Answer:
    target = media_path(call, "target_path", write=True)
    format_ = picture_format(target, asked)
    with (
        media_file(call, "source_path", LARGEST_FILE) as (source, file, _),
        storage_errors("write", target),
        replacing(call.policy, target) as (made, _resolved),
    ):
        numbers = [file.fileno(), made.fileno()]
        wanted = arguments | {"format": format_}
        size = isolated(
            call,
            f"{WORK}:edit",
            [*numbers, largest_picture(call), call.operation, wanted],
            files=numbers,
            file_size=media_settings(call.around).max_file_size,
        )
    told = {"target_format": format_} if call.operation == "convert" else arguments
    return Answer(
        call.operation,
        {"source_path": source, "target_path": target} | told,
        message=f"Wrote {target} ({size['width']}x{size['height']} pixels)",
        metadata={"dimensions": size},
    )


def picture_format(target: str, asked: str | None = None) -> str:
    """The format to write a picture in: what is asked for, else what the extension says."""
    format_ = PICTURES.get(asked, asked) if asked else format_of(target, PICTURES)
    if format_ not in WRITTEN:
        raise ToolError(f"pictures are written as {', '.join(WRITTEN)}, not as '{format_}'")
    return format_


def _whole(call: Call, name: str) -> int | None:
    value = call.get(name)
    return None if value is None else round(value)
