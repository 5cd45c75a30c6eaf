from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

import pytest

from bookings.errors import HoldExpired, HoldLimitReached, SlotUnavailable
from bookings.models import Hold, Occupancy
from bookings.services import (
    Booked,
    Held,
    Start,
    hold_create,
    hold_extend,
    hold_release,
    holds_tidy,
    reservation_create,
)
from restaurants.models import Restaurant
from tests.factories import FRIDAY, GUEST, NOW, a_request, make_restaurant

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(minutes=6)


EVENING = time(19)


def hold(
    restaurant: Restaurant,
    *,
    owner: str = "one",
    at: time = EVENING,
    now: datetime = NOW,
    **fields: Any,
) -> Held:
    return hold_create(
        restaurant_id=restaurant.pk,
        start=Start(date=FRIDAY, time=at),
        owner_key=owner,
        now=now,
        **{"party_size": 2, **fields},
    )


def book(restaurant: Restaurant, *, now: datetime = NOW, **fields: Any) -> Booked:
    return reservation_create(request=a_request(restaurant, **fields), actor=GUEST, now=now)


def test_a_held_table_is_nobody_elses_until_it_expires() -> None:
    restaurant = make_restaurant(tables=(2,))
    hold(restaurant)
    with pytest.raises(SlotUnavailable):
        book(restaurant)
    assert book(restaurant, now=LATER).table_ids


def test_the_holder_books_the_very_table_that_was_held() -> None:
    restaurant = make_restaurant(tables=(2, 2))
    held = hold(restaurant)
    table_id = Occupancy.objects.get(hold=held.hold).table_id
    booked = book(restaurant, hold_token=held.token)
    assert booked.table_ids == (table_id,)
    assert not Hold.objects.exists()


def test_an_expired_hold_is_retried_and_then_refused_with_alternatives() -> None:
    restaurant = make_restaurant(tables=(2,))
    held = hold(restaurant)
    assert book(restaurant, hold_token=held.token, now=LATER).table_ids

    other = make_restaurant(tables=(2,))
    held = hold(other)
    book(other, now=LATER)
    with pytest.raises(SlotUnavailable) as refused:
        book(other, hold_token=held.token, now=LATER)
    assert refused.value.extra["alternatives"]


def test_a_session_has_one_hold_and_swaps_it() -> None:
    restaurant = make_restaurant(tables=(2,))
    hold(restaurant)
    hold(restaurant, at=time(21))
    assert Hold.objects.get().starts_at.hour == 19
    assert book(restaurant).table_ids


def test_a_failed_swap_keeps_the_hold() -> None:
    restaurant = make_restaurant(tables=(2,))
    book(restaurant, time=time(21))
    held = hold(restaurant)
    with pytest.raises(SlotUnavailable):
        hold(restaurant, at=time(21))
    assert hold_extend(token=held.token, now=NOW).extensions == 1


def test_an_address_has_at_most_three_holds() -> None:
    restaurant = make_restaurant(tables=(2, 2, 2, 2))
    for owner in "abc":
        hold(restaurant, owner=owner, ip_key="somewhere")
    with pytest.raises(HoldLimitReached):
        hold(restaurant, owner="d", ip_key="somewhere")


def test_a_hold_is_extended_ten_times() -> None:
    held = hold(make_restaurant(tables=(2,)))
    now = NOW
    for _ in range(10):
        now += timedelta(minutes=4)
        assert hold_extend(token=held.token, now=now).expires_at == now + timedelta(minutes=5)
    with pytest.raises(HoldLimitReached):
        hold_extend(token=held.token, now=now)
    assert Occupancy.objects.get().expires_at == now + timedelta(minutes=5)


def test_an_expired_hold_cannot_be_extended() -> None:
    held = hold(make_restaurant(tables=(2,)))
    with pytest.raises(HoldExpired):
        hold_extend(token=held.token, now=LATER)


def test_releasing_gives_the_table_back_and_may_be_repeated() -> None:
    restaurant = make_restaurant(tables=(2,))
    held = hold(restaurant)
    hold_release(token=held.token)
    hold_release(token=held.token)
    assert book(restaurant).table_ids


def test_holds_count_against_pacing() -> None:
    restaurant = make_restaurant(tables=(2, 2), period={"max_arriving_covers": 2})
    hold(restaurant)
    with pytest.raises(SlotUnavailable) as refused:
        book(restaurant)
    assert refused.value.extra["reasons"] == ["pacing_arriving_covers"]


def test_a_hold_for_another_time_is_given_up_by_the_booking() -> None:
    restaurant = make_restaurant(tables=(2,))
    held = hold(restaurant)
    book(restaurant, hold_token=held.token, time=time(21))
    assert not Hold.objects.exists()
    assert book(restaurant).table_ids


def test_tidying_deletes_only_what_has_expired() -> None:
    restaurant = make_restaurant(tables=(2, 2))
    hold(restaurant)
    hold(restaurant, owner="two", now=NOW + timedelta(minutes=4))
    assert holds_tidy(now=LATER) == 1
    assert Hold.objects.count() == Occupancy.objects.count() == 1
