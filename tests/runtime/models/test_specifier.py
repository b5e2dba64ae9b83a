"""`provider/model[@backend]`."""

from __future__ import annotations

import pytest

from llmspell.errors import ValidationError
from llmspell.models.specifier import Specifier


@pytest.mark.parametrize(
    ("text", "provider", "model", "backend"),
    [
        ("openai/gpt-4o-mini", "openai", "gpt-4o-mini", ""),
        ("gpt-4", "", "gpt-4", ""),
        ("openai/", "openai", "", ""),
        ("ollama/llama3.2:3b", "ollama", "llama3.2:3b", ""),
        ("local/qwen2.5-0.5b@llama_cpp", "local", "qwen2.5-0.5b", "llama_cpp"),
        ("local/tinyllama@candle", "local", "tinyllama", "llama_cpp"),
        ("local/llama3.1:8b@ollama", "local", "llama3.1:8b", "ollama"),
        ("openrouter/meta-llama/llama-3", "openrouter", "meta-llama/llama-3", ""),
        ("local//models/a.gguf", "local", "/models/a.gguf", ""),
        ("vertex/claude-sonnet@20250514", "vertex", "claude-sonnet@20250514", ""),
        ("  a/b ", "a", "b", ""),
    ],
)
def test_a_name_has_three_parts(text: str, provider: str, model: str, backend: str) -> None:
    assert Specifier.parse(text) == Specifier(provider, model, backend)


def test_a_name_is_written_as_it_is_read() -> None:
    assert str(Specifier.parse("local/tinyllama@candle")) == "local/tinyllama@llama_cpp"
    assert str(Specifier.parse("gpt-4")) == "gpt-4"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"),
        ("/gpt-4", "is not provider/model"),
        ("local/a@nope", "unknown backend 'nope'.*llama_cpp"),
    ],
)
def test_a_malformed_name_is_refused(text: str, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        Specifier.parse(text)
