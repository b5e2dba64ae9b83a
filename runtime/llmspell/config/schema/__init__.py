"""What a configuration may say: attrs classes, one room per subject (spec config.md §3)."""

from llmspell.config.schema.engines import CustomEngine, Engines, JavaScriptEngine, LuaEngine
from llmspell.config.schema.models import Models
from llmspell.config.schema.observability import Debug, Events, Hooks
from llmspell.config.schema.providers import Provider, Providers, RateLimit, Retry
from llmspell.config.schema.rag import Rag
from llmspell.config.schema.root import Config, Security
from llmspell.config.schema.runtime import Runtime, RuntimeSecurity, Sessions, StatePersistence
from llmspell.config.schema.tools import FileOperations, HttpRequest, Tools, WebSearch

__all__ = [
    "Config",
    "CustomEngine",
    "Debug",
    "Engines",
    "Events",
    "FileOperations",
    "Hooks",
    "HttpRequest",
    "JavaScriptEngine",
    "LuaEngine",
    "Models",
    "Provider",
    "Providers",
    "Rag",
    "RateLimit",
    "Retry",
    "Runtime",
    "RuntimeSecurity",
    "Security",
    "Sessions",
    "StatePersistence",
    "Tools",
    "WebSearch",
]
