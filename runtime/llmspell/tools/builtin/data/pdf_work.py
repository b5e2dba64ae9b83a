"""What `pdf-processor` does in a process of its own: it reads one PDF."""

from __future__ import annotations

import base64
import io

from llmspell.errors import ToolError, ValidationError
from llmspell.tools.failures import failing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pypdf import PdfReader

LONGEST_TEXT = 1024 * 1024
"""Characters of text that are given of one file."""


def pages(request: Any) -> dict[str, Any]:
    """The text of pages: `[PDF in Base64, first page or None, last or None, most or None]`.

    Gives `pages` with `page` (from 1) and `text`, `page_count`, and whether it was `truncated`.
    """
    data, first, last, most = request
    reader = _reader(data)
    count = len(reader.pages)
    begin, end = first or 1, min(last or count, count)
    if first is not None and first > count:
        raise ValidationError(
            f"'start_page' is {first}, the document has {count} pages", field="start_page"
        )
    if last is not None and last < begin:
        raise ValidationError(f"'end_page' is {last}, before page {begin}", field="end_page")
    if most is not None and end - begin >= most:
        raise ValidationError(
            f"{end - begin + 1} pages are more than `tools.document.max_pages` ({most}) allows; "
            "choose some by 'start_page' and 'end_page'",
            field="end_page",
        )
    found: list[dict[str, Any]] = []
    left = LONGEST_TEXT
    for number in range(begin, end + 1):
        text = _text(reader, number)
        found.append({"page": number, "text": text[:left]})
        left -= len(text)
        if left < 0:
            break
    return {"pages": found, "page_count": count, "truncated": left < 0}


def facts(request: Any) -> dict[str, Any]:
    """What a PDF says of itself: `[PDF in Base64]`; without `page_count` where it is no PDF."""
    try:
        reader = _reader(request[0])
        with failing("what the document says of itself cannot be read"):
            info = dict(reader.metadata or {})
            told = {str(key).lstrip("/").lower(): str(value) for key, value in info.items()}
    except ToolError as error:
        return {"page_count": None, "problem": str(error)}
    return {
        "page_count": len(reader.pages),
        "encrypted": reader.is_encrypted,
        "document": told,
    }


def _reader(data: str) -> PdfReader:
    from pypdf import PdfReader

    with failing("this is no PDF that can be read"):
        reader = PdfReader(io.BytesIO(base64.b64decode(data)))
        locked = reader.is_encrypted and not reader.decrypt("")
        if not locked:
            len(reader.pages)
    if locked:
        raise ToolError("the PDF is encrypted and needs a password")
    return reader


def _text(reader: PdfReader, number: int) -> str:
    with failing(f"page {number} cannot be read"):
        return reader.pages[number - 1].extract_text()
