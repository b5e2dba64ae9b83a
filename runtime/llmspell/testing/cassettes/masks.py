"""What recordings do not say: secrets, and texts that are different each time or elsewhere."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from llmspell.errors import ValidationError
from llmspell.security.policy import looks_secret

SHORTEST_SECRET = 6
"""Characters: what is shorter stands in too many texts that are none."""

_COMMON = frozenset({"key", "keys", "pass", "private", "pat"})
"""Names of fields that look secret but mostly are not; in addresses they mostly are."""

_WORD = re.compile(r"\w+")

_MADE_UP = re.compile(r"\bagent_[0-9a-f]{8}\b")
"""Names that agents get which the spell gives none."""


class Masks:
    """Replaces texts by words in angle brackets, and some of them back."""

    def __init__(self) -> None:
        self._secret: dict[str, str] = {}
        self._varying: dict[str, str] = {}
        self._paths: dict[str, str] = {}

    @classmethod
    def of_environment(cls, environ: Mapping[str, str], cwd: str) -> Masks:
        """Masks the values of variables that look secret, and where this machine has its files."""
        masks = cls()
        for name, value in environ.items():
            if looks_secret(name):
                masks.add_secret(value, name)
        masks.add_path(cwd, "CWD")
        masks.add_path(environ.get("HOME", ""), "HOME")
        return masks

    def add_secret(self, value: str, name: str) -> None:
        """Masks a secret; it is not put back."""
        if len(value) >= SHORTEST_SECRET:
            self._secret.setdefault(value, f"<{name}>")

    def add_path(self, path: str, word: str) -> None:
        """Masks a folder, where it stands as the beginning of a path; put back in answers."""
        if path.count("/") > 1 or len(path) > 4:
            self._paths[path.rstrip("/")] = f"<{word}>"

    def add_varying(self, text: str, word: str) -> None:
        """Masks a text that is put back in answers; raises ValidationError for unfit ones."""
        if len(text) < 4:
            raise ValidationError(
                f"'{text}' is too short to be masked: it has to have 4 characters"
            )
        if not _WORD.fullmatch(word):
            raise ValidationError(f"'{word}' is no word of letters, digits and underscores")
        # The word stands for the latest text: an older one is not masked any more.
        self._varying = {t: w for t, w in self._varying.items() if w != f"<{word}>"}
        self._varying[text] = f"<{word}>"

    @contextmanager
    def for_a_while(self) -> Iterator[None]:
        """Forgets, at its end, what `add_varying` has added in it."""
        before = self._varying
        try:
            yield
        finally:
            self._varying = before

    def masked(self, text: str) -> str:
        """A text as a recording says it."""
        for found in _longest_first({**self._secret, **self._varying}):
            text = text.replace(found, (self._secret | self._varying)[found])
        for path in _longest_first(self._paths):
            if path in text:
                text = _path_pattern(path).sub(self._paths[path], text)
        return _MADE_UP.sub("agent_<ID>", text) if "agent_" in text else text

    def put_back(self, text: str) -> str:
        """A recorded text as it would be here and now; secrets stay masked."""
        if "<" in text:
            for found, word in (*self._varying.items(), *self._paths.items()):
                text = text.replace(word, found)
        return text

    def hides(self, text: str) -> bool:
        """Whether something in a text is masked."""
        return self.masked(text) != text


def _longest_first(texts: Mapping[str, str]) -> list[str]:
    return sorted(texts, key=len, reverse=True)


def _path_pattern(path: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w.~<>-]){re.escape(path)}(?![\w.-])")


def mapped(value: Any, change: Callable[[str], str]) -> Any:
    """Plain data with all its strings changed, but for the keys of tables."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {key: mapped(member, change) for key, member in value.items()}
    if isinstance(value, list | tuple):
        return [mapped(member, change) for member in value]
    return value


def without_secret_fields(value: Any) -> Any:
    """Plain data in which texts under names such as `password` and `access_token` are masked."""
    if isinstance(value, dict):
        return {
            key: f"<{key.upper()}>"
            if isinstance(member, str) and member and is_secret_field(key)
            else without_secret_fields(member)
            for key, member in value.items()
        }
    if isinstance(value, list):
        return [without_secret_fields(member) for member in value]
    if isinstance(value, str) and value[:1] in ("{", "["):  # JSON in a text of JSON
        try:
            inner = json.loads(value)
        except ValueError:
            return value
        shown = without_secret_fields(inner)
        return value if shown == inner else json.dumps(shown, ensure_ascii=False)
    return value


def is_secret_field(name: str) -> bool:
    """Whether a field of that name holds a secret."""
    return name.lower() not in _COMMON and looks_secret(_snake(name))


def masked_url(url: str) -> str:
    """An address without its password, and without the values of parameters that look secret."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    query = parts.query
    pairs = parse_qsl(query, keep_blank_values=True)
    if any(looks_secret(_snake(name)) for name, _ in pairs):
        shown = [(n, f"<{n.upper()}>" if looks_secret(_snake(n)) else v) for n, v in pairs]
        query = urlencode(shown, safe="<>", quote_via=quote)
    return urlunsplit((parts.scheme, host, parts.path, query, parts.fragment))


def masked_form(text: str) -> str:
    """A form (`a=1&b=2`) without the values of fields that hold secrets."""
    pairs = parse_qsl(text, keep_blank_values=True)
    if not any(is_secret_field(name) for name, _ in pairs):
        return text
    shown = [(n, f"<{n.upper()}>" if is_secret_field(n) else v) for n, v in pairs]
    return urlencode(shown, safe="<>", quote_via=quote)


def _snake(name: str) -> str:
    """`accessToken` as `access_Token`, whose words can be told apart."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name)
