"""The script API as an engine takes it: the generated Lua, and the Python behind it."""

from __future__ import annotations

import os

from llmspell.lua.state import read_bytes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from llmspell.globals.services import Services
    from llmspell.lua.border import Border

_FOLDER = os.path.dirname(__file__)  # noqa: PTH120 - pathlib costs start-up time


class ScriptApi:
    """What `Engine` needs to know of the globals (see `llmspell.lua.border.Api`).

    modules: Lua name -> full name of the generated Python module. border: the generated Lua.
    preludes: Lua files that run after it.
    """

    def __init__(
        self,
        services: Services | Any,
        modules: Mapping[str, str],
        border: str | os.PathLike[str],
        preludes: Sequence[str] = (),
    ) -> None:
        self._services = services
        self._modules = modules
        self._targets: dict[str, Any] = {}
        self._sources = (os.fspath(border), *preludes)

    @classmethod
    def standard(cls, services: Services, *, testing: bool = False) -> ScriptApi:
        """The API of this version; with what tests have beside it, if `testing`."""
        from llmspell.globals.catalogue import (
            NAMESPACES,
            PRELUDES,
            TEST_NAMESPACES,
            TEST_PRELUDES,
        )

        names = NAMESPACES | TEST_NAMESPACES if testing else NAMESPACES
        preludes = [f"{_FOLDER}/prelude/{name}.lua" for name in PRELUDES]
        if testing:
            preludes.append(f"{_FOLDER}/generated/test_border.lua")
            preludes += (f"{_FOLDER}/prelude/{name}.lua" for name in TEST_PRELUDES)
        return cls(
            services,
            {name: f"llmspell.globals.generated.{module}" for name, module in names.items()},
            f"{_FOLDER}/generated/border.lua",
            preludes,
        )

    def lua_sources(self) -> list[tuple[str, bytes]]:
        """Names and texts of the Lua chunks that put the API into the script's globals."""
        return [(os.path.basename(path), read_bytes(path)) for path in self._sources]  # noqa: PTH119

    def bind(self, namespace: str, border: Border) -> tuple[Callable[..., Any], ...]:
        """The functions behind a namespace, in the order the generated Lua expects."""
        bound: tuple[Callable[..., Any], ...] = self._module(namespace).bind(
            border, self._target(namespace)
        )
        return bound

    def debug_view(self, namespace: str) -> Any:
        """How a namespace shows what it stands for, as plain data; None if it has no such view."""
        if namespace not in self._modules:
            return None
        view = getattr(self._target(namespace), "debug_view", None)
        return None if view is None else view()

    def _module(self, namespace: str) -> Any:
        from importlib import import_module

        return import_module(self._modules[namespace])

    def _target(self, namespace: str) -> Any:
        target = self._targets.get(namespace)
        if target is None:
            target = self._targets[namespace] = self._module(namespace).TARGET(self._services)
        return target
