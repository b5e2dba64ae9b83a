"""`hash-calculator` (spec tools §8.6), on the standard library."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os

from llmspell.errors import ValidationError
from llmspell.security.opening import open_to_read
from llmspell.tools.answer import Answer
from llmspell.tools.builtin.filesystem.paths import file_path, storage_errors
from llmspell.tools.description import MIB, Example, Operation, Parameter
from llmspell.tools.tool import Tool

TYPE_CHECKING = False
if TYPE_CHECKING:
    from llmspell.tools.call import Call

NAMES = {"md5": "MD5", "sha1": "SHA-1", "sha256": "SHA-256", "sha512": "SHA-512"}
MOST_BYTES = 100 * MIB
FORMATS = ("hex", "base64")


class HashCalculator(Tool):
    """Computes the digest of a text or a file, and compares it."""

    name = "hash-calculator"
    security = "restricted"
    permissions = ("read",)
    parameters = (
        Parameter(
            "algorithm",
            "string",
            "Which digest; also written `sha-256`, in any case.",
            default="sha256",
            schema={"examples": list(NAMES)},
        ),
        Parameter(
            "input_type",
            "string",
            "Whether `input` or `file` is read.",
            default="string",
            choices=("string", "file"),
        ),
        Parameter("input", "string", "The text."),
        Parameter("file", "string", "The file.", kind="file-path"),
        Parameter("format", "string", "How the digest is written.", default="hex", choices=FORMATS),
        Parameter("expected_hash", "string", "The digest to compare with."),
        Parameter(
            "expected_format",
            "string",
            "How `expected_hash` is written.",
            default="hex",
            choices=FORMATS,
        ),
    )
    operations = {
        "hash": Operation("computes the digest"),
        "verify": Operation("compares it with another", needs=("expected_hash",)),
    }
    examples = (
        Example(
            {"operation": "hash", "algorithm": "md5", "input": "test"},
            {"result": {"hash": "098f6bcd4621d373cade4e832627b4f6", "algorithm": "MD5"}},
        ),
        Example(
            {
                "operation": "verify",
                "input_type": "file",
                "file": "@/a.txt",
                "expected_hash": "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
            },
            {"result": {"verified": True, "algorithm": "SHA-256"}},
            files={"a.txt": "hello"},
        ),
        Example({"operation": "hash", "algorithm": "crc", "input": ""}, fails="algorithm"),
    )

    def do_hash(self, call: Call) -> Answer:
        """`result.hash` is the digest."""
        name, digest = _digest(call)
        form = call.get("format", "hex")
        text = digest.hex() if form == "hex" else base64.b64encode(digest).decode()
        return Answer("hash", {"algorithm": name, "hash": text, "format": form}, text=text)

    def do_verify(self, call: Call) -> Answer:
        """`result.verified` says whether the digests are the same."""
        name, digest = _digest(call)
        expected = _expected(call)
        if hmac.compare_digest(digest, expected):
            return Answer("verify", {"verified": True, "algorithm": name})
        told = {"expected": expected.hex(), "actual": digest.hex()}
        return Answer("verify", {"verified": False, "algorithm": name, **told})


def _digest(call: Call) -> tuple[str, bytes]:
    """The documented name of the algorithm, and the digest of what the call names."""
    asked = str(call.get("algorithm", "sha256")).lower().replace("-", "")
    if asked not in NAMES:
        raise ValidationError(
            f"'algorithm' is one of {', '.join(NAMES)}, not '{call.get('algorithm')}'",
            field="algorithm",
        )
    digest = hashlib.new(asked, usedforsecurity=False)
    if call.get("input_type") == "file" or (call.get("file") and call.get("input") is None):
        _read(call, digest)
    else:
        digest.update(str(call.need("input")).encode())
    return NAMES[asked], digest.digest()


def _read(call: Call, digest: hashlib._Hash) -> None:
    path = file_path(call, "file")
    with storage_errors("read", path), open_to_read(call.policy, path) as file:
        if os.fstat(file.fileno()).st_size > MOST_BYTES:
            raise ValidationError(f"{path} is larger than {MOST_BYTES} bytes", field="file_size")
        while data := file.read(MIB):
            call.check()
            digest.update(data)


def _expected(call: Call) -> bytes:
    text = str(call.params["expected_hash"]).strip()
    try:
        if call.get("expected_format") == "base64":
            return base64.b64decode(text, validate=True)
        return bytes.fromhex(text)
    except (binascii.Error, ValueError):
        raise ValidationError(
            f"'expected_hash' is no digest in {call.get('expected_format', 'hex')}",
            field="expected_hash",
        ) from None
