"""`data-validator` (spec tools §8.3); patterns take linear time (google-re2)."""

from __future__ import annotations

from llmspell.tools.answer import Answer
from llmspell.tools.builtin.utility.validation_rules import Errors, apply, rules_of
from llmspell.tools.description import Example, Limits, Parameter
from llmspell.tools.tool import Tool

TYPE_CHECKING = False
if TYPE_CHECKING:
    from llmspell.tools.call import Call


class DataValidator(Tool):
    """Checks one value against a list of rules."""

    name = "data-validator"
    limits = Limits(seconds=5)
    parameters = (
        Parameter(
            "input",
            ("object", "array", "string", "number", "boolean"),
            "The value.",
            required=True,
        ),
        Parameter(
            "rules",
            "object",
            "`{rules = { {type = …}, … }}` with the types `required`, `type` (`expected`), "
            "`length` and `range` (`min`, `max`), `pattern` (`regex`), `enum` (`values`), `email`, "
            "`url`, `date` (`format`), `custom` (`name`: `phone`, `uuid`, `credit_card`), `array` "
            "(`min_items`, `max_items`, `unique`, `item_rules`) and `object` (`properties`, "
            "`required`, `additional_properties`).",
            required=True,
        ),
    )
    examples = (
        Example(
            {
                "input": "ada@example.org",
                "rules": {"rules": [{"type": "email"}, {"type": "length", "max": 40}]},
            },
            {"success": True, "result": {"valid": True, "errors": []}},
        ),
        Example(
            {"input": 17, "rules": {"rules": [{"type": "range", "min": 18}]}},
            {"success": True, "result": {"valid": False}},
        ),
        Example({"input": 1, "rules": {"rules": [{"type": "magic"}]}}, fails="known 'type'"),
    )

    def run(self, call: Call) -> Answer:
        """A success with `result.valid`, whatever the value is."""
        rules = rules_of(call.params["rules"])
        errors = Errors(call.check)
        apply(rules, call.params["input"], "input", errors)
        found = errors.found
        return Answer(
            "validate_data",
            {"valid": not found, "errors": found},
            metadata={"rule_count": len(rules), "error_count": len(found)},
        )
