"""What answers use up, and whether a budget is met."""

from __future__ import annotations

from llmspell.agents.config import Budget
from llmspell.errors import ResourceError
from llmspell.models.model import Model
from llmspell.models.reply import Usage


class Spending:
    """Tokens and money of all answers of one agent, or of all agents.

    whose: begins the sentences of errors, with its verb. keys: where the user has set the two
    limits, of tokens and of money.
    """

    def __init__(self, budget: Budget, whose: str, keys: tuple[str, str]) -> None:
        self.usage = Usage()
        self.cost = 0.0
        self._budget = budget
        self._whose = whose
        self._tokens_key, self._cost_key = keys

    def add(self, usage: Usage, cost: float | None) -> None:
        """Counts an answer; cost in US dollars, None where it is not known."""
        self.usage += usage
        self.cost += cost or 0.0

    def check(self) -> None:
        """Raises ResourceError when the budget is used up."""
        tokens, most = self.usage.total_tokens, self._budget
        if most.tokens is not None and tokens >= most.tokens:
            raise ResourceError(
                f"{self._whose} used {tokens} tokens, the budget (`{self._tokens_key}`) is "
                f"{most.tokens}",
                resource="tokens",
                limit=most.tokens,
                used=tokens,
            )
        if most.cost is not None and self.cost > most.cost:
            raise ResourceError(
                f"{self._whose} cost ${self.cost:.4f}, the budget (`{self._cost_key}`) is "
                f"${most.cost:g}",
                resource="cost",
                limit=most.cost,
                used=self.cost,
            )

    def check_priced(self, model: Model) -> None:
        """Raises ResourceError where money is limited and nobody knows what a model costs."""
        if self._budget.cost is None or model.cost(Usage()) is not None:
            return
        name = model.provider_name
        raise ResourceError(
            f"what '{model.specifier}' costs is not known, so the budget (`{self._cost_key}`) "
            f"cannot be kept; write its price into the configuration ([providers.{name}], "
            "`price = { input = …, output = … }`, US dollars for a million tokens), or limit "
            f"tokens instead (`{self._tokens_key}`)",
            resource="cost",
            limit=self._budget.cost,
        )
