"""Documentation of described names as Markdown."""

from __future__ import annotations

from lsprotocol import types

from llmspell_server.analysis.api import Api, Symbol


def documentation(symbol: Symbol, api: Api) -> types.MarkupContent:
    """All that is written about a name, without its signature."""
    parts = [f"**Deprecated:** {symbol.deprecated}"] if symbol.deprecated else []
    parts += [part for part in (symbol.summary, symbol.details) if part]
    parameters = [
        f"- `{parameter.name}`: {parameter.description}{_values(parameter.string_kind, api)}"
        for parameter in symbol.parameters or ()
        if parameter.description
    ]
    if parameters:
        parts.append("\n".join(parameters))
    if symbol.raises:
        parts.append("Raises\n" + "\n".join(f"- {sentence}" for sentence in symbol.raises))
    return types.MarkupContent(types.MarkupKind.Markdown, "\n\n".join(parts))


def explanation(symbol: Symbol, api: Api) -> types.MarkupContent:
    """Signature and documentation."""
    content = documentation(symbol, api)
    content.value = f"```lua\n{symbol.signature}\n```\n\n{content.value}"
    return content


def _values(kind: str | None, api: Api) -> str:
    values = api.kinds[kind].values if kind in api.kinds else {}
    return f" ({', '.join(f'`{value}`' for value in values)})" if values else ""
