"""Writes snippets: the call of a function with a tab stop for each argument that it needs.

The syntax is that of LSP 3.17 ("Snippet Syntax"), which VS Code's snippet files share.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from llmspell.globals.generator.model import Member, Parameter

_MOST_CHOICES = 12  # a longer list is better completed by the language server


def snippet(namespace: str, member: Member, kinds: Mapping[str, Mapping[str, Any]]) -> str:
    """The call of a function of a namespace; optional arguments are left out.

    kinds: string kinds by name; the values of a short list without holes are offered.
    """
    needed = [p for p in member.parameters if not p.type.optional and p.default is None]
    stops = [_stop(number, each, kinds) for number, each in enumerate(needed, start=1)]
    return f"{namespace}.{member.name}({', '.join(stops)})"


def _stop(number: int, parameter: Parameter, kinds: Mapping[str, Mapping[str, Any]]) -> str:
    type_ = parameter.type
    if type_.name == "function":
        return f"function()\n\t${number}\nend"
    if type_.name != "string":
        return f"${{{number}:{parameter.name}}}"
    values = list(kinds.get(type_.kind or "", {}).get("values", {}))
    if 1 < len(values) <= _MOST_CHOICES and not any("<" in value for value in values):
        return f'"${{{number}|{",".join(map(_choice, values))}|}}"'
    return f'"${{{number}:{parameter.name}}}"'


def _choice(value: str) -> str:
    for special in "\\,|$}":
        value = value.replace(special, f"\\{special}")
    return value
