"""Error texts of mail services without what is nobody's business (spec tools §7.6)."""

from __future__ import annotations

import base64
import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_PATTERNS = (
    (
        re.compile(
            r"(?i)\b([\w-]*(?:key|password|passwd|secret|token))(\s*[:=]\s*)(\"[^\"]*\"|\S+)"
        ),
        r"\1\2[REDACTED]",
    ),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{6,}"), r"\1 [REDACTED]"),
    (re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})*"), "[EMAIL]"),
    (re.compile(r"(?:/home|/Users)/[^\s'\":]+|/root\b[^\s'\":]*"), "[PATH]"),
    (re.compile(r"(://[^\s/'\"]+)/[^\s'\"]+"), r"\1/[PATH]"),
    (re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b"), "[IP]"),
)


def scrubbed(text: str, secrets: Iterable[str] = ()) -> str:
    """A text without the secrets, in whatever form they were sent, addresses and paths."""
    for secret in secrets:
        if secret:
            for form in (secret, base64.b64encode(secret.encode()).decode()):
                text = text.replace(form, "[REDACTED]")
    for pattern, instead in _PATTERNS:
        text = pattern.sub(instead, text)
    return text
