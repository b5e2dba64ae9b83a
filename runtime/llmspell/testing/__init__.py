"""For tests of programs and spells: providers without a model, never used by default.

Register one where it is wanted::

    runtime.models.register("echo", Echo)
    runtime.models.register("mock", lambda setup: Mock(setup, ["First answer", "second"]))
"""

from llmspell.testing.providers import Echo, Mock

__all__ = ["Echo", "Mock"]
