"""`image-processor` (spec tools §8.27), on pillow.

Files are read and written here, within the policy; pillow works on bytes in a process of its own,
which has limits of time and memory.
"""

from __future__ import annotations

import base64
import os

from llmspell.errors import ToolError, ValidationError
from llmspell.security.opening import open_to_read, write_whole
from llmspell.tools.answer import Answer
from llmspell.tools.builtin.filesystem.paths import file_path, storage_errors
from llmspell.tools.description import MIB, Example, Limits, Operation, Parameter
from llmspell.tools.isolation import isolated
from llmspell.tools.tool import Tool

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from llmspell.config.schema.tools import Media
    from llmspell.tools.call import Call

WORK = "llmspell.tools.builtin.media.image_work"
LARGEST_FILE = 100 * MIB
WRITTEN = ("png", "jpeg", "gif", "webp")
_FORMATS = {"jpg": "jpeg", "tif": "tiff"} | {
    each: each for each in (*WRITTEN, "bmp", "tiff", "ico")
}
_MIME = {"ico": "image/x-icon", "unknown": "application/octet-stream"}

_PPM = "P3\n2 1\n255\n255 0 0  0 0 255\n"
_EDIT = ("source_path", "target_path")


def _pixels(
    name: str, description: str, default: int | None = None, *, least: int = 1
) -> Parameter:
    return Parameter(name, "number", description, default=default, schema={"minimum": least})


class ImageProcessor(Tool):
    """Reads what is known of pictures, and resizes, converts, crops and turns them."""

    name = "image-processor"
    category = "media"
    limits = Limits(seconds=60)
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
        path = file_path(call, _named(call, "file_path"))
        found = _format_of(path)
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
        path, data = _read(call, "file_path")
        found = isolated(call, f"{WORK}:facts", [base64.b64encode(data).decode()])
        told = {
            "format": _format_of(path),
            "file_size": len(data),
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
    target = file_path(call, _named(call, "target_path"), "write")
    format_ = _FORMATS.get(asked, asked) if asked else _format_of(target)
    if format_ not in WRITTEN:
        raise ToolError(f"pictures are written as {', '.join(WRITTEN)}, not as '{format_}'")
    source, data = _read(call, "source_path")
    request = [
        base64.b64encode(data).decode(),
        _largest(call),
        call.operation,
        arguments | {"format": format_},
    ]
    found = isolated(call, f"{WORK}:edit", request)
    with storage_errors("write", target):
        write_whole(call.policy, target, base64.b64decode(found["data"]))
    told = {"target_format": format_} if call.operation == "convert" else arguments
    size = {"width": found["width"], "height": found["height"]}
    return Answer(
        call.operation,
        {"source_path": source, "target_path": target} | told,
        message=f"Wrote {target} ({size['width']}x{size['height']} pixels)",
        metadata={"dimensions": size},
    )


def _named(call: Call, name: str) -> str:
    if not str(call.need(name)).strip():
        raise ValidationError(f"'{name}' is empty", field=name)
    return name


def _read(call: Call, name: str) -> tuple[str, bytes]:
    """The resolved path of a picture, and its content."""
    path = file_path(call, _named(call, name))
    most = min(LARGEST_FILE, _settings(call).max_file_size)
    with storage_errors("read", path), open_to_read(call.policy, path) as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise ValidationError(f"{path} has more than {most} bytes", field=name)
    return path, data


def _whole(call: Call, name: str) -> int | None:
    value = call.get(name)
    return None if value is None else round(value)


def _format_of(path: str) -> str:
    return _FORMATS.get(os.path.splitext(path)[1].lstrip(".").lower(), "unknown")


def _settings(call: Call) -> Media:
    from llmspell.config.schema.tools import Media

    return call.settings.media or Media()


def _largest(call: Call) -> list[int]:
    """Width and height of the largest picture, by the configuration."""
    setting = _settings(call).image_max_dimensions
    width, _, height = setting.lower().partition("x")
    if not (width.strip().isdigit() and height.strip().isdigit()):
        raise ValidationError(
            f"`tools.media.image_max_dimensions` is '{setting}', not WIDTHxHEIGHT",
            field="image_max_dimensions",
        )
    return [int(width), int(height)]
