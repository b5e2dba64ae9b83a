"""Arms the hook slot of a running Lua state from another thread.

`lua_sethook` may be called at any time (`lua.c` does it from its signal handler): with a count
mask of 1 the VM calls the dispatcher of `prelude/hooks.lua` at the next instruction. While
nothing is armed there is no hook at all, so programs run at full speed.

A pointer to a coroutine that has been freed would be a use-after-free. The set of pointers here
is therefore changed only under the interpreter lock, by finalisers that run before the coroutine
can be freed, and arming goes through `ctypes.PyDLL`, which keeps the lock.
"""

from __future__ import annotations

import lupa.lua54

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_LUA_MASKCOUNT = 8


class _HookApi:
    """The two C functions, and the C hook behind `debug.sethook` (the same in every state)."""

    def __init__(self) -> None:
        import ctypes

        library = ctypes.PyDLL(lupa.lua54.__file__)
        get = library.lua_gethook
        get.argtypes, get.restype = [ctypes.c_void_p], ctypes.c_void_p
        self.set = library.lua_sethook
        self.set.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int, ctypes.c_int]
        self.set.restype = None
        # A state of our own shows the hook function; the one to be stopped must not be touched.
        scratch: Any = lupa.lua54.LuaRuntime(register_eval=False, register_builtins=False)
        scratch.execute("debug.sethook(function() end, 'r')")
        pointer = scratch.eval("string.format('%p', coroutine.running())")
        self.hook: int = get(int(pointer, 16))
        scratch.execute("debug.sethook()")
        if not self.hook:
            raise AttributeError("lua_gethook gives no hook")


_api: _HookApi | None = None


def hook_api_available() -> bool:
    """Whether this build of lupa exports the C functions (the Windows wheels do not)."""
    global _api
    if _api is None:
        try:
            _api = _HookApi()
        except (AttributeError, OSError, ImportError):
            return False
    return True


class HookSlot:
    """The threads of one Lua state, and the way to make them all call the dispatcher."""

    def __init__(self) -> None:
        self._threads: set[bytes] = set()
        # Called by Lua for each coroutine that is made, and by its sentinel's finaliser.
        self.remember: Callable[[bytes], None] = self._threads.add
        self.forget: Callable[[bytes], None] = self._threads.discard

    @property
    def known_threads(self) -> int:
        """How many threads are known: the main one and the coroutines that are alive."""
        return len(self._threads)

    def arm(self) -> bool:
        """Makes every known thread call the dispatcher at its next instruction.

        May be called from any thread. False where the C functions are missing; then the
        engine polls (`poll_count`).
        """
        if not hook_api_available():
            return False
        api = _api
        assert api is not None
        arm, hook, threads = api.set, api.hook, self._threads
        for pointer in tuple(threads):
            address = int(pointer, 16)
            # The interpreter does not switch threads between this test and the call.
            if pointer in threads:
                arm(address, hook, _LUA_MASKCOUNT, 1)
        return True

    def clear(self) -> None:
        """Forgets all threads, before their state is closed."""
        self._threads.clear()
