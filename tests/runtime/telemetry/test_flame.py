import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmspell.errors import ValidationError
from llmspell.telemetry.flame import WIDTH, collapsed, svg
from llmspell.telemetry.timers import Timers
from tests.runtime.telemetry.clock import Clock

SVG = "{http://www.w3.org/2000/svg}"


def parse(text: str) -> ET.Element:
    return ET.fromstring(text.encode())


def frames(text: str) -> dict[str, ET.Element]:
    """Tooltip → frame of an SVG."""
    return {group.findtext(f"{SVG}title", ""): group for group in parse(text).iter(f"{SVG}g")}


def rect(frame: ET.Element) -> dict[str, float]:
    found = frame.find(f"{SVG}rect")
    assert found is not None
    return {key: float(found.attrib[key]) for key in ("x", "y", "width", "height")}


def label(frame: ET.Element) -> str | None:
    return frame.findtext(f"{SVG}text")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def timers(clock: Clock) -> Timers:
    return Timers(clock=clock)


def test_a_stack_has_the_microseconds_of_its_innermost_frame(timers: Timers, clock: Clock) -> None:
    outer = timers.start("outer")
    clock.advance(1)
    inner = timers.start("inner")
    clock.advance(2.5)
    inner.stop()
    outer.stop()
    assert collapsed(timers) == "outer 1000\nouter;inner 2500\n"


def test_equal_stacks_are_added_up(timers: Timers, clock: Clock) -> None:
    for _ in range(3):
        timer = timers.start("load")
        clock.advance(1)
        timer.stop()
    assert collapsed(timers) == "load 3000\n"


def test_running_timers_count_up_to_now(timers: Timers, clock: Clock) -> None:
    timers.start("open")
    clock.advance(1)
    assert collapsed(timers) == "open 1000\n"
    clock.advance(1)
    assert collapsed(timers) == "open 2000\n"


def test_what_separates_frames_is_taken_out_of_names(timers: Timers, clock: Clock) -> None:
    for name in ("a;b\nc", " "):
        timer = timers.start(name)
        clock.advance(1)
        timer.stop()
    assert collapsed(timers) == "(unnamed) 1000\na,b c 1000\n"


def test_without_timers_there_are_no_stacks(timers: Timers) -> None:
    assert collapsed(timers) == ""


def test_a_tooltip_tells_name_total_and_share() -> None:
    assert set(frames(svg("a 3000\na;b 1000\n"))) == {
        "all (4,000 µs, 100.00%)",
        "a (4,000 µs, 100.00%)",
        "b (1,000 µs, 25.00%)",
    }


def test_the_unit_and_the_title_can_be_named() -> None:
    text = svg("a 2", title="Book <1> & more", unit="samples")
    assert "a (2 samples, 100.00%)" in frames(text)
    assert parse(text).findtext(f"{SVG}text[@class='title']") == "Book <1> & more"


def test_callees_stand_on_their_callers_side_by_side() -> None:
    found = frames(svg("a;y 1\na;x 3\n"))
    a, x, y = (
        rect(found[key]) for key in ("a (4 µs, 100.00%)", "x (3 µs, 75.00%)", "y (1 µs, 25.00%)")
    )
    assert x["y"] == y["y"] < a["y"]
    assert x["x"] == a["x"]
    assert y["x"] == pytest.approx(x["x"] + x["width"], abs=0.02)
    assert x["width"] == pytest.approx(3 * y["width"], abs=0.1)


def test_a_frame_has_one_colour_in_every_graph() -> None:
    def fill(text: str) -> str:
        (found,) = (frame for title, frame in frames(text).items() if title.startswith("f "))
        shape = found.find(f"{SVG}rect")
        assert shape is not None
        return shape.attrib["fill"]

    assert fill(svg("f 1")) == fill(svg("g;f 5\nh 2"))


@pytest.mark.parametrize("name", ["a", "llmspell", "main.lua:12", "ключ"])
def test_colours_are_warm(name: str) -> None:
    (found,) = (f for t, f in frames(svg(f"{name} 1")).items() if t.startswith(name + " "))
    shape = found.find(f"{SVG}rect")
    assert shape is not None
    red, green, blue = map(int, shape.attrib["fill"].removeprefix("rgb(")[:-1].split(","))
    assert red > green > blue


def test_a_name_that_does_not_fit_is_cut() -> None:
    found = frames(svg(f"{'n' * 50} 1\nother 9"))
    (narrow,) = (frame for title, frame in found.items() if title.startswith("nnn"))
    shown = label(narrow)
    assert shown is not None
    assert shown.endswith("n..")
    assert len(shown) * 7.25 <= rect(narrow)["width"]


def test_a_frame_too_narrow_for_text_has_none() -> None:
    found = frames(svg("tiny 1\nother 99"))
    assert label(found["tiny (1 µs, 1.00%)"]) is None


def test_wide_characters_take_two_columns() -> None:
    found = frames(svg(f"{'魔' * 30} 1\nother 3"))
    (narrow,) = (frame for title, frame in found.items() if title.startswith("魔"))
    shown = label(narrow)
    assert shown is not None
    assert (2 * (len(shown) - 2) + 2) * 7.25 <= rect(narrow)["width"]


def test_frames_too_narrow_to_see_are_not_drawn() -> None:
    assert not any(title.startswith("dust") for title in frames(svg("dust;x 1\nother 1000000")))


def test_without_samples_the_image_says_so() -> None:
    assert "no samples" in "".join(parse(svg("")).itertext())


def test_fractions_are_accepted() -> None:
    assert "a (0.500 s, 100.00%)" in frames(svg("a 0.5\n", unit="s"))


def test_names_may_contain_spaces() -> None:
    assert "load the book (7 µs, 100.00%)" in frames(svg("load the book 7"))


@pytest.mark.parametrize("line", ["a", "a b", "12", "a -1", "a nan", "a inf"])
def test_a_line_that_is_no_stack_is_an_error_with_its_number(line: str) -> None:
    with pytest.raises(ValidationError, match="line 2 of the collapsed stacks"):
        svg(f"ok 1\n{line}\n")


def test_a_very_deep_stack_is_drawn() -> None:
    text = svg(";".join(["f"] * 5000) + " 1")
    assert len(list(parse(text).iter(f"{SVG}g"))) == 5001


@given(st.text(), st.text())
def test_any_name_gives_well_formed_xml(name: str, title: str) -> None:
    stack = name.replace("\n", "").strip() or "x"
    image = parse(svg(f"{stack} 1", title))
    assert image.attrib["width"] == str(WIDTH)
