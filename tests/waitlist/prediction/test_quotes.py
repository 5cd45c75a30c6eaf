"""What a waiting party is told (rules 94, 98)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.waitlist.prediction.houses import STAY, at, full, wait_of
from waitlist.prediction import NO_WAIT, Outlook, Quote, Waiting, quote_again, quote_of
from waitlist.prediction.simulate import NEVER

WAITS = st.lists(st.floats(0, 400), min_size=4, max_size=40).map(
    lambda minutes: Outlook(tuple(sorted(minutes)))
)


@given(waits=WAITS, waited=st.floats(0, 300))
def test_a_quote_is_a_range_in_steps_of_five_and_never_less_than_was_waited(
    waits: Outlook, waited: float
) -> None:
    quote = quote_of(waits, waited=waited)
    assert quote.low % 5 == quote.high % 5 == 0
    assert 0 <= quote.low <= quote.high
    if not quote.is_now:
        assert quote.high >= max(waited, 5)
        assert quote.middle >= int(waited)


@given(waits=WAITS)
def test_nearly_every_evening_keeps_the_promise(waits: Outlook) -> None:
    quote = quote_of(waits)
    kept = sum(minutes <= quote.high + 5 for minutes in waits.minutes) / len(waits.minutes)
    assert kept >= 0.96 - 1 / len(waits.minutes)


@given(waits=WAITS, longer=st.floats(0, 60))
def test_a_longer_wait_is_never_quoted_shorter(waits: Outlook, longer: float) -> None:
    later = Outlook(tuple(minutes + longer for minutes in waits.minutes))
    assert quote_of(later).high >= quote_of(waits).high
    assert quote_of(later).low >= quote_of(waits).low


def test_a_free_table_is_told_as_one() -> None:
    assert quote_of(Outlook((0.0,) * 10)) == NO_WAIT


def test_who_has_waited_is_not_told_that_a_table_was_free() -> None:
    quote = quote_of(Outlook((0.0,) * 10), waited=12.0)
    assert (quote.low, quote.high, quote.is_now) == (10, 15, False)


def test_no_table_tonight_is_said_plainly() -> None:
    assert quote_of(Outlook((NEVER,) * 10)).is_hopeless


def test_the_middle_of_a_quote_lies_between_its_ends() -> None:
    waits = wait_of(full(12), Waiting(at(*range(12)), STAY))
    quote = quote_of(waits)
    assert quote.low <= quote.middle <= quote.high + 5


@pytest.mark.parametrize(("high", "is_told"), [(20, False), (30, False), (35, True), (5, False)])
def test_guests_are_told_again_when_the_promise_moves_by_more_than_ten_minutes(
    high: int, is_told: bool
) -> None:
    now = Quote(0, high, high)
    assert quote_again(Quote(10, 20, 15), now) == (now if is_told else None)
