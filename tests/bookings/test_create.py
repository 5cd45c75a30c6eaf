from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from bookings.availability import Channel
from bookings.errors import NoOnlineAvailability, SameGuestOverlap, SlotUnavailable
from bookings.models import Occupancy, Reservation
from bookings.selectors import availability, reservation_by_manage_token
from bookings.services import Booked, reservation_cancel, reservation_create
from guests.models import Guest, MergeCandidate
from reservehub.core.errors import NotFound, ValidationFailed
from reservehub.core.models import AuditEntry, OutboxEvent
from restaurants.models import Restaurant
from tests.factories import FRIDAY, GUEST, NOW, STAFF, a_request, make_combination, make_restaurant

pytestmark = pytest.mark.django_db


def book(restaurant: Restaurant, **fields: Any) -> Booked:
    return reservation_create(request=a_request(restaurant, **fields), actor=GUEST, now=NOW)


def test_a_booking_takes_the_smallest_table_that_fits() -> None:
    restaurant = make_restaurant(tables=(4, 2))
    two = restaurant.tables.get(seats=2)

    booked = book(restaurant)

    assert booked.table_ids == (two.pk,)
    reservation = Reservation.objects.get(pk=booked.reservation.pk)
    assert reservation.status == "confirmed"
    assert reservation.reference.startswith("RES-2026-")
    assert reservation.starts_at == datetime(2026, 6, 5, 17, 0, tzinfo=UTC)
    assert reservation.ends_at - reservation.starts_at == timedelta(minutes=90)
    row = Occupancy.objects.get(reservation=reservation)
    assert (row.period.lower, row.period.upper) == (reservation.starts_at, reservation.ends_at)


def test_the_manage_token_opens_the_booking_and_is_not_stored() -> None:
    booked = book(make_restaurant())

    assert reservation_by_manage_token(booked.manage_token).pk == booked.reservation.pk
    assert not Reservation.objects.filter(manage_token_hash=booked.manage_token).exists()
    with pytest.raises(NotFound):
        reservation_by_manage_token(booked.manage_token + "x")


def test_a_full_slot_is_refused_with_reasons_and_alternatives() -> None:
    restaurant = make_restaurant(tables=(2,))
    book(restaurant)

    with pytest.raises(SlotUnavailable) as refused:
        book(restaurant)

    assert refused.value.extra["reasons"] == ["no_table_free"]
    times = [other["time"] for other in refused.value.extra["alternatives"]]
    assert times == ["20:30", "20:45", "21:00"]


def test_touching_bookings_do_not_collide() -> None:
    restaurant = make_restaurant(tables=(2,))
    book(restaurant, time=time(18))
    book(restaurant, time=time(19, 30))
    book(restaurant, time=time(21))
    assert Reservation.objects.count() == 3


def test_the_buffer_keeps_the_table_but_not_the_guest() -> None:
    restaurant = make_restaurant(tables=(2,), policy={"buffer_minutes": 15})
    booked = book(restaurant, time=time(18))
    assert booked.reservation.ends_at.astimezone(UTC).time() == time(17, 30)
    with pytest.raises(SlotUnavailable):
        book(restaurant, time=time(19, 30))
    book(restaurant, time=time(19, 45))


def test_a_large_party_waits_for_approval_and_occupies_meanwhile() -> None:
    restaurant = make_restaurant(
        tables=(4,), policy={"confirmation_mode": "threshold", "instant_up_to": 2}
    )
    booked = book(restaurant, party_size=4)
    assert booked.reservation.status == "pending"
    assert booked.reservation.expires_at == NOW + timedelta(hours=24)
    with pytest.raises(SlotUnavailable):
        book(restaurant, party_size=4)
    assert OutboxEvent.objects.filter(name="bookings.reservation.requested").count() == 1


def test_a_combination_takes_one_row_per_table() -> None:
    restaurant = make_restaurant(tables=(4, 4))
    make_combination(restaurant, *restaurant.tables.all())
    booked = book(restaurant, party_size=7)
    assert len(booked.table_ids) == 2
    assert Occupancy.objects.filter(reservation=booked.reservation).count() == 2
    with pytest.raises(SlotUnavailable):
        book(restaurant, party_size=2)


def test_an_unlocked_party_moves_to_make_room() -> None:
    """Rule 36: two take the 4-top because the 2-top was taken; once that is free, four people still
    fit.
    """
    restaurant = make_restaurant(tables=(2, 4))
    two, four = restaurant.tables.order_by("seats")
    first = book(restaurant)
    second = book(restaurant)
    assert second.table_ids == (four.pk,)
    reservation_cancel(reservation_id=first.reservation.pk, actor=GUEST, now=NOW)

    third = book(restaurant, party_size=4)

    assert third.table_ids == (four.pk,)
    moved = Reservation.objects.get(pk=second.reservation.pk)
    assert list(moved.occupancies.values_list("table_id", flat=True)) == [two.pk]
    assert moved.version == 2
    assert OutboxEvent.objects.filter(name="bookings.reservation.tables_changed").count() == 1


def test_pacing_is_never_exceeded() -> None:
    restaurant = make_restaurant(tables=(2, 2, 2), period={"max_arriving_covers": 4})
    book(restaurant)
    book(restaurant)
    with pytest.raises(SlotUnavailable) as refused:
        book(restaurant)
    assert refused.value.extra["reasons"] == ["pacing_arriving_covers"]
    book(restaurant, time=time(19, 15))


def test_staff_may_exceed_pacing_knowingly() -> None:
    restaurant = make_restaurant(tables=(2, 2), period={"max_arriving_covers": 2})
    book(restaurant)
    request = a_request(restaurant, channel=Channel.IN_HOUSE, source="phone")
    with pytest.raises(SlotUnavailable):
        reservation_create(request=request, actor=STAFF, now=NOW)
    request = a_request(
        restaurant, channel=Channel.IN_HOUSE, source="phone", overrides=frozenset({"pacing"})
    )
    assert reservation_create(request=request, actor=STAFF, now=NOW).table_ids


def test_pacing_binds_staff_who_name_the_table_too() -> None:
    restaurant = make_restaurant(tables=(2, 2), period={"max_arriving_covers": 2})
    book(restaurant)
    free = restaurant.tables.order_by("-pk")[0]
    wish = {
        "channel": Channel.IN_HOUSE,
        "source": "phone",
        "guest_phone": "+31612345678",
        "table_ids": (free.pk,),
    }
    with pytest.raises(SlotUnavailable) as refused:
        reservation_create(request=a_request(restaurant, **wish), actor=STAFF, now=NOW)
    assert refused.value.extra["reasons"] == ["pacing_arriving_covers"]
    booked = reservation_create(
        request=a_request(restaurant, overrides=frozenset({"pacing"}), **wish),
        actor=STAFF,
        now=NOW,
    )
    assert booked.table_ids == (free.pk,)
    entry = AuditEntry.objects.get(
        action="reservation.created", object_id=str(booked.reservation.pk)
    )
    assert (entry.after or {})["overrides"] == ["pacing"]


def test_one_guest_cannot_hold_two_tables_at_once() -> None:
    restaurant = make_restaurant(tables=(2, 2))
    book(restaurant, guest_email="anna@example.com")
    with pytest.raises(SameGuestOverlap):
        book(restaurant, guest_email=" Anna@Example.com", time=time(21))
    book(restaurant, guest_email="anna@example.com", date=FRIDAY + timedelta(days=1))


def test_a_guest_is_known_by_phone_however_it_is_written() -> None:
    restaurant = make_restaurant(tables=(2, 2))
    book(restaurant, guest_email="", guest_phone="020 123 4567")
    book(
        restaurant,
        guest_email="",
        guest_phone="+31 (0)20-1234567",
        guest_name="Bob",
        date=FRIDAY + timedelta(days=1),
    )
    assert Guest.objects.count() == 1
    assert MergeCandidate.objects.get().name == "Bob"


def test_a_blocked_guest_sees_no_accusation() -> None:
    restaurant = make_restaurant()
    book(restaurant, guest_email="anna@example.com")
    Guest.objects.update(is_blocked=True)
    with pytest.raises(NoOnlineAvailability) as refused:
        book(restaurant, guest_email="anna@example.com", date=FRIDAY + timedelta(days=2))
    assert refused.value.extra["alternatives"] == []


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"guest_name": " "}, "/guest_name"),
        ({"guest_email": "nonsense"}, "/guest_email"),
        ({"guest_phone": "12"}, "/guest_phone"),
        ({"guest_email": "", "guest_phone": ""}, "/guest_phone"),
        ({"party_size": 0}, "/party_size"),
        ({"special_requests": "x" * 1001}, "/special_requests"),
        ({"special_occasion": "coup"}, "/special_occasion"),
        ({"dietary_restrictions": ("vegan",)}, "/has_health_consent"),
        ({"area_id": 999_999}, "/area"),
    ],
)
def test_bad_input_names_the_field(fields: dict[str, object], pointer: str) -> None:
    with pytest.raises(ValidationFailed) as refused:
        book(make_restaurant(), **fields)
    assert pointer in [error.pointer for error in refused.value.errors]
    assert Reservation.objects.count() == 0


def test_a_booking_past_midnight_belongs_to_the_evening_before() -> None:
    restaurant = make_restaurant(
        tables=(2,),
        zone="Europe/Berlin",
        period={"last_seating": time(0, 30), "closes": time(2)},
    )
    booked = book(restaurant, time=time(0, 30))
    assert booked.reservation.service_date == FRIDAY
    assert booked.reservation.local_date == FRIDAY + timedelta(days=1)
    assert booked.reservation.starts_at == datetime(2026, 6, 5, 22, 30, tzinfo=UTC)


def test_a_time_the_clock_skips_is_refused_not_shifted() -> None:
    restaurant = make_restaurant(
        tables=(2,),
        period={"last_seating": time(3), "closes": time(4)},
        policy={"horizon_days": 365},
    )
    with pytest.raises(SlotUnavailable) as refused:
        book(restaurant, date=date(2027, 3, 27), time=time(2, 30))
    assert refused.value.extra["reasons"] == ["nonexistent_time"]


def test_the_repeated_hour_can_be_booked_twice() -> None:
    restaurant = make_restaurant(
        tables=(2,),
        period={"last_seating": time(3), "closes": time(4)},
        policy={"horizon_days": 365, "same_guest_gap_minutes": 0},
    )
    restaurant.turn_times.update(bands=[{"up_to": None, "minutes": 60}])
    restaurant.refresh_from_db()
    night = date(2026, 10, 24)
    first = book(restaurant, date=night, time=time(2, 0))
    second = book(restaurant, date=night, time=time(2, 0), fold=1)
    assert second.reservation.starts_at - first.reservation.starts_at == timedelta(hours=1)


def test_everything_is_written_together() -> None:
    restaurant = make_restaurant()
    booked = book(restaurant)
    entry = AuditEntry.objects.get(action="reservation.created")
    assert entry.object_id == str(booked.reservation.pk)
    assert "Anna de Vries" not in str(entry.after)
    assert OutboxEvent.objects.get().name == "bookings.reservation.confirmed"


def test_availability_needs_few_queries_whatever_the_size(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    restaurant = make_restaurant(tables=(2, 2, 4, 4, 6))
    for hour in (18, 19, 20):
        book(restaurant, time=time(hour))
    restaurant.refresh_from_db()
    with django_assert_max_num_queries(3):
        slots = availability(restaurant=restaurant, date=FRIDAY, party_size=2, now=NOW)
    assert len(slots) == 17
    with django_assert_max_num_queries(2):
        availability(restaurant=restaurant, date=FRIDAY, party_size=4, now=NOW)
