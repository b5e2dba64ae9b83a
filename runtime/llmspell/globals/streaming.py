"""The `Streaming` global (spec lua-globals §18): wholly in Lua, since Python cannot yield."""

from __future__ import annotations

from llmspell.globals.describe import instance, member, namespace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from llmspell.globals.services import Services
    from llmspell.globals.types import LuaFunction, LuaValue


@instance("Stream", debug_view=("_done",))
class Stream:
    """The values that a generator yields, one at a time; made by `Streaming.create`."""

    @property
    @member("_coroutine", lua=True)
    def coroutine(self) -> LuaValue:
        """The coroutine in which the generator runs."""
        raise NotImplementedError

    @property
    @member("_done", lua=True)
    def done(self) -> bool:
        """Whether the generator has ended."""
        raise NotImplementedError

    @member(lua=True)
    def next(self) -> LuaValue:
        """Runs the generator up to its next value.

        An error in the generator ends the stream and is raised here.

        Returns:
            the value; when the generator returns, what it returns; nil after that.

        """
        raise NotImplementedError

    @member("isDone", lua=True)
    def is_done(self) -> bool:
        """Tells whether the generator has ended: only `next` can find that out."""
        raise NotImplementedError

    @member(lua=True)
    def collect(self) -> list[LuaValue]:
        """Runs the generator to its end.

        Returns:
            the remaining values, without nils; if the generator fails, those up to there.

        """
        raise NotImplementedError


@namespace("Streaming")
class Streaming:
    """Makes streams of values from generator functions."""

    def __init__(self, services: Services) -> None:
        pass

    @member(lua=True)
    def create(self, generator: LuaFunction) -> Stream:
        """Makes a stream of what a function yields.

        The function runs as a coroutine, only as far as values are asked for.

        Args:
            generator: gives a value with each `Streaming.yield` or `coroutine.yield`.

        Example:
            local stream = Streaming.create(function()
              for i = 1, 3 do Streaming.yield(i * i) end
            end)
            print(stream:next()) --> 1
            print(table.concat(stream:collect(), ", ")) --> 4, 9

        """
        raise NotImplementedError

    @member("yield", lua=True)
    def yield_(self, value: LuaValue = None) -> None:
        """Gives the next value of the stream; the generator goes on when another is asked for.

        Args:
            value: the value; a nil is given by `next`, and skipped by `collect`.

        Raises:
            Streaming error: it was not called inside a generator.

        """
        raise NotImplementedError
