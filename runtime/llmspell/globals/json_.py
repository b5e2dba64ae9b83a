"""The `JSON` global (spec lua-globals §17)."""

from __future__ import annotations

import json

from llmspell.errors import LLMSpellError
from llmspell.globals.describe import member, namespace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from llmspell.globals.services import Services
    from llmspell.globals.types import Json, LuaValue


class JsonError(LLMSpellError):
    """Text is no JSON."""

    prefix = "JSON parse error: "


@namespace("JSON")
class Json_:  # noqa: N801 - `Json` is the type
    """Reads and writes JSON text."""

    def __init__(self, services: Services) -> None:
        pass

    @member()
    def parse(self, text: str) -> Json:
        """Gives the Lua value that JSON text stands for.

        Objects and arrays become tables, whole numbers integers, other numbers floats; `null`
        becomes nil, so keys with null vanish and arrays with nulls get holes.

        Args:
            text: a complete JSON text.

        Raises:
            JSON parse error: the text is no JSON; the message says where.

        Example:
            local config = JSON.parse('{"retries": 3}')
            print(config.retries) --> 3

        """
        try:
            value: Json = json.loads(text)
        except json.JSONDecodeError as error:
            raise JsonError(f"{error.msg} at line {error.lineno}, column {error.colno}") from error
        return value

    @member(lua=True)
    def stringify(self, value: LuaValue) -> str:
        """Gives a value as compact JSON text, the keys of objects in order.

        A table with elements 1..n becomes an array (other keys are dropped), any other table an
        object; NaN and infinities become null, nil becomes null, a float keeps its fraction.

        Args:
            value: nil, a boolean, number, string, or a table of them.

        Raises:
            JSON stringify error: a function, thread, userdata, API object or a table that
                contains itself stands in the value; the message says where.

        Example:
            print(JSON.stringify { name = "spell", tags = { "a", "b" } })
            --> {"name":"spell","tags":["a","b"]}

        """
        raise NotImplementedError
