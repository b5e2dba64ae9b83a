"""The tokenizer of a GGUF file that brings none: a `tokenizer.json` beside it or one folder up."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from llmspell.errors import ProviderError

NO_VOCABULARY: dict[str, bool | int | float | str] = {"tokenizer.ggml.model": "no_vocab"}
"""What makes llama.cpp load such a file (`kv_overrides`)."""

_ENDS = ("</s>", "<|endoftext|>", "<|im_end|>", "<|eot_id|>", "<|end_of_text|>", "<end_of_turn>")


def searched(path: Path) -> tuple[Path, ...]:
    """Where the tokenizer of a file may lie, the first that is there counts."""
    return tuple(folder / "tokenizer.json" for folder in (path.parent, path.parent.parent))


class Tokenizer:
    """Does for a `llama_cpp.Llama` without vocabulary what its own methods do.

    Raises ProviderError when the file cannot be used.
    """

    def __init__(self, path: Path) -> None:
        try:
            import tokenizers
        except ImportError as error:
            raise ProviderError(
                f"'{path}' needs the package `tokenizers`: pip install 'llmspell[local]'"
            ) from error
        try:
            told = json.loads(path.read_text("utf-8"))
            self._tokenizer: Any = tokenizers.Tokenizer.from_str(json.dumps(told))
            beside = path.with_name("tokenizer_config.json")
            config = json.loads(beside.read_text("utf-8")) if beside.is_file() else {}
        except Exception as error:  # the library raises plain Exception
            raise ProviderError(f"'{path}' is no tokenizer, or is damaged: {error}") from error
        kinds = json.dumps(told.get("decoder"))
        self._byte_level = '"ByteLevel"' in kinds
        if not self._byte_level and "\\u2581" not in kinds:
            raise ProviderError(f"'{path}' is of a kind that cannot be used with llama.cpp")
        self._added = {each["id"] for each in told.get("added_tokens", ()) if each.get("special")}
        self._plain = {each["id"] for each in told.get("added_tokens", ())} - self._added
        template = config.get("chat_template")
        self.template = template if isinstance(template, str) else ""
        eos = config.get("eos_token")
        eos = eos.get("content") if isinstance(eos, dict) else eos
        names = ([eos] if isinstance(eos, str) else []) + list(_ENDS)
        ends = [self._tokenizer.token_to_id(name) for name in names]
        # Where it is no mark it is a text that people write, as `</s>` of Qwen is.
        self._ends: list[int] = [each for each in ends if each is not None and each in self._added]
        self.size: int = 1 + max(self._tokenizer.get_vocab(with_added_tokens=True).values())

    def tokenize(self, text: bytes, add_bos: bool = True, special: bool = False) -> list[int]:
        """The tokens of a text; marks in it count as marks only if special."""
        self._tokenizer.encode_special_tokens = not special
        encoded = self._tokenizer.encode(
            text.decode("utf-8", "replace"), add_special_tokens=add_bos
        )
        return list(encoded.ids)

    def detokenize(self, tokens: list[int], special: bool = False) -> bytes:
        """The bytes of tokens, which may end within a character."""
        return b"".join(self._piece(token, special) for token in tokens)

    def token_eos(self) -> int:
        """The end of a text, -1 if there is none."""
        return self._ends[0] if self._ends else -1

    def ends(self, token: int) -> bool:
        """Whether a text ends with it."""
        return token in self._ends

    def _piece(self, token: int, special: bool) -> bytes:
        text: str = self._tokenizer.id_to_token(token) or ""
        if token in self._added:
            return text.encode() if special else b""
        if token in self._plain:
            return text.encode()
        if self._byte_level:
            return bytes(_BYTES[each] for each in text if each in _BYTES)
        if len(text) == 6 and text.startswith("<0x") and text.endswith(">"):
            return bytes([int(text[3:5], 16)])
        return text.replace("▁", " ").encode()


def give(llama: Any, path: Path) -> None:
    """Lets a `llama_cpp.Llama` without vocabulary use a tokenizer.json."""
    tokenizer = Tokenizer(path)
    if tokenizer.size > llama.n_vocab():
        raise ProviderError(
            f"'{path}' is of another model: it has {tokenizer.size} tokens, "
            f"the model has {llama.n_vocab()}"
        )
    llama.llmspell_tokenizer = tokenizer
    llama.tokenize, llama.detokenize = tokenizer.tokenize, tokenizer.detokenize
    llama.token_eos = tokenizer.token_eos
    if tokenizer.template:
        llama.metadata.setdefault("tokenizer.chat_template", tokenizer.template)


def of(llama: Any) -> Tokenizer | None:
    """The tokenizer that was given to it, None if it has its own vocabulary."""
    return getattr(llama, "llmspell_tokenizer", None)


def check_free(llama: Any, *, grammar: bool) -> None:
    """Raises ProviderError if a grammar is asked of a model that has no vocabulary of its own."""
    if grammar and of(llama) is not None:
        raise ProviderError(
            "tools and answers in JSON need a GGUF file with its own tokenizer; this one uses a "
            "tokenizer.json, which llama.cpp cannot hold to a grammar"
        )


def _bytes() -> dict[str, int]:
    """Which byte a character of a byte-level vocabulary stands for (GPT-2's table)."""
    shown = [*range(33, 127), *range(161, 173), *range(174, 256)]
    hidden = [byte for byte in range(256) if byte not in shown]
    return {chr(each): each for each in shown} | {
        chr(256 + at): byte for at, byte in enumerate(hidden)
    }


_BYTES = _bytes()
