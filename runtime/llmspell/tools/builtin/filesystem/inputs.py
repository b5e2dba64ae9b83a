"""Tools that take a text as `input`, or a file as `input_file`: both are read here."""

from __future__ import annotations

from llmspell.errors import ValidationError
from llmspell.tools.builtin.filesystem.paths import check_size, file_path, open_file, storage_errors
from llmspell.tools.description import Parameter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from llmspell.tools.call import Call

INPUT_FILE = Parameter("input_file", "string", "Read from this file instead.", kind="file-path")


def text_or_file(call: Call, most: int, decode: Callable[[bytes], str] = bytes.decode) -> str:
    """The text that a call gives, or that of its file.

    Raises ValidationError for neither, and for more than `most` characters or bytes.
    """
    if not call.get("input_file"):
        text = str(call.need("input"))
        if len(text) > most:
            raise ValidationError(f"the text has more than {most} characters", field="input")
        return text
    path = file_path(call, "input_file")
    with storage_errors("read", path), open_file(call, path) as file:
        data = file.read(most + 1)
    check_size(call, len(data), "input_file")
    if len(data) > most:
        raise ValidationError(f"the file has more than {most} bytes", field="input_file")
    return decode(data)
