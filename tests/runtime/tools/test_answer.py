"""The shapes of results (spec tools §2.4, §3.1)."""

from __future__ import annotations

from typing import Any

import pytest

from llmspell.errors import ValidationError
from llmspell.tools.answer import Answer, ToolResult


def _table(shape: Any, *args: Any, **answer: Any) -> dict[str, Any]:
    return ToolResult("some-tool", shape, Answer(*args, **answer), 0.001).table()


def test_an_envelope_is_flattened() -> None:
    table = _table("envelope", "hash", {"hash": "ab"})
    assert (table["operation"], table["success"]) == ("hash", True)
    assert table["result"] == {"hash": "ab"}
    assert table["_raw_text"] == table["text"]
    assert table["metadata"] == {}


def test_a_failed_envelope_has_an_error_and_no_text() -> None:
    table = _table("envelope", "hash", error=ValidationError("no", field="input"))
    assert table["error"] == {"message": "Validation error: no", "field": "input"}
    assert table["success"] is False
    assert table["text"] is None


def test_a_nested_envelope_has_the_payload_below_its_result() -> None:
    table = _table("nested", "create", {"graph_type": "directed"}, metadata={"n": 1})
    assert table["operation"] == "some_tool_execute"
    assert table["result"]["result"] == {"graph_type": "directed"}
    assert table["result"]["metadata"] == {"n": 1}


def test_a_message_has_the_envelope_in_its_metadata() -> None:
    table = _table("message", "write", message="Wrote 3 bytes", metadata={"file_path": "/x"})
    assert table["text"] == "Wrote 3 bytes"
    assert table["metadata"]["operation"] == "write"
    assert table["metadata"]["response"]["success"] is True
    assert table["metadata"]["response"]["metadata"] == {"file_path": "/x"}


def test_the_content_of_a_file_cannot_say_that_its_reading_failed() -> None:
    table = _table("message", "read", text='{"success": false, "a": 1}')
    assert table["success"] is True
    assert table["a"] == 1
    assert table["_raw_text"] == table["text"]


def test_a_text_that_is_other_json_is_data_too() -> None:
    assert _table("message", "read", text="123")["data"] == 123


def test_data_is_given_as_it_is() -> None:
    table = _table("data", "query", [1, 2])
    assert table["data"] == [1, 2]
    assert table["text"] == "[\n  1,\n  2\n]"
    assert table["metadata"]["response"]["operation"] == "query"


def test_the_whole_output_has_the_envelope_as_text() -> None:
    output = ToolResult("t", "message", Answer("read", text="hello"), 0.25).output()
    assert output["text"] == "hello"
    assert output["metadata"]["execution_time_ms"] == 250
    assert output["metadata"]["extra"]["response"]["success"] is True
    assert set(output) == {"text", "media", "tool_calls", "metadata", "transfer_to"}
    assert {"model", "token_count", "confidence"} <= set(output["metadata"])


@pytest.mark.parametrize("shape", ["envelope", "nested", "message", "data"])
def test_success_result_and_text_are_there_whatever_the_shape(shape: str) -> None:
    table = _table(shape, "op", {"n": 1})
    assert table["success"] is True
    assert table["result"]
    assert isinstance(table["text"], str)
