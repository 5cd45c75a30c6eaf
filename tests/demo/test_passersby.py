"""The demo goes on by itself: through the services, in front of whoever looks."""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta

import pytest

from bookings.lifecycle import ACTIVE, Status
from bookings.models import Reservation
from demo.passersby import AT_ONCE, NONCE, Passersby
from demo.world import Report, demo_load, lively_places
from tests.demo.conftest import FRIDAY_NIGHT

pytestmark = pytest.mark.django_db


def test_people_book_come_sit_and_leave(demo: Report) -> None:
    chance = random.Random(1)
    places = lively_places()
    others = Counter(Reservation.objects.values_list("status", flat=True))
    happened, now = 0, FRIDAY_NIGHT
    for _ in range(100):  # 25 minutes, something every 15 seconds
        now += timedelta(seconds=15)
        for place in places:
            happened += Passersby(place, chance).happen(now=now)
    theirs = Reservation.objects.filter(link_nonce__startswith=NONCE)
    states = Counter(theirs.values_list("status", flat=True))
    assert happened > 60
    assert {Status.SEATED, Status.COMPLETED, Status.CANCELLED_BY_GUEST} <= set(states)
    for place in places:
        here = theirs.filter(restaurant=place.restaurant, status__in=list(ACTIVE))
        assert here.count() <= AT_ONCE
    rest = Reservation.objects.exclude(link_nonce__startswith=NONCE)
    assert Counter(rest.values_list("status", flat=True)) == others


def test_the_plan_goes_on_while_somebody_watches(demo: Report) -> None:
    soon = FRIDAY_NIGHT + timedelta(minutes=2)
    assert demo_load(now=soon).played == 0
    assert not demo_load(now=soon, is_watched=True).is_new
    assert demo_load(now=FRIDAY_NIGHT + timedelta(minutes=4), is_watched=True).booked >= 0
    later = sum(
        demo_load(now=FRIDAY_NIGHT + timedelta(minutes=m), is_watched=True).played
        for m in range(5, 25, 5)
    )
    assert later > 0


def test_nobody_comes_in_while_it_is_closed(demo: Report) -> None:
    early = FRIDAY_NIGHT.replace(hour=3)  # 5:00 in Amsterdam
    (bella,) = [place for place in lively_places() if place.house.slug == "bella-vista"]
    chance = random.Random(2)
    for _ in range(30):
        Passersby(bella, chance).happen(now=early)
    theirs = Reservation.objects.filter(link_nonce__startswith=NONCE, source="walk_in")
    assert not theirs.filter(restaurant=bella.restaurant, seated_at=early).exists()
