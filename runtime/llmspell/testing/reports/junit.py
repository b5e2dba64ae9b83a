"""Results as JUnit XML, which CI servers read."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from llmspell.testing.reports.text import place
from llmspell.testing.results import CaseResult, FileResult, Report

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 does not have, not even escaped."""


def junit(report: Report) -> str:
    """The whole document."""
    root = Element("testsuites", _counts([c for f in report.files for c in f.cases]))
    root.set("time", f"{report.seconds:.3f}")
    for file in report.files:
        _add_file(root, file)
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _add_file(root: Element, file: FileResult) -> None:
    suite = SubElement(root, "testsuite", {"name": _text(file.path), **_counts(file.cases)})
    suite.set("time", f"{file.seconds:.3f}")
    for case in file.cases:
        element = SubElement(
            suite,
            "testcase",
            {
                "name": _text(case.name or "(file)"),
                "classname": _text(file.path.removesuffix(".lua").replace("/", ".")),
                "file": _text(file.path),
                "line": str(case.line),
                "time": f"{case.seconds:.3f}",
            },
        )
        if case.status == "skipped":
            SubElement(element, "skipped", {"message": _text(case.message)})
        elif case.bad:
            kind = "failure" if case.status == "failed" else "error"
            first = case.message.partition("\n")[0]
            told = SubElement(element, kind, {"message": _text(first)})
            told.text = _text("\n".join([place(case), case.message, *case.traceback]))
        if case.output:
            SubElement(element, "system-out").text = _text(case.output)


def _counts(cases: list[CaseResult]) -> dict[str, str]:
    def count(status: str) -> str:
        return str(sum(1 for case in cases if case.status == status))

    return {
        "tests": str(len(cases)),
        "failures": count("failed"),
        "errors": count("error"),
        "skipped": count("skipped"),
    }


def _text(text: str) -> str:
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)
