"""What `template-creator` does in a process of its own: it renders one template."""

from __future__ import annotations

from llmspell.errors import ToolError, ValidationError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def rendered(request: list[Any]) -> str:
    """The text of a template: `[engine, template, context]`."""
    engine, template, context = request
    return _tera(template, context) if engine == "tera" else _handlebars(template, context)


def rendered_mail(request: list[Any]) -> list[str]:
    """Subject and body of a message: `[subject, body, whether that is HTML, context]`."""
    subject, body, html, context = request
    return [_tera(subject, context, html=False), _tera(body, context, html=html)]


def _tera(template: str, context: dict[str, Any], *, html: bool = True) -> str:
    from jinja2 import TemplateError, TemplateSyntaxError

    from llmspell.tools.builtin.utility.tera import Tera

    try:
        made = Tera(html=html).from_string(template)
    except TemplateSyntaxError as error:
        raise ValidationError(
            f"the template is wrong in line {error.lineno}: {error.message}", field="template"
        ) from None
    try:
        return made.render(context)
    except (TemplateError, TypeError, ValueError, LookupError, ArithmeticError) as error:
        raise ToolError(f"the template cannot be rendered: {error}") from None


def _handlebars(template: str, context: dict[str, Any]) -> str:
    from dotpromptz_handlebars import Handlebars, StrictModeError, TemplateRecursionError

    engine = Handlebars(strict=True)
    engine.register_helper("uppercase", lambda values, _: str(_only(values)).upper())
    engine.register_helper("lowercase", lambda values, _: str(_only(values)).lower())
    try:
        return engine.compile(template)(context)
    except (StrictModeError, TemplateRecursionError, ValueError, TypeError, LookupError) as error:
        raise ToolError(f"the template cannot be rendered: {error}") from None


def _only(values: list[Any]) -> Any:
    if len(values) != 1 or values[0] is None:
        raise ValueError("uppercase and lowercase take one value")
    return values[0]
