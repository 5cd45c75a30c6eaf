"""How long somebody waits, in many possible evenings (rules 94-96)."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.waitlist.prediction.houses import EXACT, STAY, at, full, wait_of
from waitlist.prediction import Block, Due, House, Seat, Sitting, Waiting, outlook
from waitlist.prediction.simulate import NEVER

ANY = Waiting(at(0), STAY)


def test_a_free_table_means_no_wait() -> None:
    waits = wait_of(House(tables=1), ANY)
    assert waits.minutes[0] == waits.minutes[-1] == 0.0


def test_who_sits_leaves_after_the_usual_stay_and_the_table_is_cleared() -> None:
    waits = wait_of(full(1, elapsed=20.0, stay=EXACT), ANY)
    assert waits.quantile(0.5) == pytest.approx(45.0, abs=0.5)


def test_who_has_stayed_longer_than_anybody_leaves_soon() -> None:
    assert wait_of(full(1, elapsed=600.0), ANY).quantile(1.0) < 20.0


def test_nobody_waits_for_a_table_that_does_not_suit() -> None:
    assert wait_of(House(tables=2), Waiting((), STAY)).is_hopeless


def test_a_blocked_table_is_free_again_when_the_block_ends() -> None:
    house = House(tables=1, blocks=(Block(0, 0.0, 25.0),))
    assert set(wait_of(house, ANY).minutes) == {25.0}


def test_a_table_is_kept_for_whoever_is_due_within_half_an_hour() -> None:
    house = House(tables=1, due=(Due((0,), 20.0, EXACT),))
    assert wait_of(house, ANY).quantile(0.5) == pytest.approx(85.0, abs=0.5)


def test_a_table_whose_party_is_due_later_may_be_taken() -> None:
    assert wait_of(House(tables=1, due=(Due((0,), 31.0, EXACT),)), ANY).quantile(1.0) == 0.0


def test_those_due_wait_for_who_sits_at_their_table() -> None:
    house = replace(full(1, elapsed=20.0, stay=EXACT), due=(Due((0,), 10.0, EXACT),))
    assert wait_of(house, ANY).quantile(0.5) == pytest.approx(45.0 + 65.0, abs=0.5)


def test_a_combination_is_free_when_its_last_table_is() -> None:
    sitting = (Sitting((0,), 50.0, EXACT), Sitting((1,), 20.0, EXACT))
    pair = Waiting((Seat((0, 1)),), STAY)
    waits = wait_of(House(tables=2, sitting=sitting), pair)
    assert waits.quantile(0.5) == pytest.approx(45.0, abs=0.5)


def test_of_tables_free_at_once_the_first_is_taken() -> None:
    first = Waiting(at(1, 0), EXACT)
    waits, _ = outlook(House(tables=2), [first, Waiting(at(1), STAY), Waiting(at(0), STAY)])
    assert waits[1].quantile(0.5) > 60.0
    assert waits[2].quantile(1.0) == 0.0


def test_a_kept_table_that_suits_better_comes_before_a_free_one() -> None:
    house = House(tables=2, due=(Due((0,), 120.0, STAY),))
    waits, _ = outlook(house, [Waiting(at(0, 1), EXACT), Waiting(at(1), STAY)])
    assert waits[1].quantile(1.0) == 0.0


def test_who_was_called_has_its_table_already() -> None:
    called = Waiting(at(0), EXACT, held=(0,))
    waits, (asked,) = outlook(House(tables=1), [called], [ANY])
    assert waits[0].quantile(1.0) == 0.0
    assert asked.quantile(0.5) > 60.0


def test_the_same_question_has_the_same_answer() -> None:
    house = full(6)
    assert wait_of(house, Waiting(at(*range(6)), STAY)) == wait_of(
        house, Waiting(at(*range(6)), STAY)
    )


SEATS = st.lists(st.integers(0, 4), min_size=1, max_size=5, unique=True).map(lambda t: at(*t))
PARTIES = st.lists(SEATS.map(lambda seats: Waiting(seats, STAY)), max_size=6)
ELAPSED = st.lists(st.floats(0, 200), min_size=5, max_size=5)
DUE = st.lists(st.tuples(st.integers(0, 4), st.floats(-10, 200)), max_size=3)


def _house(elapsed: list[float], due: list[tuple[int, float]]) -> House:
    return House(
        tables=5,
        sitting=tuple(Sitting((n,), since, STAY) for n, since in enumerate(elapsed)),
        due=tuple(Due((table,), starts, STAY) for table, starts in due),
    )


@given(elapsed=ELAPSED, due=DUE, queue=PARTIES, asking=SEATS)
@settings(max_examples=40, deadline=None)
def test_a_longer_queue_never_shortens_a_wait(
    elapsed: list[float], due: list[tuple[int, float]], queue: list[Waiting], asking: tuple[Seat]
) -> None:
    house = _house(elapsed, due)
    waits = [
        outlook(house, queue[:length], [Waiting(asking, STAY)], evenings=24)[1][0].minutes
        for length in range(len(queue) + 1)
    ]
    for shorter, longer in itertools.pairwise(waits):
        assert all(a <= b for a, b in zip(shorter, longer, strict=True))


@given(elapsed=ELAPSED, length=st.integers(0, 6))
@settings(max_examples=40, deadline=None)
def test_one_more_table_never_lengthens_a_wait(elapsed: list[float], length: int) -> None:
    def waits(tables: int) -> tuple[float, ...]:
        house = replace(_house(elapsed, []), tables=tables)
        party = Waiting(at(*range(tables)), STAY)
        return outlook(house, [party] * length, [party], evenings=24)[1][0].minutes

    assert all(a >= b for a, b in zip(waits(5), waits(6), strict=True))


@given(elapsed=ELAPSED, due=DUE, queue=PARTIES)
@settings(max_examples=40, deadline=None)
def test_a_wait_is_never_negative_and_ends_or_never_does(
    elapsed: list[float], due: list[tuple[int, float]], queue: list[Waiting]
) -> None:
    waits, _ = outlook(_house(elapsed, due), queue, evenings=24)
    assert all(0.0 <= minutes <= NEVER for wait in waits for minutes in wait.minutes)
