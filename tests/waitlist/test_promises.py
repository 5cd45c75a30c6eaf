"""Whatever the evening looks like, an offer can be taken, and nobody is forgotten (rules 86-90)."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, time, timedelta
from itertools import product
from typing import Any, NamedTuple

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bookings.services import reservation_cancel, reservation_create
from reservehub.core.errors import DomainError
from restaurants.models import Restaurant
from tests.concurrency.racing import assert_book_is_sound
from tests.factories import FRIDAY, GUEST, NOW, STAFF, a_request, make_restaurant
from tests.waitlist.evenings import join
from waitlist.errors import FasterGuest, NothingToOffer
from waitlist.models import (
    EntryStatus,
    OfferCause,
    OfferStatus,
    WaitlistEntry,
    WaitlistOffer,
    WaitlistSettings,
)
from waitlist.services import entry_notify, offer_accept, offers_match

pytestmark = pytest.mark.django_db

TURNS = (time(18), time(20), time(22))
QUARTERS = 16


class Wanted(NamedTuple):
    """A guest who wishes to come: so many quarters of an hour after 18:00, and for how long."""

    party: int
    first: int
    span: int
    flexibility: int


class Evening(NamedTuple):
    tables: list[int]
    pacing: int | None
    notice: int
    wanted: list[Wanted]
    cancelled: list[int]


EVENINGS = st.builds(
    Evening,
    tables=st.lists(st.sampled_from([2, 4]), min_size=1, max_size=3),
    pacing=st.sampled_from([None, 4, 6]),
    notice=st.sampled_from([0, 60]),
    wanted=st.lists(
        st.builds(
            Wanted,
            party=st.integers(1, 4),
            first=st.integers(0, QUARTERS - 1),
            span=st.integers(0, 6),
            flexibility=st.sampled_from([0, 30, 60]),
        ),
        min_size=1,
        max_size=5,
    ),
    cancelled=st.lists(st.integers(0, 8), min_size=1, max_size=4, unique=True),
)
ONE_EVENING = settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def clock_at(quarter: int) -> time:
    since = datetime.combine(FRIDAY, time(18)) + timedelta(minutes=15 * quarter)
    return since.time() if since.date() == FRIDAY else time(23, 45)


def full_house(evening: Evening) -> tuple[Restaurant, list[WaitlistEntry], list[int]]:
    """All tables booked three times over, and whoever may wait for one of them."""
    restaurant = make_restaurant(
        tables=tuple(evening.tables),
        policy={"min_notice_minutes": evening.notice},
        period={"max_arriving_covers": evening.pacing},
    )
    booked: list[int] = []
    for at, seats in product(TURNS, evening.tables):
        with suppress(DomainError):  # the house takes no more at once
            party = min(seats, evening.pacing or seats)
            request = a_request(restaurant, time=at, party_size=party)
            booked.append(reservation_create(request=request, actor=GUEST, now=NOW).reservation.pk)
    waiting = []
    for one in evening.wanted:
        with suppress(DomainError):  # a table is free, or none ever fits
            waiting.append(_joined(restaurant, one))
    return restaurant, waiting, booked


def _joined(restaurant: Restaurant, one: Wanted) -> WaitlistEntry:
    with transaction.atomic():
        return join(
            restaurant,
            party_size=one.party,
            from_time=clock_at(one.first),
            until_time=clock_at(one.first + one.span),
            flexibility_minutes=one.flexibility,
        )


def cancelled(
    restaurant: Restaurant, evening: Evening, booked: list[int], *, now: datetime
) -> list[WaitlistOffer]:
    """The offers that follow when some of the bookings are cancelled."""
    for number in sorted({n % len(booked) for n in evening.cancelled}):
        reservation_cancel(reservation_id=booked[number], actor=STAFF, now=now)
    return offers_match(
        restaurant_id=restaurant.pk, service_dates=[FRIDAY], cause=OfferCause.CANCELLED, now=now
    )


def accept(offer: WaitlistOffer) -> Any:
    return offer_accept(offer_id=offer.pk, actor=GUEST, now=NOW)


@ONE_EVENING
@given(evening=EVENINGS)
def test_every_offer_can_be_taken_and_nobody_is_left_without(evening: Evening) -> None:
    restaurant, waiting, booked = full_house(evening)
    offers = cancelled(restaurant, evening, booked, now=NOW)

    _nobody_forgotten(waiting)
    for offer in reversed(offers):  # the last first: none leans on another
        booking = accept(offer)
        assert booking.reservation.status == "confirmed"
        assert list(booking.table_ids) == offer.table_ids
        assert booking.reservation.starts_at == offer.starts_at
    _nobody_forgotten(waiting)
    assert_book_is_sound()


@ONE_EVENING
@given(evening=EVENINGS)
def test_whoever_of_all_that_were_told_answers_first_gets_a_table(evening: Evening) -> None:
    restaurant, _waiting, booked = full_house(evening)
    WaitlistSettings.objects.create(restaurant=restaurant, is_broadcast=True)
    offers = cancelled(restaurant, evening, booked, now=NOW)

    taken = 0
    for position, offer in enumerate(offers):
        try:
            accept(offer)
            taken += 1
        except FasterGuest:
            assert position, "the first who answers is never too late"
    assert not offers or taken
    assert not WaitlistOffer.objects.filter(status=OfferStatus.OPEN).exists()
    assert_book_is_sound()


def _nobody_forgotten(waiting: list[WaitlistEntry]) -> None:
    for entry in waiting:
        entry.refresh_from_db()
        if entry.status != EntryStatus.WAITING:
            continue
        with pytest.raises(NothingToOffer), transaction.atomic():
            entry_notify(entry_id=entry.pk, actor=STAFF, now=NOW)
