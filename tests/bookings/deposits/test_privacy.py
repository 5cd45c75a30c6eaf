"""What is known of a guest's money: shown, forgotten in time, and kept while a bank asks."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from bookings.models import Reservation
from bookings.services import (
    reservation_cancel,
    reservation_complete,
    reservation_no_show,
    reservation_seat,
)
from guests.models import Guest
from guests.services.erasing import StillAhead, guest_erase
from guests.services.privacy import guest_export
from guests.services.retention import guests_forget_idle
from notifications.models import Message
from notifications.services import contents_forget
from payments.models import Dispute, Instruction, LedgerEntry, Payment, StoredMethod
from reservehub.core import clock
from tests.bookings.deposits.bank import Bank, work
from tests.bookings.deposits.people import (
    book,
    later,
    make_house,
    make_rule,
    paid_booking,
    payment_for,
    seen,
)
from tests.factories import GUEST, NOW, STAFF

pytestmark = pytest.mark.django_db

WHO: dict[str, Any] = {
    "guest_name": "Zelda",
    "guest_email": "zelda@example.com",
    "guest_phone": "+31612345678",
}
YEARS_LATER = NOW + timedelta(days=3 * 365)


def cancelled(bank: Bank, **rule: Any) -> Reservation:
    """Booked, paid, cancelled in time: all is settled."""
    house = make_house()
    make_rule(house, **rule)
    reservation = paid_booking(bank, house, **WHO)
    with clock.freeze(NOW):
        reservation_cancel(reservation_id=reservation.pk, actor=GUEST, now=NOW)
        work(NOW)
    return seen(reservation)


def never_came(bank: Bank, **rule: Any) -> tuple[Reservation, datetime]:
    house = make_house()
    make_rule(house, **rule)
    reservation = paid_booking(bank, house, **WHO)
    at = reservation.starts_at + timedelta(hours=1)
    with clock.freeze(at):
        reservation_no_show(reservation_id=reservation.pk, actor=STAFF, now=at)
        work(at)
    later(at + timedelta(minutes=20))
    return seen(reservation), at + timedelta(minutes=20)


def came(bank: Bank, **rule: Any) -> tuple[Reservation, datetime]:
    """Given, and the party has left: all is settled, though staff may charge who was missing."""
    house = make_house()
    make_rule(house, **rule)
    reservation = paid_booking(bank, house, **WHO)
    reservation_seat(reservation_id=reservation.pk, actor=STAFF, now=reservation.starts_at)
    left = reservation.starts_at + timedelta(hours=1)
    reservation_complete(reservation_id=reservation.pk, actor=STAFF, now=left)
    later(left + timedelta(minutes=20))
    return seen(reservation), left + timedelta(minutes=20)


def dispute(reservation: Reservation, status: str = "needs_response") -> Dispute:
    made, _new = Dispute.objects.update_or_create(
        payment=payment_for(reservation),
        provider_id="dp_1",
        defaults={
            "status": status,
            "reason": "fraudulent",
            "amount_minor": 4000,
            "currency": "EUR",
            "opened_at": NOW,
            "told_at": NOW,
        },
    )
    return made


def guest() -> Guest:
    return Guest.objects.get(merged_into=None)


def erase(now: datetime) -> Guest:
    return guest_erase(guest_id=guest().pk, actor=STAFF, now=now)


# --- Shown --------------------------------------------------------------------------------------


def test_the_export_has_payments_cards_and_disputes_and_no_tokens(bank: Bank) -> None:
    reservation, at = never_came(bank, kind="guarantee")
    dispute(reservation)
    found = guest_export(guest_id=guest().pk, actor=STAFF, now=at)["bookings"]
    (payment,) = found["payments"]
    assert payment["limit_minor"] == 4000
    assert payment["public_id"] == str(payment_for(reservation).public_id)
    assert [one["last4"] for one in found["cards"]] == ["4242"]
    assert [one["kind"] for one in found["payment_movements"]] == ["saved"]
    assert [one["reason"] for one in found["disputes"]] == ["fraudulent"]
    assert "pm_1" not in str(found)
    assert "cus_1" not in str(found)


def test_who_was_never_asked_for_money_has_no_such_sections(
    bank: Bank,
) -> None:
    book(make_house(), **WHO)
    found = guest_export(guest_id=guest().pk, actor=STAFF, now=NOW)
    assert "payments" not in found["bookings"]


# --- Forgotten ----------------------------------------------------------------------------------


def test_cards_go_and_the_ledger_stays(bank: Bank) -> None:
    reservation, at = came(bank, kind="guarantee")
    before = list(LedgerEntry.objects.values_list("kind", "amount_minor", "occurred_at"))
    assert StoredMethod.objects.exists()
    erase(at)
    assert not StoredMethod.objects.exists()
    later(at)
    assert bank.forgotten == ["pm_1"], "at the provider as well"
    assert "pm_1" not in Instruction.objects.values_list("object_id", flat=True)
    assert list(LedgerEntry.objects.values_list("kind", "amount_minor", "occurred_at")) == before
    payment = payment_for(reservation)
    assert (payment.method, payment.limit_minor) == (None, 4000)


def test_what_staff_wrote_about_a_refund_goes(bank: Bank) -> None:
    cancelled(bank)
    Instruction.objects.update(reason="Zelda was ill")
    erase(NOW)
    assert set(Instruction.objects.values_list("reason", flat=True)) == {""}
    assert Payment.objects.get().refunded_minor == 4000


def test_a_card_that_pays_for_something_else_stays_with_that(bank: Bank) -> None:
    reservation, at = came(bank, kind="guarantee")
    mine = payment_for(reservation)
    mine.refresh_from_db()
    theirs = Payment.objects.create(
        restaurant=reservation.restaurant,
        provider="simulator",
        reference="order:7",
        mode="save",
        currency="EUR",
        amount_minor=0,
        limit_minor=100,
        method=mine.method,
        created_at=NOW,
        updated_at=NOW,
    )
    erase(at)
    later(at)
    mine.refresh_from_db()
    theirs.refresh_from_db()
    assert mine.method is None
    assert theirs.method is not None
    assert bank.forgotten == []


def test_a_provider_that_does_not_answer_keeps_nobody_from_being_forgotten(bank: Bank) -> None:
    reservation, at = came(bank, kind="guarantee")
    bank.is_silent = True
    erase(at)
    later(at)
    assert seen(reservation).guest_name == ""
    days_later = at + timedelta(days=2)
    later(days_later)
    told = Instruction.objects.get(kind="forget")
    assert (told.code, told.object_id) == ("no_word", "pm_1"), "people see it, and it goes on"
    assert not StoredMethod.objects.exists()
    bank.is_silent = False
    later(days_later + timedelta(hours=2))
    assert bank.forgotten == ["pm_1"]


# --- Not yet ------------------------------------------------------------------------------------


def test_nobody_escapes_a_fee_by_being_forgotten(bank: Bank) -> None:
    reservation, at = never_came(bank, kind="guarantee")
    with pytest.raises(StillAhead):
        erase(at)
    assert StoredMethod.objects.exists()
    over = reservation.starts_at + timedelta(days=8)
    later(over)
    erase(over)
    assert not StoredMethod.objects.exists()


def test_nobody_is_forgotten_while_a_bank_asks(bank: Bank) -> None:
    reservation, at = never_came(bank)
    dispute(reservation)
    with pytest.raises(StillAhead):
        erase(at)
    assert seen(reservation).guest_name == "Zelda"
    dispute(reservation, "lost")
    erase(at)
    assert seen(reservation).guest_name == ""


def test_the_clock_waits_for_the_bank(bank: Bank) -> None:
    reservation, _at = never_came(bank)
    dispute(reservation, "under_review")
    assert guests_forget_idle(now=YEARS_LATER) == 0
    assert seen(reservation).guest_name == "Zelda"
    dispute(reservation, "won")
    assert guests_forget_idle(now=YEARS_LATER) == 1
    assert seen(reservation).guest_name == ""


def test_a_booking_of_nobody_in_the_book_waits_too(bank: Bank) -> None:
    reservation, _at = never_came(bank)
    Reservation.objects.filter(pk=reservation.pk).update(guest=None)
    Guest.objects.all().delete()
    dispute(reservation)
    guests_forget_idle(now=YEARS_LATER)
    assert seen(reservation).guest_name == "Zelda"
    dispute(reservation, "accepted")
    guests_forget_idle(now=YEARS_LATER)
    assert seen(reservation).guest_name == ""


def test_the_words_of_messages_are_evidence_while_a_bank_asks(bank: Bank) -> None:
    reservation, _at = never_came(bank)
    Message.objects.update(content={"text": "Dear Zelda"}, finished_at=NOW)
    dispute(reservation)
    late = NOW + timedelta(days=181)
    assert contents_forget(now=late) == 0
    dispute(reservation, "won")
    assert contents_forget(now=late) == Message.objects.count()
