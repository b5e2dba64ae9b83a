"""Patterns over event types."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llmspell.errors import EventError
from llmspell.events.patterns import Filter, PatternIndex, compile_pattern
from llmspell.events.subscription import Inbox

MATCHES = """
agent.started        agent.started
agent.*              agent.started agent.step.done agent.
agent*               agent agents agent.started
*                    agent agent.started .
**                   agent agent.started
agent.*.completed    agent.a.completed agent..completed
*.completed          agent.completed .completed
agent.**.completed   agent.completed agent.a.completed agent.a.b.completed
**.completed         completed agent.completed agent.a.completed
agent.**             agent agent.a agent.a.b
**.**                a a.b
**.a.**              a x.a a.x x.y.a.z
a*c.d                abc.d ac.d
*.b*                 a.b a.bc
a**z.x               az.x a.b.z.x
a.*.*                a.b.c
a[b].?               a[b].?
a+.*.b               a+.x.b
"""

MISSES = """
agent.started        agent.started.x agent agent.starteds
agent.*              agent xagent.a
agent.*.completed    agent.completed agent.a.b.completed agent.a.completed.x
*.completed          a.b.completed completed
agent.**.completed   agentcompleted agent.xcompleted
**.completed         xcompleted a.completed.b
agent.**             agents agents.a
**.a.**              b ab.c
a*c.d                a.c.d abc.de
*.b*                 a.b.c a.cb
a**z.x               azx
a.*.*                a.b a.b.c.d
a[b].?               ab.c ab.?
a+.*.b               aa.x.b
"""


def cases(table: str) -> list[tuple[str, str]]:
    rows = [line.split() for line in table.strip().splitlines()]
    return [(pattern, event_type) for pattern, *types in rows for event_type in types]


def matches(pattern: str, event_type: str) -> bool:
    matcher = compile_pattern(pattern)
    return event_type == pattern if matcher is None else bool(matcher(event_type))


@pytest.mark.parametrize(("pattern", "event_type"), cases(MATCHES))
def test_a_pattern_matches(pattern: str, event_type: str) -> None:
    assert matches(pattern, event_type)


@pytest.mark.parametrize(("pattern", "event_type"), cases(MISSES))
def test_a_pattern_does_not_match(pattern: str, event_type: str) -> None:
    assert not matches(pattern, event_type)


def test_a_newline_in_a_type_is_ordinary_text() -> None:
    assert matches("a.*.c", "a.b\nb.c")
    assert not matches("a.*.c", "a.b.c\n")
    assert matches("a**z.x", "a\nz.x")


def test_an_empty_pattern_is_refused() -> None:
    with pytest.raises(EventError, match="Invalid event pattern: it must not be empty"):
        PatternIndex().add("", Inbox(1))


def reference(pattern: list[str], segments: list[str]) -> bool:
    """Match segment by segment: `**` is any number of them, `*` one."""
    if not pattern:
        return not segments
    if pattern[0] == "**":
        return any(reference(pattern[1:], segments[n:]) for n in range(len(segments) + 1))
    return (
        bool(segments) and pattern[0] in {"*", segments[0]} and reference(pattern[1:], segments[1:])
    )


@settings(database=None, deadline=None, max_examples=500)
@given(
    st.lists(st.sampled_from(["a", "b", "*", "**"]), min_size=2, max_size=5),
    st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=5),
)
def test_globs_agree_with_a_plain_definition(pattern: list[str], segments: list[str]) -> None:
    text = ".".join(pattern)
    prefix_form = text.index("*") == len(text) - 1 if "*" in text else False
    if not prefix_form:
        assert matches(text, ".".join(segments)) == reference(pattern, segments)


PATTERNS = ["a.b", "a.*", "*", "a.*.c", "b", "**.c"]
TYPES = ["a.b", "b", "a.b.c", "c", "x"]


@settings(database=None, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 11), st.sampled_from(TYPES))))
def test_the_index_agrees_with_testing_every_pattern(steps: list[tuple[bool, int, str]]) -> None:
    index = PatternIndex()
    inboxes = [Inbox(1) for _ in range(12)]
    added: list[int] = []
    for add, number, event_type in steps:
        pattern = PATTERNS[number % 6]
        if add and number not in added:
            index.add(pattern, inboxes[number])
            added.append(number)
        elif not add:
            index.remove(pattern, inboxes[number])
            added = [other for other in added if other != number]
        expected = tuple(inboxes[n] for n in added if matches(PATTERNS[n % 6], event_type))
        assert index.match(event_type) == expected
        assert index.match(event_type) == expected  # and from the memo


def test_the_memo_does_not_grow_without_end() -> None:
    index = PatternIndex()
    index.add("*", Inbox(1))
    for number in range(10_000):
        assert len(index.match(f"type-{number}")) == 1
    assert len(index._memo) <= 4096


class TestFilter:
    """`[events.filtering]` (hooks-events §20)."""

    def test_by_default_everything_passes(self) -> None:
        assert Filter().passes_all
        assert Filter(["*", "a"]).passes_all
        assert Filter([]).passes_all

    def test_an_include_must_match(self) -> None:
        only = Filter(["agent.*", "tool.started"])
        assert not only.passes_all
        assert only.passes("agent.x.y")
        assert only.passes("tool.started")
        assert not only.passes("tool.completed")

    def test_an_exclude_wins(self) -> None:
        some = Filter(["agent.*"], ["agent.debug*"])
        assert some.passes("agent.started")
        assert not some.passes("agent.debug.x")

    def test_a_suffix_pattern_crosses_dots(self) -> None:
        failed = Filter(["*.failed"])
        assert failed.passes("workflow.step.failed")
        assert not failed.passes("workflow.failed.x")
