"""What `image-processor` does in a process of its own: it reads and changes one picture."""

from __future__ import annotations

import os

from llmspell.errors import ToolError, ValidationError
from llmspell.tools.failures import failing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from PIL.Image import Image

READ = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF", "ICO", "PPM")
"""What pillow may take a file for; others of its readers run programs."""

_BITS = {"1": 1, "I": 32, "F": 32, "I;16": 16, "I;16B": 16, "I;16L": 16}
_OPAQUE = {"1", "L", "RGB", "CMYK"}
_LONGEST_VALUE = 1000


def facts(request: Any) -> dict[str, Any]:
    """What a picture says of itself, from its head: `[descriptor]`.

    Gives `problem` instead where it is no picture.
    """
    try:
        with failing("this is no picture that can be read"):
            image = _open(request[0])
            exif = _exif(image)
    except ToolError as error:
        return {"problem": str(error)}
    dpi = image.info.get("dpi")
    return {
        "format": (image.format or "unknown").lower(),
        "dimensions": {"width": image.width, "height": image.height},
        "color_mode": image.mode,
        "bit_depth": _BITS.get(image.mode, 8),
        "dpi": [round(float(each), 2) for each in dpi] if dpi else None,
        "exif": exif or None,
    }


def edit(request: Any) -> dict[str, Any]:
    """Writes a changed picture: `[descriptor, target's, largest size, operation, its arguments]`.

    The arguments have the `format` to write. Gives `width` and `height`.
    """
    from PIL import ImageOps

    source, target, largest, operation, arguments = request
    with failing("this is no picture that can be read"):
        image = _open(source)
    check_size(image.size, largest, "source_path")
    with failing("the picture cannot be read"):
        # Cameras say in EXIF how a picture is to be turned; EXIF itself is not written again.
        image = ImageOps.exif_transpose(image)
    image = _EDITS[operation](image, arguments, largest)
    write_picture(image, target, arguments["format"])
    return {"width": image.width, "height": image.height}


def _resize(image: Image, arguments: dict[str, Any], largest: list[int]) -> Image:
    from PIL.Image import Resampling

    width, height = arguments["width"], arguments["height"]
    if arguments["maintain_aspect_ratio"]:
        factors = [
            wanted / had
            for wanted, had in ((width, image.width), (height, image.height))
            if wanted is not None
        ]
        factor = min(factors)
        size = (max(1, round(image.width * factor)), max(1, round(image.height * factor)))
    else:
        size = (width or image.width, height or image.height)
    check_size(size, largest, "dimensions")
    return _smooth(image).resize(size, Resampling.LANCZOS)


def _convert(image: Image, _arguments: dict[str, Any], _largest: list[int]) -> Image:
    return image


def _crop(image: Image, arguments: dict[str, Any], _largest: list[int]) -> Image:
    for start, length, most in (("x", "width", image.width), ("y", "height", image.height)):
        if arguments[start] >= most:
            raise ValidationError(f"'{start}' is outside the picture ({most} pixels)", field=start)
        if arguments[start] + arguments[length] > most:
            raise ValidationError(
                f"'{start}' and '{length}' lead outside the picture ({most} pixels)", field=length
            )
    x, y = arguments["x"], arguments["y"]
    return image.crop((x, y, x + arguments["width"], y + arguments["height"]))


def _rotate(image: Image, arguments: dict[str, Any], largest: list[int]) -> Image:
    """Clockwise; the picture grows so that all of it is seen."""
    from PIL.Image import Resampling

    degrees = arguments["degrees"] % 360
    turned = image if degrees % 90 == 0 else _smooth(image, transparent=True)
    resampling = Resampling.BILINEAR if degrees % 90 else Resampling.NEAREST
    turned = turned.rotate(-degrees, resample=resampling, expand=True)
    check_size(turned.size, largest, "degrees")
    return turned


def _thumbnail(image: Image, arguments: dict[str, Any], _largest: list[int]) -> Image:
    small = _smooth(image)
    small.thumbnail((arguments["max_width"], arguments["max_height"]))
    return small


_EDITS = {
    "resize": _resize,
    "convert": _convert,
    "crop": _crop,
    "rotate": _rotate,
    "thumbnail": _thumbnail,
}


def write_picture(image: Image, target: int, format_: str, **options: Any) -> None:
    """Writes a picture to a descriptor. options: those of pillow's writer of the format."""
    with failing("the picture cannot be written"), os.fdopen(target, "wb") as file:
        _writable(image, format_).save(file, format=format_.upper(), **options)


def _open(descriptor: int) -> Image:
    from PIL import Image as Images

    Images.MAX_IMAGE_PIXELS = None  # `check_size` has the limit of the configuration
    return Images.open(os.fdopen(descriptor, "rb"), formats=READ)


def check_size(size: tuple[int, int], largest: list[int], field: str) -> None:
    """Raises ValidationError for a picture of more pixels than the configuration allows."""
    if size[0] > largest[0] or size[1] > largest[1]:
        raise ValidationError(
            f"{size[0]}x{size[1]} pixels are more than `tools.media.image_max_dimensions` "
            f"({largest[0]}x{largest[1]}) allows",
            field=field,
        )


def _smooth(image: Image, *, transparent: bool = False) -> Image:
    """The picture with colours that can be mixed; pictures with a palette cannot."""
    if transparent:
        return image.convert("RGBA")
    if image.mode == "P":
        return image.convert("RGBA" if "transparency" in image.info else "RGB")
    return image.convert("L") if image.mode == "1" else image


def _writable(image: Image, format_: str) -> Image:
    """The picture with colours that the format knows."""
    from PIL import Image as Images

    if format_ == "jpeg" and image.mode not in _OPAQUE:
        seen = image.convert("RGBA")
        made = Images.new("RGB", image.size, "white")  # JPEG knows no transparency
        made.paste(seen, mask=seen.getchannel("A"))
        return made
    return image.convert("RGB") if format_ != "jpeg" and image.mode == "CMYK" else image


def _exif(image: Image) -> dict[str, str]:
    from PIL import Image as Images
    from PIL.ExifTags import IFD, TAGS

    # PNG's own `getexif` would unpack the picture, of whatever size, to look behind it.
    found = Images.Image.getexif(image)
    entries = [*found.items(), *found.get_ifd(IFD.Exif).items()]
    return {
        TAGS.get(tag, str(tag)): str(value)[:_LONGEST_VALUE]
        for tag, value in entries
        if tag not in (IFD.Exif, IFD.GPSInfo) and not isinstance(value, bytes)
    }
