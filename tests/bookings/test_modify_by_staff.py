"""What only staff change: named tables, the length of a stay, the contact."""

from __future__ import annotations

from datetime import time, timedelta

import pytest

from bookings.errors import SlotUnavailable, TableTaken, TableUnsuitable
from bookings.models import Occupancy, Reservation
from bookings.services import Changes, reservation_create, reservation_modify
from reservehub.core.errors import ValidationFailed
from restaurants.models import Restaurant, ServicePeriod
from tests.factories import NOW, STAFF, a_request, make_restaurant

pytestmark = pytest.mark.django_db


@pytest.fixture
def restaurant() -> Restaurant:
    return make_restaurant(tables=(2, 2, 4))


@pytest.fixture
def booked(restaurant: Restaurant) -> Reservation:
    return reservation_create(request=a_request(restaurant), actor=STAFF, now=NOW).reservation


def change(reservation: Reservation, **changes: object) -> Reservation:
    return reservation_modify(
        reservation_id=reservation.pk,
        changes=Changes(**changes),  # type: ignore[arg-type]
        actor=STAFF,
        now=NOW,
    )


def tables(reservation: Reservation) -> list[str]:
    rows = Occupancy.objects.filter(reservation=reservation).order_by("table__number")
    return [row.table.number for row in rows.select_related("table")]


def table_id(restaurant: Restaurant, number: str) -> int:
    return restaurant.tables.get(number=number).pk


def test_a_party_moves_to_a_named_table_and_time_at_once(
    restaurant: Restaurant, booked: Reservation
) -> None:
    moved = change(booked, time=time(20), table_ids=(table_id(restaurant, "2"),))
    assert (moved.local_time, tables(moved), moved.is_table_locked) == (time(20), ["2"], True)


def test_a_table_that_is_taken_leaves_everything_as_it_was(
    restaurant: Restaurant, booked: Reservation
) -> None:
    other = reservation_create(request=a_request(restaurant), actor=STAFF, now=NOW).reservation
    taken = Occupancy.objects.get(reservation=other).table_id
    with pytest.raises(TableTaken):
        change(booked, time=time(19, 30), table_ids=(taken,))
    booked.refresh_from_db()
    assert (booked.local_time, booked.version, len(tables(booked))) == (time(19), 1, 1)


def test_a_table_that_is_too_small_is_named_as_such(restaurant: Restaurant) -> None:
    four = reservation_create(
        request=a_request(restaurant, party_size=4), actor=STAFF, now=NOW
    ).reservation
    with pytest.raises(TableUnsuitable) as refused:
        change(four, table_ids=(table_id(restaurant, "1"),))
    assert refused.value.extra["reasons"] == ["table_too_small"]
    small = (table_id(restaurant, "1"),)
    assert tables(change(four, table_ids=small, overrides=frozenset({"capacity"}))) == ["1"]


def test_a_named_table_does_not_lift_the_limit_of_the_kitchen(
    restaurant: Restaurant, booked: Reservation
) -> None:
    reservation_create(request=a_request(restaurant, time=time(20)), actor=STAFF, now=NOW)
    ServicePeriod.objects.filter(restaurant=restaurant).update(max_arriving_covers=2)
    free = (table_id(restaurant, "3"),)
    with pytest.raises(SlotUnavailable) as refused:
        change(booked, time=time(20), table_ids=free)
    assert refused.value.extra["reasons"] == ["pacing_arriving_covers"]
    moved = change(booked, time=time(20), table_ids=free, overrides=frozenset({"pacing"}))
    assert tables(moved) == ["3"]


def test_a_stay_is_stretched_also_after_it_should_have_begun(booked: Reservation) -> None:
    late = booked.starts_at + timedelta(minutes=5)
    stretched = reservation_modify(
        reservation_id=booked.pk, changes=Changes(minutes=150), actor=STAFF, now=late
    )
    assert stretched.ends_at - stretched.starts_at == timedelta(minutes=150)
    assert Occupancy.objects.get(reservation=booked).period.upper == stretched.occupied_until


def test_a_new_phone_finds_the_record_of_its_owner(
    restaurant: Restaurant, booked: Reservation
) -> None:
    request = a_request(
        restaurant, guest_name="Berta", guest_phone="+31612345678", time=time(21, 30)
    )
    berta = reservation_create(request=request, actor=STAFF, now=NOW).reservation
    changed = change(booked, guest_name="Berta", guest_phone="06 12345678", guest_email="")
    assert changed.guest_id == berta.guest_id
    assert (changed.guest_name, str(changed.guest_phone)) == ("Berta", "+31612345678")


def test_a_contact_that_cannot_be_right_is_refused(booked: Reservation) -> None:
    with pytest.raises(ValidationFailed) as refused:
        change(booked, guest_phone="12")
    assert [error.pointer for error in refused.value.errors] == ["/guest_phone"]
