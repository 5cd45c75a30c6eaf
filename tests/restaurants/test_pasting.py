from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from restaurants.pasting import (
    MOST_TABLES,
    Group,
    Known,
    NotUnderstood,
    parse_groups,
    tables_wanted,
)

SIGNS = st.sampled_from(["x", "X", "×", "х", "Х", "*", " x ", " × ", " for ", " по "])
AREAS = st.sampled_from(["", "terrace", "Зал", "main room", "Terraza"])


def short(group: Group) -> tuple[int, int, str]:
    return group.count, group.seats, group.area


def codes(text: str) -> list[tuple[str, str]]:
    with pytest.raises(NotUnderstood) as caught:
        parse_groups(text)
    return [(one.part, one.code) for one in caught.value.problems]


def wanted(text: str, *known: tuple[str, str]) -> list[tuple[str, int, str, str]]:
    tables = tables_wanted(
        parse_groups(text),
        known=[Known(number=number, area=area) for number, area in known],
        areas={area: area == "Terrace" for _number, area in known},
        main_area="Main room",
    )
    return [(t.number, t.seats, t.area, t.table_type) for t in tables]


def test_the_line_of_the_manual_is_understood() -> None:
    assert [short(g) for g in parse_groups("4x2, 3x4 terrace, bar 10")] == [
        (4, 2, ""),
        (3, 4, "terrace"),
        (10, 1, "bar"),
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2×6", (2, 6, "")),
        ("4 х 2", (4, 2, "")),
        ("4 tables for 2", (4, 2, "")),
        ("4 стола по 2 зал", (4, 2, "зал")),
        ("Garden: 2x6", (2, 6, "Garden")),
        ("2x6 (winter garden)", (2, 6, "winter garden")),
        ("бар 6", (6, 1, "бар")),
        ("bar 4x2", (4, 2, "bar")),
    ],
)
def test_ways_of_saying_it(text: str, found: tuple[int, int, str]) -> None:
    assert [short(group) for group in parse_groups(text)] == [found]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("T1-T3 x4", ("T1", "T2", "T3")),
        ("T1–3 ×4", ("T1", "T2", "T3")),
        ("12-14 x4", ("12", "13", "14")),
        ("1 - 3 x 4 terrace", ("1", "2", "3")),
        ("Т9 х4", ("Т9",)),
        ("A08-A10 x4", ("A08", "A09", "A10")),
    ],
)
def test_numbers_may_be_named(text: str, numbers: tuple[str, ...]) -> None:
    (group,) = parse_groups(text)
    assert (group.numbers, group.seats) == (numbers, 4)


def test_every_part_at_fault_is_named() -> None:
    assert codes("4x2, lots, terrace 10, T5-T1 x4, 0x4, 3x90, 900x2") == [
        ("lots", "unclear"),
        ("terrace 10", "which_seats"),
        ("T5-T1 x4", "backwards"),
        ("0x4", "no_seats"),
        ("3x90", "too_many_seats"),
        ("900x2", "too_many"),
    ]


@pytest.mark.parametrize("text", ["", "  ", ",;,\n"])
def test_nothing_is_no_table(text: str) -> None:
    assert [code for _part, code in codes(text)] == ["empty"]


def test_too_many_altogether_is_said() -> None:
    assert codes(", ".join(["60x2"] * 4))[-1] == ("60x2", "too_many")


def test_numbers_continue_those_of_the_area() -> None:
    assert wanted(
        "2x2, 2x4 terrace", ("1", "Main room"), ("7", "Main room"), ("T6", "Terrace")
    ) == [
        ("8", 2, "Main room", "standard"),
        ("9", 2, "Main room", "standard"),
        ("T7", 4, "Terrace", "outdoor"),
        ("T8", 4, "Terrace", "outdoor"),
    ]


def test_a_new_area_takes_its_first_letter() -> None:
    assert wanted("1x2, 1x4 terrace, bar 2") == [
        ("1", 2, "Main room", "standard"),
        ("T1", 4, "Terrace", "outdoor"),
        ("B1", 1, "Bar", "bar"),
        ("B2", 1, "Bar", "bar"),
    ]


def test_two_areas_with_one_letter_do_not_collide() -> None:
    assert [number for number, *_ in wanted("2x2 terrace, 2x2 tearoom")] == [
        "T1",
        "T2",
        "T3",
        "T4",
    ]


@pytest.mark.parametrize(("text", "code"), [("T1-T3 x4", "taken"), ("5 x4, A1 x2, A1 x4", "twice")])
def test_numbers_are_given_once(text: str, code: str) -> None:
    with pytest.raises(NotUnderstood) as caught:
        wanted(text, ("t2", "Main room"))
    assert [one.code for one in caught.value.problems] == [code]


@given(
    st.lists(
        st.tuples(st.integers(1, 20), SIGNS, st.integers(1, 50), AREAS, st.booleans()),
        min_size=1,
        max_size=10,
    )
)
def test_what_is_written_is_what_is_made(
    parts: list[tuple[int, str, int, str, bool]],
) -> None:
    text = ", ".join(
        f"{area}: {count}{sign}{seats}" if is_first else f"{count}{sign}{seats} {area}"
        for count, sign, seats, area, is_first in parts
    )
    assert [short(group) for group in parse_groups(text)] == [
        (count, seats, area) for count, _sign, seats, area, _first in parts
    ]


@given(st.text(max_size=60))
def test_any_text_is_understood_or_refused(text: str) -> None:
    try:
        groups = parse_groups(text)
    except NotUnderstood:
        return
    tables = tables_wanted(groups, known=[], areas={}, main_area="Main room")
    assert 1 <= len(tables) <= MOST_TABLES


@given(st.lists(st.from_regex(r"[A-Z]?[1-9][0-9]?", fullmatch=True), max_size=20, unique=True))
def test_a_number_is_never_given_twice(numbers: list[str]) -> None:
    known = [Known(number=number, area="Main room") for number in numbers]
    groups = parse_groups("5x2, 4x4 terrace, bar 6, 3x2")
    tables = tables_wanted(groups, known=known, areas={}, main_area="Main room")
    given_out = [*numbers, *(t.number for t in tables)]
    assert len({n.casefold() for n in given_out}) == len(given_out)
