"""The DAP session: state machine, what the client can, and what is told to it."""

from llmspell_debug_adapter.session.session import Session

__all__ = ["Session"]
