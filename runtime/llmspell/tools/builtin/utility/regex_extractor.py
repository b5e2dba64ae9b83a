"""`regex-extractor`: what a regular expression finds in a text, in linear time (RE2)."""

from __future__ import annotations

from llmspell.errors import ValidationError
from llmspell.security.patterns import compile_pattern
from llmspell.tools.answer import Answer
from llmspell.tools.description import MIB, Example, Limits, Operation, Parameter
from llmspell.tools.tool import Tool

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from llmspell.tools.call import Call

LONGEST_TEXT = 10 * MIB
MOST_MATCHES = 10_000


class RegexExtractor(Tool):
    """Finds what matches a regular expression in a text, with its groups."""

    name = "regex-extractor"
    limits = Limits(seconds=10)
    requires = ("re2",)
    parameters = (
        Parameter("input", "string", "The text.", required=True, aliases=("text",)),
        Parameter(
            "pattern",
            "string",
            "The regular expression, as RE2 reads it: no look-around, no references back.",
            required=True,
            aliases=("regex",),
        ),
        Parameter("ignore_case", "boolean", "Upper and lower case are the same.", default=False),
        Parameter(
            "limit",
            "integer",
            "Matches that are given at most.",
            default=1000,
            schema={"minimum": 1, "maximum": MOST_MATCHES},
        ),
    )
    operations = {
        "extract": Operation("all matches and their groups"),
        "test": Operation("whether there is a match"),
    }
    default_operation = "extract"
    examples = (
        Example(
            {"input": "a=1, b=22", "pattern": r"(?P<key>\w)=(?P<value>\d+)"},
            {"result": {"count": 2, "truncated": False}},
        ),
        Example(
            {"operation": "test", "input": "Hello", "pattern": "^h", "ignore_case": True},
            {"result": {"matched": True}},
        ),
        Example({"input": "aa", "pattern": r"(a)\1"}, fails="not accepted"),
    )

    def do_extract(self, call: Call) -> Answer:
        """`matches`: `text`, `start` and `stop` (characters, from 1, stop included), `groups`.

        Named groups are also in `named`. `truncated` where `limit` cut the list.
        """
        text, pattern = _given(call)
        limit = int(call.get("limit", 1000))
        found: list[dict[str, Any]] = []
        more = False
        for match in pattern.finditer(text):
            call.check()
            if len(found) == limit:
                more = True
                break
            found.append(
                {
                    "text": match.group(0),
                    "start": match.start() + 1,
                    "stop": match.end(),
                    "groups": ["" if each is None else each for each in match.groups()],
                    "named": dict(match.groupdict()),
                }
            )
        result = {"matches": found, "count": len(found), "truncated": more}
        return Answer("extract", result, message=f"{len(found)} matches")

    def do_test(self, call: Call) -> Answer:
        """`matched`: whether the pattern matches anywhere in the text."""
        text, pattern = _given(call)
        return Answer("test", {"matched": pattern.search(text) is not None})


def _given(call: Call) -> tuple[str, Any]:
    text = str(call.need("input"))
    if len(text) > LONGEST_TEXT:
        raise ValidationError(f"more than {LONGEST_TEXT} characters", field="input")
    try:
        return text, compile_pattern(
            str(call.need("pattern")), ignore_case=bool(call.get("ignore_case"))
        )
    except ValidationError as error:
        raise ValidationError(str(error), field="pattern") from None
