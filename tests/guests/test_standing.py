"""Who is dear to the house, and who may not book online (rules 65 and 102)."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from bookings.availability import Channel
from bookings.errors import NoOnlineAvailability
from bookings.models import Reservation
from bookings.selectors import manage_path
from bookings.services import Changes, reservation_cancel, reservation_create, reservation_modify
from guests.models import Guest
from guests.services import guest_block, guest_unblock, guest_vip
from reservehub.core import clock
from reservehub.core.errors import NotFound, ValidationFailed
from reservehub.core.models import AuditEntry, OutboxEvent
from restaurants.models import Restaurant
from tests.factories import FRIDAY, GUEST, NOW, STAFF, a_request, make_restaurant
from tests.guests.people import make_guest

pytestmark = pytest.mark.django_db

REASON = "Shouted at the team"


@pytest.fixture
def place() -> Restaurant:
    return make_restaurant(tables=(2, 2))


@pytest.fixture
def guest(place: Restaurant) -> Guest:
    return make_guest(place.organisation, name="Anna", email="anna@example.com")


def block(guest: Guest, reason: str = REASON) -> Guest:
    return guest_block(guest_id=guest.pk, reason=reason, actor=STAFF, now=NOW)


def book(place: Restaurant, actor: Any = GUEST, **fields: Any) -> Reservation:
    wish = a_request(place, guest_email="anna@example.com", **fields)
    return reservation_create(request=wish, actor=actor, now=NOW).reservation


# --- VIP ------------------------------------------------------------------------------------------


def test_vip_is_told_once(guest: Guest) -> None:
    for _twice in range(2):
        guest_vip(guest_id=guest.pk, is_vip=True, actor=STAFF, now=NOW)
    guest.refresh_from_db()
    assert guest.is_vip
    assert OutboxEvent.objects.filter(name="guests.guest.vip_changed").count() == 1
    assert AuditEntry.objects.filter(action="guests.guest.vip").count() == 1


def test_what_was_merged_or_erased_stays_as_it_is(place: Restaurant, guest: Guest) -> None:
    merged = make_guest(place.organisation, merged_into=guest)
    erased = make_guest(place.organisation, anonymised_at=NOW)
    for gone in (merged.pk, erased.pk, 0):
        with pytest.raises(NotFound):
            guest_vip(guest_id=gone, is_vip=True, actor=STAFF, now=NOW)


# --- The block list -------------------------------------------------------------------------------


def test_a_block_needs_a_reason_which_stays_for_taking_it_back(guest: Guest) -> None:
    for reason in ("  ", "x" * 301, "a\x00b"):
        with pytest.raises(ValidationFailed):
            block(guest, reason)
    block(guest)
    guest_unblock(guest_id=guest.pk, actor=STAFF, now=NOW)
    guest_unblock(guest_id=guest.pk, actor=STAFF, now=NOW)
    again = block(guest, "")
    assert (again.is_blocked, again.block_reason) == (True, REASON)
    told = list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))
    assert told == ["guests.guest.blocked", "guests.guest.unblocked", "guests.guest.blocked"]
    assert REASON not in str([entry.after for entry in AuditEntry.objects.all()])


def test_a_blocked_guest_is_told_that_nothing_is_free_and_staff_may_book_them(
    place: Restaurant, guest: Guest
) -> None:
    block(guest)
    with pytest.raises(NoOnlineAvailability) as refused:
        book(place)
    assert refused.value.extra == {"reasons": [], "alternatives": []}
    said = f"{refused.value.title} {refused.value.detail}"
    assert "block" not in said.lower()
    assert book(place, STAFF, channel=Channel.IN_HOUSE).guest_id == guest.pk


def test_a_blocked_guest_moves_no_booking_but_may_cancel_it(
    place: Restaurant, guest: Guest
) -> None:
    row = book(place)
    block(guest)
    changed: dict[str, Any] = {"reservation_id": row.pk, "now": NOW}
    for wish in (Changes(time=time(21)), Changes(date=FRIDAY + timedelta(days=1))):
        with pytest.raises(NoOnlineAvailability) as refused:
            reservation_modify(changes=wish, actor=GUEST, **changed)
        assert refused.value.extra["alternatives"] == []
    wishes = Changes(special_requests="A high chair")
    assert reservation_modify(changes=wishes, actor=GUEST, **changed).version == 2
    assert reservation_modify(changes=Changes(time=time(21)), actor=STAFF, **changed).version == 3
    cancelled = reservation_cancel(reservation_id=row.pk, reason="", actor=GUEST, now=NOW)
    assert cancelled.status == "cancelled_by_guest"


def test_the_pages_of_a_blocked_guest_accuse_nobody(
    place: Restaurant, guest: Guest, client: Client
) -> None:
    with clock.freeze(NOW):
        link = manage_path(book(place))
        block(guest)
        sent = {
            "guests": "2",
            "slot": "2026-06-06T19:00",
            "name": "Anna",
            "email": "anna@example.com",
            "contact": "anna@example.com",
        }
        booked = client.post(reverse("bookings:restaurant", args=[place.slug]), sent)
        moved = client.post(f"{link}change/", {**sent, "version": "1"})
    assert moved.status_code == 409
    for page in (booked, moved):
        words = page.content.decode()
        assert REASON not in words
        assert "blocked" not in words.lower()
    assert Reservation.objects.count() == 1
