"""The llmspell runtime: runs spells, and owns the API that they see.

`Runtime` is the face for Python programs; `llmspell.errors` has the error tree.
"""

from llmspell.version import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from llmspell.app import Runtime

__all__ = ["Runtime", "__version__"]


def __getattr__(name: str) -> object:
    """`Runtime`, imported when it is asked for."""
    if name == "Runtime":
        from llmspell.app import Runtime

        return Runtime
    raise AttributeError(f"module 'llmspell' has no attribute {name!r}")
