"""The host stand at its busiest: several people take, give and free the same tables at the same
moment. Each guard is proved by the same race without it (rules 53, 61-64).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, time, timedelta
from functools import partial
from typing import Any

import pytest

from bookings.lifecycle import AT_TABLE
from bookings.models import Occupancy, Reservation
from bookings.services import (
    Booked,
    create,
    details,
    records,
    reservation_assign_tables,
    reservation_complete,
    reservation_create,
    reservation_extend,
    reservation_seat,
    reservation_undo,
    reservations_swap,
    room,
    stays_extend,
    table_block,
    table_clean,
    tables,
    visits,
    walk_in_create,
)
from reservehub.core.errors import DomainError
from restaurants.models import Restaurant
from tests.concurrency.racing import (
    OVERLAPS,
    assert_book_is_sound,
    kinds,
    race,
    rows_of,
    without_the_constraint,
)
from tests.factories import GUEST, NOW, STAFF, a_request, make_restaurant
from tests.races import meet_before

pytestmark = pytest.mark.django_db(transaction=True)

EVENING = datetime(2026, 6, 5, 17, 10, tzinfo=UTC)
"""Friday 19:10."""
MINUTE = timedelta(minutes=1)


def book(restaurant: Restaurant, **fields: Any) -> Booked:
    return reservation_create(request=a_request(restaurant, **fields), actor=GUEST, now=NOW)


def booking(restaurant: Restaurant, at: time, now: datetime = EVENING) -> Callable[[], Any]:
    request = a_request(restaurant, time=at)
    return lambda: reservation_create(request=request, actor=GUEST, now=now)


def walking_in(restaurant: Restaurant, *table_ids: int) -> Callable[[], Any]:
    return partial(
        walk_in_create,
        restaurant_id=restaurant.pk,
        table_ids=table_ids,
        party_size=2,
        actor=STAFF,
        now=EVENING,
    )


def seated(restaurant: Restaurant, **fields: Any) -> Reservation:
    party = book(restaurant, **fields).reservation
    return reservation_seat(reservation_id=party.pk, actor=STAFF, now=party.starts_at)


def won(outcomes: Sequence[Any]) -> list[Any]:
    """Those who got what they wanted; the others were refused, and nothing worse."""
    errors = [one for one in outcomes if isinstance(one, Exception)]
    assert [error for error in errors if not isinstance(error, DomainError)] == []
    return [one for one in outcomes if not isinstance(one, Exception)]


def start_over() -> None:
    Occupancy.objects.all().delete()
    Reservation.objects.all().delete()


def without_the_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "advisory_day_lock", lambda *_: None)


# ---------------------------------------------------------------------- walk-in or booking
def one_table() -> Restaurant:
    return make_restaurant(tables=(2,), policy={"min_notice_minutes": 0})


def test_one_table_goes_to_a_walk_in_or_to_a_booking() -> None:
    """The booking is for 19:30, twenty minutes after the walk-in: only one of them fits."""
    restaurant = one_table()
    table = restaurant.tables.get().pk
    for named in ((table,), ()):
        outcomes = race(
            *[walking_in(restaurant, *named) for _ in range(3)],
            *[booking(restaurant, time(19, 30)) for _ in range(3)],
        )
        assert len(won(outcomes)) == 1
        assert_book_is_sound()
        start_over()


def test_without_the_constraint_both_would_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    restaurant = one_table()
    table = restaurant.tables.get().pk
    meet_before(monkeypatch, (create, "party_place"), (room, "seats_take"))
    with without_the_constraint():
        outcomes = race(walking_in(restaurant, table), booking(restaurant, time(19, 30)))
        assert len(won(outcomes)) == 2
        assert rows_of(OVERLAPS) != []


def test_a_booking_an_hour_later_and_a_walk_in_both_fit() -> None:
    for _ in range(5):
        restaurant = one_table()
        outcomes = race(walking_in(restaurant), booking(restaurant, time(20, 15)))
        assert isinstance(won(outcomes)[0], Booked)
        assert_book_is_sound()


def test_every_walk_in_gets_a_table_of_its_own() -> None:
    restaurant = make_restaurant(tables=(2, 2, 2, 2))
    outcomes = race(*[walking_in(restaurant) for _ in range(7)])
    assert kinds(outcomes) == {"Booked": 4, "SlotUnavailable": 3}
    assert_book_is_sound()


def test_a_table_said_to_be_clean_goes_to_one_of_those_who_wait() -> None:
    restaurant = make_restaurant(
        tables=(2,), policy={"buffer_minutes": 15, "min_notice_minutes": 0}
    )
    table = restaurant.tables.get().pk
    for _ in range(4):
        party = walk_in_create(
            restaurant_id=restaurant.pk, party_size=2, actor=STAFF, now=EVENING - 30 * MINUTE
        ).reservation
        reservation_complete(reservation_id=party.pk, actor=STAFF, now=EVENING - 5 * MINUTE)
        outcomes = race(
            partial(
                table_clean, table_id=table, restaurant_id=restaurant.pk, actor=STAFF, now=EVENING
            ),
            *[walking_in(restaurant, table) for _ in range(3)],
            partial(reservation_undo, reservation_id=party.pk, actor=STAFF, now=EVENING),
        )
        assert len([one for one in won(outcomes) if isinstance(one, Booked)]) <= 1
        sitting = Reservation.objects.filter(status__in=AT_TABLE)
        assert sitting.count() == 1
        assert_book_is_sound()
        start_over()


# ---------------------------------------------------------------------- extending or booking
def leaving() -> tuple[Restaurant, Reservation]:
    """A party that sits until 20:00 at the only table."""
    restaurant = one_table()
    return restaurant, seated(restaurant, time=time(18, 30))


def extending(party: Reservation, now: datetime = EVENING) -> Callable[[], Any]:
    return partial(reservation_extend, reservation_id=party.pk, minutes=30, actor=STAFF, now=now)


def test_a_longer_stay_or_the_next_booking() -> None:
    for _ in range(4):
        restaurant, party = leaving()
        outcomes = race(extending(party), *[booking(restaurant, time(20)) for _ in range(3)])
        assert len(won(outcomes)) == 1
        assert_book_is_sound()


def test_without_the_constraint_the_stay_would_run_into_the_next_booking(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    restaurant, party = leaving()
    meet_before(monkeypatch, (create, "party_place"), (details, "seats_take"))
    with without_the_constraint():
        outcomes = race(extending(party), booking(restaurant, time(20)))
        assert len(won(outcomes)) == 2
        assert rows_of(OVERLAPS) != []


def test_overtime_grows_only_into_what_nobody_books() -> None:
    for _ in range(4):
        restaurant = make_restaurant(
            tables=(2,), policy={"buffer_minutes": 15, "min_notice_minutes": 0}
        )
        party = seated(restaurant, time=time(18))
        late = party.ends_at + 13 * MINUTE
        outcomes = race(
            partial(stays_extend, now=late),
            *[booking(restaurant, time(19, 45), now=late) for _ in range(2)],
            partial(stays_extend, now=late),
        )
        won(outcomes)
        assert_book_is_sound()


# ---------------------------------------------------------------------- two parties, one table
def overrun() -> tuple[Reservation, Reservation]:
    """One party has left a little late; the next has the table from a moment before that."""
    restaurant = make_restaurant(tables=(2,))
    first = seated(restaurant, time=time(18))
    second = book(restaurant, time=time(19, 30)).reservation
    left = second.starts_at + 5 * MINUTE
    reservation_complete(reservation_id=first.pk, actor=STAFF, now=left)
    return first, second


def sitting_down_while_the_others_come_back(
    first: Reservation, second: Reservation
) -> Sequence[Any]:
    now = second.starts_at + 6 * MINUTE
    return race(
        partial(reservation_undo, reservation_id=first.pk, actor=STAFF, now=now),
        partial(reservation_seat, reservation_id=second.pk, actor=STAFF, now=now),
    )


def test_two_parties_never_sit_at_one_table() -> None:
    """Rule 64."""
    for _ in range(6):
        outcomes = sitting_down_while_the_others_come_back(*overrun())
        assert len(won(outcomes)) == 1
        assert kinds(outcomes) == {"Reservation": 1, "TableOccupied": 1}
        start_over()


def test_without_the_day_both_would_sit_there(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = overrun()
    without_the_day(monkeypatch)
    meet_before(monkeypatch, (visits, "cleaning_end"), (visits, "_retake"))
    outcomes = sitting_down_while_the_others_come_back(first, second)
    assert len(won(outcomes)) == 2
    assert Reservation.objects.filter(status__in=AT_TABLE).count() == 2


# ---------------------------------------------------------------------- swapping and assigning
def test_swaps_and_moves_under_each_other_seat_everybody_once() -> None:
    restaurant = make_restaurant(tables=(2, 2, 2, 2))
    parties = [book(restaurant).reservation for _ in range(3)]
    taken = Occupancy.objects.values_list("table_id", flat=True)
    free = restaurant.tables.exclude(pk__in=list(taken)).get().pk

    def swapping(one: Reservation, other: Reservation) -> Callable[[], Any]:
        return partial(reservations_swap, first_id=one.pk, second_id=other.pk, actor=STAFF, now=NOW)

    def assigning(one: Reservation) -> Callable[[], Any]:
        return partial(
            reservation_assign_tables,
            reservation_id=one.pk,
            table_ids=(free,),
            actor=STAFF,
            now=NOW,
        )

    first, second, third = parties
    for _ in range(4):
        outcomes = race(
            swapping(first, second),
            swapping(third, second),
            swapping(third, first),
            assigning(first),
            assigning(third),
            booking(restaurant, time(19), now=NOW),
            partial(
                table_block,
                restaurant_id=restaurant.pk,
                table_ids=(free,),
                starts_at=first.starts_at,
                ends_at=first.ends_at,
                actor=STAFF,
                now=NOW,
            ),
        )
        won(outcomes)
        assert Occupancy.objects.filter(reservation__in=parties).count() == 3
        assert_book_is_sound()


def test_without_day_and_constraint_two_would_be_moved_to_one_table(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    restaurant = make_restaurant(tables=(2, 2, 2))
    parties = [book(restaurant).reservation for _ in range(2)]
    taken = Occupancy.objects.values_list("table_id", flat=True)
    free = restaurant.tables.exclude(pk__in=list(taken)).get().pk
    without_the_day(monkeypatch)
    meet_before(monkeypatch, (tables, "seats_take"))
    with without_the_constraint():
        outcomes = race(
            *[
                partial(
                    reservation_assign_tables,
                    reservation_id=one.pk,
                    table_ids=(free,),
                    actor=STAFF,
                    now=NOW,
                )
                for one in parties
            ]
        )
        assert len(won(outcomes)) == 2
        assert rows_of(OVERLAPS) != []
