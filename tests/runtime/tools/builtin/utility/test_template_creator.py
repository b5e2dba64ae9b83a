"""`template-creator`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from llmspell.app import Runtime
from llmspell.errors import (
    LLMSpellError,
    ResourceError,
    SecurityError,
    TimeLimitError,
    ToolError,
    ValidationError,
)
from llmspell.tools.builtin.utility.template_work import rendered
from llmspell.tools.service import Tools

NAME = "template-creator"
VALUES = {
    "name": "Ada Lovelace",
    "tag": "<b>",
    "yes": True,
    "none": None,
    "list": [3, 1, 2],
    "people": [{"n": "b", "k": 1}, {"n": "a", "k": 1}, {"n": "c", "k": 2}],
    "map": {"x": 1, "items": 5},
}


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{{ name | upper }} {{ name | lower }}", "ADA LOVELACE ada lovelace"),
        ("{{ tag }} {{ tag | safe }}", "&lt;b&gt; <b>"),
        ("{{ yes }} {{ none }} {{ list }} {{ map }}", "true  [3, 1, 2] [object]"),
        ("{{ map.x }} {{ map.items }} {{ map['x'] }} {{ people.0.n }}", "1 5 1 b"),
        ("{% for k, v in map %}{{ k }}={{ v }};{% endfor %}", "x=1;items=5;"),
        (
            "{% for n in list %}{{ loop.index }}{% if not loop.last %},{% endif %}{% endfor %}",
            "1,2,3",
        ),
        ("{% if missing %}a{% elif yes and not none %}b{% endif %}", "b"),
        ("{% set a = 1 %}{{ a + 2 }} {{ 'x' ~ a }}", "3 x1"),
        ("{% macro hi(who) %}Hi {{ who }}{% endmacro hi %}{{ self::hi(who='Cy') }}", "Hi Cy"),
        ("{% macro hi(who) %}Hi {{ who }}{% endmacro %}{{ self::hi(who='Bo') }}", "Hi Bo"),
        ("{{ list | sort | join(sep='-') }} {{ list | first }} {{ list | length }}", "1-2-3 3 3"),
        ("{{ people | sort(attribute='n') | map(attribute='n') | join(sep='') }}", "abc"),
        ("{{ people | filter(attribute='k', value=1) | length }}", "2"),
        ("{{ people | group_by(attribute='k') | length }} {{ list | slice(start=1) }}", "2 [1, 2]"),
        ("{{ name | replace(from='Ada', to='A.') | truncate(length=4) }}", "A. L…"),
        ("{{ 'É b!' | slugify }} {{ 'a b' | title }} {{ 'a/b c' | urlencode }}", "e-b A B a/b%20c"),
        ("{{ 2.5 | round }} {{ 2.14 | round(method='ceil', precision=1) }}", "3 2.2"),
        ("{{ missing | default(value='x') }} {{ 2 | pluralize }}", "x s"),
        (
            "{{ 0 | date(format='%d.%m.%Y') }} {{ map | json_encode }}",
            '01.01.1970 {"x": 1, "items": 5}',
        ),
        ("{% if name is starting_with('Ada') and 4 is divisibleby(2) %}y{% endif %}", "y"),
        ("{% for i in range(end=3) %}{{ i }}{% endfor %}", "012"),
        ("{# no #}{% raw %}{{ x }}{% endraw %}", "{{ x }}"),
        ("{{ 'a,b' | split(pat=',') | concat(with='c') | reverse }}", "[c, b, a]"),
        (
            "{{ list | concat(with=[3]) | unique | length }} {{ 1536 | filesizeformat }}",
            "3 1.50 KB",
        ),
    ],
)
def test_tera(template: str, expected: str) -> None:
    assert rendered(["tera", template, VALUES]) == expected


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{{name}} {{tag}} {{{tag}}}", "Ada Lovelace &lt;b&gt; <b>"),
        ("{{uppercase name}}", "ADA LOVELACE"),
        ("{{#if yes}}a{{else}}b{{/if}}{{#unless none}}c{{/unless}}", "ac"),
        ("{{#each people}}{{@index}}{{n}} {{/each}}", "0b 1a 2c "),
        ("{{#each map}}{{@key}}={{this}};{{/each}}", "x=1;items=5;"),
        ("{{#with map}}{{x}}{{/with}}{{map.items}}", "15"),
        ("{{! no }}{{list.[0]}}", "3"),
    ],
)
def test_handlebars(template: str, expected: str) -> None:
    assert rendered(["handlebars", template, VALUES]) == expected


def test_the_engine_is_recognised_unless_it_is_given(tools: Tools) -> None:
    def engine(template: str, **params: Any) -> Any:
        params |= {"input": template, "context": {"a": [1]}}
        return tools.invoke(NAME, params).result["engine"]

    assert engine("{{#each a}}{{this}}{{/each}}") == "handlebars"
    assert engine("{{ a }}") == "tera"
    assert engine("{{ a }}", engine="HBS") == "handlebars"
    with pytest.raises(ValidationError):
        engine("{{#each a}}{{/each}}", auto_detect=False)


def test_sizes_are_told(tools: Tools) -> None:
    answer = tools.invoke(NAME, {"input": "ü{{ a }}", "context": {"a": "ü"}}).envelope
    assert answer["operation"] == "render_template"
    assert answer["result"] == {
        "rendered": "üü",
        "engine": "tera",
        "template_length": 9,
        "context_size": 10,
    }
    assert answer["metadata"] == {"engine": "tera", "template_length": 9}


def test_a_script_gets_the_rendered_text(make_runtime: Callable[..., Runtime]) -> None:
    spell = """
    local r = Tool.execute("template-creator", {
      input = "Workflow {{id}} completed at {{time}}", context = {id = 7, time = "noon"}})
    return r.result.rendered
    """
    assert make_runtime().run(spell).value == "Workflow 7 completed at noon"


@pytest.mark.parametrize(
    "template",
    [
        "{{ name.upper() }}",
        "{{ name.__class__ }}",
        "{{ ''.__class__.__mro__ }}",
        "{{ name['__class__'] }}",
        "{{ list.append(1) }}",
        "{{ loop.__init__.__globals__ }}",
        "{% for i in list %}{{ loop.__init__.__globals__ }}{% endfor %}",
        "{% macro m() %}{% endmacro %}{{ m.__code__ }}",
        "{{ range.__globals__ }}",
        "{{ name | attr('__class__') }}",
        "{{ '{0.__class__}'.format(name) }}",
        "{% include '/etc/passwd' %}",
        "{{ cycler.__init__ }}",
        "{{ self._TemplateReference__context }}",
        "{{ throw(message='x') }}",
    ],
)
def test_nothing_of_python_is_reached(template: str) -> None:
    with pytest.raises(LLMSpellError):
        rendered(["tera", template, VALUES])


@pytest.mark.parametrize("template", ["{{name.__class__}}", "{{list.append}}"])
def test_nothing_of_python_is_reached_from_handlebars(template: str) -> None:
    with pytest.raises(ToolError):
        rendered(["handlebars", template, VALUES])


@pytest.mark.parametrize("text", ["os.system('x')", "{{ eval(1) }}", "__import__"])
def test_suspicious_texts_are_refused(tools: Tools, text: str) -> None:
    with pytest.raises(SecurityError) as caught:
        tools.invoke(NAME, {"input": text})
    assert caught.value.details["violation_type"] == "template_injection"


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({}, "input"),
        ({"input": "x", "engine": "erb"}, "engine"),
        ({"input": "{% if %}"}, "template"),
        ({"input": "{{ a | nofilter }}"}, "template"),
        ({"input": "x" * (1024 * 1024 + 1)}, "template"),
        ({"input": "x", "context": {"a": "x" * (10 * 1024 * 1024)}}, "context"),
    ],
)
def test_mistakes_name_the_parameter(tools: Tools, params: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as caught:
        tools.invoke(NAME, params)
    assert caught.value.details["field"] == field


@pytest.mark.parametrize(
    "params",
    [
        {"input": "{{ a }}"},
        {"input": "{{ 1 / 0 }}"},
        {"input": "{{ 'a' + 1 }}"},
        {"input": "{{a}}", "engine": "handlebars"},
        {"input": "{{#if a}}", "engine": "handlebars"},
        {"input": "{{>part}}", "engine": "handlebars"},
        {"input": "{{nohelper 1}}", "engine": "handlebars"},
    ],
)
def test_what_cannot_be_rendered_is_a_failure(tools: Tools, params: dict[str, Any]) -> None:
    with pytest.raises(ToolError, match="cannot be rendered"):
        tools.invoke(NAME, params)


def test_a_template_that_never_ends_is_ended(tools: Tools) -> None:
    loops = "{% for i in range(end=99999) %}" * 3 + "{% endfor %}" * 3
    with pytest.raises(TimeLimitError):
        tools.invoke(NAME, {"input": loops}, seconds=1)


def test_a_template_that_wants_all_memory_gets_none(tools: Tools) -> None:
    with pytest.raises((ResourceError, ToolError)):
        tools.invoke(NAME, {"input": "{{ 'a' * 9999999999 }}"})


def test_what_a_helper_prints_is_not_taken_for_the_answer(tools: Tools) -> None:
    params = {"input": "{{log 'x'}}a", "engine": "handlebars"}
    assert tools.invoke(NAME, params).text == "a"
