"""Names of models that editors offer."""

from __future__ import annotations

from llmspell.models.specifiers import documented, documented_details


def test_hosted_models_are_offered_with_their_price_and_local_ones_with_their_licence() -> None:
    found = documented()
    assert "$0.15 in, $0.6 out" in found["openai/gpt-4o-mini"]
    assert "128000 tokens" in found["openai/gpt-4o-mini"]
    assert "491 MB, Apache-2.0" in found["local/qwen2.5-0.5b-instruct"]


def test_details_say_what_a_model_costs_reads_and_can_do() -> None:
    found = documented_details()
    assert found.keys() == documented().keys()
    assert "- price: $0.15 read" in found["openai/gpt-4o-mini"]
    assert "- context: 128000 tokens" in found["openai/gpt-4o-mini"]
    assert "- can: tools, vision, json" in found["openai/gpt-4o-mini"]
    assert "- licence: Apache-2.0" in found["local/qwen2.5-0.5b-instruct"]
    assert "- size: 491 MB" in found["local/qwen2.5-0.5b-instruct"]
