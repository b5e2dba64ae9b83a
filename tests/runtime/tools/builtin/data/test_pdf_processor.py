"""`pdf-processor`, on files that fpdf2 and pypdf write."""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import fpdf
import pypdf
import pytest

from llmspell.app import Runtime
from llmspell.errors import (
    LLMSpellError,
    SecurityError,
    ToolError,
    ValidationError,
)
from llmspell.tools.service import Tools

NAME = "pdf-processor"


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A PDF with three pages."""
    pdf: Any = fpdf.FPDF()
    pdf.set_title("The book")
    pdf.set_author("Ada")
    for text in ("First Ünit", "Second", "Third"):
        pdf.add_page()
        pdf.set_font("helvetica", size=12)
        pdf.cell(text=text)
    path = tmp_path / "book.pdf"
    pdf.output(str(path))
    return path


def call(tools: Tools, operation: str, path: Path | str, **params: Any) -> Any:
    """The inner result."""
    params |= {"operation": operation, "input": str(path)}
    table = tools.invoke(NAME, params).table()
    assert table["operation"] == "pdf_processor_execute"
    assert table["result"]["metadata"] == {"tool": NAME, "operation": operation}
    return table["result"]["result"]


def test_the_text_of_all_pages(tools: Tools, book: Path) -> None:
    text = "First Ünit\nSecond\nThird"
    assert call(tools, "extract_text", book) == {
        "text": text,
        "file_path": str(book.resolve()),
        "length": len(text.encode()),
        "page_count": 3,
    }
    assert tools.invoke(NAME, {"input": "book.pdf"}).text == text


@pytest.mark.parametrize(
    ("chosen", "numbers"),
    [({}, [1, 2, 3]), ({"start_page": 2}, [2, 3]), ({"start_page": 2, "end_page": 2}, [2])],
)
def test_pages_are_chosen(tools: Tools, book: Path, chosen: Any, numbers: list[int]) -> None:
    found = call(tools, "extract_pages", book, **chosen)
    assert [page["page"] for page in found["pages"]] == numbers
    assert found["text"] == "\n".join(page["text"] for page in found["pages"])
    assert found["start_page"] == chosen.get("start_page")
    assert found["text"].endswith("Second" if numbers[-1] == 2 else "Third")


def test_facts_of_file_and_document(tools: Tools, book: Path) -> None:
    found = call(tools, "extract_metadata", book)
    assert found["file_size"] == book.stat().st_size
    assert (found["file_name"], found["file_extension"]) == ("book.pdf", "pdf")
    assert found["modified"] == int(book.stat().st_mtime)
    assert (found["page_count"], found["encrypted"], found["note"]) == (3, False, "")
    assert (found["document"]["title"], found["document"]["author"]) == ("The book", "Ada")


def test_facts_of_a_file_that_is_no_pdf(tools: Tools, tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_text("hello")
    found = call(tools, "extract_metadata", "a.pdf")
    assert (found["file_size"], found["page_count"]) == (5, None)
    assert "no PDF" in found["note"]


def test_a_script_reads_the_text(make_runtime: Callable[..., Runtime], book: Path) -> None:
    spell = 'return Tool.execute("pdf-processor", {input = "book.pdf"}).result.result.text'
    assert make_runtime().run(spell).value.startswith("First Ünit")


def test_a_pdf_with_a_password_is_a_failure(tools: Tools, book: Path) -> None:
    writer = pypdf.PdfWriter(clone_from=book)
    writer.encrypt("secret", algorithm="RC4-128")
    writer.write(book.with_name("locked.pdf"))
    with pytest.raises(ToolError, match="needs a password"):
        call(tools, "extract_text", "locked.pdf")


def test_long_texts_are_cut(tools: Tools, tmp_path: Path) -> None:
    _write_page(tmp_path / "long.pdf", b"BT /F 1 Tf (" + b"a" * 1_100_000 + b") Tj ET")
    text = call(tools, "extract_text", "long.pdf")["text"]
    assert text.startswith("aaa")
    assert text.endswith("it was cut]")
    assert len(text) < 1_048_576 + 100


def test_a_page_that_unpacks_to_gigabytes_is_refused(tools: Tools, tmp_path: Path) -> None:
    packer = zlib.compressobj(9)
    block = b"0 0 m " * 1_000_000
    packed = b"".join(packer.compress(block) for _ in range(100)) + packer.flush()
    path = tmp_path / "bomb.pdf"
    _write_page(path, packed, b"/Filter/FlateDecode")
    assert path.stat().st_size < 10 * 1024 * 1024
    with pytest.raises(LLMSpellError):
        call(tools, "extract_text", path)


@pytest.mark.parametrize("content", [b"", b"hello", b"%PDF-1.7\n%%EOF", os.urandom(999)])
def test_what_is_no_pdf_is_a_failure(tools: Tools, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.pdf").write_bytes(content)
    with pytest.raises(ToolError, match="no PDF"):
        call(tools, "extract_text", "a.pdf")


def test_a_file_cut_in_the_middle_is_read_or_refused(tools: Tools, book: Path) -> None:
    data = book.read_bytes()
    book.write_bytes(data[: len(data) // 2])
    try:
        assert "text" in call(tools, "extract_text", book)
    except ToolError as error:
        assert "cannot be read" in str(error) or "no PDF" in str(error)


def test_files_elsewhere_are_refused(tools: Tools) -> None:
    with pytest.raises(SecurityError, match="not in allowed"):
        call(tools, "extract_text", "/etc/passwd")


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({}, "input"),
        ({"input": "none.pdf"}, "input"),
        ({"operation": "extract_pages", "input": "book.pdf", "start_page": 4}, "start_page"),
        ({"operation": "extract_pages", "input": "book.pdf", "start_page": 0}, "start_page"),
        (
            {"operation": "extract_pages", "input": "book.pdf", "start_page": 2, "end_page": 1},
            "end_page",
        ),
        ({"operation": "print", "input": "book.pdf"}, "operation"),
    ],
)
def test_mistakes_name_the_parameter(
    tools: Tools, book: Path, params: dict[str, Any], field: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        tools.invoke(NAME, params)
    assert caught.value.details["field"] == field


def test_a_file_that_is_too_large(tools: Tools, tmp_path: Path) -> None:
    with (tmp_path / "large.pdf").open("wb") as file:
        file.truncate(10 * 1024 * 1024 + 1)
    with pytest.raises(ValidationError, match="more than"):
        call(tools, "extract_text", "large.pdf")


def test_the_configuration_limits_files_and_pages(
    make_runtime: Callable[..., Runtime], book: Path
) -> None:
    tools = make_runtime("[tools.document]\nmax_pages = 2\nextract_metadata = false").tools
    with pytest.raises(ValidationError, match=r"tools\.document\.max_pages"):
        call(tools, "extract_text", book)
    assert len(call(tools, "extract_pages", book, start_page=2)["pages"]) == 2
    assert "document" not in call(tools, "extract_metadata", book)
    small = make_runtime("[tools.document]\nmax_pdf_size = 100").tools
    with pytest.raises(ValidationError, match="more than 100 bytes"):
        call(small, "extract_text", book)


def _write_page(path: Path, content: bytes, more: bytes = b"") -> None:
    """A PDF with one page of given content."""
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
    path.write_bytes(
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 4 0 R"
        b"/Resources<</Font<</F " + font + b">>>>>>endobj\n"
        b"4 0 obj<<%s/Length %d>>stream\n%s\nendstream endobj\n"
        % (more, len(content), content)
        + b"trailer<</Root 1 0 R>>\nstartxref\n0\n%%EOF\n"
    )
