"""How offers and entries end, and to whom the table goes on (rules 89-92)."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest

from bookings.errors import SameGuestOverlap, SlotUnavailable
from bookings.models import Hold, Occupancy
from bookings.services import reservation_cancel, reservation_create
from restaurants.models import Restaurant, ServicePeriod
from restaurants.services import config_save
from tests.factories import GUEST, NOW, STAFF, a_request, make_restaurant
from tests.waitlist.entries import offered, status
from tests.waitlist.evenings import cancel, fill, join, settle
from waitlist.errors import FasterGuest, OfferGone
from waitlist.models import EntryStatus, OfferStatus, WaitlistOffer, WaitlistSettings
from waitlist.services import (
    entries_expire,
    entry_leave,
    entry_resume,
    offer_accept,
    offer_decline,
    offers_expire,
)

pytestmark = pytest.mark.django_db


# Rule 89: declined and ignored offers are passed on
def test_rule_89_a_declined_table_is_the_next_guests_in_the_same_instant() -> None:
    restaurant = make_restaurant(tables=(2,))
    (booked,) = fill(restaurant)
    first, second = join(restaurant), join(restaurant)
    (offer,) = cancel(booked)
    offer_decline(offer_id=offer.pk, actor=GUEST, now=NOW)
    assert status(first) == EntryStatus.WAITING
    assert offered(second)
    assert Occupancy.objects.get(hold__isnull=False).table_id == offer.table_ids[0]
    # Saying no to a start is remembered.
    again = WaitlistOffer.objects.get(status=OfferStatus.OPEN)
    offer_decline(offer_id=again.pk, actor=GUEST, now=NOW)
    assert not offered(first)
    assert Occupancy.objects.count() == 0


def test_rule_89_two_ignored_offers_pause_an_entry_until_it_wakes() -> None:
    restaurant = make_restaurant(tables=(2,))
    (booked,) = fill(restaurant)
    entry = join(restaurant)
    (offer,) = cancel(booked)
    with pytest.raises(OfferGone):
        offer_accept(offer_id=offer.pk, actor=GUEST, now=offer.expires_at)
    offer.refresh_from_db()
    assert offer.status == OfferStatus.EXPIRED  # seen when it was read, before any worker
    assert status(entry) == EntryStatus.WAITING
    now = offer.expires_at
    again = reservation_create(request=a_request(restaurant), actor=GUEST, now=now).reservation
    (second,) = cancel(again, now=now)
    offers_expire(now=second.expires_at)
    assert status(entry) == EntryStatus.PAUSED
    now = second.expires_at
    third = reservation_create(request=a_request(restaurant), actor=GUEST, now=now).reservation
    assert cancel(third, now=now) == []
    entry_resume(entry_id=entry.pk, actor=GUEST, now=now)
    later = join(restaurant_full(restaurant, now), now=now)
    assert status(later) == EntryStatus.WAITING
    assert status(entry) == EntryStatus.WAITING
    assert entry.ignored_offers == 0


def restaurant_full(restaurant: Restaurant, now: datetime) -> Restaurant:
    reservation_create(request=a_request(restaurant), actor=GUEST, now=now)
    return restaurant


def test_leaving_with_an_open_offer_passes_the_table_on() -> None:
    restaurant = make_restaurant(tables=(2,))
    (booked,) = fill(restaurant)
    first, second = join(restaurant), join(restaurant)
    (offer,) = cancel(booked)
    entry_leave(entry_id=first.pk, actor=GUEST, now=NOW)
    offer.refresh_from_db()
    assert (status(first), offer.status) == (EntryStatus.LEFT, OfferStatus.WITHDRAWN)
    assert offered(second)


# Rule 90: broadcast
def test_rule_90_all_are_told_that_the_first_wins_and_the_rest_hear_that_it_is_gone() -> None:
    restaurant = make_restaurant(tables=(2,))
    WaitlistSettings.objects.create(restaurant=restaurant, is_broadcast=True)
    (booked,) = fill(restaurant)
    entries = [join(restaurant) for _ in range(3)]
    offers = cancel(booked)
    assert all(offer.is_broadcast and offer.hold_id is None for offer in offers)
    assert {offer.entry_id for offer in offers} == {entry.pk for entry in entries}

    offer_accept(offer_id=offers[1].pk, actor=GUEST, now=NOW)

    with pytest.raises(FasterGuest):
        offer_accept(offer_id=offers[0].pk, actor=GUEST, now=NOW)
    settle()
    assert [status(entry) for entry in entries] == ["waiting", "accepted", "waiting"]
    assert Occupancy.objects.count() == 1


# Rule 91: one night, one table
def test_rule_91_booking_that_night_closes_the_entry_and_passes_its_offer_on() -> None:
    restaurant = make_restaurant(tables=(2, 2))
    booked, _other = fill(restaurant)
    first = join(restaurant, guest_email="first@example.com")
    second = join(restaurant)
    cancel(booked)
    assert offered(first)
    reservation_create(
        request=a_request(restaurant, time=time(21, 30), guest_email="first@example.com"),
        actor=GUEST,
        now=NOW,
    )
    settle()
    assert status(first) == EntryStatus.CLOSED
    assert offered(second)


def test_rule_91_cancelling_an_accepted_offer_does_not_revive_the_entry() -> None:
    restaurant = make_restaurant(tables=(2,))
    (booked,) = fill(restaurant)
    entry = join(restaurant)
    (offer,) = cancel(booked)
    made = offer_accept(offer_id=offer.pk, actor=GUEST, now=NOW).reservation
    reservation_cancel(reservation_id=made.pk, actor=GUEST, now=NOW)
    assert settle() == []
    assert status(entry) == EntryStatus.ACCEPTED


def test_an_offer_that_would_collide_with_another_booking_is_refused_and_stays() -> None:
    restaurant = make_restaurant(tables=(2, 2))
    booked, _other = fill(restaurant)
    join(restaurant, guest_email="busy@example.com")
    (offer,) = cancel(booked)
    reservation_create(
        request=a_request(restaurant, time=time(21), guest_email="busy@example.com"),
        actor=GUEST,
        now=NOW,
    )
    with pytest.raises(SameGuestOverlap):
        offer_accept(offer_id=offer.pk, actor=GUEST, now=NOW)


# Rule 92: the end of an entry
def test_rule_92_an_entry_expires_at_the_last_start_of_its_window() -> None:
    restaurant = make_restaurant(tables=(2,))
    (booked,) = fill(restaurant)
    entry = join(restaurant, until_time=time(19, 30))
    assert entry.expires_at == booked.starts_at + timedelta(minutes=30)
    assert entries_expire(now=entry.expires_at - timedelta(seconds=1)) == 0
    assert entries_expire(now=entry.expires_at) == 1
    assert status(entry) == EntryStatus.EXPIRED


def test_rule_92_an_entry_for_the_whole_evening_ends_with_the_last_seating() -> None:
    restaurant = make_restaurant(tables=(2,), period={"last_seating": time(0, 30)})
    for at in (time(18), time(20), time(22), time(0)):
        fill(restaurant, at)
    entry = join(restaurant, from_time=time(18), until_time=time(3))
    assert entry.expires_at.astimezone(NOW.tzinfo).isoformat() == "2026-06-05T22:30:00+00:00"


def test_pacing_that_staff_exceeded_since_does_not_break_the_promise() -> None:
    restaurant = make_restaurant(tables=(2, 2), period={"max_arriving_covers": 2})
    booked = reservation_create(request=a_request(restaurant), actor=GUEST, now=NOW).reservation
    join(restaurant)
    (offer,) = cancel(booked)
    staff_request = a_request(restaurant, overrides=frozenset({"pacing"}))
    reservation_create(request=staff_request, actor=STAFF, now=NOW)
    assert offer_accept(offer_id=offer.pk, actor=GUEST, now=NOW).reservation is not None


def test_an_offer_the_house_can_no_longer_keep_is_withdrawn() -> None:
    restaurant = make_restaurant(tables=(2,))
    (booked,) = fill(restaurant)
    entry = join(restaurant)
    (offer,) = cancel(booked)
    period = ServicePeriod.objects.get(restaurant=restaurant)
    period.first_seating = time(20)
    config_save(instance=period, actor=STAFF, now=NOW)
    with pytest.raises(SlotUnavailable):
        offer_accept(offer_id=offer.pk, actor=GUEST, now=NOW)
    offer.refresh_from_db()
    assert offer.status == OfferStatus.WITHDRAWN
    assert status(entry) == EntryStatus.WAITING
    assert not Hold.objects.exists()
