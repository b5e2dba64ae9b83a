"""The tokens of Lua 5.4 text (manual, "Lexical Conventions"); none is ever refused."""

from __future__ import annotations

import re

KEYWORDS = frozenset(
    (
        *("and", "break", "do", "else", "elseif", "end", "false", "for", "function", "goto", "if"),
        *("in", "local", "nil", "not", "or", "repeat", "return", "then", "true", "until", "while"),
    )
)

_NAME = re.compile("[A-Za-z_][A-Za-z0-9_]*")


def is_name(text: str) -> bool:
    """Whether a text can be the name of a variable or a field behind a dot."""
    return _NAME.fullmatch(text) is not None and text not in KEYWORDS


# The group that matched says the kind. White space before a token is part of its match.
# `broken` is a string without its end, `other` a character that Lua does not know.
TOKEN = re.compile(
    r"""[ \t\n\r\f\v]*+(?:
      (?P<name>[A-Za-z_][A-Za-z0-9_]*+)
    | (?P<comment>--\[(?P<c>=*+)\[(?:.*?\](?P=c)\]|.*\Z)|--[^\n\r]*+)
    | (?P<number>(?:0[xX](?:[pP][+-]?|[0-9a-fA-F.])*+
                 |\.?[0-9](?:[eE][+-]?|[0-9a-fA-F.])*+)[A-Za-z0-9_]*+)
    | (?P<string>"(?:[^"\\\n\r]++|\\(?:z[ \t\n\r\f\v]*+|\r\n|\n\r|.))*+"
               |'(?:[^'\\\n\r]++|\\(?:z[ \t\n\r\f\v]*+|\r\n|\n\r|.))*+'
               |\[(?P<s>=*+)\[.*?\](?P=s)\])
    | (?P<broken>"(?:[^"\\\n\r]++|\\(?:z[ \t\n\r\f\v]*+|\r\n|\n\r|.))*+
               |'(?:[^'\\\n\r]++|\\(?:z[ \t\n\r\f\v]*+|\r\n|\n\r|.))*+
               |\[=*+\[.*\Z)
    | (?P<symbol>\.\.\.|\.\.|==|~=|<=|>=|//|::|<<|>>|[-+*/%^\#&|~<>=(){}\[\];:,.])
    | (?P<other>[^ \t\n\r\f\v])
    | (?P<eof>\Z))""",
    re.VERBOSE | re.DOTALL,
)
