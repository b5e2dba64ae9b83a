"""Files without a tokenizer, used with a tokenizer.json."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import tokenizers
from tokenizers import decoders, models, normalizers, pre_tokenizers

from llmspell.errors import ProviderError
from llmspell.models.local.generation import Generation
from llmspell.models.local.interrupt import Interrupt
from llmspell.models.local.loading import LoadOptions, load
from llmspell.models.local.tokenizer import Tokenizer, check_free
from llmspell.models.request import Sampling
from tests.runtime.models.local import tiny


def write(path: Path) -> Path:
    """A tokenizer of bytes with a mark for the end."""
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    made = tokenizers.Tokenizer(models.BPE({each: at for at, each in enumerate(letters)}, []))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    made.add_special_tokens(["<|im_end|>"])
    made.save(str(path))
    return path


def test_every_text_comes_back_from_its_tokens_one_by_one(tmp_path: Path) -> None:
    made = Tokenizer(write(tmp_path / "tokenizer.json"))
    text = "Grüße, 世界 🙂\n\t\x00"
    assert (
        b"".join(made.detokenize([each]) for each in made.tokenize(text.encode())).decode() == text
    )


def test_bytes_of_a_sentencepiece_vocabulary_come_back_too(tmp_path: Path) -> None:
    texts = ["<unk>", *(f"<0x{byte:02X}>" for byte in range(256)), "▁", "a"]
    vocabulary = {each: at for at, each in enumerate(texts)}
    kept = tokenizers.Tokenizer(models.BPE(vocabulary, [], unk_token="<unk>", byte_fallback=True))
    kept.normalizer = normalizers.Replace(" ", "▁")
    kept.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback()])
    kept.save(str(tmp_path / "tokenizer.json"))
    made = Tokenizer(tmp_path / "tokenizer.json")
    assert made.detokenize(made.tokenize("a aü🙂".encode())).decode() == "a aü🙂"


def test_a_mark_counts_only_where_it_is_asked_for(tmp_path: Path) -> None:
    made = Tokenizer(write(tmp_path / "tokenizer.json"))
    assert made.tokenize(b"<|im_end|>", False, True) == [made.token_eos()] == [256]
    assert len(made.tokenize(b"<|im_end|>", False, False)) == len("<|im_end|>")


@pytest.mark.parametrize("place", [".", ".."])
def test_a_model_writes_with_a_tokenizer_beside_it_or_one_folder_up(
    tmp_path: Path, place: str
) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    write(folder / place / "tokenizer.json")
    told = json.dumps({"chat_template": "{{ messages }}"})
    (folder / place / "tokenizer_config.json").write_text(told)
    path = tiny.write(folder / "tiny.gguf", tokenizer=False)
    llama = load(path, LoadOptions(threads=1), 64)
    try:
        prompt = llama.tokenize(b"Hello")
        generation = Generation(llama, prompt, Sampling(), most=4, interrupt=Interrupt())
        list(generation.texts())
        assert len(prompt) == 5
        assert generation.written == 4 or generation.finish == "stop"
        assert llama.metadata["tokenizer.chat_template"] == "{{ messages }}"
        with pytest.raises(ProviderError, match="need a GGUF file with its own tokenizer"):
            check_free(llama, grammar=True)
    finally:
        llama.close()
