"""The waitlist under rivals: no table twice, nobody skipped, one truth about every offer (rules 53,
87-89).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError

from bookings.models import Hold, Occupancy, Reservation
from bookings.services import holds, reservation_cancel, reservation_create
from reservehub.core.errors import DomainError
from restaurants.models import Restaurant
from tests.concurrency.racing import assert_book_is_sound, kinds, race
from tests.factories import FRIDAY, GUEST, NOW, a_request, make_restaurant
from tests.races import meet_before
from tests.waitlist.evenings import cancel, fill, join
from waitlist.models import EntryStatus, OfferCause, OfferStatus, WaitlistEntry, WaitlistOffer
from waitlist.services import (
    entry_leave,
    matching,
    offer_accept,
    offer_decline,
    offer_expire,
    offers_match,
)

pytestmark = pytest.mark.django_db(transaction=True)

WORKERS = 16
ENTRIES = 10


def two_freed_tables(entries: int = ENTRIES) -> tuple[Restaurant, list[WaitlistEntry]]:
    """Two tables for two that were full and are free, and guests who wait for them."""
    restaurant = make_restaurant(tables=(2, 2))
    booked = fill(restaurant)
    waiting = [join(restaurant) for _ in range(entries)]
    for reservation in booked:
        reservation_cancel(reservation_id=reservation.pk, actor=GUEST, now=NOW)
    return restaurant, waiting


def matcher(restaurant: Restaurant) -> Callable[[], Any]:
    return partial(
        offers_match,
        restaurant_id=restaurant.pk,
        service_dates=[FRIDAY],
        cause=OfferCause.CANCELLED,
        now=NOW,
    )


def booker(restaurant: Restaurant) -> Callable[[], Any]:
    request = a_request(restaurant)
    return partial(reservation_create, request=request, actor=GUEST, now=NOW)


def open_offers() -> list[WaitlistOffer]:
    return list(WaitlistOffer.objects.filter(status=OfferStatus.OPEN).order_by("entry_id"))


def tables_once() -> list[int]:
    """Every table that is taken; each once."""
    taken = sorted(Occupancy.objects.values_list("table_id", flat=True))
    assert taken == sorted(set(taken))
    return taken


def test_two_tables_and_ten_entries_under_sixteen_workers() -> None:
    restaurant, waiting = two_freed_tables()

    outcomes = race(*[matcher(restaurant)] * WORKERS)

    assert kinds(outcomes) == {"list": WORKERS}
    offers = open_offers()
    assert [offer.entry_id for offer in offers] == [waiting[0].pk, waiting[1].pk]
    assert sorted(offer.table_ids[0] for offer in offers) == tables_once()
    assert_book_is_sound()


def test_the_race_is_real_without_the_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Several workers then offer one table to one guest, and only the database says no."""
    restaurant, _waiting = two_freed_tables()

    def unlocked(restaurant_id: int, day: Any, *, now: Any) -> list[WaitlistEntry]:
        rows = WaitlistEntry.objects.filter(restaurant=restaurant_id, service_date=day)
        return list(rows.filter(status=EntryStatus.WAITING).order_by("created_at"))

    monkeypatch.setattr(matching, "waitlist_lock", lambda _restaurant_id: None)
    monkeypatch.setattr(matching, "advisory_day_lock", lambda *_days: None)
    monkeypatch.setattr(matching, "_live_entries", unlocked)
    meet_before(monkeypatch, (holds, "party_place"))

    outcomes = race(*[matcher(restaurant)] * 4)

    assert any(isinstance(outcome, IntegrityError) for outcome in outcomes)


def test_guests_who_book_and_guests_who_wait_share_two_tables() -> None:
    restaurant, _waiting = two_freed_tables()

    outcomes = race(*[matcher(restaurant)] * 8, *[booker(restaurant) for _ in range(8)])

    assert set(kinds(outcomes)) <= {"list", "Booked", "SlotUnavailable"}
    assert len(tables_once()) == 2
    booked = kinds(outcomes).get("Booked", 0)
    assert len(open_offers()) + booked == 2
    assert_book_is_sound()


@pytest.mark.parametrize("round_number", range(3))
def test_accepted_declined_expired_and_left_at_one_instant_have_one_truth(
    round_number: int,
) -> None:
    restaurant = make_restaurant(tables=(2,))
    (booked,) = fill(restaurant)
    first, second = join(restaurant), join(restaurant)
    (offer,) = cancel(booked)
    at = offer.expires_at
    just_before = at - timedelta(seconds=1)
    steps: list[Callable[[], Any]] = [
        partial(offer_accept, offer_id=offer.pk, actor=GUEST, now=just_before),
        partial(offer_decline, offer_id=offer.pk, actor=GUEST, now=just_before),
        partial(offer_expire, offer_id=offer.pk, now=at),
        partial(entry_leave, entry_id=first.pk, actor=GUEST, now=just_before),
    ]
    turned = [*steps[round_number:], *steps[:round_number]]

    outcomes = race(*turned * 4)

    assert all(not isinstance(o, Exception) or isinstance(o, DomainError) for o in outcomes)
    offer.refresh_from_db()
    first.refresh_from_db()
    second.refresh_from_db()
    live = Reservation.objects.filter(status="confirmed")
    if offer.status == OfferStatus.ACCEPTED:
        assert first.status == EntryStatus.ACCEPTED
        assert list(live) == [offer.reservation]
        assert second.status == EntryStatus.WAITING
        assert not Hold.objects.exists()
    else:
        assert not live.exists()
        assert first.status in {EntryStatus.WAITING, EntryStatus.LEFT}
        assert second.status == EntryStatus.OFFERED
        assert [one.entry_id for one in open_offers()] == [second.pk]
    assert len(tables_once()) == 1
    assert_book_is_sound()


def test_answers_bookings_and_matches_of_a_busy_evening_do_not_deadlock() -> None:
    """Paced, with a combination to move parties around: every lock of the house is taken."""
    restaurant = make_restaurant(tables=(2, 2, 4), period={"max_arriving_covers": 8})
    booked = fill(restaurant)
    waiting = [join(restaurant) for _ in range(6)]
    offers = [offer for reservation in booked[:2] for offer in cancel(reservation)]
    assert len(offers) == 2

    outcomes = race(
        partial(offer_accept, offer_id=offers[0].pk, actor=GUEST, now=NOW),
        partial(offer_decline, offer_id=offers[1].pk, actor=GUEST, now=NOW),
        partial(reservation_cancel, reservation_id=booked[2].pk, actor=GUEST, now=NOW),
        *[matcher(restaurant)] * 4,
        *[booker(restaurant) for _ in range(4)],
        *[partial(entry_leave, entry_id=one.pk, actor=GUEST, now=NOW) for one in waiting[4:]],
    )

    assert all(not isinstance(o, Exception) or isinstance(o, DomainError) for o in outcomes)
    tables_once()
    assert_book_is_sound()
    matcher(restaurant)()
    # Nobody who could be seated is left without an offer.
    if WaitlistEntry.objects.filter(status=EntryStatus.WAITING).exists():
        assert len(tables_once()) == 3
