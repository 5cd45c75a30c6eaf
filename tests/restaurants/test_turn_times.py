from __future__ import annotations

from datetime import date, time

import pytest

from restaurants.turn_times import Conditions, default_bands, tie
from restaurants.validators import validate_turn_bands


def test_the_proposed_bands_are_valid() -> None:
    validate_turn_bands(default_bands())


def test_two_defaults_tie() -> None:
    assert tie([Conditions("a"), Conditions("b")])


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (Conditions("a", area_id=1), Conditions("b", area_id=1)),
        (Conditions("a", weekdays=frozenset({4, 5})), Conditions("b", weekdays=frozenset({5}))),
        (
            Conditions("a", time_from=time(23), time_to=time(2)),
            Conditions("b", time_from=time(1), time_to=time(3)),
        ),
        (
            Conditions("a", date_from=date(2026, 1, 1), date_to=date(2026, 1, 9)),
            Conditions("b", date_from=date(2026, 1, 9), date_to=date(2026, 2, 1)),
        ),
    ],
)
def test_equally_specific_rules_that_can_both_match_tie(
    first: Conditions, second: Conditions
) -> None:
    assert tie([Conditions("default"), first, second]) == (first, second)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (Conditions("a", area_id=1), Conditions("b", area_id=2)),
        (Conditions("a", area_id=1), Conditions("b", period_id=1)),
        (Conditions("a", weekdays=frozenset({4})), Conditions("b", weekdays=frozenset({5}))),
        (
            Conditions("a", time_from=time(12), time_to=time(15)),
            Conditions("b", time_from=time(15), time_to=time(18)),
        ),
    ],
)
def test_rules_that_never_meet_or_differ_in_weight_do_not_tie(
    first: Conditions, second: Conditions
) -> None:
    assert tie([Conditions("default"), first, second]) is None
