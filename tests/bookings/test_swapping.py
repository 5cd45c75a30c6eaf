"""Two parties change tables with each other (rules 26-31, 34, 64)."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from bookings.errors import (
    TableOccupied,
    TablesMissing,
    TableTaken,
    TableUnsuitable,
    TransitionRefused,
)
from bookings.models import Occupancy, Reservation
from bookings.services import (
    reservation_cancel,
    reservation_create,
    reservation_seat,
    reservation_undo,
    reservations_swap,
    walk_in_create,
)
from reservehub.core.errors import NotFound, VersionConflict
from reservehub.core.models import OutboxEvent
from restaurants.models import Restaurant
from tests.factories import FRIDAY, GUEST, NOW, STAFF, a_request, make_restaurant

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def book(restaurant: Restaurant, **fields: Any) -> Reservation:
    return reservation_create(
        request=a_request(restaurant, **fields), actor=GUEST, now=NOW
    ).reservation


def swap(first: Reservation, second: Reservation, **options: Any) -> Any:
    about: dict[str, Any] = {"first_id": first.pk, "second_id": second.pk, "actor": STAFF}
    return reservations_swap(**about | {"now": NOW} | options)


def table_of(reservation: Reservation) -> int:
    return Occupancy.objects.get(reservation=reservation).table_id


def test_two_parties_of_one_time_change_places() -> None:
    restaurant = make_restaurant(tables=(2, 2))
    first, second = book(restaurant), book(restaurant)
    here, there = table_of(first), table_of(second)

    changed = swap(first, second)

    assert (table_of(first), table_of(second)) == (there, here)
    assert [(one.is_table_locked, one.version) for one in changed] == [(True, 2), (True, 2)]
    names = OutboxEvent.objects.order_by("pk").values_list("name", flat=True)
    assert list(names)[-2:] == ["bookings.reservation.tables_changed"] * 2


def test_those_who_sit_change_from_now_on() -> None:
    restaurant = make_restaurant(tables=(2, 2))
    first, second = book(restaurant), book(restaurant)
    here, there = table_of(first), table_of(second)
    start = first.starts_at
    for one in (first, second):
        reservation_seat(reservation_id=one.pk, actor=STAFF, now=start)
    now = start + 20 * MINUTE
    swap(first, second, now=now)
    rows = {row.reservation_id: row for row in Occupancy.objects.all()}
    assert (rows[first.pk].table_id, rows[second.pk].table_id) == (there, here)
    assert rows[first.pk].period.lower == now
    assert rows[first.pk].period.upper == first.ends_at


def test_parties_of_different_times_change_tables_and_keep_their_times() -> None:
    restaurant = make_restaurant(tables=(2, 4))
    first = book(restaurant, time=time(18))
    second = book(restaurant, time=time(20), party_size=2, area_id=None)
    third = book(restaurant, time=time(20), party_size=3)
    with pytest.raises(TableUnsuitable) as refused:
        swap(first, third)
    assert refused.value.extra["reasons"] == ["table_too_small"]
    with pytest.raises(TableTaken):  # the second party has it at that time
        swap(first, third, overrides=frozenset({"capacity"}))
    assert table_of(first) == table_of(second)
    assert table_of(third) != table_of(first)


def test_who_shares_a_table_at_different_times_has_nothing_to_change() -> None:
    restaurant = make_restaurant(tables=(2,))
    first, second = book(restaurant, time=time(18)), book(restaurant, time=time(20))
    assert [one.version for one in swap(first, second)] == [1, 1]


def test_a_third_party_that_overruns_is_not_sat_upon() -> None:
    restaurant = make_restaurant(tables=(2, 2))
    sits, party = book(restaurant, time=time(18)), book(restaurant, time=time(18))
    there = table_of(sits)
    for one in (sits, party):
        reservation_seat(reservation_id=one.pk, actor=STAFF, now=one.starts_at)
    coming = book(restaurant, time=time(20))
    Occupancy.objects.filter(reservation=coming).update(table_id=there)
    with pytest.raises(TableOccupied):
        swap(party, coming, now=sits.ends_at + 5 * MINUTE)


def test_who_has_no_table_or_is_over_cannot_change_it() -> None:
    restaurant = make_restaurant(tables=(2, 2))
    first, second = book(restaurant), book(restaurant)
    Occupancy.objects.filter(reservation=second).delete()
    with pytest.raises(TablesMissing):
        swap(first, second)
    reservation_cancel(reservation_id=second.pk, actor=STAFF, now=NOW)
    with pytest.raises(TransitionRefused):
        swap(first, second)


def test_only_two_of_one_restaurant_and_of_the_version_seen() -> None:
    first, stranger = book(make_restaurant()), book(make_restaurant())
    with pytest.raises(NotFound):
        swap(first, stranger)
    with pytest.raises(NotFound):
        swap(first, first)
    second = book(first.restaurant)
    with pytest.raises(VersionConflict):
        swap(first, second, second_version=2)


def test_a_swap_is_taken_back_by_swapping_or_step_by_step() -> None:
    restaurant = make_restaurant(tables=(2, 2))
    first, second = book(restaurant), book(restaurant)
    before = (table_of(first), table_of(second))
    swap(first, second)
    with pytest.raises(TableTaken):
        reservation_undo(reservation_id=first.pk, actor=STAFF, now=NOW)
    swap(first, second)
    assert (table_of(first), table_of(second)) == before


@pytest.mark.parametrize(
    "now",
    [
        datetime(2026, 10, 24, 23, 40, tzinfo=UTC),
        datetime(2026, 3, 29, 0, 40, tzinfo=UTC),
        datetime(2026, 6, 5, 21, 50, tzinfo=UTC),
    ],
)
def test_a_swap_across_a_change_of_clock_or_midnight_keeps_both_ends(now: datetime) -> None:
    restaurant = make_restaurant(
        tables=(2, 2),
        period={"first_seating": time(18), "last_seating": time(4), "closes": time(4, 30)},
    )
    first, second = (
        walk_in_create(restaurant_id=restaurant.pk, party_size=2, actor=STAFF, now=now).reservation
        for _ in range(2)
    )
    assert first.service_date != FRIDAY or now.month == 6
    swap(first, second, now=now + 30 * MINUTE)
    for row in Occupancy.objects.all():
        assert row.period.upper == first.ends_at
        assert row.period.upper - row.period.lower == 60 * MINUTE
