"""`template-creator` (spec tools §8.7): Tera on Jinja2, Handlebars on dotpromptz-handlebars.

dotpromptz-handlebars is pure Python and kept up; pybars is not. Templates are rendered in a process
of their own, because they can loop for ever and make texts of any length.
"""

from __future__ import annotations

import json

from llmspell.errors import SecurityError, ValidationError
from llmspell.tools.answer import Answer
from llmspell.tools.description import MIB, Example, Limits, Parameter
from llmspell.tools.isolation import isolated
from llmspell.tools.tool import Tool

TYPE_CHECKING = False
if TYPE_CHECKING:
    from llmspell.tools.call import Call

LONGEST_TEMPLATE = MIB
LARGEST_CONTEXT = 10 * MIB
REFUSED = ("system(", "exec(", "eval(", "__import__", "subprocess", "os.system")
ENGINES = {"tera": "tera", "handlebars": "handlebars", "hbs": "handlebars"}
_HANDLEBARS_MARKS = ("{{#", "{{/", "{{>")


class TemplateCreator(Tool):
    """Renders a template of Tera (as Jinja) or Handlebars with given values."""

    name = "template-creator"
    security = "restricted"
    limits = Limits(seconds=30, output_bytes=10 * MIB)
    requires = ("dotpromptz_handlebars", "jinja2")
    parameters = (
        Parameter("input", "string", "The template.", required=True, aliases=("template",)),
        Parameter("context", "object", "The values.", aliases=("data", "variables")),
        Parameter("engine", "string", "`tera` or `handlebars`; else recognised.", default="tera"),
        Parameter("auto_detect", "boolean", "Recognise the engine.", default=True),
    )
    examples = (
        Example(
            {
                "input": "{{ name }}, welcome to {{ city }}",
                "context": {"name": "Ada", "city": "Rome"},
            },
            {"result": {"rendered": "Ada, welcome to Rome", "engine": "tera"}},
        ),
        Example(
            {
                "input": "{{uppercase name}} - {{lowercase city}}",
                "engine": "handlebars",
                "context": {"name": "Alice", "city": "Wonderland"},
            },
            {"result": {"rendered": "ALICE - wonderland", "engine": "handlebars"}},
        ),
        Example(
            {"input": "<div>{{ content }}</div>", "context": {"content": "<script>"}},
            {"result": {"rendered": "<div>&lt;script&gt;</div>"}},
        ),
        Example({"input": "{{ name }}"}, fails="name"),
    )

    def run(self, call: Call) -> Answer:
        """`result.rendered` is the text."""
        template = str(call.params["input"])
        context = call.get("context", {})
        engine = _engine(call, template)
        length = len(template.encode())
        if length > LONGEST_TEMPLATE:
            raise ValidationError(
                f"the template has more than {LONGEST_TEMPLATE} bytes", field="template"
            )
        size = len(json.dumps(context, ensure_ascii=False, separators=(",", ":")).encode())
        if size > LARGEST_CONTEXT:
            raise ValidationError(
                f"the context has more than {LARGEST_CONTEXT} bytes", field="context"
            )
        for refused in REFUSED:
            if refused in template:
                raise SecurityError(
                    f"'{refused}' is not allowed in a template",
                    violation_type="template_injection",
                )
        work = "llmspell.tools.builtin.utility.template_work:rendered"
        text = isolated(call, work, [engine, template, context])
        result = {
            "rendered": text,
            "engine": engine,
            "template_length": length,
            "context_size": size,
        }
        told = {"engine": engine, "template_length": length}
        return Answer("render_template", result, text=text, metadata=told)


def _engine(call: Call, template: str) -> str:
    """The engine that is asked for, else the one that a template is for."""
    given = call.get("engine")
    if given is None:
        marked = any(mark in template for mark in _HANDLEBARS_MARKS)
        return "handlebars" if marked and call.get("auto_detect", True) else "tera"
    engine = ENGINES.get(given.lower())
    if engine is None:
        raise ValidationError(f"'{given}' is no engine: use tera or handlebars", field="engine")
    return engine
