import pytest

from llmspell.errors import ValidationError
from llmspell.telemetry.filters import MAX_PATTERN_LENGTH, ModuleFilters, ModulePattern, kind_of


@pytest.mark.parametrize(
    ("pattern", "kind"),
    [
        ("app", "exact"),
        ("app.db", "exact"),
        ("app.*", "hierarchical"),
        ("a*.b.*", "hierarchical"),
        ("*", "wildcard"),
        ("app*", "wildcard"),
        ("a?p", "wildcard"),
        ("[ab]pp", "wildcard"),
    ],
)
def test_the_text_of_a_pattern_implies_its_kind(pattern: str, kind: str) -> None:
    assert kind_of(pattern) == kind


@pytest.mark.parametrize(
    ("kind", "pattern", "name", "expected"),
    [
        ("exact", "app", "app", True),
        ("exact", "app", "app.db", False),
        ("exact", "a*", "ab", False),
        ("hierarchical", "app.*", "app", True),
        ("hierarchical", "app.*", "app.db.pool", True),
        ("hierarchical", "app.*", "apple", False),
        ("hierarchical", "app", "app.db", True),
        ("hierarchical", ".*", "anything", True),
        ("wildcard", "app.*.pool", "app.db.pool", True),
        ("wildcard", "a?p", "app", True),
        ("wildcard", "a?p", "ap", False),
        ("wildcard", "[!a]pp", "bpp", True),
        ("wildcard", "app*", "xapp", False),
        ("regex", "d.$", "app.db", True),
        ("regex", "^db", "app.db", False),
        ("regex", "(?i)APP", "app.db", True),
    ],
)
def test_a_pattern_matches_as_its_kind_says(
    kind: str, pattern: str, name: str, expected: bool
) -> None:
    assert ModulePattern(pattern, kind).matches(name) is expected


def test_without_rules_every_module_may_log() -> None:
    filters = ModuleFilters()
    assert filters.allow("app")
    assert filters.allow(None)


def test_the_first_enabled_rule_lets_only_matching_modules_log() -> None:
    filters = ModuleFilters()
    filters.add("app.*", True)
    assert [filters.allow(name) for name in ("app.db", "other", None)] == [True, False, False]


def test_a_disabled_rule_leaves_the_default_alone() -> None:
    filters = ModuleFilters()
    filters.add("noisy", False)
    assert [filters.allow(name) for name in ("noisy", "other")] == [False, True]


def test_a_second_enabled_rule_leaves_a_default_that_was_set() -> None:
    filters = ModuleFilters()
    filters.add("a", True)
    filters.set_default_enabled(True)
    filters.add("b", True)
    assert filters.allow("other")


def test_the_rule_added_last_decides() -> None:
    filters = ModuleFilters()
    filters.add("app.*", True)
    filters.add("app.noisy", False)
    assert [filters.allow(name) for name in ("app.db", "app.noisy")] == [True, False]
    filters.add("app.*", True)
    assert filters.allow("app.noisy")


def test_an_earlier_answer_does_not_outlive_a_change() -> None:
    filters = ModuleFilters()
    filters.add("a", False)
    assert filters.allow("b")
    filters.add("b", False)
    assert not filters.allow("b")


def test_remove_tells_whether_there_was_such_a_rule() -> None:
    filters = ModuleFilters()
    filters.add("app", False)
    assert filters.remove("app")
    assert not filters.remove("app")
    assert filters.allow("app")


def test_removing_the_last_enabled_rule_takes_its_default_back() -> None:
    filters = ModuleFilters()
    filters.add("app", True)
    filters.remove("app")
    assert filters.allow("other")


def test_removing_a_rule_keeps_a_default_that_was_set() -> None:
    filters = ModuleFilters()
    filters.add("app", True)
    filters.set_default_enabled(False)
    filters.remove("app")
    assert not filters.allow("other")


def test_clear_lets_every_module_log_again() -> None:
    filters = ModuleFilters()
    filters.add("app", True)
    filters.clear()
    assert filters.allow("other")
    assert filters.summary() == {"default_enabled": True, "total_rules": 0, "rules": []}


def test_an_unknown_kind_is_refused_without_an_error() -> None:
    filters = ModuleFilters()
    assert not filters.add_of_kind("app", "fuzzy", True)
    assert filters.allow("other")


def test_a_kind_may_be_written_in_any_case() -> None:
    assert ModuleFilters().add_of_kind("app", "Exact", True)


def test_the_summary_has_the_documented_fields() -> None:
    filters = ModuleFilters()
    filters.add("app.*", True)
    filters.add_of_kind("^x", "regex", False)
    assert filters.summary() == {
        "default_enabled": False,
        "total_rules": 2,
        "rules": [
            {"pattern": "app.*", "pattern_type": "hierarchical", "enabled": True},
            {"pattern": "^x", "pattern_type": "regex", "enabled": False},
        ],
    }


def test_a_pattern_that_is_too_long_is_refused() -> None:
    with pytest.raises(ValidationError, match="at most 256 characters"):
        ModuleFilters().add("a" * (MAX_PATTERN_LENGTH + 1), True)


def test_many_stars_in_a_wildcard_do_not_hang() -> None:
    pattern = ModulePattern("*a" * 100 + "b", "wildcard")
    assert not pattern.matches("a" * 1000)
