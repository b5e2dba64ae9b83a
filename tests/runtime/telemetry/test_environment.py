import pytest

from llmspell.errors import ConfigError
from llmspell.telemetry.environment import debug_overrides


def test_nothing_set_overrides_nothing() -> None:
    assert debug_overrides({"LLMSPELL_DEBUG": "", "HOME": "/"}) == {}


@pytest.mark.parametrize(
    ("variable", "value", "table"),
    [
        ("LLMSPELL_DEBUG", "true", {"enabled": True}),
        ("LLMSPELL_DEBUG", "0", {"enabled": False}),
        ("LLMSPELL_DEBUG_LEVEL", "Trace", {"level": "trace"}),
        ("LLMSPELL_DEBUG_PERFORMANCE", "true", {"performance": {"enabled": True}}),
        (
            "LLMSPELL_DEBUG_OUTPUT",
            "stdout, colored",
            {"output": {"stdout": True, "colored": True}},
        ),
        (
            "LLMSPELL_DEBUG_OUTPUT",
            "file:/tmp/a:b.log",
            {
                "output": {
                    "stdout": False,
                    "colored": False,
                    "file": {"path": "/tmp/a:b.log", "append": True},
                }
            },
        ),
        (
            "LLMSPELL_DEBUG_MODULES",
            "+app.*,-app.noisy, db",
            {"module_filters": {"enabled": ["app.*", "db"], "disabled": ["app.noisy"]}},
        ),
    ],
)
def test_a_variable_sets_its_key(variable: str, value: str, table: dict[str, object]) -> None:
    assert debug_overrides({variable: value}) == table


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("LLMSPELL_DEBUG", "yes please"),
        ("LLMSPELL_DEBUG_LEVEL", "loud"),
        ("LLMSPELL_DEBUG_OUTPUT", "stderr"),
        ("LLMSPELL_DEBUG_OUTPUT", "file:"),
        ("LLMSPELL_DEBUG_PERFORMANCE", "2"),
    ],
)
def test_a_wrong_value_is_an_error_that_names_the_variable(variable: str, value: str) -> None:
    with pytest.raises(ConfigError, match=variable):
        debug_overrides({variable: value})
