"""From a full evening to a booking: who is offered which table, and takes it (rules 86-88)."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from bookings.availability import Reason
from bookings.errors import SlotUnavailable
from bookings.models import Hold, Reservation, Source
from bookings.selectors import availability
from bookings.services import (
    Start,
    hold_create,
    reservation_cancel,
    reservation_create,
    table_block,
    table_unblock,
)
from guests.models import Guest
from restaurants.models import ServicePeriod
from restaurants.services import config_save
from tests.factories import FRIDAY, GUEST, NOW, STAFF, a_request, make_restaurant, make_table
from tests.waitlist.entries import offered, skipped, status
from tests.waitlist.evenings import cancel, fill, join, settle
from waitlist.errors import NothingToOffer, OfferGone
from waitlist.models import EntryStatus, OfferCause, OfferStatus, SkipReason, WaitlistOffer
from waitlist.selectors import open_offer_of
from waitlist.services import (
    entry_notify,
    gains_note_everywhere,
    offer_accept,
    offer_decline,
    offers_expire,
)

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
SATURDAY = FRIDAY + timedelta(days=1)


def test_a_cancelled_table_is_offered_held_and_becomes_a_booking() -> None:
    restaurant = make_restaurant(tables=(2,))
    (booked,) = fill(restaurant)
    entry = join(restaurant)

    (offer,) = cancel(booked)

    assert offered(entry)
    assert open_offer_of(entry, NOW) == offer
    assert Hold.objects.get(pk=offer.hold_id or 0).occupancies.count() == 1
    result = offer_accept(offer_id=offer.pk, actor=GUEST, now=NOW)
    assert status(entry) == EntryStatus.ACCEPTED
    assert entry.reservation == result.reservation
    assert result.reservation.source == Source.WAITLIST
    assert result.table_ids == tuple(offer.table_ids)
    assert not Hold.objects.exists()
    assert offer_accept(offer_id=offer.pk, actor=GUEST, now=NOW).reservation == result.reservation


def test_rule_88_nobody_else_can_book_what_is_offered() -> None:
    restaurant = make_restaurant(tables=(2,))
    (booked,) = fill(restaurant)
    join(restaurant)
    (offer,) = cancel(booked)
    with pytest.raises(SlotUnavailable):
        reservation_create(request=a_request(restaurant), actor=GUEST, now=NOW)
    late = offer.expires_at + timedelta(minutes=2)  # no worker came: free for all
    reservation_create(request=a_request(restaurant), actor=GUEST, now=late)
    with pytest.raises(OfferGone):
        offer_accept(offer_id=offer.pk, actor=GUEST, now=late)


# Rule 86: every gain of capacity, and never more than the engine allows
def test_rule_86_a_new_table_a_lifted_block_and_longer_hours_are_offered() -> None:
    restaurant = make_restaurant(tables=(2,))
    fill(restaurant)
    first = join(restaurant)
    table = make_table(restaurant, number="9", seats=2)
    table.name = "By the window"
    config_save(instance=table, actor=STAFF, now=NOW)
    (offer,) = settle()
    assert offered(first)
    assert offer.cause == OfferCause.TABLE

    fourth = make_table(restaurant, number="10", seats=2)
    starts_at = offer.starts_at
    block = table_block(
        restaurant_id=restaurant.pk,
        table_ids=(fourth.pk,),
        starts_at=starts_at,
        ends_at=starts_at + 3 * HOUR,
        actor=STAFF,
        now=NOW,
    )
    second = join(restaurant)
    table_unblock(block_id=block.pk, restaurant_id=restaurant.pk, actor=STAFF, now=NOW)
    settle()
    assert offered(second)


def test_rule_86_higher_pacing_is_offered_only_as_far_as_it_goes() -> None:
    restaurant = make_restaurant(tables=(2, 2, 2, 2), period={"max_arriving_covers": 2})
    reservation_create(request=a_request(restaurant), actor=GUEST, now=NOW)
    entries = [join(restaurant) for _ in range(3)]
    period = ServicePeriod.objects.get(restaurant=restaurant)
    period.max_arriving_covers = 6
    config_save(instance=period, actor=STAFF, now=NOW)
    restaurant.refresh_from_db()
    assert len(settle()) == 2
    assert [offered(entry) for entry in entries] == [True, True, False]


def test_rule_86_a_cancelled_table_is_not_offered_where_pacing_or_notice_forbid_it() -> None:
    restaurant = make_restaurant(tables=(2, 2), period={"max_arriving_covers": 4})
    first, second = fill(restaurant)
    entry = join(restaurant)
    period = ServicePeriod.objects.get(restaurant=restaurant)
    period.max_arriving_covers = 2
    config_save(instance=period, actor=STAFF, now=NOW)
    assert cancel(first) == []
    too_late = second.starts_at - timedelta(minutes=30)
    assert cancel(second, now=too_late) == []
    assert status(entry) == EntryStatus.WAITING


def test_a_hold_that_lapsed_is_found_by_looking() -> None:
    restaurant = make_restaurant(tables=(2,))
    hold_create(
        restaurant_id=restaurant.pk,
        start=Start(date=FRIDAY, time=time(19)),
        party_size=2,
        owner_key="somebody",
        now=NOW,
    )
    entry = join(restaurant)
    assert settle() == []
    later = NOW + timedelta(minutes=10)
    gains_note_everywhere(cause=OfferCause.LOOKED, since=later, today=NOW.date())
    settle(later)
    assert offered(entry)


# Rule 87: the order, and who was passed over
def test_rule_87_the_earlier_is_offered_first_and_vip_before_both() -> None:
    restaurant = make_restaurant(tables=(2,))
    (booked,) = fill(restaurant)
    first, _second = join(restaurant), join(restaurant)
    Guest.objects.create(
        organisation=restaurant.organisation,
        name="Vera",
        email="vip@example.com",
        is_vip=True,
        created_at=NOW,
    )
    vip = join(restaurant, guest_email="vip@example.com")
    (offer,) = cancel(booked)
    assert offer.entry == vip
    assert vip.priority == 1
    assert skipped(first) == [SkipReason.PRIORITY]
    offer_decline(offer_id=offer.pk, actor=GUEST, now=NOW)
    assert offered(first)


def test_rule_87_a_table_for_four_goes_to_four_for_half_of_the_window_then_to_two() -> None:
    restaurant = make_restaurant(tables=(4,))
    (booked,) = fill(restaurant)
    two, four = join(restaurant), join(restaurant, party_size=4)

    (offer,) = cancel(booked)

    assert offer.entry == four
    assert offer.expires_at == NOW + 6 * HOUR  # half of twelve hours
    assert skipped(two) == [SkipReason.LARGER_PARTY_FIRST]
    other_four = join(restaurant, party_size=4)
    assert offers_expire(now=offer.expires_at) == 1
    next_offer = WaitlistOffer.objects.get(status=OfferStatus.OPEN)
    assert next_offer.entry == two
    assert next_offer.cause == OfferCause.PASSED_ON
    assert status(other_four) == EntryStatus.WAITING


def test_rule_87_two_get_a_table_for_four_at_once_where_no_four_wait() -> None:
    restaurant = make_restaurant(tables=(4,))
    (booked,) = fill(restaurant)
    join(restaurant)
    (offer,) = cancel(booked)
    assert offer.expires_at == NOW + 12 * HOUR


def test_rule_87_a_party_the_table_does_not_suit_is_passed_over_and_told_why() -> None:
    restaurant = make_restaurant(tables=(2, 4))
    small, _large = fill(restaurant)
    four = join(restaurant, party_size=4)
    two = join(restaurant)
    cancel(small)
    assert offered(two)
    assert skipped(four) == [SkipReason.NO_FIT]


def test_exact_time_is_offered_before_nearby_times() -> None:
    restaurant = make_restaurant(tables=(2,))
    (booked,) = fill(restaurant)
    flexible = join(restaurant, from_time=time(18, 30), flexibility_minutes=60)
    exact = join(restaurant)
    cancel(booked)
    # The flexible one wished 18:30 exactly, which the cancelled table has room for as well.
    assert offered(flexible)
    assert not offered(exact)
    offer = WaitlistOffer.objects.get(entry=flexible)
    assert offer.local_time == time(18, 30)


def test_a_start_after_midnight_is_offered_with_its_wall_time_and_service_date() -> None:
    hours = {"last_seating": time(1), "closes": time(2)}
    restaurant = make_restaurant(tables=(2,), period=hours)
    (booked,) = fill(restaurant, time(0, 30))
    join(restaurant, from_time=time(0, 30))
    (offer,) = cancel(booked)
    assert (offer.service_date, offer.local_date) == (FRIDAY, SATURDAY)
    made = offer_accept(offer_id=offer.pk, actor=GUEST, now=NOW).reservation
    assert (made.service_date, made.local_time) == (FRIDAY, time(0, 30))
    assert made.starts_at == booked.starts_at


def test_the_second_pass_of_the_repeated_hour_is_offered_and_booked_as_such() -> None:
    night = date(2026, 10, 24)
    now = NOW.replace(month=10, day=20)
    hours = {"last_seating": time(3), "closes": time(5)}
    restaurant = make_restaurant(tables=(2,), period=hours)
    both = [
        reservation_create(
            request=a_request(restaurant, date=night, time=at, fold=fold), actor=GUEST, now=now
        ).reservation
        for at, fold in ((time(1, 30), 0), (time(2, 30), 1))
    ]
    join(restaurant, date=night, from_time=time(2, 30), now=now)
    (offer,) = cancel(both[1], now=now)
    assert (offer.local_time, offer.fold) == (time(2, 30), 1)
    made = offer_accept(offer_id=offer.pk, actor=GUEST, now=now).reservation
    assert made.starts_at == both[1].starts_at


def test_an_entry_for_several_dates_is_offered_whichever_becomes_free() -> None:
    restaurant = make_restaurant(tables=(2,))
    fill(restaurant)
    (booked,) = fill(restaurant, date=SATURDAY)
    entry = join(restaurant, last_date=SATURDAY)
    (offer,) = cancel(booked)
    assert offer.service_date == SATURDAY
    offer_accept(offer_id=offer.pk, actor=GUEST, now=NOW)
    assert status(entry) == EntryStatus.ACCEPTED


def test_only_the_areas_that_suit_are_offered() -> None:
    restaurant = make_restaurant(tables=(2,))
    terrace = restaurant.areas.create(name="Terrace")
    make_table(restaurant, number="T1", seats=2, area=terrace)
    restaurant.refresh_from_db()
    booked = fill(restaurant)
    Reservation.objects.update(is_table_locked=True)  # else others would be moved to make room
    inside, outside = sorted(booked, key=lambda r: r.occupancies.get().table.area_id)
    entry = join(restaurant, area_ids=(terrace.pk,))
    other = join(restaurant)
    (offer,) = cancel(inside)
    assert offer.entry == other
    assert skipped(entry) == [SkipReason.UNAVAILABLE_AREA]
    (offer,) = cancel(outside)
    assert offer.entry == entry
    assert offer.area_id == terrace.pk
    offer_accept(offer_id=offer.pk, actor=GUEST, now=NOW)


# Staff
def test_staff_offer_a_table_to_whom_they_choose_and_the_ledger_says_so() -> None:
    restaurant = make_restaurant(tables=(2,))
    (booked,) = fill(restaurant)
    first, second = join(restaurant), join(restaurant)
    with pytest.raises(NothingToOffer) as refusal:
        entry_notify(entry_id=second.pk, actor=STAFF, now=NOW)
    assert refusal.value.extra["reasons"] == [Reason.NO_TABLE_FREE.value]
    reservation_cancel(reservation_id=booked.pk, actor=GUEST, now=NOW)
    offer = entry_notify(entry_id=second.pk, actor=STAFF, now=NOW)
    assert offer.entry_id == second.pk
    assert skipped(first) == [SkipReason.BY_STAFF]
    assert entry_notify(entry_id=second.pk, actor=STAFF, now=NOW) == offer


def test_what_is_offered_is_shown_as_taken_and_what_is_not_stays_bookable() -> None:
    restaurant = make_restaurant(tables=(2, 2))
    first, second = fill(restaurant)
    join(restaurant)
    cancel(first)
    cancel(second)
    slots = availability(restaurant=restaurant, date=FRIDAY, party_size=2, now=NOW)
    seven = next(slot for slot in slots if slot.local_time.time() == time(19))
    assert (seven.available, seven.tables_left) == (True, 1)
