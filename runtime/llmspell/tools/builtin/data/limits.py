"""What `[tools.data]` limits, for the tools that read data."""

from __future__ import annotations

from llmspell.errors import ToolError, ValidationError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from llmspell.tools.call import Call


def check_validation(call: Call) -> None:
    """Raises ToolError where the configuration switches checks against schemas and rules off."""
    data = call.settings.data
    if data is not None and not data.enable_validation:
        raise ToolError("validating is switched off by `tools.data.enable_validation`")


def check_depth(call: Call, value: Any) -> Any:
    """The value; raises ValidationError for one nested deeper than `tools.data.max_json_depth`."""
    data = call.settings.data
    if data is None:
        return value
    depth, level = 0, [value]
    while level := [each for each in level if isinstance(each, dict | list)]:
        depth += 1
        if depth > data.max_json_depth:
            raise ValidationError(
                f"it is nested deeper than `tools.data.max_json_depth` ({data.max_json_depth})",
                field="input",
            )
        level = [
            inner for each in level for inner in (each.values() if isinstance(each, dict) else each)
        ]
    return value


def most_xml(call: Call, most: int) -> int:
    """Bytes of XML that are read: `tools.data.max_xml_size`, else the tool's own limit."""
    data = call.settings.data
    return (data.max_xml_size if data is not None else None) or most
