"""`yaml-toml-processor`, on texts and files."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llmspell.errors import LLMSpellError, ResourceError, SecurityError, ValidationError
from llmspell.tools.builtin.data.documents import Plain, loaded, written
from llmspell.tools.builtin.data.key_paths import steps
from llmspell.tools.builtin.data.yaml_toml_work import parse
from llmspell.tools.service import Tools

NAME = "yaml-toml-processor"

YAML = """\
# of the shop
---
name: "shop"   # quoted
ports:
  - 80  # plain
  - 443
server: &base
  host: a.example
  tls: no
other:
  <<: *base
  host: b.example
"""

TOML = """\
# of the shop
name = "shop"

[server]  # main
host = "a.example"
ports = [
  80,  # plain
  443,
]
since = 2024-05-01
"""


def run(tools: Tools, operation: str, text: str, **params: Any) -> Any:
    return tools.invoke(NAME, {"operation": operation, "input": text} | params).result


def test_yaml_is_read_as_version_1_2(tools: Tools) -> None:
    found = run(tools, "parse", YAML)
    assert (found["format"], found["documents"]) == ("yaml", 1)
    assert found["data"]["server"] == {"host": "a.example", "tls": "no"}
    assert found["data"]["other"] == {"host": "b.example", "tls": "no"}
    assert found["data"]["ports"] == [80, 443]


def test_toml_and_json_are_read(tools: Tools) -> None:
    assert run(tools, "parse", TOML)["data"]["server"]["since"] == "2024-05-01"
    assert run(tools, "parse", '{"a": [1, null]}') == {
        "data": {"a": [1, None]},
        "format": "json",
        "documents": 1,
    }


def test_several_documents_are_a_list(tools: Tools) -> None:
    found = run(tools, "parse", "a: 1\n---\nb: 2\n")
    assert (found["data"], found["documents"]) == ([{"a": 1}, {"b": 2}], 2)
    with pytest.raises(ValidationError, match="2 documents"):
        run(tools, "get", "a: 1\n---\nb: 2\n", key="a")


def test_values_without_a_kind_of_json_are_texts(tools: Tools) -> None:
    text = "a: 2024-05-01T10:00:00Z\nb: .inf\nc: !!binary AQI=\n1: x\n? [1, 2]\n: y\n"
    assert run(tools, "parse", text)["data"] == {
        "a": "2024-05-01T10:00:00+00:00",
        "b": "inf",
        "c": "AQI=",
        "1": "x",
        "[1, 2]": "y",
    }


@pytest.mark.parametrize(
    ("text", "format_", "line"),
    [
        ("a: [1", "yaml", 1),
        ("a: 1\na: 2", "yaml", 2),
        ("a = \n", "toml", 1),
        ('{"a": }', "json", 1),
    ],
)
def test_what_is_wrong_is_said_with_its_place(
    tools: Tools, text: str, format_: str, line: int
) -> None:
    found = run(tools, "validate", text, format=format_)
    assert found["valid"] is False
    assert found["errors"][0]["line"] == line
    with pytest.raises(ValidationError, match=f"no {format_.upper()}.*line {line}") as caught:
        run(tools, "parse", text, format=format_)
    assert caught.value.details["field"] == "input"


def test_keys_that_are_there_twice_are_told_in_json(tools: Tools) -> None:
    found = run(tools, "validate", '{"a": 1, "a": 2}', format="json")
    assert "'a' is there twice" in found["errors"][0]["message"]


def test_a_schema_is_held_against_the_data(tools: Tools) -> None:
    schema = {"properties": {"ports": {"items": {"maximum": 100}}}, "required": ["name"]}
    found = run(tools, "validate", YAML, schema=schema)
    assert [error["path"] for error in found["errors"]] == ["/ports/1"]
    assert run(tools, "validate", "name: x", schema=schema)["valid"]


@pytest.mark.parametrize("to", ["yaml", "json", "toml"])
@pytest.mark.parametrize("text", [YAML, TOML, '{"a": {"b": [1, "zwei\\nlines\\n"]}}'])
def test_converted_texts_say_the_same(tools: Tools, text: str, to: str) -> None:
    there = run(tools, "convert", text, to=to)
    assert there["format"] == to
    assert (
        run(tools, "parse", there["text"], format=to)["data"] == run(tools, "parse", text)["data"]
    )


def test_moments_stay_moments_where_the_format_has_them(tools: Tools) -> None:
    assert "since: 2024-05-01\n" in run(tools, "convert", TOML, to="yaml")["text"]
    assert "a = 2024-05-01\n" in run(tools, "convert", "a: 2024-05-01", to="toml")["text"]


def test_null_is_refused_or_left_out_of_toml(tools: Tools) -> None:
    with pytest.raises(ValidationError, match=r"no null, which is at 'a\.b\[1\]'"):
        run(tools, "convert", "a:\n  b: [1, null]", to="toml")
    found = run(tools, "convert", "a:\n  b: [1, null]\n  c: null", to="toml", null="omit")
    assert tomllib.loads(found["text"]) == {"a": {"b": [1]}}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("ports[1]", 443),
        ("ports[-1]", 443),
        ("/ports/0", 80),
        ("server.host", "a.example"),
    ],
)
def test_a_place_is_read(tools: Tools, key: str, value: Any) -> None:
    found = run(tools, "get", YAML, key=key)
    assert found == {"value": value, "format": "yaml", "found": True}


def test_a_place_without_a_value_has_the_default(tools: Tools) -> None:
    assert run(tools, "get", YAML, key="a.b", default=5) == {
        "value": 5,
        "format": "yaml",
        "found": False,
    }
    with pytest.raises(ValidationError, match=r"nothing at 'a\.b'") as caught:
        run(tools, "get", YAML, key="a.b")
    assert caught.value.details["field"] == "key"


@pytest.mark.parametrize("key", ["a..b", ".a", "a[", "a[x]", 'a."b'])
def test_what_is_no_place_is_told(tools: Tools, key: str) -> None:
    with pytest.raises(ValidationError, match="is no place"):
        run(tools, "get", YAML, key=key)


def test_keys_with_dots_are_quoted() -> None:
    assert steps('a."b.c"["d\\"e"][0]') == ["a", "b.c", 'd"e', 0]
    assert steps("/a~1b/c~0d/0") == ["a/b", "c~d", "0"]


@pytest.mark.parametrize(
    ("before", "after", "key", "value"),
    [
        ("host: b.example", "host: c.example", "other.host", "c.example"),
        ("  - 80  # plain\n", "  - 81  # plain\n", "ports[0]", 81),
        ("  - 443\n", "  - 443\n  - 8080\n", "ports[2]", 8080),
        ('name: "shop"   #', 'name: "it\'s"   #', "name", "it's"),
    ],
)
def test_the_rest_of_yaml_stays_as_it_was(
    tools: Tools, before: str, after: str, key: str, value: Any
) -> None:
    found = run(tools, "set", YAML, key=key, value=value)["text"]
    assert found.split() == YAML.replace(before, after).split()


def test_the_rest_of_toml_stays_as_it_was(tools: Tools) -> None:
    found = run(tools, "set", TOML, key="server.host", value="b.example")
    assert found["text"] == TOML.replace("a.example", "b.example")
    added = run(tools, "set", TOML, key="log.level", value="warn")["text"]
    assert added.startswith(TOML)
    assert tomllib.loads(added)["log"] == {"level": "warn"}


def test_a_change_of_nothing_is_none(tools: Tools) -> None:
    assert run(tools, "set", TOML, key="name", value="shop")["changed"] is False


def test_tables_are_made_on_the_way(tools: Tools) -> None:
    assert run(tools, "set", "", key="a.b[0].c", value=1, format="yaml")["data"] == {
        "a": {"b": [{"c": 1}]}
    }


def test_a_place_is_taken_away(tools: Tools) -> None:
    found = run(tools, "delete", TOML, key="server.ports")
    assert "ports" not in found["text"]
    assert "# main" in found["text"]
    with pytest.raises(ValidationError, match="nothing at that place"):
        run(tools, "delete", TOML, key="server.nothing")


def test_tables_are_merged_deeply(tools: Tools) -> None:
    other = {"server": {"ports": [1], "name": "x"}}
    found = run(tools, "merge", TOML, **{"with": other})
    assert (found["data"]["server"]["ports"], found["data"]["server"]["name"]) == ([1], "x")
    assert "# of the shop" in found["text"]
    both = run(tools, "merge", TOML, **{"with": other, "lists": "append"})
    assert both["data"]["server"]["ports"] == [80, 443, 1]
    inner = run(tools, "merge", YAML, key="other", **{"with": {"new": True}})
    assert (inner["data"]["other"]["new"], "new" in inner["data"]["server"]) == (True, False)


def test_a_change_that_an_alias_would_spread_is_refused(tools: Tools) -> None:
    with pytest.raises(LLMSpellError, match="more than that"):
        run(tools, "set", "a: &x {n: 1}\nb: *x\n", key="b.n", value=2)
    with pytest.raises(LLMSpellError, match="more than that"):
        run(tools, "set", YAML, key="server.tls", value="yes")


def test_null_cannot_be_set_in_toml(tools: Tools) -> None:
    with pytest.raises(ValidationError, match="no null"):
        run(tools, "set", TOML, key="x", value=[None])


def test_files_are_read_and_written_by_the_policy(tools: Tools, tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(TOML)
    params = {"operation": "set", "path": "a.toml", "key": "name", "value": "x"}
    done = tools.invoke(NAME, params | {"output_path": "b.toml"})
    assert (tmp_path / "a.toml").read_text() == TOML
    assert (tmp_path / "b.toml").read_text() == TOML.replace('"shop"', '"x"') == done.result["text"]
    with pytest.raises(SecurityError):
        tools.invoke(NAME, params | {"output_path": "/etc/b.toml"})
    with pytest.raises(SecurityError):
        tools.invoke(NAME, {"path": "/etc/passwd"})


@pytest.mark.parametrize("params", [{}, {"input": "a: 1", "path": "a.toml"}])
def test_one_source_is_needed(tools: Tools, params: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="either 'input' or 'path'"):
        tools.invoke(NAME, params)


BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{after}: &{after} [{', '.join([f'*{name}'] * 9)}]\n"
    for name, after in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize("operation", ["parse", "convert", "get", "set", "merge"])
def test_a_bomb_of_aliases_is_refused(tools: Tools, operation: str) -> None:
    given = {"to": "json", "key": "z", "value": 1, "with": {}}
    with pytest.raises(ResourceError):
        run(tools, operation, BOMB, **given)


def test_a_bomb_of_merge_keys_is_refused(tools: Tools) -> None:
    bomb = "a0: &a0 {k: v}\n" + "".join(
        f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}]}}\n" for n in range(1, 12)
    )
    with pytest.raises(ResourceError, match="aliases of aliases"):
        run(tools, "parse", bomb, format="yaml")


def test_aliases_are_counted_without_making_what_they_stand_for(
    tools: Tools, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Plain, "of", lambda *_: pytest.fail("the data were made"))
    with pytest.raises(ResourceError, match="aliases of aliases"):
        parse({"text": BOMB, "format": "yaml", "depth": 100})


def test_documents_are_counted_together(tools: Tools) -> None:
    lines = BOMB.splitlines()[:6]  # 9 ** 6 values: half of what is allowed
    assert run(tools, "parse", "\n".join(lines), format="yaml")["documents"] == 1
    with pytest.raises(ResourceError, match="aliases of aliases"):
        run(tools, "parse", "\n---\n".join(["\n".join(lines)] * 3), format="yaml")


@pytest.mark.parametrize("text", ["[" * 5000, "a: " + "[" * 500 + "]" * 500, "&a [*a]"])
def test_what_is_nested_without_end_is_refused(tools: Tools, text: str) -> None:
    with pytest.raises(LLMSpellError):
        run(tools, "parse", text, format="yaml")


@pytest.mark.parametrize(
    "tag", ["!!python/object/apply:os.system ['true']", "!secret x", "!!python/name:os.system"]
)
def test_tags_make_no_objects(tools: Tools, tag: str) -> None:
    with pytest.raises(ValidationError, match="tags make no objects"):
        run(tools, "parse", f"a: {tag}")


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(VALUES)
def test_written_yaml_is_read_as_what_it_was(data: Any) -> None:
    assert Plain(100).of(loaded(written(data, "yaml"), "yaml")[0]) == json.loads(json.dumps(data))
