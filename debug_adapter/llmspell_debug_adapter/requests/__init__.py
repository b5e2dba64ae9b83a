"""The requests of a session, one module for each group. Importing this registers all of them."""

from llmspell_debug_adapter.requests import (  # noqa: F401
    breakpoints,
    cancelling,
    data_breakpoints,
    ending,
    evaluation,
    execution,
    sources,
    stacks,
    starting,
    variables,
)
