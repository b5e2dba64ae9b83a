from __future__ import annotations

from typing import Any

import jsonschema
import pytest

from llmspell_server.settings import Settings, flat, read, schema


def test_nothing_given_is_the_defaults() -> None:
    assert read({}) == (Settings(), ())
    assert read({"hint.enable": None}) == (Settings(), ())


def test_nested_and_dotted_names_are_the_same() -> None:
    severity = {"unused-local": "off"}
    assert flat({"hint": {"enable": False}, "diagnostics.severity": severity, "spells": "off"}) == {
        "hint.enable": False,
        "diagnostics.severity": severity,
        "spells": "off",
    }


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("hint.enable", 1, "must be true or false, not 1."),
        ("format.indent", True, "must be a whole number that is not negative, not True."),
        ("format.indent", -1, "must be a whole number that is not negative, not -1."),
        ("format.tool", "x", "must be one of auto, stylua, builtin, not 'x'."),
        ("runtime.path", "?.lua", "must be a list of texts, not '?.lua'."),
        (
            "diagnostics.severity",
            {"a": "bad"},
            (
                "must be a table with one of error, warning, information, hint, off each"
                ", not {'a': 'bad'}."
            ),
        ),
    ],
)
def test_a_mistyped_setting_keeps_its_default(name: str, value: Any, sentence: str) -> None:
    assert read({name: value}) == (Settings(), (f"llmspell.{name} {sentence}",))


def test_a_name_far_from_all_settings() -> None:
    assert read({"zzz": 1})[1] == ("llmspell.zzz is not a setting.",)


def test_the_schema_accepts_the_defaults() -> None:
    for name, found in schema().items():
        assert name.startswith("llmspell.")
        jsonschema.Draft202012Validator.check_schema(found)
        jsonschema.validate(found["default"], found)
