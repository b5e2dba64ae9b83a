"""JSON with comments and trailing commas, as editors write their settings."""

from __future__ import annotations

import json
import re

_STRING_OR_COMMENT = re.compile(r'("(?:\\.|[^"\\])*")|//[^\n]*|/\*.*?(?:\*/|\Z)', re.DOTALL)
_STRING_OR_LAST_COMMA = re.compile(r'("(?:\\.|[^"\\])*")|,(?=\s*[\]}])', re.DOTALL)


def read_json(text: str) -> object:
    """The value that a text is; raises `ValueError` for what is no JSON either way."""
    plain = _STRING_OR_COMMENT.sub(lambda found: found[1] or " ", text.removeprefix("\ufeff"))
    plain = _STRING_OR_LAST_COMMA.sub(lambda found: found[1] or "", plain)
    try:
        return json.loads(plain)
    except RecursionError:
        raise ValueError("nested too deeply") from None
