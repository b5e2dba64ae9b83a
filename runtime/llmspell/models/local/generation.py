"""Tokens, one after the other: prefix reuse, sampling, stop words, and an end at any token."""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Sequence
from typing import Any

from llmspell.models.local.interrupt import Interrupt
from llmspell.models.local.prefixes import Prefixes, common
from llmspell.models.local.tokenizer import of
from llmspell.models.reply import Finish
from llmspell.models.request import Sampling


class Generation:
    """One text that a model writes.

    llama: a `llama_cpp.Llama`. most: tokens at most. special: whether marks of the template are
    shown. interrupt: ends it, also while the prompt is read. prefixes: what was read of other
    conversations. `finish`, `written` and `reused` are known afterwards, and `over` is true once
    nothing more will come.
    """

    def __init__(
        self,
        llama: Any,
        tokens: Sequence[int],
        sampling: Sampling,
        *,
        most: int,
        interrupt: Interrupt,
        special: bool = False,
        prefixes: Prefixes | None = None,
    ) -> None:
        self._llama = llama
        self._tokens = list(tokens)
        self._sampling = sampling
        self._most = most
        self._interrupt = interrupt
        self._special = special
        self._prefixes = prefixes
        self._stop = sampling.stop
        self.finish: Finish = "length"
        self.written = 0
        self.reused = 0
        self.over = False
        self._begun = False

    def texts(self, grammar: Any = None) -> Iterator[str]:
        """Pieces of the text. Called again, it goes on where it was left, with another grammar."""
        if not self._begun:
            self._begun = True
            self._recall()
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        held = ""
        for token in self._chosen(grammar):
            piece = self._llama.detokenize([token], special=self._special)
            held += decoder.decode(piece)
            shown, held, ended = _before_stop(held, self._stop)
            if shown:
                yield shown
            if ended:
                self.finish, self.over = "stop", True
                return
        held += decoder.decode(b"", final=True)
        if held:
            yield held

    def _chosen(self, grammar: Any) -> Iterator[int]:
        """The tokens, up to the end of the text or their greatest number."""
        import llama_cpp

        seed = self._sampling.seed
        self._llama.set_seed(llama_cpp.LLAMA_DEFAULT_SEED if seed is None else seed)
        vocabulary, given = self._llama._model.vocab, of(self._llama)
        generated = self._llama.generate(
            list(self._tokens), grammar=grammar, **_arguments(self._sampling)
        )
        try:
            with self._interrupt.heeded_by(self._llama):
                while self.written < self._most and not self._interrupt.is_set():
                    token = next(generated)
                    if given.ends(token) if given else _is_end(vocabulary, token):
                        self.finish, self.over = "stop", True
                        return
                    self._tokens.append(token)
                    self.written += 1
                    yield token
            self.over = True
        except RuntimeError:
            if not self._interrupt.is_set():
                raise
            self.over = True
            self._cut(self._llama.n_tokens)  # what was read half
        finally:
            generated.close()

    def _recall(self) -> None:
        """Keeps in the context what the prompt has in common with what was read before.

        The last token is read in any case: the choice of the next one needs what comes out there.
        """
        if self._sampling.seed is not None:
            # What is read in other batches comes out a little different: a seed asks for the same.
            self._llama.reset()
            return
        wanted = self._tokens[:-1]
        if self._prefixes is not None:
            self._prefixes.exchange(self._llama, wanted)
        known = self._llama.input_ids[: self._llama.n_tokens].tolist()
        self.reused = self._cut(common(known, wanted))

    def _cut(self, kept: int) -> int:
        """Forgets what was read behind so many tokens; gives how many really are left.

        Models that are not only attention can forget all or nothing.
        """
        if kept and self._llama._ctx.kv_cache_seq_rm(-1, kept, -1):
            self._llama.n_tokens = kept
            return kept
        self._llama.reset()
        return 0


def _is_end(vocabulary: Any, token: int) -> bool:
    import llama_cpp

    return bool(llama_cpp.llama_vocab_is_eog(vocabulary, token))


def _arguments(sampling: Sampling) -> dict[str, float | int]:
    """How llama.cpp is told; what is not set is as the original's own backend has it."""
    given = {
        "temp": sampling.temperature,
        "top_p": sampling.top_p,
        "top_k": sampling.top_k,
        "repeat_penalty": sampling.repeat_penalty,
        "presence_penalty": sampling.presence_penalty,
        "frequency_penalty": sampling.frequency_penalty,
    }
    usual: dict[str, float | int] = {
        "temp": 0.7,
        "top_p": 0.9,
        "top_k": 40,
        "repeat_penalty": 1.1,
        "min_p": 0.0,
    }
    return usual | {name: value for name, value in given.items() if value is not None}


def _before_stop(text: str, stops: Sequence[str]) -> tuple[str, str, bool]:
    """What can be shown of a text, what is held back, and whether a stop word was met."""
    places = [(text.index(stop), stop) for stop in stops if stop and stop in text]
    if places:
        return text[: min(places)[0]], "", True
    longest = max((_overlap(text, stop) for stop in stops), default=0)
    return text[: len(text) - longest], text[len(text) - longest :], False


def _overlap(text: str, stop: str) -> int:
    """How many characters at the end of a text begin a stop word."""
    for length in range(min(len(text), len(stop) - 1), 0, -1):
        if text.endswith(stop[:length]):
            return length
    return 0
