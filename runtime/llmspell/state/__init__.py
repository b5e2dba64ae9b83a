"""State: JSON values by scope and key, in a SQLite file or in memory.

`open_store` gives a `StateStore`; exports are in `transfer`, schema changes in `migration`,
backups in `backup`, and the result tables that scripts get in `reports`.
"""

from llmspell.state.location import default_path, open_store
from llmspell.state.scope import Scope
from llmspell.state.store import StateStore

__all__ = ["Scope", "StateStore", "default_path", "open_store"]
