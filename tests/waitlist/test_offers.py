"""From a full evening to a booking: being offered a table, answering (rules 86-92)."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest

from bookings.availability import Reason
from bookings.errors import SameGuestOverlap, SlotUnavailable
from bookings.models import Hold, Occupancy, Reservation, Source
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
from restaurants.models import Restaurant, ServicePeriod
from restaurants.services import config_save
from tests.factories import FRIDAY, GUEST, NOW, STAFF, a_request, make_restaurant, make_table
from tests.waitlist.evenings import cancel, fill, join, settle
from waitlist.errors import FasterGuest, NothingToOffer, OfferGone
from waitlist.models import (
    EntryStatus,
    OfferCause,
    OfferStatus,
    SkipReason,
    WaitlistEntry,
    WaitlistOffer,
    WaitlistSettings,
    WaitlistSkip,
)
from waitlist.selectors import open_offer_of
from waitlist.services import (
    entries_expire,
    entry_leave,
    entry_notify,
    entry_resume,
    gains_note_everywhere,
    offer_accept,
    offer_decline,
    offers_expire,
)

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
SATURDAY = FRIDAY + timedelta(days=1)


def status(entry: WaitlistEntry) -> str:
    entry.refresh_from_db()
    return entry.status


def offered(entry: WaitlistEntry) -> bool:
    return status(entry) == EntryStatus.OFFERED


def skipped(entry: WaitlistEntry) -> list[str]:
    return list(WaitlistSkip.objects.filter(entry=entry).values_list("reason", flat=True))


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


def test_what_is_offered_is_shown_as_taken_and_what_is_not_stays_bookable() -> None:
    restaurant = make_restaurant(tables=(2, 2))
    first, second = fill(restaurant)
    join(restaurant)
    cancel(first)
    cancel(second)
    slots = availability(restaurant=restaurant, date=FRIDAY, party_size=2, now=NOW)
    seven = next(slot for slot in slots if slot.local_time.time() == time(19))
    assert (seven.available, seven.tables_left) == (True, 1)
