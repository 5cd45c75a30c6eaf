"""An answer that was kept is never older than its question."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bookings.availability import Query, answer
from bookings.loading import answers_of, load_day
from bookings.models import Reservation
from bookings.selectors import availability
from bookings.services import Start, hold_create, reservation_cancel, reservation_create
from restaurants.models import Restaurant
from tests.factories import FRIDAY, GUEST, NOW, a_request, make_restaurant

pytestmark = pytest.mark.django_db


def free(restaurant: Restaurant, *, now: datetime = NOW, day: date = FRIDAY) -> list[str]:
    restaurant.refresh_from_db()
    slots = availability(restaurant=restaurant, date=day, party_size=2, now=now)
    return [f"{slot.local_time:%H:%M}" for slot in slots if slot.available]


def test_a_booking_a_cancellation_and_a_setting_show_at_once() -> None:
    restaurant = make_restaurant(tables=(2,))
    before = free(restaurant)
    booked = reservation_create(request=a_request(restaurant), actor=GUEST, now=NOW)
    assert "19:00" in before
    assert "19:00" not in free(restaurant)

    reservation_cancel(reservation_id=booked.reservation.pk, actor=GUEST, now=NOW)
    assert free(restaurant) == before

    Restaurant.objects.filter(pk=restaurant.pk).update(is_accepting_reservations=False)
    assert free(restaurant) == []


def test_a_change_that_only_touches_the_row_shows_too() -> None:
    """The covers of a party count for pacing; its tables stay the same."""
    restaurant = make_restaurant(tables=(2, 4), period={"max_arriving_covers": 4})
    reservation_create(request=a_request(restaurant), actor=GUEST, now=NOW)
    assert "19:00" in free(restaurant)

    Reservation.objects.update(party_size=3)
    assert "19:00" not in free(restaurant)


def test_a_hold_is_over_to_the_second() -> None:
    restaurant = make_restaurant(tables=(2,))
    at = NOW + timedelta(seconds=20)
    hold_create(
        restaurant_id=restaurant.pk,
        start=Start(date=FRIDAY, time=time(19)),
        party_size=2,
        owner_key="one",
        now=at,
    )
    until = at + timedelta(minutes=5)
    assert "19:00" not in free(restaurant, now=until - timedelta(seconds=1))
    assert "19:00" in free(restaurant, now=until)


@settings(deadline=None, max_examples=60)
@given(seconds=st.integers(0, 3 * 3600), step=st.integers(0, 90))
def test_what_is_kept_equals_what_would_be_worked_out(seconds: int, step: int) -> None:
    """Around notice, cut-off and the first starts of an evening, to the second."""
    restaurant = _evening()
    for now in (EARLY + timedelta(seconds=seconds), EARLY + timedelta(seconds=seconds + step)):
        query = Query(party_size=2, now=now)
        worked_out = answer(load_day(restaurant, FRIDAY, now=now).service, query)
        assert answers_of(restaurant, FRIDAY, query).slots == worked_out


EARLY = datetime.combine(FRIDAY, time(14, 30), NOW.tzinfo)
_made: list[Restaurant] = []


def _evening() -> Restaurant:
    if not _made or not Restaurant.objects.filter(pk=_made[0].pk).exists():
        _made[:] = [
            make_restaurant(
                tables=(2, 2),
                policy={
                    "min_notice_minutes": 45,
                    "notice_cutoff_days": 0,
                    "notice_cutoff_time": time(19, 20),
                },
            )
        ]
        reservation_create(request=a_request(_made[0]), actor=GUEST, now=NOW)
    return _made[0]
