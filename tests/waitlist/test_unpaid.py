"""A table that was taken from the waitlist and costs money: not paid in time, paid after all (rules
78, 79).
"""

from __future__ import annotations

import threading
from datetime import datetime
from functools import partial

import pytest

from bookings.models import Reservation
from bookings.services import reservation_cancel, reservation_expire
from payments.gateways import registry
from reservehub.core.actors import SYSTEM
from reservehub.core.models import AuditEntry, OutboxEvent
from restaurants.models import Restaurant
from staff.presenters.waitlist import lines_of
from tests.bookings.deposits.bank import Bank
from tests.bookings.deposits.people import (
    later,
    make_house,
    make_rule,
    minutes,
    pay,
    payment_for,
    seen,
)
from tests.factories import FRIDAY, GUEST, NOW
from tests.races import meet, run_together
from tests.waitlist.entries import offered, status
from tests.waitlist.evenings import cancel, fill, join, settle
from waitlist.models import EntryStatus, WaitlistEntry
from waitlist.presenters.entry import entry_view
from waitlist.selectors import waitlist_numbers
from waitlist.services import entry_follow_booking, following, offer_accept

pytestmark = pytest.mark.django_db

OVER = NOW + minutes(15)


@pytest.fixture
def bank(monkeypatch: pytest.MonkeyPatch) -> Bank:
    """The provider of every account."""
    found = Bank()
    monkeypatch.setattr(registry, "gateway_named", lambda _provider: found)
    return found


def taken(restaurant: Restaurant, others: int = 0) -> tuple[WaitlistEntry, Reservation]:
    """The first of those who wait has taken the only table, and is to pay for it."""
    (booked,) = fill(restaurant)
    make_rule(restaurant)
    entry = join(restaurant)
    for _ in range(others):
        join(restaurant)
    (offer,) = cancel(booked)
    made = offer_accept(offer_id=offer.pk, actor=GUEST, now=NOW).reservation
    settle()
    assert made.status == "pending_payment"
    return entry, made


def expire(reservation: Reservation, now: datetime = OVER) -> None:
    assert reservation_expire(reservation_id=reservation.pk, actor=SYSTEM, now=now)


def house() -> Restaurant:
    return make_house(tables=(2,))


def follow(reservation: Reservation, now: datetime = OVER) -> WaitlistEntry | None:
    return entry_follow_booking(reservation_id=reservation.pk, now=now)


def test_not_paid_in_time_the_entry_is_over_and_the_next_guest_is_asked(bank: Bank) -> None:
    restaurant = house()
    entry, made = taken(restaurant, others=1)
    later(OVER)
    settle(OVER)
    assert status(entry) == EntryStatus.EXPIRED
    assert entry.is_unpaid
    assert (entry.reservation, entry.ended_at) == (made, OVER)
    assert offered(WaitlistEntry.objects.get(reservation=None))
    (line,) = AuditEntry.objects.filter(action="waitlist.unpaid")
    assert (line.before, line.after) == ({"status": "accepted"}, {"status": "expired"})
    (event,) = OutboxEvent.objects.filter(name="waitlist.entry.expired")
    assert event.payload["reservation_id"] == made.pk


def test_paid_too_late_and_seated_again_the_entry_is_accepted_again(bank: Bank) -> None:
    entry, made = taken(house())
    bank.begin_try(payment_for(made))
    bank.give(payment_for(made))
    expire(made)
    settle(OVER)
    assert status(entry) == EntryStatus.EXPIRED
    assert pay(bank, made, now=OVER + minutes(1)).status == "confirmed"
    assert status(entry) == EntryStatus.ACCEPTED
    assert OutboxEvent.objects.filter(name="waitlist.entry.accepted_again").count() == 1


def test_paid_when_the_table_is_the_next_guests_the_entry_stays_over(bank: Bank) -> None:
    entry, made = taken(house(), others=1)
    bank.begin_try(payment_for(made))
    bank.give(payment_for(made))
    expire(made)
    settle(OVER)
    assert pay(bank, made, now=OVER + minutes(1)).status == "expired"
    assert status(entry) == EntryStatus.EXPIRED


def test_told_twice_or_late_only_what_the_booking_is_now_counts(bank: Bank) -> None:
    entry, made = taken(house())
    bank.begin_try(payment_for(made))
    bank.give(payment_for(made))
    assert follow(made) is None
    expire(made)
    assert follow(made)
    assert follow(made) is None
    Reservation.objects.filter(pk=made.pk).update(status="confirmed")
    assert follow(made)
    assert follow(made) is None  # the expiry, told once more
    assert status(entry) == EntryStatus.ACCEPTED


def test_guest_and_staff_read_why_the_entry_is_over(bank: Bank) -> None:
    restaurant = house()
    entry, made = taken(restaurant)
    expire(made)
    settle(OVER)
    entry.refresh_from_db()
    view = entry_view(entry, None, position=None, areas={}, now=OVER)
    assert view.status == "The time to pay is over"
    (line,) = lines_of([entry], {}, restaurant=restaurant, areas={}, sees_contact=False)
    assert line.status == "Did not pay in time"


def test_a_request_that_staff_left_unanswered_is_not_unpaid(bank: Bank) -> None:
    restaurant = make_house(tables=(2,), policy={"confirmation_mode": "approval"})
    (booked,) = fill(restaurant)
    entry = join(restaurant)
    (offer,) = cancel(booked)
    made = offer_accept(offer_id=offer.pk, actor=GUEST, now=NOW).reservation
    assert made.status == "pending"
    assert made.expires_at is not None
    expire(made, made.expires_at)
    settle(made.expires_at)
    assert status(entry) == EntryStatus.ACCEPTED


def test_rule_91_cancelled_while_it_waits_for_money_the_entry_stays_accepted(bank: Bank) -> None:
    entry, made = taken(house())
    reservation_cancel(reservation_id=made.pk, actor=GUEST, now=NOW)
    settle()
    assert status(entry) == EntryStatus.ACCEPTED


def test_the_numbers_know_who_did_not_pay_from_who_waited_in_vain(bank: Bank) -> None:
    restaurant = house()
    _entry, made = taken(restaurant)
    numbers = waitlist_numbers(restaurant.pk, FRIDAY, FRIDAY)
    assert (numbers.accepted, numbers.converted, numbers.unpaid) == (1, 1, 0)
    expire(made)
    settle(OVER)
    numbers = waitlist_numbers(restaurant.pk, FRIDAY, FRIDAY)
    assert (numbers.accepted, numbers.converted, numbers.unpaid) == (0, 0, 1)
    assert (numbers.abandoned, numbers.expired) == (1, 0)


def _late_news(monkeypatch: pytest.MonkeyPatch, bank: Bank) -> WaitlistEntry:
    """The expiry is being followed while the money makes the booking stand again."""
    entry, made = taken(house())
    expire(made)
    look, has_looked = following._booking, threading.Event()

    def look_and_meet(reservation_id: int) -> Reservation:
        found = look(reservation_id)
        has_looked.set()
        meet()
        return found

    monkeypatch.setattr(following, "_booking", look_and_meet)

    def seat_again() -> None:
        assert has_looked.wait(30)
        Reservation.objects.filter(pk=made.pk).update(status="confirmed")
        entry_follow_booking(reservation_id=made.pk, now=OVER)

    for outcome in run_together(partial(follow, made), seat_again):
        assert not isinstance(outcome, Exception), outcome
    assert seen(made).status == "confirmed"
    return entry


@pytest.mark.django_db(transaction=True)
def test_expired_and_paid_at_one_instant_have_one_truth(
    monkeypatch: pytest.MonkeyPatch, bank: Bank
) -> None:
    assert status(_late_news(monkeypatch, bank)) == EntryStatus.ACCEPTED


@pytest.mark.django_db(transaction=True)
def test_the_race_of_expired_and_paid_is_real_without_the_lock(
    monkeypatch: pytest.MonkeyPatch, bank: Bank
) -> None:
    monkeypatch.setattr(
        following, "entry_lock", lambda entry_id: WaitlistEntry.objects.get(pk=entry_id)
    )
    assert status(_late_news(monkeypatch, bank)) == EntryStatus.EXPIRED
