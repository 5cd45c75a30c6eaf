"""How long parties stay, as far as a house can know."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waitlist.prediction import Daypart, Stay, Tally, TurnTimes, configured_stay, daypart_of, pooled

CONFIGURED = {2: 90.0, 4: 105.0, 8: 150.0}
EVENING = Daypart.EVENING


def _seen(size: int, minutes: float, count: int, part: Daypart = EVENING) -> Tally:
    return Tally(size, part, count, math.log(minutes), 0.09)


def test_without_visits_a_house_stays_as_it_has_configured() -> None:
    turns = TurnTimes.learn(CONFIGURED, ())
    assert turns.stay(2, EVENING).p80 == pytest.approx(90.0)
    assert turns.stay(3, EVENING).p80 == pytest.approx(105.0)
    assert turns.stay(20, EVENING).p80 == pytest.approx(150.0)


def test_many_visits_say_more_than_the_configuration() -> None:
    turns = TurnTimes.learn(CONFIGURED, [_seen(2, 45.0, 1000)])
    assert turns.stay(2, EVENING).p50 == pytest.approx(45.0, rel=0.02)


def test_a_few_visits_move_the_figure_only_a_little() -> None:
    plan = configured_stay(90.0).p50
    learned = TurnTimes.learn(CONFIGURED, [_seen(2, 30.0, 2)]).stay(2, EVENING).p50
    assert 30.0 < learned < plan
    assert plan - learned < learned - 30.0


def test_sizes_that_were_never_seen_learn_from_the_others() -> None:
    turns = TurnTimes.learn(CONFIGURED, [_seen(2, 45.0, 1000)])
    assert turns.stay(8, EVENING).p50 < configured_stay(150.0).p50


def test_parts_of_the_day_differ_once_there_are_visits_enough() -> None:
    tallies = [_seen(2, 45.0, 200, Daypart.LUNCH), _seen(2, 80.0, 200)]
    turns = TurnTimes.learn(CONFIGURED, tallies)
    assert turns.stay(2, Daypart.LUNCH).p50 < 50.0
    assert turns.stay(2, EVENING).p50 > 75.0


def test_pooling_is_seeing_all_visits_at_once() -> None:
    dice = random.Random(4)
    logs = [dice.gauss(4, 0.3) for _ in range(50)]

    def tally(part: list[float], size: int) -> Tally:
        mean = sum(part) / len(part)
        spread = sum((one - mean) ** 2 for one in part) / len(part)
        return Tally(size, EVENING, len(part), mean, spread)

    (found,) = pooled([tally(logs[:20], 8), tally(logs[20:], 11)])
    whole = tally(logs, 8)
    assert (found.size, found.count) == (8, 50)
    assert (found.mean, found.variance) == pytest.approx((whole.mean, whole.variance))


@pytest.mark.parametrize(
    ("hour", "part"),
    [(12, Daypart.LUNCH), (16, EVENING), (20, EVENING), (21, Daypart.LATE), (1, Daypart.LATE)],
)
def test_the_hours_of_a_business_day_have_their_part(hour: int, part: Daypart) -> None:
    assert daypart_of(hour) == part


@given(mu=st.floats(3, 5), sigma=st.floats(0.15, 0.8), elapsed=st.floats(0, 600))
def test_what_is_left_of_a_stay_is_in_order_and_never_negative(
    mu: float, sigma: float, elapsed: float
) -> None:
    shares = [(n + 0.5) / 20 for n in range(20)]
    left = Stay(mu, sigma).left_after(elapsed, shares)
    assert left == sorted(left)
    assert left[0] >= 0.0


def test_a_fresh_stay_has_its_own_quantiles_left() -> None:
    stay = configured_stay(90.0)
    left = stay.left_after(0.0, [0.1, 0.5, 0.8, 0.96])
    assert left == pytest.approx([stay.quantile(q) for q in (0.1, 0.5, 0.8, 0.96)], rel=0.01)
