"""`pdf-processor` (spec tools §8.14), on pypdf.

The file is read here, within the policy; pypdf works on its bytes in a process of its own, which
has limits of time and memory: small files can unpack to large ones, and loop.
"""

from __future__ import annotations

import base64
import os

from llmspell.errors import ValidationError
from llmspell.security.opening import open_to_read
from llmspell.tools.answer import Answer
from llmspell.tools.builtin.filesystem.paths import file_path
from llmspell.tools.description import MIB, Example, Limits, Operation, Parameter
from llmspell.tools.isolation import isolated
from llmspell.tools.tool import Tool

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from llmspell.tools.call import Call

WORK = "llmspell.tools.builtin.data.pdf_work"
LARGEST_FILE = 10 * MIB
CUT = "\n[the text goes on: it was cut]"

_PDF = (
    "%PDF-1.4\n"
    "1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    "2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 4 0 R"
    "/Resources<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>endobj\n"
    "4 0 obj<</Length 30>>stream\nBT /F 9 Tf 9 9 Td (Hello) Tj ET\nendstream endobj\n"
    "trailer<</Root 1 0 R>>\nstartxref\n0\n%%EOF\n"
)


class PdfProcessor(Tool):
    """Reads the text of PDF files, whole or by pages, and what is known of them."""

    name = "pdf-processor"
    category = "data"
    security = "restricted"
    permissions = ("read",)
    result = "nested"
    limits = Limits(seconds=30, output_bytes=20 * MIB)
    requires = ("pypdf",)
    parameters = (
        Parameter(
            "input",
            "string",
            "The file.",
            required=True,
            aliases=("path", "file_path"),
            kind="file-path",
        ),
        Parameter("start_page", "integer", "The first page, from 1.", schema={"minimum": 1}),
        Parameter("end_page", "integer", "The last page.", schema={"minimum": 1}),
    )
    operations = {
        "extract_text": Operation("the text of all pages", takes=("input",)),
        "extract_metadata": Operation("pages, author, title, size", takes=("input",)),
        "extract_pages": Operation("the text of some pages"),
    }
    default_operation = "extract_text"
    examples = (
        Example(
            {"input": "@/a.pdf"},
            {"operation": "pdf_processor_execute", "result": {"result": {"text": "Hello"}}},
            files={"a.pdf": _PDF},
        ),
        Example(
            {"operation": "extract_metadata", "input": "@/a.pdf"},
            {"result": {"result": {"page_count": 1, "file_extension": "pdf"}}},
            files={"a.pdf": _PDF},
        ),
        Example({"input": "@/none.pdf"}, fails="no such file"),
    )

    def do_extract_text(self, call: Call) -> Answer:
        """`text` has the pages one below the other; `length` is in bytes."""
        path, data = _read(call)
        found = isolated(call, f"{WORK}:pages", [data, None, None, _most_pages(call)])
        text = _joined(found)
        told = {
            "text": text,
            "file_path": path,
            "length": len(text.encode()),
            "page_count": found["page_count"],
        }
        return self._answer(call, told, text)

    def do_extract_metadata(self, call: Call) -> Answer:
        """Facts of the file, and of the document where it can be read."""
        path, data = _read(call)
        status = os.stat(path)
        found = isolated(call, f"{WORK}:facts", [data])
        problem = found.pop("problem", "")
        document = call.settings.document
        if document is not None and not document.extract_metadata:
            found.pop("document", None)
        told = {
            "file_size": status.st_size,
            "file_name": os.path.basename(path),
            "file_extension": os.path.splitext(path)[1].lstrip(".").lower(),
            "modified": int(status.st_mtime),
            "note": problem,
            **found,
        }
        return self._answer(call, told, None)

    def do_extract_pages(self, call: Call) -> Answer:
        """`text`, and `pages` with the text of each; `start_page` to `end_page`, or all."""
        path, data = _read(call)
        start = call.get("start_page")
        end = call.get("end_page")
        found = isolated(call, f"{WORK}:pages", [data, start, end, _most_pages(call)])
        text = _joined(found)
        told = {
            "text": text,
            "start_page": start,
            "file_path": path,
            "pages": found["pages"],
            "page_count": found["page_count"],
        }
        return self._answer(call, told, text)

    def _answer(self, call: Call, result: dict[str, Any], text: str | None) -> Answer:
        told = {"tool": self.name, "operation": call.operation}
        return Answer(call.operation, result, text=text, metadata=told)


def _joined(found: dict[str, Any]) -> str:
    text = "\n".join(page["text"] for page in found["pages"])
    return text + CUT if found["truncated"] else text


def _most_pages(call: Call) -> int | None:
    document = call.settings.document
    return None if document is None else document.max_pages


def _largest(call: Call) -> int:
    """Bytes of the largest file: what is documented, unless the configuration says otherwise."""
    document = call.settings.document
    return LARGEST_FILE if document is None else document.max_pdf_size


def _read(call: Call) -> tuple[str, str]:
    """The path of the file and its content in Base64."""
    path, largest = file_path(call, "input"), _largest(call)
    try:
        with open_to_read(call.policy, path) as file:
            data = file.read(largest + 1)
    except FileNotFoundError:
        raise ValidationError(f"there is no such file: {path}", field="input") from None
    except OSError as error:
        raise ValidationError(f"{path}: {error.strerror or error}", field="input") from None
    if len(data) > largest:
        raise ValidationError(f"{path} has more than {largest} bytes", field="input")
    return path, base64.b64encode(data).decode()
