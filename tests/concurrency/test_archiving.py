"""A table is archived while somebody books it: one of the two happens, and nobody is left at a
table that is gone (rule 40).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from threading import Event
from typing import Any

import pytest

from bookings.availability import Channel
from bookings.models import Occupancy, Reservation
from bookings.services import (
    create,
    hold_create,
    reservation_assign_tables,
    reservation_create,
    seats,
    walk_in_create,
)
from bookings.services.placing import party_place
from bookings.services.requests import Start
from reservehub.core.errors import DomainError
from restaurants import impact
from restaurants.errors import TableHasFutureBookings
from restaurants.models import Restaurant, Table
from restaurants.services import table_archive, table_unarchive
from tests.concurrency.racing import assert_book_is_sound, race
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


UNSHARED = seats.TAKE_ONE.replace("AND t.is_active FOR KEY SHARE", "")


def after(function: Callable[..., Any], done: Event) -> Callable[..., Any]:
    """The same, and then says that it is done."""

    def called(*arguments: Any, **named: Any) -> Any:
        try:
            return function(*arguments, **named)
        finally:
            done.set()

    return called


def waiting_for(function: Callable[..., Any], done: Event, most: float) -> Callable[..., Any]:
    """The same, but not before something else is done."""

    def called(*arguments: Any, **named: Any) -> Any:
        done.wait(most)
        return function(*arguments, **named)

    return called


def archive_between_looking_and_taking(monkeypatch: pytest.MonkeyPatch) -> Table:
    table = make_restaurant(tables=(2,)).tables.get()
    looked, archived = Event(), Event()

    def placing(*arguments: Any, **named: Any) -> Any:
        looked.set()
        archived.wait(20)
        return party_place(*arguments, **named)

    monkeypatch.setattr(create, "party_place", placing)
    archive = waiting_for(archiving(table), looked, 20)
    outcomes = race(after(archive, archived), booking(table.restaurant))
    assert_refusals_only(outcomes)
    return table


def test_a_booking_that_has_looked_finds_the_table_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    table = archive_between_looking_and_taking(monkeypatch)
    assert stranded() == []
    assert not Reservation.objects.exists()
    table.refresh_from_db()
    assert not table.is_active


def test_without_looking_again_it_would_be_stranded(monkeypatch: pytest.MonkeyPatch) -> None:
    assert UNSHARED != seats.TAKE_ONE
    monkeypatch.setattr(seats, "TAKE_ONE", UNSHARED)
    table = archive_between_looking_and_taking(monkeypatch)
    assert stranded() == [(table.pk, "reservation")]


def book_between_looking_and_archiving(monkeypatch: pytest.MonkeyPatch, most: float) -> Table:
    """The booking starts when the archive has looked, and the archive goes on when it is booked,
    or after `most` seconds.
    """
    table = make_restaurant(tables=(2,)).tables.get()
    looked, booked = Event(), Event()
    look = impact.bookings_on_tables

    def looking(**named: Any) -> Any:
        found = look(**named)
        looked.set()
        booked.wait(most)
        return found

    monkeypatch.setattr(impact, "bookings_on_tables", looking)
    book = waiting_for(booking(table.restaurant), looked, 20)
    outcomes = race(archiving(table), after(book, booked))
    assert_refusals_only(outcomes)
    return table


def test_a_booking_waits_for_an_archive_that_has_looked(monkeypatch: pytest.MonkeyPatch) -> None:
    table = book_between_looking_and_archiving(monkeypatch, most=1)
    assert stranded() == []
    table.refresh_from_db()
    assert not table.is_active


def test_without_waiting_it_would_be_stranded_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seats, "TAKE_ONE", UNSHARED)
    # The booking's foreign key waits for the archive, which therefore has to go on by itself.
    table = book_between_looking_and_archiving(monkeypatch, most=5)
    assert stranded() == [(table.pk, "reservation")]
