"""What may be written at a cursor."""

from __future__ import annotations

from typing import Literal

from attrs import frozen

from llmspell.syntax.cursor import KEYWORDS, Reference, reference_at, tokens

from .api import Api, Symbol
from .calls import Call, call_at, open_string
from .names import described_at, known_locals
from .text import Text
from .window import code_before

Kind = Literal["namespace", "function", "variable", "local", "keyword", "value"]
_DECLARING = ("local", "function", "for", "goto")  # behind them stand new names


@frozen
class Candidate:
    """A text that may be written. symbol: what it names, where that is described."""

    label: str
    kind: Kind
    detail: str = ""
    symbol: Symbol | None = None


@frozen
class Completions:
    """Candidates for what stands between `start` and the cursor.

    place: whether a `member`, the content of a `string` or any `name` is being written.
    """

    start: int
    place: Literal["member", "string", "name"]
    candidates: tuple[Candidate, ...] = ()


def complete(text: Text, offset: int, api: Api) -> Completions:
    """All that may stand at an offset; editors choose what fits what is written already."""
    code = code_before(text, offset)
    quoted = open_string(code)
    if quoted is not None:
        found = _values(text, offset, call_at(code), api)
        return Completions(offset - len(quoted), "string", found)
    reference = reference_at(code, len(code))
    if reference is None:
        return Completions(offset, "name")
    start = offset - len(reference.word)
    if reference.separator:
        return Completions(start, "member", _members(text, offset, reference, api))
    if _declares(code[: reference.start]):
        return Completions(start, "name")
    return Completions(start, "name", _names(text, offset, api))


def _members(text: Text, offset: int, reference: Reference, api: Api) -> tuple[Candidate, ...]:
    owner = described_at(text, offset, ".".join(map(str, reference.path)), api)
    if owner is None:
        return ()
    return tuple(
        _described(name, symbol)
        for name, symbol in api.members(owner.name).items()
        if reference.separator == "." or symbol.kind == "function"
    )


def _names(text: Text, offset: int, api: Api) -> tuple[Candidate, ...]:
    found = {word: Candidate(word, "keyword") for word in sorted(KEYWORDS)}
    found |= {symbol.name: _described(symbol.name, symbol) for symbol in api.globals()}
    for name, local in known_locals(text, offset).items():
        found[name] = Candidate(name, "local", local.kind)
    return tuple(found.values())


def _values(text: Text, offset: int, call: Call | None, api: Api) -> tuple[Candidate, ...]:
    """The values that the kind of a string argument lists."""
    symbol = call and described_at(text, offset, call.callee, api)
    if not call or not symbol or call.argument >= len(symbol.parameters or ()):
        return ()
    assert symbol.parameters is not None
    kind = api.kinds.get(symbol.parameters[call.argument].string_kind or "")
    values = kind.values if kind else {}
    return tuple(Candidate(value, "value", meaning) for value, meaning in values.items())


def _described(name: str, symbol: Symbol) -> Candidate:
    detail = symbol.signature if symbol.kind == "function" else ""
    return Candidate(name, symbol.kind, detail, symbol)


def _declares(before: str) -> bool:
    last = [token.text for token in tokens(before) if token.kind != "comment"][-1:]
    return bool(last) and last[0] in _DECLARING
