"""To whom tools may send mail (`tools.email.allowed_recipients`).

Everybody, where the configuration names nobody. An entry is an address, `*@example.org` for
everybody there, `*@*.example.org` for those at hosts below it, or `*`. The part before `@` is
compared without regard to case: servers that tell `Ada@` from `ada@` are a matter of theory.
"""

from collections.abc import Iterable

from llmspell.errors import SecurityError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from llmspell.security.policy import Policy

KEY = "tools.email.allowed_recipients"


class RecipientRules:
    """The answers about recipients. lists: an address has to be in each of them."""

    __slots__ = ("lists",)

    def __init__(self, lists: Iterable[Iterable[object]]) -> None:
        self.lists = tuple(tuple(str(entry).strip() for entry in entries) for entries in lists)

    def check(self, address: str) -> None:
        """Raise `SecurityError` for an address (`name@host`, in ASCII) that is not allowed."""
        for entries in self.lists:
            if not any(_covers(entry, address) for entry in entries):
                raise SecurityError(
                    f"Recipient not in allowed list: '{address}'; add it to `{KEY}` in a trusted "
                    "configuration",
                    setting=KEY,
                    value=address,
                )


def recipient_rules(policy: "Policy") -> RecipientRules:
    """Make the rules of a policy from what the configuration says."""
    said = policy.settings.get("email", "allowed_recipients")
    narrower = policy.settings.narrower("email", "allowed_recipients")
    return RecipientRules((*(() if said is None else (said,)), *narrower))


def _covers(entry: str, address: str) -> bool:
    if entry == "*":
        return True
    name, _, host = entry.lower().rpartition("@")
    own_name, _, own_host = address.lower().rpartition("@")
    here = own_host.endswith(host[1:]) if host.startswith("*.") else host == own_host
    return here and name in ("*", own_name)
