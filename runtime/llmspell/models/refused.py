"""Settings of sampling that a model refuses: it is asked without them, and told so once.

Models that think before they answer choose their tokens themselves. Some take no `temperature` at
all, some only their own, and which ones do changes with each of them. Agents set one by their
templates, so a refusal must not be the end.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from llmspell.errors import ProviderError
from llmspell.telemetry.levels import WARN
from llmspell.telemetry.trace import trace

NAMES = ("temperature", "top_p", "top_k", "presence_penalty", "frequency_penalty")
"""What can be left out without another meaning of the request."""

_REFUSAL = re.compile(
    "unsupported|not support|deprecated|may only be|only the default", re.IGNORECASE
)


class Refused:
    """What each model of a provider has refused so far."""

    def __init__(self) -> None:
        self._of: dict[str, set[str]] = {}

    def without(self, model: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """The request without what the model has refused, also in its `extra_body`."""
        refused = self._of.get(model, set())
        left = {name: value for name, value in body.items() if name not in refused}
        if left.get("extra_body"):
            extra = left["extra_body"].items()
            left["extra_body"] = {name: value for name, value in extra if name not in refused}
        return left

    def learn(self, model: str, body: Mapping[str, Any], error: ProviderError) -> bool:
        """Whether an error refuses a setting that the request has; it is left out from now on."""
        said = str(error)
        if error.details.get("status") != 400 or not _REFUSAL.search(said):
            return False
        sent = {*body, *(body.get("extra_body") or ())}
        named = [name for name in NAMES if name in sent and re.search(rf"\b{name}\b", said)]
        if not named:
            return False
        self._of.setdefault(model, set()).update(named)
        trace(WARN, "llmspell.models", f"'{model}' takes no {', '.join(named)}: left out")
        return True
