"""The fee for not coming or cancelling late: when staff may charge it, and what can go wrong."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bookings.errors import FeeRefused
from bookings.models import Reservation
from bookings.services import (
    reservation_arrive,
    reservation_cancel,
    reservation_complete,
    reservation_seat,
    reservation_undo,
)
from payments.models import Instruction
from reservehub.core.models import AuditEntry, OutboxEvent
from tests.bookings.deposits.bank import Bank
from tests.bookings.deposits.endings import (
    DEADLINE,
    GRACE_OVER,
    START,
    charge,
    no_show,
    paid,
    state,
)
from tests.bookings.deposits.people import later, minutes, payments_for
from tests.factories import GUEST, STAFF

pytestmark = pytest.mark.django_db


def refusal(reservation: Reservation, now: datetime, missing: int | None = None) -> str:
    with pytest.raises(FeeRefused) as refused:
        charge(reservation, now, missing)
    return str(refused.value.extra["reason"])


def test_a_card_is_charged_by_hand_once(bank: Bank) -> None:
    reservation = paid(bank, kind="guarantee", no_show_percent=50)
    no_show(reservation)
    later(GRACE_OVER + minutes(30))
    assert state(reservation) == ("no_show", "guaranteed", 0)

    charge(reservation, GRACE_OVER + minutes(31))

    assert state(reservation) == ("no_show", "charged", 2000)
    assert refusal(reservation, GRACE_OVER + minutes(32)) == "charged"
    entry = AuditEntry.objects.get(action="reservation.fee_charged")
    assert entry.after is not None
    assert entry.after["amount_minor"] == 2000


def test_a_fee_has_its_time(bank: Bank) -> None:
    reservation = paid(bank, kind="guarantee")
    assert refusal(reservation, START - minutes(1)) == "not_due"
    no_show(reservation, START)
    assert refusal(reservation, START + minutes(14)) == "too_early"
    assert refusal(reservation, START + timedelta(days=7, minutes=1)) == "too_late"
    assert state(reservation) == ("no_show", "guaranteed", 0)
    later(START + timedelta(days=7))
    assert state(reservation) == ("no_show", "released", 0)


def test_the_card_is_charged_for_cancelling_late_but_not_in_time(bank: Bank) -> None:
    late, in_time = (paid(bank, kind="guarantee", late_cancel_percent=25) for _ in range(2))
    now = DEADLINE + minutes(1)
    reservation_cancel(reservation_id=late.pk, actor=GUEST, now=now)
    reservation_cancel(reservation_id=in_time.pk, actor=GUEST, now=DEADLINE)
    later(now)
    assert state(in_time) == ("cancelled_by_guest", "released", 0)
    assert refusal(in_time, now) == "not_due"
    charge(late, now)
    assert state(late) == ("cancelled_by_guest", "charged", 1000)


@pytest.mark.parametrize("kind", ["guarantee", "authorisation"])
def test_those_who_are_missing_are_charged_for(bank: Bank, kind: str) -> None:
    reservation = paid(bank, kind=kind)
    reservation_seat(reservation_id=reservation.pk, actor=STAFF, now=START)
    assert refusal(reservation, GRACE_OVER) == "not_due"
    assert refusal(reservation, GRACE_OVER, missing=2) == "not_due"
    assert refusal(reservation, GRACE_OVER, missing=0) == "above_limit"

    charge(reservation, GRACE_OVER, missing=1)
    assert state(reservation) == ("seated", "charged", 2000)

    left = START + timedelta(hours=1)
    reservation_complete(reservation_id=reservation.pk, actor=STAFF, now=left)
    later(left + minutes(15))
    assert state(reservation) == ("completed", "charged", 2000)


def test_a_deposit_is_the_fee(bank: Bank) -> None:
    reservation = paid(bank)
    no_show(reservation)
    assert refusal(reservation, GRACE_OVER + minutes(30)) == "not_due"


@pytest.mark.parametrize("back", ["undo", "arrive"])
def test_a_fee_goes_back_if_they_come_after_all(bank: Bank, back: str) -> None:
    reservation = paid(bank, kind="guarantee")
    no_show(reservation)
    charge(reservation, GRACE_OVER)
    assert state(reservation) == ("no_show", "charged", 4000)

    now = GRACE_OVER + minutes(5)
    step = reservation_undo if back == "undo" else reservation_arrive
    step(reservation_id=reservation.pk, actor=STAFF, now=now)
    later(now)

    assert state(reservation)[1:] == ("refunded", 0)


def test_a_fee_that_the_bank_refuses_can_be_tried_again(bank: Bank) -> None:
    reservation = paid(bank, kind="guarantee")
    no_show(reservation)
    bank.refuses["charge"] = "insufficient_funds"
    charge(reservation, GRACE_OVER)
    assert state(reservation) == ("no_show", "guaranteed", 0)
    failed = OutboxEvent.objects.get(name="bookings.reservation.payment_failed")
    assert (failed.payload["code"], failed.payload["link_sent"]) == ("insufficient_funds", False)
    later(GRACE_OVER + minutes(30))
    assert Instruction.objects.filter(kind="charge").count() == 1

    del bank.refuses["charge"]
    charge(reservation, GRACE_OVER + minutes(31))
    assert state(reservation) == ("no_show", "charged", 4000)


def test_a_fee_that_the_guest_must_confirm_is_asked_for_by_a_link(bank: Bank) -> None:
    reservation = paid(bank, kind="guarantee", no_show_percent=50)
    no_show(reservation)
    bank.refuses["charge"] = ""
    charge(reservation, GRACE_OVER)

    asked = OutboxEvent.objects.filter(name="bookings.reservation.payment_asked").last()
    assert asked is not None
    assert asked.payload["by_link"] is True
    saved, wanted = payments_for(reservation)
    assert (wanted.mode, wanted.amount_minor, wanted.status) == ("charge", 2000, "open")

    now = GRACE_OVER + timedelta(days=1)
    bank.now = now
    assert bank.give(wanted)
    bank.tell(wanted)
    later(now)
    assert state(reservation) == ("no_show", "charged", 2000)
    assert saved.captured_minor == 0


def test_a_fee_nobody_confirms_is_over_after_a_week(bank: Bank) -> None:
    reservation = paid(bank, kind="guarantee")
    no_show(reservation)
    bank.refuses["charge"] = ""
    charge(reservation, GRACE_OVER)
    later(START + timedelta(days=7))
    assert [payment.status for payment in payments_for(reservation)] == ["saved", "closed"]
    assert state(reservation) == ("no_show", "released", 0)
