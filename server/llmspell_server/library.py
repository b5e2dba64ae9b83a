"""The definitions that every spell can use, read from the runtime's files."""

from __future__ import annotations

import functools
import json
from importlib import resources

from attrs import evolve

from llmspell.lua.documentation import Documentation, library

from .analysis.api import Api, Parameter, Symbol, read_api
from .analysis.pace import checkpoint


@functools.cache
def load_api() -> Api:
    """The spell globals from `api.json`, and Lua's own library beside them."""
    described = resources.files("llmspell").joinpath("library", "api.json").read_text("utf-8")
    api = read_api(json.loads(described))
    checkpoint()
    known = library()
    checkpoint()
    lua = {name: _symbol(found) for name, found in known.names.items()}
    return evolve(api, symbols=lua | api.symbols)


def _symbol(found: Documentation) -> Symbol:
    if found.parameters is None:
        return Symbol(found.name, "variable", found.summary, found.details)
    parameters = tuple(
        Parameter(name.removesuffix("?"), optional=name.endswith("?")) for name in found.parameters
    )
    return Symbol(found.name, "function", found.summary, found.details, parameters)
