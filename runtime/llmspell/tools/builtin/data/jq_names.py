"""Which functions a jq program calls, as far as it takes to refuse some (jq 1.8 manual).

The original refuses texts that contain the names anywhere, also in strings and as fields.
"""

from __future__ import annotations

import re

FORBIDDEN = frozenset(
    {"env", "$ENV", "__inputs", "input", "inputs", "debug", "stderr", "modulemeta", "builtins"}
    | {"$__loc__", "include", "import", "get_search_list", "input_filename", "input_line_number"}
)
"""Names that read files, the environment or the stream, or tell of the program itself."""

_TOKEN = re.compile(
    r"""
      (?P<comment>\#[^\n]*)
    | (?P<open>"|\()
    | (?P<close>\))
    | (?P<field>\.[A-Za-z_]\w*)
    | (?P<key>[A-Za-z_]\w*(?=\s*:))
    | (?P<name>\$?[A-Za-z_]\w*)
    | .
    """,
    re.VERBOSE | re.DOTALL,
)
_STRING = re.compile(r'(?P<interpolation>\\\()|\\.|(?P<end>")|[^"\\]+|.', re.DOTALL)


def forbidden_name(program: str) -> str:
    r"""The first forbidden name that a program uses, "" where there is none.

    Names in strings, comments, fields (`.input`) and keys (`{input: 1}`) do not count; those in
    interpolations (`"\(input)"`) do.
    """
    place, nesting = 0, [""]  # what the closing of each open parenthesis goes back to
    while place < len(program):
        if nesting[-1] == "string":
            token = _STRING.match(program, place)
            if token is None:
                break
            if token["interpolation"]:
                nesting.append("code")
            elif token["end"]:
                nesting.pop()
        else:
            token = _TOKEN.match(program, place)
            if token is None:
                break
            name = token["name"]
            if name in FORBIDDEN:
                return str(name)
            if token["open"]:
                nesting.append("string" if token["open"] == '"' else "code")
            elif token["close"] and len(nesting) > 1:
                nesting.pop()
        place = token.end()
    return ""
