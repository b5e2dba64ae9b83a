"""`environment-reader` (spec tools §8.22): what the policy shows, without what looks secret."""

from __future__ import annotations

from fnmatch import fnmatchcase

from llmspell.errors import SecurityError
from llmspell.security.policy import HARMLESS_VARIABLES, looks_secret
from llmspell.tools.answer import Answer
from llmspell.tools.description import Example, Operation, Parameter
from llmspell.tools.tool import Tool

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from llmspell.security.policy import Policy
    from llmspell.tools.call import Call

MOST_VARIABLES = 100
REFUSED = (
    *("*PASSWORD*", "*SECRET*", "*KEY*", "*TOKEN*", "*CREDENTIAL*", "*AUTH*", "AWS_*", "AZURE_*"),
    *("GCP_*", "*_PRIVATE_*", "SSH_*", "API_*"),
)
"""Names that are not shown unless `tools.system.allowed_env_vars` has them, in upper case."""


class EnvironmentReader(Tool):
    """Reads environment variables, except those that look secret."""

    name = "environment-reader"
    category = "system"
    security = "restricted"
    permissions = ("variable",)
    quick = True
    parameters = (
        Parameter("variable_name", "string", "The variable.", aliases=("name", "variable")),
        Parameter("value", "string", "For `set`."),
        Parameter("pattern", "string", "Names, where `*` stands for any text."),
    )
    operations = {
        "get": Operation("one variable", needs=("variable_name",), takes=("variable_name",)),
        "list": Operation("all variables that are shown", takes=()),
        "pattern": Operation("those of some names", needs=("pattern",), takes=("pattern",)),
        "set": Operation(
            "is always refused: all spells of a process share its variables",
            needs=("variable_name", "value"),
            takes=("variable_name", "value"),
        ),
    }
    examples = (
        Example(
            {"operation": "get", "variable_name": "LLMSPELL_NO_SUCH_VARIABLE_"},
            {"result": {"found": False, "variable_name": "LLMSPELL_NO_SUCH_VARIABLE_"}},
        ),
        Example({"operation": "pattern", "pattern": "NO_SUCH_*"}, {"result": {"count": 0}}),
        Example({"operation": "get", "variable_name": "AWS_ACCESS_KEY_ID"}, fails="not allowed"),
    )

    def do_get(self, call: Call) -> Answer:
        """A variable that is not set is found to be missing; a secret name is refused, set or not.

        Otherwise a refusal would tell that it is set.
        """
        name = call.params["variable_name"]
        value = call.policy.getenv(name)
        if not _is_shown(call.policy, name) or (value is None and name in call.policy.environ):
            raise SecurityError(
                f"the environment variable '{name}' is not allowed to be read; add it to "
                "`tools.system.allowed_env_vars` in a trusted configuration",
                violation_type="env_access_denied",
            )
        result = {"variable_name": name, "value": value, "found": value is not None}
        return Answer("get", result, text=value)

    def do_list(self, call: Call) -> Answer:
        """The first hundred by name."""
        return Answer("list", _shown(call.policy, "*"))

    def do_pattern(self, call: Call) -> Answer:
        """Case counts; only `*` is special."""
        pattern = call.params["pattern"]
        return Answer("pattern", {"pattern": pattern} | _shown(call.policy, pattern))

    def do_set(self, call: Call) -> Answer:
        """Raises SecurityError."""
        raise SecurityError(
            f"'{call.params['variable_name']}' is not set: changing environment variables is not "
            "allowed, since all spells of a process share them; give them to a program as "
            "`environment` of process-executor",
            violation_type="env_set_disabled",
        )


def _is_shown(policy: Policy, name: str) -> bool:
    if policy.level == "trusted" or name in policy.variables:
        return True
    if policy.level == "safe":
        return name in HARMLESS_VARIABLES
    upper = name.upper()
    return not looks_secret(name) and not any(fnmatchcase(upper, each) for each in REFUSED)


def _matching(policy: Policy, pattern: str) -> Iterator[tuple[str, str]]:
    special = pattern.replace("[", "[[]").replace("?", "[?]")
    for name in sorted(policy.environ):
        if fnmatchcase(name, special) and _is_shown(policy, name):
            value = policy.getenv(name)
            if value is not None:
                yield name, value


def _shown(policy: Policy, pattern: str) -> dict[str, object]:
    found = list(_matching(policy, pattern))
    kept = dict(found[:MOST_VARIABLES])
    told: dict[str, object] = {"variables": kept, "count": len(kept)}
    if len(found) > len(kept):
        told["left_out"] = len(found) - len(kept)
    return told
