"""`uuid-generator`."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest

from llmspell.errors import ValidationError
from llmspell.tools.service import Tools


def _made(tools: Tools, **params: Any) -> Any:
    return tools.invoke("uuid-generator", params).result


@pytest.mark.parametrize(("asked", "version"), [("v1", 1), ("4", 4), (None, 4)])
def test_versions(tools: Tools, asked: str | None, version: int) -> None:
    params = {} if asked is None else {"version": asked}
    made = _made(tools, **params)
    assert uuid.UUID(made["uuid"]).version == version
    assert made["version"] == f"v{version}"
    assert made["id"] == made["uuid"]


@pytest.mark.parametrize(
    ("form", "pattern"),
    [
        ("hyphenated", r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
        ("simple", r"[0-9a-f]{32}"),
        ("urn", r"urn:uuid:[0-9a-f-]{36}"),
        ("braced", r"\{[0-9a-f-]{36}\}"),
    ],
)
def test_forms(tools: Tools, form: str, pattern: str) -> None:
    made = _made(tools, format=form)
    assert re.fullmatch(pattern, made["uuid"])
    assert made["format"] == form


def test_the_same_name_gives_the_same_uuid(tools: Tools) -> None:
    first, second = (_made(tools, operation="deterministic", name="a") for _ in range(2))
    assert first == second
    assert first["namespace"] == "agent"
    other = _made(tools, operation="deterministic", name="a", namespace="tool")
    assert other["id"] != first["id"]


@pytest.mark.parametrize("namespace", ["my-app", "dns"])
def test_a_component_of_another_kind_counts_as_an_agent(tools: Tools, namespace: str) -> None:
    agent = _made(tools, operation="deterministic", name="a")
    other = _made(tools, operation="deterministic", name="a", namespace=namespace)
    assert (other["id"], other["namespace"]) == (agent["id"], namespace)


def test_a_uuid_may_be_the_namespace(tools: Tools) -> None:
    namespace = uuid.uuid4()
    made = _made(tools, version="v5", namespace=str(namespace), name="a")
    assert made["uuid"] == str(uuid.uuid5(namespace, "a"))


def test_identifiers_have_their_parts(tools: Tools) -> None:
    assert re.fullmatch(
        r"tool_[0-9a-f]{8}", _made(tools, operation="component_id", prefix="tool", short=True)["id"]
    )
    params = {"prefix": "p", "timestamp": True, "short": True, "suffix": "s"}
    made = _made(tools, operation="custom", **params)
    assert re.fullmatch(r"p_\d{10,}_[0-9a-f]{8}_s", made["id"])


def test_a_check_gives_its_data_without_an_envelope(tools: Tools) -> None:
    table = tools.invoke("uuid-generator", {"operation": "validate", "uuid": "nope"}).table()
    assert table["data"]["valid"] is False
    assert "error" in table["data"]


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"version": "v5"}, "name"),
        ({"version": "v9"}, "version"),
        ({"version": "v5", "name": "a", "namespace": "test"}, "namespace"),
        ({"operation": "deterministic"}, "name"),
        ({"operation": "validate"}, "uuid"),
    ],
)
def test_mistakes_name_the_parameter(tools: Tools, params: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as caught:
        tools.invoke("uuid-generator", params)
    assert caught.value.details["field"] == field
