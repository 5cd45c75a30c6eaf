"""The bill of a visit: when it may be entered, what it moves, and what comes off it."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from bookings.bills import MOST_MINOR, Bill
from bookings.errors import TransitionRefused
from bookings.models import Reservation
from bookings.services import (
    bills,
    reservation_bill_set,
    reservation_complete,
    reservation_create,
    reservation_no_show,
    reservation_partly_seat,
    reservation_seat,
    reservation_undo,
)
from guests.models import GuestFigures
from reservehub.core import clock
from reservehub.core.errors import ValidationFailed, VersionConflict
from reservehub.core.models import AuditEntry, OutboxEvent
from reservehub.core.money import Money
from reservehub.core.testing import run_deliveries
from restaurants.models import Restaurant
from tests.factories import GUEST, NOW, STAFF, a_request, make_restaurant
from tests.races import meet_after, run_together, without_row_locks

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def seated(restaurant: Restaurant | None = None) -> Reservation:
    place = restaurant or make_restaurant()
    party = reservation_create(request=a_request(place), actor=GUEST, now=NOW).reservation
    return reservation_seat(reservation_id=party.pk, actor=STAFF, now=party.starts_at)


def finished(party: Reservation) -> Reservation:
    return reservation_complete(
        reservation_id=party.pk, actor=STAFF, now=party.starts_at + timedelta(hours=1)
    )


def bill(party: Reservation, minor: int | None, **options: Any) -> Reservation:
    amount = None if minor is None else Money(minor, options.pop("currency", "EUR"))
    about: dict[str, Any] = {"actor": STAFF, "now": party.starts_at + 30 * MINUTE} | options
    return reservation_bill_set(reservation_id=party.pk, amount=amount, **about)


def stored(party: Reservation) -> Reservation:
    return Reservation.objects.get(pk=party.pk)


def entered() -> list[tuple[Any, Any]]:
    """What the audit says of bills: before and after."""
    rows = AuditEntry.objects.filter(action="reservation.bill_set").order_by("pk")
    return [((row.before or {})["bill_minor"], (row.after or {})["bill_minor"]) for row in rows]


# ---------------------------------------------------------------------- entering
def test_a_bill_is_entered_corrected_and_taken_back() -> None:
    party = seated()
    first = bill(party, 12_000)
    assert (first.bill_minor, first.version) == (12_000, party.version + 1)
    bill(party, 12_550)
    bill(party, None)
    assert stored(party).bill_minor is None
    assert entered() == [(None, 12_000), (12_000, 12_550), (12_550, None)]
    told = OutboxEvent.objects.filter(name="bookings.reservation.bill_changed").order_by("pk")
    assert [event.payload["bill_minor"] for event in told] == [12_000, 12_550, None]


@pytest.mark.parametrize("amount", [8_000, None, 0])
def test_saying_it_twice_changes_nothing(amount: int | None) -> None:
    party = seated()
    first = bill(party, amount)
    again = bill(party, amount)
    assert again.version == first.version
    assert len(entered()) == (amount is not None)


def test_a_part_of_the_party_and_those_who_left_long_ago_have_a_bill() -> None:
    place = make_restaurant()
    party = reservation_create(request=a_request(place), actor=GUEST, now=NOW).reservation
    reservation_partly_seat(reservation_id=party.pk, actor=STAFF, now=party.starts_at)
    bill(party, 1_000)
    done = finished(party)
    assert bill(party, 2_000, now=done.starts_at + timedelta(days=400)).bill_minor == 2_000


def test_who_has_not_sat_down_has_no_bill() -> None:
    place = make_restaurant()
    party = reservation_create(request=a_request(place), actor=GUEST, now=NOW).reservation
    with pytest.raises(TransitionRefused, match="once the party is seated"):
        bill(party, 1_000)
    reservation_no_show(reservation_id=party.pk, actor=STAFF, now=party.starts_at + 20 * MINUTE)
    with pytest.raises(TransitionRefused):
        bill(party, None)


@pytest.mark.parametrize(
    ("minor", "currency", "code"),
    [(-1, "EUR", "amount"), (MOST_MINOR + 1, "EUR", "amount"), (100, "USD", "currency")],
)
def test_an_impossible_amount_is_named(minor: int, currency: str, code: str) -> None:
    party = seated()
    with pytest.raises(ValidationFailed) as refused:
        bill(party, minor, currency=currency)
    assert [(one.pointer, one.code) for one in refused.value.errors] == [("/amount", code)]
    assert stored(party).bill_minor is None


def test_the_version_that_was_seen_counts() -> None:
    party = seated()
    bill(party, 100)
    with pytest.raises(VersionConflict):
        bill(party, 200, expected_version=party.version)


# ---------------------------------------------------------------------- taking back
def test_at_the_table_it_is_taken_back_like_a_step() -> None:
    party = seated()
    bill(party, 100)
    bill(party, 200)
    for left in (100, None):
        back = reservation_undo(
            reservation_id=party.pk, actor=STAFF, now=party.starts_at + 31 * MINUTE
        )
        assert (back.status, back.bill_minor) == ("seated", left)


def test_after_the_visit_undo_takes_the_end_back_and_leaves_the_bill() -> None:
    party = seated()
    done = finished(party)
    left = done.starts_at + timedelta(hours=1)
    bill(party, 300, now=left)
    back = reservation_undo(reservation_id=party.pk, actor=STAFF, now=left + MINUTE)
    assert (back.status, back.bill_minor) == ("seated", 300)


def test_who_never_sat_owes_nothing() -> None:
    party = seated()
    soon = party.starts_at + MINUTE
    reservation_complete(reservation_id=party.pk, actor=STAFF, now=soon)
    bill(party, 300, now=soon)
    for _time in range(2):
        back = reservation_undo(reservation_id=party.pk, actor=STAFF, now=soon + MINUTE)
    assert (back.status, back.bill_minor) == ("confirmed", None)
    last = AuditEntry.objects.filter(action="reservation.undone").latest("pk")
    assert [(one or {})["bill_minor"] for one in (last.before, last.after)] == [300, None]


# ---------------------------------------------------------------------- what follows
def test_the_figures_of_the_guest_follow() -> None:
    party = seated()
    bill(finished(party), 12_000)
    with clock.freeze(party.starts_at + timedelta(hours=2)):
        run_deliveries()
    figures = GuestFigures.objects.get(guest=party.guest)
    assert (figures.spend_minor, figures.billed_visits) == (12_000, 1)
    bill(party, None)
    with clock.freeze(party.starts_at + timedelta(hours=3)):
        run_deliveries()
    figures.refresh_from_db()
    assert (figures.spend_minor, figures.billed_visits) == (0, 0)


# ---------------------------------------------------------------------- the deposit
@pytest.mark.parametrize(
    ("amount", "deposit", "to_pay", "over"),
    [(12_000, 4_000, 8_000, 0), (3_000, 4_000, 0, 1_000), (500, 0, 500, 0), (0, 0, 0, 0)],
)
def test_what_is_left_to_pay(amount: int, deposit: int, to_pay: int, over: int) -> None:
    found = Bill(amount_minor=amount, deposit_minor=deposit)
    assert (found.to_pay_minor, found.over_minor) == (to_pay, over)


# ---------------------------------------------------------------------- two at once
@pytest.mark.django_db(transaction=True)
def test_two_bills_at_once_follow_one_another(monkeypatch: pytest.MonkeyPatch) -> None:
    party = seated()
    meet_after(monkeypatch, bills, "reservation_lock")
    run_together(partial(bill, party, 100), partial(bill, party, 200))
    assert stored(party).version == party.version + 2
    (_none, first), (before, last) = entered()
    assert before == first
    assert stored(party).bill_minor == last


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_one_bill_never_heard_of_the_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    party = seated()
    meet_after(monkeypatch, bills, "reservation_lock")
    without_row_locks(monkeypatch)
    run_together(partial(bill, party, 100), partial(bill, party, 200))
    assert stored(party).version == party.version + 1
    assert [before for before, _after in entered()] == [None, None]


@pytest.mark.django_db(transaction=True)
def test_the_same_bill_by_many_at_once_is_entered_once() -> None:
    party = seated()
    run_together(*[partial(bill, party, 5_000) for _number in range(5)])
    assert entered() == [(None, 5_000)]
