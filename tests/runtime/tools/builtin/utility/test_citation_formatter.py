"""`citation-formatter`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from llmspell.app import Runtime
from llmspell.errors import LLMSpellError, ValidationError
from llmspell.tools.builtin.utility.citation_work import cited
from llmspell.tools.builtin.utility.hayagriva import read_yaml
from llmspell.tools.service import Tools

NAME = "citation-formatter"
BIBTEX = r"""
@string{ams = "Proc. LMS"}
@article{turing, author = {Turing, Alan M. and van der Berg, Bo and {The Group}},
  title = {On {C}omputable N\"umbers \& more}, journal = ams, volume = 42, number = 1,
  pages = {230--265}, year = 1936, month = nov, doi = {https://doi.org/10.1/x}}
@book{Knuth, author = "Donald Knuth", title = {The Art}, publisher = {AW},
  address = {Boston}, year = {1968}}
"""
YAML = """
turing:
  type: article
  title: On Computable Numbers
  author: ["Turing, Alan", {name: Berg, given-name: Bo, prefix: van der}]
  date: 1936-11
  page-range: 230-265
  serial-number: {doi: 10.1/x}
  parent:
    type: periodical
    title: Proc. LMS
    volume: 42
    issue: 1
site:
  type: web
  title: {value: A Page}
  author: Some Group
  url: {value: "https://example.org", date: 2024-05-06}
  date: 2024
"""


def call(tools: Tools, operation: str, **params: Any) -> Any:
    """The inner result."""
    table = tools.invoke(NAME, {"operation": operation, **params}).table()
    assert table["operation"] == "citation_formatter_execute"
    assert table["result"]["metadata"] == {"tool": NAME, "operation": operation}
    return table["result"]["result"]


def test_citations_and_references_in_apa(tools: Tools) -> None:
    found = call(tools, "format_citation", input=BIBTEX, format="bibtex", cite_keys="turing, Knuth")
    assert found["citations"] == [
        {"key": "turing", "citation": "(Turing et al., 1936)"},
        {"key": "Knuth", "citation": "(Knuth, 1968)"},
    ]
    knuth, turing = found["reference_list"]
    assert knuth == "Knuth, D. (1968). The Art. AW."
    assert turing == (
        "Turing, A. M., van der Berg, B., & The Group. (1936). On Computable Nümbers & more. "
        "Proc. LMS, 42(1), 230\u2013265. https://doi.org/10.1/x"
    )
    assert (found["style"], found["format"], found["entry_count"]) == ("apa", "bibtex", 2)


@pytest.mark.parametrize(
    ("style", "citation", "reference"),
    [
        ("apa", "(Knuth, 1968)", "Knuth, D. (1968). The Art. AW."),
        ("chicago-author-date", "(Knuth 1968)", "Knuth, Donald. 1968. The Art. AW."),
        ("harvard", "(Knuth, 1968)", "Knuth, D. (1968) The Art. Boston: AW."),
        ("ieee", "[1]", "[1]D. Knuth, The Art. Boston: AW, 1968."),
        ("nature", "1", "1.Knuth, D. The Art. (AW, Boston, 1968)."),
        ("vancouver", "(1)", "1.Knuth D. The Art. Boston: AW; 1968."),
        ("mla", "(Knuth", "Knuth, Donald. The Art. AW, 1968."),
        ("chicago-fullnote-bibliography", "Donald Knuth, The Art", "Knuth, Donald. The Art. AW"),
        ("elsevier-harvard", "(Knuth, 1968)", "Knuth, D., 1968. The Art. AW, Boston."),
    ],
)
def test_each_style(tools: Tools, style: str, citation: str, reference: str) -> None:
    found = call(
        tools, "format_citation", input=BIBTEX, format="bibtex", cite_keys="Knuth", style=style
    )
    assert found["citations"][0]["citation"].startswith(citation)
    assert len(found["reference_list"]) == 1
    assert found["reference_list"][0].startswith(reference)


def test_yaml_is_read_with_parents_and_persons(tools: Tools) -> None:
    found = call(tools, "format_citation", input=YAML)
    assert [each["key"] for each in found["citations"]] == ["turing", "site"]
    assert any(
        "van der Berg, B. (1936). On Computable Numbers. Proc. LMS, 42(1), 230\u2013265." in each
        for each in found["reference_list"]
    )
    assert any(
        "Some Group. (2024). A Page. https://example.org" in each
        for each in found["reference_list"]
    )


def test_numeric_styles_number_in_the_order_of_the_keys() -> None:
    found = cited(["bibtex", BIBTEX, "ieee", ["turing", "Knuth"], None])
    assert [each["citation"] for each in found["citations"]] == ["[1]", "[2]"]
    assert found["references"][1].startswith("[2]D. Knuth")


def test_a_bibliography_is_checked(tools: Tools) -> None:
    text = """
    @article{a, author = {A, B}, title = {T}, year = {soon}}
    @book{b, title = {X}, publisher = {P}, editor = {E, F}, year = 2000}
    @strange{c, title = {Y}}
    @misc{b, title = {twice}}
    """
    found = call(tools, "validate_bibliography", input=text, format="bibtex")
    results = {each["key"]: each for each in found["validation_results"]}
    assert results["a"]["issues"] == ["'journal or journaltitle' is missing", "'soon' is no year"]
    assert results["b"] == {"key": "b", "valid": True, "issues": [], "entry_type": "book"}
    assert results["c"]["issues"] == ["'strange' is no type of BibTeX"]
    assert "Duplicate" in results[""]["issues"][0]
    assert (found["total_entries"], found["valid_entries"], found["warnings"]) == (4, 1, 4)
    assert found["is_valid"] is False


def test_yaml_is_checked(tools: Tools) -> None:
    text = "a:\n  type: novel\n  date: long ago\nb: text\n"
    found = call(tools, "validate_bibliography", input=text)
    issues = [each["issues"] for each in found["validation_results"]]
    assert issues == [
        ["'title' is missing", "'novel' is no type of Hayagriva", "'long ago' is no date"],
        ["'b' has no fields"],
    ]
    assert call(tools, "validate_bibliography", input=YAML)["is_valid"] is True


def test_what_cannot_be_read_is_told_in_the_note(tools: Tools) -> None:
    text = BIBTEX + "@book{broken, title = {x}\n"
    found = call(tools, "format_citation", input=text, format="bibtex", cite_keys="Knuth")
    assert found["note"].startswith("left out: line 8:")


def test_styles_are_listed(tools: Tools) -> None:
    found = call(tools, "list_styles")
    assert found["total_available"] == "8"
    named = [name for names in found["categories"].values() for name in names]
    assert sorted(named) == sorted(found["supported_styles"])


def test_a_script_reads_the_references(make_runtime: Callable[..., Runtime]) -> None:
    spell = """
    local r = Tool.execute("citation-formatter", {
      operation = "format_citation", input = "k:\\n  type: book\\n  title: T\\n  author: 'B, A'\\n  date: 2000\\n"})
    return r.result.result.reference_list[1]
    """
    assert make_runtime().run(spell).value == "B, A. (2000). T."


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({}, "input"),
        ({"input": "  "}, "input"),
        ({"input": "x"}, "input"),
        ({"input": "x", "format": "bibtex"}, "input"),
        ({"input": "@comment{x}", "format": "bibtex"}, "input"),
        ({"input": "a: [", "format": "yaml"}, "input"),
        ({"input": "- a: 1", "format": "yaml"}, "input"),
        ({"input": "a: " + "x" * 5_000_000}, "input"),
        ({"input": YAML, "format": "ris"}, "format"),
        ({"input": YAML, "style": "no-such"}, "style"),
        ({"input": YAML, "style": "../../etc/passwd"}, "style"),
        ({"input": YAML, "cite_keys": "turing,nobody"}, "cite_keys"),
        ({"operation": "print", "input": YAML}, "operation"),
    ],
)
def test_mistakes_name_the_parameter(tools: Tools, params: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as caught:
        tools.invoke(NAME, params)
    assert caught.value.details["field"] == field


@pytest.mark.parametrize("text", ["a: !!python/object/apply:os.system ['id']", "a: &a\n  b: *a"])
def test_yaml_makes_nothing_but_data(text: str) -> None:
    try:
        found = read_yaml(text)
    except LLMSpellError:
        return
    assert all(isinstance(value, str) for each in found.entries for value in each.csl.values())


def test_the_configuration_names_style_and_limit(make_runtime: Callable[..., Runtime]) -> None:
    config = '[tools.academic]\ndefault_citation_style = "ieee"\nmax_references = 1'
    tools = make_runtime(config).tools
    assert call(tools, "format_citation", input=YAML, cite_keys="turing")["style"] == "ieee"
    assert (
        call(tools, "format_citation", input=YAML, cite_keys="site", style="apa")["style"] == "apa"
    )
    with pytest.raises(ValidationError, match=r"tools\.academic\.max_references"):
        call(tools, "format_citation", input=YAML)
