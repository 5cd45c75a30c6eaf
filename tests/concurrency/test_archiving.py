"""A table is archived while somebody books it: one of the two happens, and nobody is left at a
table that is gone (rule 40).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from time import sleep
from typing import Any

import pytest

from bookings.availability import Channel
from bookings.models import Occupancy, Reservation
from bookings.services import (
    hold_create,
    reservation_assign_tables,
    reservation_create,
    seats,
    walk_in_create,
)
from bookings.services.requests import Start
from reservehub.core.errors import DomainError
from restaurants import impact
from restaurants.errors import TableHasFutureBookings
from restaurants.models import Restaurant, Table
from restaurants.services import table_archive, table_unarchive
from tests.concurrency.racing import assert_book_is_sound, pause_before_writing, race
from tests.factories import FRIDAY, GUEST, NOW, STAFF, a_request, make_restaurant

pytestmark = pytest.mark.django_db(transaction=True)


def archiving(table: Table) -> Callable[[], Any]:
    return partial(table_archive, table_id=table.pk, actor=STAFF, now=NOW)


def booking(restaurant: Restaurant, **fields: Any) -> Callable[[], Any]:
    request = a_request(restaurant, **fields)
    return lambda: reservation_create(request=request, actor=GUEST, now=NOW)


def by_phone(restaurant: Restaurant, table: Table) -> Callable[[], Any]:
    request = a_request(restaurant, source="phone", channel=Channel.IN_HOUSE, table_ids=(table.pk,))
    return lambda: reservation_create(request=request, actor=STAFF, now=NOW)


def stranded() -> list[Any]:
    return list(Occupancy.objects.filter(table__is_active=False).values_list("table_id", "kind"))


def assert_refusals_only(outcomes: Sequence[Any]) -> None:
    errors = [one for one in outcomes if isinstance(one, Exception)]
    assert [error for error in errors if not isinstance(error, DomainError)] == []


def test_a_booking_or_the_archive() -> None:
    restaurant = make_restaurant(tables=(2, 2))
    first, second = restaurant.tables.order_by("pk")
    for _ in range(8):
        outcomes = race(
            archiving(first),
            booking(restaurant),
            by_phone(restaurant, first),
            partial(
                walk_in_create,
                restaurant_id=restaurant.pk,
                table_ids=(first.pk,),
                party_size=2,
                actor=STAFF,
                now=NOW,
            ),
        )
        assert_refusals_only(outcomes)
        assert stranded() == []
        assert_book_is_sound()
        first.refresh_from_db()
        assert first.is_active == isinstance(outcomes[0], TableHasFutureBookings)
        Occupancy.objects.all().delete()
        Reservation.objects.all().delete()
        table_unarchive(table_id=first.pk, actor=STAFF, now=NOW)
    assert second.is_active


def test_a_party_is_not_moved_to_a_table_that_goes() -> None:
    restaurant = make_restaurant(tables=(2, 2))
    party = reservation_create(request=a_request(restaurant), actor=GUEST, now=NOW)
    free = restaurant.tables.exclude(pk__in=party.table_ids).get()
    for _ in range(6):
        outcomes = race(
            archiving(free),
            partial(
                reservation_assign_tables,
                reservation_id=party.reservation.pk,
                table_ids=(free.pk,),
                actor=STAFF,
                now=NOW,
            ),
        )
        assert_refusals_only(outcomes)
        assert stranded() == []
        table_unarchive(table_id=free.pk, actor=STAFF, now=NOW)
        reservation_assign_tables(
            reservation_id=party.reservation.pk, table_ids=party.table_ids, actor=STAFF, now=NOW
        )


def test_a_held_table_that_goes_is_replaced_when_the_guest_confirms() -> None:
    restaurant = make_restaurant(tables=(2, 4))
    held = hold_create(
        restaurant_id=restaurant.pk,
        start=Start(date=FRIDAY, time=a_request(restaurant).time),
        party_size=2,
        owner_key="session",
        now=NOW,
    )
    table = Occupancy.objects.get(hold=held.hold).table
    table_archive(table_id=table.pk, actor=STAFF, now=NOW)
    booked = reservation_create(
        request=a_request(restaurant, hold_token=held.token), actor=GUEST, now=NOW
    )
    assert booked.table_ids != (table.pk,)
    assert stranded() == []
    assert_book_is_sound()


def test_without_sharing_the_row_a_booking_would_be_stranded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The negative control: the archive looks while the booking is between its row and its end."""
    restaurant = make_restaurant(tables=(2,))
    table = restaurant.tables.get()
    pause_before_writing(monkeypatch)
    unlocked = seats.TAKE_ONE.replace("AND t.is_active FOR KEY SHARE", "")
    assert unlocked != seats.TAKE_ONE
    monkeypatch.setattr(seats, "TAKE_ONE", unlocked)
    outcomes = race(archiving(table), booking(restaurant))
    assert [one for one in outcomes if isinstance(one, Exception)] == []
    assert stranded() == [(table.pk, "reservation")]


def test_without_waiting_for_bookings_the_archive_would_strand_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The other half: the archive looks, then a booking is committed, then the table goes."""
    restaurant = make_restaurant(tables=(2,))
    table = restaurant.tables.get()
    look = impact.bookings_on_tables

    def slowly(**named: Any) -> Any:
        found = look(**named)
        sleep(0.6)
        return found

    monkeypatch.setattr(impact, "bookings_on_tables", slowly)
    outcomes = race(archiving(table), booking(restaurant))
    assert_refusals_only(outcomes)
    assert stranded() == []

    table_unarchive(table_id=table.pk, actor=STAFF, now=NOW)
    Occupancy.objects.all().delete()
    Reservation.objects.all().delete()
    monkeypatch.setattr(
        seats, "TAKE_ONE", seats.TAKE_ONE.replace("AND t.is_active FOR KEY SHARE", "")
    )
    race(archiving(table), booking(restaurant))
    assert stranded() == [(table.pk, "reservation")]
