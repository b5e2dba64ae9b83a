"""Methods of the runtime's objects, which are bound where they are read.

`agent.invoke(x)` and `agent:invoke(x)` are the same call (`prelude/objects.lua`); objects of Lua
code bind nothing.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from attrs import evolve

from llmspell_server.analysis.types import model
from llmspell_server.analysis.types.model import Type

if TYPE_CHECKING:
    from .inference import Inference

_OF_THE_RUNTIME = re.compile(r"/llmspell/library/llmspell/\w+\.lua\Z")


def bound(found: Type, base: Type, inference: Inference) -> Type:
    """The type of `base.method`, where `found` is the method: what is called without the object.

    The object may be given all the same, as in `pcall(agent.invoke, agent, "…")`.
    """
    if not isinstance(found, model.Function) or not found.is_method or not found.parameters:
        return found
    if not any(is_of_the_runtime(each, inference) for each in model.members_of(base)):
        return found
    receiver, *others = found.parameters
    with_object = evolve(found, parameters=(evolve(receiver, type=base), *others))
    overloads = (with_object, *found.overloads)
    return evolve(found, parameters=tuple(others), is_method=False, overloads=overloads)


def is_of_the_runtime(type_: Type, inference: Inference) -> bool:
    """Whether a type is a class of the script API."""
    definition = inference.class_named(type_.name) if isinstance(type_, model.Named) else None
    if definition is None or not definition.places:
        return False
    place = definition.places[0]
    return isinstance(place, tuple) and _OF_THE_RUNTIME.search(str(place[0])) is not None
