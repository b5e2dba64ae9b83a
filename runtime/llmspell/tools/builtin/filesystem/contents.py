"""What a file is by its first bytes, compared with what its extension says."""

from __future__ import annotations

import os

from llmspell.errors import SecurityError

HEAD = 1024
"""Bytes that are looked at."""

_SIGNATURES = {
    b"\x7fELF": "a program",
    b"\xcf\xfa\xed\xfe": "a program",
    b"\xca\xfe\xba\xbe": "a program",
    b"\x89PNG\r\n\x1a\n": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"GIF87a": "a GIF picture",
    b"GIF89a": "a GIF picture",
    b"%PDF-": "a PDF",
    b"PK\x03\x04": "a ZIP archive",
    b"\x1f\x8b\x08": "a GZ archive",
}
_TEXTS = (
    *("txt", "md", "rst", "csv", "tsv", "json", "jsonl", "xml", "html", "htm", "css", "svg", "log"),
    *("yaml", "yml", "toml", "ini", "cfg", "conf", "lua", "py", "js", "ts", "rs", "c", "h", "cpp"),
    *("java", "sh", "sql", "tex"),
)
_HOLDS = dict.fromkeys(_TEXTS, "text") | {
    "png": "a PNG picture",
    "jpg": "a JPEG picture",
    "jpeg": "a JPEG picture",
    "gif": "a GIF picture",
    "pdf": "a PDF",
    "zip": "a ZIP archive",
    "docx": "a ZIP archive",
    "xlsx": "a ZIP archive",
    "gz": "a GZ archive",
    "tgz": "a GZ archive",
}


def check_content(path: str, head: bytes) -> None:
    """Raises SecurityError where a file begins like one of another kind than its extension says.

    What is not known, extension or content, is not judged. head: the first bytes, `HEAD` of them.
    """
    extension = os.path.splitext(path)[1].lstrip(".").lower()
    expected, found = _HOLDS.get(extension), _kind(head)
    if expected is not None and found is not None and found != expected:
        raise SecurityError(
            f"File content blocked: {path} is {found}, not what '.{extension}' says; see "
            "`tools.file_operations.validate_file_types`"
        )


def _kind(head: bytes) -> str | None:
    for signature, kind in _SIGNATURES.items():
        if head.startswith(signature):
            return kind
    if head.startswith(b"MZ"):  # two letters that may begin a text; what follows may not
        place = int.from_bytes(head[60:64], "little")
        return "a program" if head[place : place + 4] == b"PE\0\0" else None
    return None
