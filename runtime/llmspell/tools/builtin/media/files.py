"""What the media tools share: files and their sizes, formats, and the settings `[tools.media]`."""

from __future__ import annotations

import os
from contextlib import contextmanager

from llmspell.errors import ValidationError
from llmspell.security.opening import open_to_read
from llmspell.tools.builtin.filesystem.paths import file_path, storage_errors
from llmspell.tools.description import Limits
from llmspell.tools.tool import Tool

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import BinaryIO

    from llmspell.config.schema.tools import Media
    from llmspell.tools.call import Call, Surroundings


class MediaTool(Tool):
    """A tool whose calls may take `tools.media.processing_timeout_seconds`."""

    category = "media"
    permissions = ("read", "write")
    limits = Limits(seconds=300)
    timed_by = "media"


def media_settings(around: Surroundings) -> Media:
    """The section `[tools.media]`, with its defaults."""
    from llmspell.config.schema.tools import Media

    return around.settings.media or Media()


def media_path(call: Call, name: str, *, write: bool = False) -> str:
    """The resolved path that a parameter names; raises ValidationError for an empty one."""
    if not str(call.need(name)).strip():
        raise ValidationError(f"'{name}' is empty", field=name)
    return file_path(call, name, "write" if write else "read")


@contextmanager
def media_file(call: Call, name: str, most: int) -> Iterator[tuple[str, BinaryIO, int]]:
    """The resolved path of a file, the file, opened within the policy, and its size in bytes.

    most: the tool's own limit of the size, where the configuration has no other.
    """
    path = media_path(call, name)
    settings = call.settings.media
    most = settings.max_file_size if settings is not None else most
    with storage_errors("read", path):
        file = open_to_read(call.policy, path)
    with file:
        size = os.fstat(file.fileno()).st_size
        if size > most:
            raise ValidationError(
                f"{path} has {size} bytes, more than {most} (`tools.media.max_file_size`)",
                field=name,
            )
        yield path, file, size


def format_of(path: str, formats: Mapping[str, str]) -> str:
    """The format that an extension stands for, or `unknown`."""
    return formats.get(os.path.splitext(path)[1].lstrip(".").lower(), "unknown")


def format_of_content(
    container: str | None,
    path: str,
    formats: Mapping[str, str],
    families: Mapping[str, tuple[str, ...]],
) -> str:
    """The format of a file whose container FFmpeg has recognised; else that of its extension.

    container: FFmpeg's names of it, with commas; None where it is none. families: by one of these
    names, the formats that share the container, among which the extension decides.
    """
    by_name = format_of(path, formats)
    for name in (container or "").split(","):
        family = families.get(name, ())
        if family:
            return by_name if by_name in family else family[0]
    return by_name


def largest_picture(call: Call) -> list[int]:
    """Width and height of the largest picture, by `tools.media.image_max_dimensions`."""
    setting = media_settings(call.around).image_max_dimensions
    width, _, height = setting.lower().partition("x")
    if not (width.strip().isdigit() and height.strip().isdigit()):
        raise ValidationError(
            f"`tools.media.image_max_dimensions` is '{setting}', not WIDTHxHEIGHT",
            field="image_max_dimensions",
        )
    return [int(width), int(height)]
