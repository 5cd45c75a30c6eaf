"""What a restaurant learns from its visits, night after night."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bookings.lifecycle import Status
from bookings.models import Reservation
from bookings.services import reservation_create
from restaurants.models import Restaurant
from tests.factories import GUEST, NOW, a_request, make_restaurant
from waitlist.models import TurnTime
from waitlist.prediction import Daypart
from waitlist.selectors.turns import tallies_of
from waitlist.services.turns import turn_times_due, turn_times_learn

pytestmark = pytest.mark.django_db

SAT = datetime(2026, 6, 5, 17, 30, tzinfo=UTC)
"""19:30 in Amsterdam."""
NEXT_DAY = SAT + timedelta(hours=12)


@pytest.fixture
def restaurant() -> Restaurant:
    return make_restaurant()


@pytest.fixture
def stranger() -> Restaurant:
    return make_restaurant()


def visit(restaurant: Restaurant, minutes: float, *, at: datetime = SAT, **fields: Any) -> None:
    """A party that stayed so long."""
    size = fields.pop("party_size", 2)
    made = reservation_create(request=a_request(restaurant), actor=GUEST, now=NOW).reservation
    made.occupancies.all().delete()
    values = {
        "status": Status.COMPLETED,
        "party_size": size,
        "seated_at": at,
        "completed_at": at + timedelta(minutes=minutes),
        **fields,
    }
    Reservation.objects.filter(pk=made.pk).update(**values)


def test_stays_are_counted_by_size_and_part_of_the_day(restaurant: Restaurant) -> None:
    visit(restaurant, 40)
    visit(restaurant, 90)
    visit(restaurant, 60, at=SAT - timedelta(hours=6))
    assert turn_times_learn(restaurant_id=restaurant.pk, now=NEXT_DAY) == 3
    lunch, evening = sorted(tallies_of(restaurant.pk), key=lambda one: one.count)
    assert (lunch.size, lunch.daypart, lunch.count) == (2, Daypart.LUNCH, 1)
    assert (evening.size, evening.daypart, evening.count) == (2, Daypart.EVENING, 2)
    assert math.exp(evening.mean) == pytest.approx(60.0)
    assert evening.variance == pytest.approx(math.log(1.5) ** 2)


def test_the_party_that_came_counts_and_large_ones_are_one_kind(restaurant: Restaurant) -> None:
    visit(restaurant, 90, actual_party_size=11)
    visit(restaurant, 90, actual_party_size=8)
    turn_times_learn(restaurant_id=restaurant.pk, now=NEXT_DAY)
    assert [(one.size, one.count) for one in tallies_of(restaurant.pk)] == [(8, 2)]


def test_slips_of_the_finger_and_old_visits_teach_nothing(restaurant: Restaurant) -> None:
    visit(restaurant, 1)
    visit(restaurant, 60 * 9)
    visit(restaurant, 60, service_date=(NEXT_DAY - timedelta(days=200)).date())
    visit(restaurant, 60, status=Status.SEATED)
    assert turn_times_learn(restaurant_id=restaurant.pk, now=NEXT_DAY) == 0
    assert tallies_of(restaurant.pk) == []


def test_learning_twice_is_learning_once(restaurant: Restaurant) -> None:
    visit(restaurant, 60)
    for _ in range(2):
        turn_times_learn(restaurant_id=restaurant.pk, now=NEXT_DAY)
    assert TurnTime.objects.filter(restaurant=restaurant).count() == 1


def test_a_restaurant_learns_only_from_its_own_visits(
    restaurant: Restaurant, stranger: Restaurant
) -> None:
    visit(restaurant, 60)
    assert turn_times_learn(restaurant_id=stranger.pk, now=NEXT_DAY) == 0


def test_restaurants_with_visits_lately_are_due(restaurant: Restaurant) -> None:
    assert turn_times_due(now=NEXT_DAY) == []
    visit(restaurant, 60)
    assert turn_times_due(now=NEXT_DAY) == [restaurant.pk]
    assert turn_times_due(now=NEXT_DAY + timedelta(days=3)) == []


def test_what_was_learned_long_ago_is_looked_at_again(restaurant: Restaurant) -> None:
    visit(restaurant, 60)
    turn_times_learn(restaurant_id=restaurant.pk, now=NEXT_DAY)
    assert turn_times_due(now=NEXT_DAY + timedelta(days=15)) == [restaurant.pk]
