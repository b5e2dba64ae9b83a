"""`hash-calculator`."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Any

import pytest

from llmspell.errors import SecurityError, StorageError, ValidationError
from llmspell.tools.service import Tools


def _hash(tools: Tools, **params: Any) -> Any:
    return tools.invoke("hash-calculator", {"operation": "hash", **params}).result


def test_a_broken_digest_is_named_without_words_of_python(tools: Tools) -> None:
    with pytest.raises(ValidationError, match=r"^'expected_hash' is no digest in hex$"):
        _hash(tools, operation="verify", input="x", expected_hash="zz")


@pytest.mark.parametrize(
    ("asked", "name", "function"),
    [
        ("md5", "MD5", hashlib.md5),
        ("SHA-1", "SHA-1", hashlib.sha1),
        ("sha256", "SHA-256", hashlib.sha256),
        ("SHA512", "SHA-512", hashlib.sha512),
    ],
)
def test_every_algorithm(tools: Tools, asked: str, name: str, function: Any) -> None:
    found = _hash(tools, algorithm=asked, input="ü")
    assert found == {"algorithm": name, "hash": function("ü".encode()).hexdigest(), "format": "hex"}


def test_a_digest_as_base64(tools: Tools) -> None:
    wanted = base64.b64encode(hashlib.sha256(b"a").digest()).decode()
    assert _hash(tools, input="a", format="base64")["hash"] == wanted


def test_a_file_is_read_as_bytes(tools: Tools, tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"\xff\x00")
    wanted = hashlib.sha256(b"\xff\x00").hexdigest()
    assert _hash(tools, file="f")["hash"] == wanted
    assert _hash(tools, input_type="file", file="f")["hash"] == wanted


def test_a_mismatch_is_no_failure(tools: Tools) -> None:
    params = {"operation": "verify", "input": "a", "expected_hash": "00"}
    result = tools.invoke("hash-calculator", params)
    assert result.success
    assert result.result["verified"] is False
    assert result.result["expected"] == "00"


@pytest.mark.parametrize("form", ["hex", "base64"])
def test_an_expected_digest_in_both_forms(tools: Tools, form: str) -> None:
    digest = hashlib.sha256(b"a").digest()
    text = digest.hex().upper() if form == "hex" else base64.b64encode(digest).decode()
    params = {"operation": "verify", "input": "a", "expected_hash": text, "expected_format": form}
    assert tools.invoke("hash-calculator", params).result["verified"] is True


@pytest.mark.parametrize(
    ("params", "error", "field"),
    [
        ({"operation": "hash"}, ValidationError, "input"),
        ({"operation": "hash", "input_type": "file"}, ValidationError, "file"),
        ({"operation": "hash", "input": "a", "algorithm": "crc32"}, ValidationError, "algorithm"),
        ({"operation": "verify", "input": "a"}, ValidationError, "expected_hash"),
        (
            {"operation": "verify", "input": "a", "expected_hash": "xyz"},
            ValidationError,
            "expected_hash",
        ),
        ({"operation": "hash", "file": "none"}, StorageError, None),
        ({"operation": "hash", "file": "/etc/passwd"}, SecurityError, None),
    ],
)
def test_mistakes_name_the_parameter(
    tools: Tools, params: dict[str, Any], error: type[Exception], field: str | None
) -> None:
    with pytest.raises(error) as caught:
        tools.invoke("hash-calculator", params)
    assert getattr(caught.value, "details", {}).get("field") == field
