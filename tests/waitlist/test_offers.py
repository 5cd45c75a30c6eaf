"""From a full evening to a booking: joining, being offered a table, answering (rules 85-92)."""

from __future__ import annotations

from datetime import time, timedelta

import pytest

from bookings.errors import NoOnlineAvailability, SameGuestOverlap
from bookings.models import Hold, Reservation, Source
from bookings.services import reservation_cancel, reservation_create
from guests.models import Guest
from reservehub.core.errors import ValidationFailed
from tests.factories import FRIDAY, GUEST, NOW, STAFF, a_request, make_restaurant
from tests.waitlist.evenings import cancel, fill, join, join_request, settle
from waitlist.errors import (
    AlreadyWaiting,
    EntryOver,
    NothingToWaitFor,
    OfferGone,
    TableFree,
    WaitlistClosed,
)
from waitlist.models import EntryStatus, OfferStatus, WaitlistOffer, WaitlistSettings
from waitlist.selectors import open_offer_of
from waitlist.services import (
    entries_expire,
    entry_join,
    entry_leave,
    offer_accept,
    offer_decline,
    offers_expire,
)

pytestmark = pytest.mark.django_db


def test_a_cancelled_table_is_offered_held_and_becomes_a_booking() -> None:
    restaurant = make_restaurant(tables=(2,))
    (booked,) = fill(restaurant)
    entry = join(restaurant)

    (offer,) = cancel(booked)

    entry.refresh_from_db()
    assert entry.status == EntryStatus.OFFERED
    assert open_offer_of(entry, NOW) == offer
    assert Hold.objects.get(pk=offer.hold_id).occupancies.count() == 1
    result = offer_accept(offer_id=offer.pk, actor=GUEST, now=NOW)
    entry.refresh_from_db()
    assert (entry.status, entry.reservation) == (EntryStatus.ACCEPTED, result.reservation)
    assert result.reservation.source == Source.WAITLIST
    assert result.table_ids == tuple(offer.table_ids)
    assert not Hold.objects.exists()
