"""Parties without a booking (rules 21, 38, 43, 45, 63, 64, 95)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from bookings.availability import Channel
from bookings.errors import SlotUnavailable, TableOccupied, TableTaken, TableUnsuitable
from bookings.models import Occupancy, Reservation
from bookings.services import (
    Booked,
    hold_create,
    reservation_complete,
    reservation_create,
    reservation_seat,
    reservation_undo,
    table_block,
    table_clean,
    walk_in_create,
)
from bookings.services.requests import Start
from reservehub.core.errors import NotFound, ValidationFailed
from reservehub.core.models import AuditEntry, OutboxEvent
from restaurants.models import Restaurant
from tests.factories import (
    FRIDAY,
    GUEST,
    NOW,
    STAFF,
    a_request,
    make_combination,
    make_restaurant,
    make_table,
)

pytestmark = pytest.mark.django_db

EVENING = datetime(2026, 6, 5, 17, 10, 20, 500_000, tzinfo=UTC)
"""Friday 19:10 and some seconds, as clocks are."""
MINUTE = timedelta(minutes=1)


def walk_in(restaurant: Restaurant, *tables: int, size: int = 2, **options: Any) -> Booked:
    return walk_in_create(
        **{
            "restaurant_id": restaurant.pk,
            "table_ids": tables,
            "party_size": size,
            "actor": STAFF,
            "now": EVENING,
            **options,
        }
    )


def book(restaurant: Restaurant, **fields: Any) -> Reservation:
    return reservation_create(
        request=a_request(restaurant, **fields), actor=GUEST, now=NOW
    ).reservation


def table(restaurant: Restaurant, number: str = "1") -> int:
    return restaurant.tables.get(number=number).pk


def test_a_walk_in_is_seated_at_once_for_a_whole_stay() -> None:
    restaurant = make_restaurant(tables=(2, 4))

    booked = walk_in(restaurant, table(restaurant))

    row = Occupancy.objects.get(reservation=booked.reservation)
    reservation = Reservation.objects.get(pk=booked.reservation.pk)
    assert (reservation.status, reservation.source) == ("seated", "walk_in")
    assert (reservation.service_date, reservation.local_time) == (FRIDAY, time(19, 10))
    assert reservation.seated_at == row.period.lower == EVENING
    assert reservation.ends_at == row.period.upper == datetime(2026, 6, 5, 18, 40, tzinfo=UTC)
    assert booked.warnings == ()
    assert OutboxEvent.objects.get().name == "bookings.reservation.walked_in"
    assert AuditEntry.objects.get(action="reservation.walked_in").actor_label == "Maria"


def test_without_a_table_the_best_one_is_found() -> None:
    restaurant = make_restaurant(tables=(4, 2, 6))
    assert walk_in(restaurant).table_ids == (table(restaurant, "2"),)
    assert walk_in(restaurant).table_ids == (table(restaurant, "1"),)
    with pytest.raises(SlotUnavailable):  # a six-top for two wastes too much
        walk_in(restaurant)
    assert Reservation.objects.count() == 2


def test_a_large_party_gets_a_combination() -> None:
    restaurant = make_restaurant(tables=(4, 4))
    make_combination(restaurant, *restaurant.tables.all())
    restaurant.refresh_from_db()
    assert len(walk_in(restaurant, size=7).table_ids) == 2


def test_a_walk_in_may_sit_where_only_walk_ins_sit() -> None:
    restaurant = make_restaurant(tables=())
    make_table(restaurant, number="bar", seats=2, access="walk_in")
    assert walk_in(restaurant).table_ids == (table(restaurant, "bar"),)


def test_the_stay_is_cut_to_the_next_party_and_says_so() -> None:
    restaurant = make_restaurant(tables=(2,), policy={"buffer_minutes": 15})
    coming = book(restaurant, time=time(20, 15))

    for named in ((table(restaurant),), ()):
        booked = walk_in(restaurant, *named)
        row = Occupancy.objects.get(reservation=booked.reservation)
        assert booked.warnings == ("stay_cut",)
        assert row.period.upper == coming.starts_at
        assert booked.reservation.ends_at == coming.starts_at - 15 * MINUTE
        reservation_undo(reservation_id=booked.reservation.pk, actor=STAFF, now=EVENING)


def test_a_table_whose_party_is_due_soon_is_kept_for_it() -> None:
    """Rule 95."""
    restaurant = make_restaurant(tables=(2,))
    coming = book(restaurant, time=time(19, 30))
    with pytest.raises(TableTaken) as refused:
        walk_in(restaurant, table(restaurant))
    assert refused.value.extra["reasons"] == ["due_soon"]
    with pytest.raises(SlotUnavailable):
        walk_in(restaurant)

    drink = walk_in(restaurant, table(restaurant), overrides=frozenset({"due_soon"}))
    assert drink.reservation.ends_at == coming.starts_at


def test_unlocked_parties_to_come_make_room_for_a_whole_stay() -> None:
    restaurant = make_restaurant(tables=(2, 4))
    coming = book(restaurant, time=time(20))
    assert walk_in(restaurant, size=2).table_ids == (table(restaurant, "2"),)
    assert Occupancy.objects.get(reservation=coming).table_id == table(restaurant, "1")


def test_a_taken_held_or_blocked_table_is_refused() -> None:
    restaurant = make_restaurant(tables=(2, 2, 2))
    first, second, third = (table(restaurant, number) for number in "123")
    walk_in(restaurant, first)
    table_block(
        restaurant_id=restaurant.pk,
        table_ids=(second,),
        starts_at=EVENING - MINUTE,
        ends_at=EVENING + MINUTE,
        actor=STAFF,
        now=EVENING,
    )
    hold_create(
        restaurant_id=restaurant.pk,
        start=Start(date=FRIDAY, time=time(19, 45)),
        party_size=2,
        owner_key="session",
        now=EVENING,
    )
    for taken in (first, second):
        with pytest.raises(TableTaken):
            walk_in(restaurant, taken)
    held = Occupancy.objects.get(kind="hold")
    assert held.table_id in (second, third)
    assert Reservation.objects.count() == 1


def test_a_small_table_needs_an_override_and_a_large_one_does_not() -> None:
    restaurant = make_restaurant(tables=(2, 8))
    with pytest.raises(TableUnsuitable):
        walk_in(restaurant, table(restaurant, "1"), size=3)
    walk_in(restaurant, table(restaurant, "1"), size=3, overrides=frozenset({"capacity"}))
    walk_in(restaurant, table(restaurant, "2"), size=2)


def test_pacing_only_warns_unless_it_is_mandatory() -> None:
    restaurant = make_restaurant(tables=(2, 2), period={"max_arriving_covers": 2})
    book(restaurant, time=time(19))
    assert walk_in(restaurant).warnings == ("pacing_arriving_covers",)

    strict = make_restaurant(
        tables=(2, 2), period={"max_arriving_covers": 2}, policy={"is_pacing_mandatory": True}
    )
    book(strict, time=time(19))
    with pytest.raises(SlotUnavailable):
        walk_in(strict)


def test_a_walk_in_counts_in_the_pacing_of_its_quarter_of_an_hour() -> None:
    """Rule 45."""
    restaurant = make_restaurant(tables=(2, 2), period={"max_arriving_covers": 2})
    walk_in(restaurant)
    with pytest.raises(SlotUnavailable) as refused:
        reservation_create(
            request=a_request(
                restaurant, time=time(19, 0), source="phone", channel=Channel.IN_HOUSE
            ),
            actor=STAFF,
            now=EVENING - 11 * MINUTE,
        )
    assert "pacing_arriving_covers" in refused.value.extra["reasons"]


def test_before_opening_staff_seat_whom_they_like() -> None:
    restaurant = make_restaurant(tables=(2,))
    early = datetime(2026, 6, 5, 15, 50, tzinfo=UTC)
    booked = walk_in(restaurant, now=early)
    assert booked.warnings == ("outside_hours",)
    assert booked.reservation.service_date == FRIDAY


def test_a_walk_in_after_midnight_belongs_to_the_evening() -> None:
    """Rules 7, 11."""
    restaurant = make_restaurant(
        tables=(2,),
        period={"first_seating": time(18), "last_seating": time(1), "closes": time(3)},
    )
    reservation = walk_in(restaurant, now=datetime(2026, 6, 5, 22, 40, tzinfo=UTC)).reservation
    assert reservation.service_date == FRIDAY
    assert (reservation.local_date, reservation.local_time) == (date(2026, 6, 6), time(0, 40))


def test_a_service_still_open_at_the_cut_keeps_its_day() -> None:
    restaurant = make_restaurant(
        tables=(2,),
        period={"first_seating": time(22), "last_seating": time(5, 30), "closes": time(8)},
    )
    reservation = walk_in(restaurant, now=datetime(2026, 6, 6, 3, 30, tzinfo=UTC)).reservation
    assert reservation.service_date == FRIDAY


@pytest.mark.parametrize(
    ("now", "wall", "fold"),
    [
        (datetime(2026, 10, 24, 23, 30, tzinfo=UTC), time(1, 30), 0),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), time(2, 30), 0),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), time(2, 30), 1),
        (datetime(2026, 3, 29, 0, 45, tzinfo=UTC), time(1, 45), 0),
        (datetime(2026, 3, 29, 1, 15, tzinfo=UTC), time(3, 15), 0),
    ],
)
def test_stays_are_elapsed_time_when_the_clock_changes(
    now: datetime, wall: time, fold: int
) -> None:
    restaurant = make_restaurant(
        tables=(2,),
        period={"first_seating": time(18), "last_seating": time(4), "closes": time(4, 30)},
    )
    reservation = walk_in(restaurant, now=now).reservation
    assert (reservation.local_time, reservation.fold) == (wall, fold)
    assert reservation.ends_at - reservation.starts_at == timedelta(minutes=90)
    assert reservation.service_date == reservation.local_date - timedelta(days=1)


def test_undoing_a_walk_in_leaves_no_trace_on_the_floor() -> None:
    restaurant = make_restaurant(tables=(2,))
    booked = walk_in(restaurant)
    undone = reservation_undo(reservation_id=booked.reservation.pk, actor=STAFF, now=EVENING)
    assert undone.status == "cancelled_by_restaurant"
    assert not Occupancy.objects.exists()
    assert walk_in(restaurant).table_ids == booked.table_ids


def test_nobody_is_seated_where_somebody_still_sits() -> None:
    """Rule 64, also where the worker that extends stays is down."""
    restaurant = make_restaurant(tables=(2,))
    here = table(restaurant)
    walk_in(restaurant, here, now=EVENING)
    late = EVENING + timedelta(hours=2)
    with pytest.raises(TableTaken):
        walk_in(restaurant, here, now=late)
    with pytest.raises(SlotUnavailable):
        walk_in(restaurant, now=late)

    coming = make_restaurant(tables=(2,))
    sitting = book(coming, time=time(18))
    after = book(coming, time=time(19, 30))
    reservation_seat(reservation_id=sitting.pk, actor=STAFF, now=sitting.starts_at)
    with pytest.raises(TableOccupied) as refused:
        reservation_seat(reservation_id=after.pk, actor=STAFF, now=after.starts_at + 5 * MINUTE)
    assert refused.value.extra["reservation_id"] == sitting.pk


def test_a_party_nobody_finished_yesterday_does_not_bar_its_table() -> None:
    restaurant = make_restaurant(tables=(2,))
    walk_in(restaurant, now=EVENING - timedelta(days=1))
    assert walk_in(restaurant, table(restaurant)).warnings == ()


def test_a_table_being_cleaned_is_free_when_somebody_says_so() -> None:
    """Rule 62."""
    restaurant = make_restaurant(tables=(2, 2), policy={"buffer_minutes": 15})
    first, second = table(restaurant, "1"), table(restaurant, "2")
    for one in (first, second):
        party = walk_in(restaurant, one).reservation
        reservation_complete(reservation_id=party.pk, actor=STAFF, now=EVENING + 30 * MINUTE)
    row = Occupancy.objects.get(table_id=first)
    assert row.period.upper == EVENING + 45 * MINUTE
    later = EVENING + 40 * MINUTE
    with pytest.raises(SlotUnavailable):
        walk_in(restaurant, now=later)

    clean: dict[str, Any] = {"restaurant_id": restaurant.pk, "actor": STAFF, "now": later}
    assert table_clean(table_id=first, **clean)
    assert not table_clean(table_id=first, **clean)
    assert walk_in(restaurant, now=later).table_ids == (first,)
    # Whoever is put at a table that is being cleaned says that it is ready.
    assert walk_in(restaurant, second, now=later).table_ids == (second,)


def test_cleaning_never_lasts_beyond_the_stay_and_undo_ends_it() -> None:
    restaurant = make_restaurant(tables=(2,), policy={"buffer_minutes": 30})
    coming = book(restaurant, time=time(20, 30))
    party = walk_in(restaurant, table(restaurant)).reservation
    left = coming.starts_at - 10 * MINUTE
    reservation_complete(reservation_id=party.pk, actor=STAFF, now=left)
    assert Occupancy.objects.get(reservation=party).period.upper == coming.starts_at
    undone = reservation_undo(reservation_id=party.pk, actor=STAFF, now=left + MINUTE)
    assert undone.status == "seated"


def test_another_restaurants_table_is_not_found() -> None:
    restaurant, stranger = make_restaurant(), make_restaurant()
    with pytest.raises(ValidationFailed):
        walk_in(restaurant, table(stranger))
    with pytest.raises(NotFound):
        table_clean(table_id=table(stranger), restaurant_id=restaurant.pk, actor=STAFF, now=EVENING)


def test_bad_input_names_its_field() -> None:
    restaurant = make_restaurant()
    with pytest.raises(ValidationFailed) as refused:
        walk_in(restaurant, size=0, guest_name="x" * 151)
    assert [one.pointer for one in refused.value.errors] == ["/party_size", "/guest_name"]
