"""`base64-encoder` (spec tools §8.1), on the standard library."""

from __future__ import annotations

import base64
import binascii
import os

from llmspell.errors import ValidationError
from llmspell.security.opening import open_to_read, write_whole
from llmspell.tools.answer import Answer
from llmspell.tools.builtin.filesystem.paths import check_size, file_path, storage_errors
from llmspell.tools.description import Example, Limits, Operation, Parameter
from llmspell.tools.tool import Tool

TYPE_CHECKING = False
if TYPE_CHECKING:
    from llmspell.tools.call import Call


class Base64Encoder(Tool):
    """Encodes and decodes Base64: text, bytes given as hex, or files."""

    name = "base64-encoder"
    permissions = ("read", "write")
    limits = Limits(seconds=5)
    parameters = (
        Parameter("input", "string", "Text, or Base64 text when decoding."),
        Parameter("input_file", "string", "Read from this file instead.", kind="file-path"),
        Parameter("output_file", "string", "Write the result to this file.", kind="file-path"),
        Parameter(
            "variant",
            "string",
            "The alphabet: `url-safe` has `-_` for `+/`.",
            default="standard",
            choices=("standard", "url-safe"),
        ),
        Parameter("binary_input", "boolean", "`input` is hex.", default=False),
    )
    operations = {
        "encode": Operation("bytes to Base64"),
        "decode": Operation("Base64 to text, or to hex where it is no text"),
    }
    examples = (
        Example(
            {"operation": "encode", "input": "Hello, World!"},
            {"result": {"output": "SGVsbG8sIFdvcmxkIQ=="}},
        ),
        Example({"operation": "decode", "input": "SGVsbG8="}, {"result": {"output": "Hello"}}),
        Example({"operation": "decode", "input": "%%%"}, fails="Base64"),
    )

    def do_encode(self, call: Call) -> Answer:
        """`result.output` is Base64, with padding; so is `result.encoded`."""
        data = _input(call)
        encode = base64.urlsafe_b64encode if _url_safe(call) else base64.b64encode
        return _output(call, encode(data), "encoded")

    def do_decode(self, call: Call) -> Answer:
        """`result.output` is text, or hex where `result.binary`; so is `result.decoded`."""
        data = _input(call)
        altchars = b"-_" if _url_safe(call) else None
        try:
            decoded = base64.b64decode(data, altchars, validate=True)
        except binascii.Error as error:
            raise ValidationError(f"'input' is no Base64: {error}", field="input") from error
        return _output(call, decoded, "decoded")


def _url_safe(call: Call) -> bool:
    return bool(call.get("variant") == "url-safe")


def _input(call: Call) -> bytes:
    if call.get("input_file"):
        path = file_path(call, "input_file")
        with storage_errors("read", path), open_to_read(call.policy, path) as file:
            check_size(call, os.fstat(file.fileno()).st_size, "input_file")
            return file.read()
    text = str(call.need("input"))
    if not call.get("binary_input"):
        return text.encode()
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise ValidationError(
            "'input' is no hex: it takes pairs of the digits 0-9 and a-f", field="input"
        ) from None


def _output(call: Call, data: bytes, also: str) -> Answer:
    variant = call.get("variant", "standard")
    if call.get("output_file"):
        path = file_path(call, "output_file", "write")
        with storage_errors("write", path):
            write_whole(call.policy, path, data)
        told = {"variant": variant, "file_path": path, "file_size": len(data)}
        return Answer(call.operation, message=f"Wrote {len(data)} bytes to {path}", metadata=told)
    try:
        text, binary = data.decode(), False
    except UnicodeDecodeError:
        text, binary = data.hex(), True
    result = {"output": text, also: text, "variant": variant, "binary": binary}
    return Answer(call.operation, result, text=text)
