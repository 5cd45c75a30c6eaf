"""Who is asked to pay, when and how often, and what they hear if they do not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bookings.deposits import Kind as DepositKind
from bookings.models import Reservation
from bookings.selectors import manage_token_of
from bookings.services import (
    reservation_approve,
    reservation_deposit_ask,
    reservation_deposit_withdraw,
    reservation_payment_ask,
)
from notifications.kinds import Kind
from notifications.models import MessageStatus
from reservehub.core.money import Money
from restaurants.models import Restaurant
from tests.bookings.deposits.bank import Bank, work
from tests.bookings.deposits.people import book, later, make_rule, pay, seen
from tests.factories import NOW, STAFF
from tests.notifications.money import MAIL, MINUTE, bistro, kinds, text_of, the
from tests.notifications.world import send_due

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _outbox(settings: Any) -> None:
    settings.RESERVEHUB_DEV_OUTBOX = True


@pytest.fixture
def house(bank: Bank) -> Restaurant:
    return bistro()


def test_who_books_online_is_not_written_to_before_they_have_paid(
    bank: Bank, house: Restaurant
) -> None:
    """The page is before them; and nothing says “confirmed”."""
    make_rule(house)
    reservation = book(house, **MAIL).reservation
    work(NOW)
    assert kinds(reservation) == []
    pay(bank, reservation)
    assert sorted(kinds(reservation)) == ["confirmed", "receipt"]


def test_a_link_is_sent_when_staff_book(bank: Bank, house: Restaurant) -> None:
    make_rule(house, sources=["staff", "phone"])
    reservation = book(house, actor=STAFF, source="phone", asks_payment=True, **MAIL).reservation
    work(NOW)
    assert kinds(reservation) == ["payment_asked"]
    text = text_of(Kind.PAYMENT_ASKED)
    assert "€40.00" in text
    assert "Your table is not booked yet" in text
    assert "until" not in the(Kind.PAYMENT_ASKED).context
    assert the(Kind.PAYMENT_ASKED).expires_at == seen(reservation).expires_at
    assert "by Monday 1 June, 15:00" in text
    assert f"/b/{manage_token_of(reservation)}/pay/" in text
    assert "If you cancel by Thursday 4 June, 19:00, you get everything back." in text
    assert "If nobody comes, it keeps €40." in text


def test_a_link_is_sent_again_when_staff_ask_again(bank: Bank, house: Restaurant) -> None:
    make_rule(house, sources=["phone"])
    reservation = book(house, actor=STAFF, source="phone", asks_payment=True, **MAIL).reservation
    work(NOW)
    reservation_payment_ask(reservation_id=reservation.pk, actor=STAFF, now=NOW + MINUTE)
    work(NOW + MINUTE)
    assert kinds(reservation) == ["payment_asked"] * 2


def test_an_accepted_request_is_asked_to_pay_and_not_told_that_it_is_booked(
    bank: Bank, house: Restaurant
) -> None:
    house.policy.confirmation_mode = "approval"
    house.policy.save()
    house.refresh_from_db()
    make_rule(house)
    reservation = book(house, **MAIL).reservation
    work(NOW)
    reservation_approve(reservation_id=reservation.pk, actor=STAFF, now=NOW + MINUTE)
    work(NOW + MINUTE)
    assert kinds(reservation) == ["request_received", "payment_asked"]
    send_due(NOW + MINUTE)
    # It would say that the restaurant has not answered yet.
    assert the(Kind.REQUEST_RECEIVED).reason == "state_changed"
    assert the(Kind.PAYMENT_ASKED).status == MessageStatus.SENT


def test_nobody_is_asked_for_what_is_paid(bank: Bank, house: Restaurant) -> None:
    make_rule(house, sources=["phone"])
    reservation = book(house, actor=STAFF, source="phone", asks_payment=True, **MAIL).reservation
    work(NOW)
    pay(bank, reservation, now=NOW + MINUTE)
    send_due(NOW + MINUTE)
    assert the(Kind.PAYMENT_ASKED).reason == "state_changed"


def test_a_card_guarantee_asks_for_a_card_and_no_money(bank: Bank, house: Restaurant) -> None:
    make_rule(house, kind="guarantee", sources=["phone"])
    book(house, actor=STAFF, source="phone", asks_payment=True, **MAIL)
    work(NOW)
    text = text_of(Kind.PAYMENT_ASKED)
    assert "once you have left a card. Nothing is charged now." in text
    assert "It is never more than €40.00." in text


def test_a_booking_that_was_not_paid_says_so_in_its_own_words(
    bank: Bank, house: Restaurant
) -> None:
    make_rule(house)
    reservation = book(house, **MAIL).reservation
    later(NOW + 20 * MINUTE)
    assert kinds(reservation) == ["expired"]
    text = text_of(Kind.EXPIRED)
    assert "The time to pay is over" in text
    assert "did not answer" not in text


def test_a_request_that_nobody_answered_does_not_blame_the_guest(
    bank: Bank, house: Restaurant
) -> None:
    house.policy.confirmation_mode = "approval"
    house.policy.save()
    house.refresh_from_db()
    make_rule(house)
    reservation = book(house, **MAIL).reservation
    later(NOW + timedelta(days=2))
    assert kinds(reservation)[-1] == "expired"
    assert "The restaurant did not answer in time." in text_of(Kind.EXPIRED)


# --- By hand --------------------------------------------------------------------------------------


def ask_by_hand(house: Restaurant, **wish: Any) -> Reservation:
    """Of a booking by telephone that cost nothing, a minute later."""
    reservation = book(house, actor=STAFF, source="phone", **MAIL).reservation
    reservation_deposit_ask(
        reservation_id=reservation.pk,
        **{"kind": DepositKind.DEPOSIT, "amount": Money(4000, "EUR"), "actor": STAFF, **wish},
        now=NOW + MINUTE,
    )
    work(NOW + MINUTE)
    return reservation


def test_staff_who_ask_later_do_not_say_that_nothing_is_booked(
    bank: Bank, house: Restaurant
) -> None:
    reservation = ask_by_hand(house)
    assert kinds(reservation) == ["confirmed", "payment_asked"]
    text = text_of(Kind.PAYMENT_ASKED)
    assert "The restaurant asks for a deposit" in text
    assert "Please pay €40.00; it comes off your bill." in text
    assert "by Monday 1 June, 15:01; after that the table goes to others." in text
    assert "If you cancel by Thursday 4 June, 19:00, you get everything back." in text
    assert f"/b/{manage_token_of(reservation)}/pay/" in text
    assert "not booked yet" not in text
    assert the(Kind.PAYMENT_ASKED).expires_at == seen(reservation).expires_at
    pay(bank, reservation, now=NOW + 2 * MINUTE)
    assert sorted(kinds(reservation)[2:]) == ["confirmed", "receipt"]


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (DepositKind.DEPOSIT, "Please pay €40.00"),
        (
            DepositKind.AUTHORISATION,
            "Please let €40.00 be held on your card. Nothing is taken now.",
        ),
        (DepositKind.GUARANTEE, "Please leave a card. Nothing is charged now."),
    ],
)
def test_a_booking_that_stays_is_not_said_to_go_to_others(
    bank: Bank, house: Restaurant, kind: DepositKind, words: str
) -> None:
    ask_by_hand(house, kind=kind, release_unpaid=False)
    text = text_of(Kind.PAYMENT_ASKED)
    assert words in text
    assert "Please do this by Monday 1 June, 15:01." in text
    assert "goes to others" not in text
    assert "Your bank" not in text


def test_what_is_withdrawn_is_not_asked_for_and_the_table_is_theirs(
    bank: Bank, house: Restaurant
) -> None:
    reservation = ask_by_hand(house)
    at = NOW + 2 * MINUTE
    reservation_deposit_withdraw(reservation_id=reservation.pk, actor=STAFF, now=at)
    work(at)
    send_due(at)
    assert the(Kind.PAYMENT_ASKED).reason == "state_changed"
    assert kinds(reservation) == ["confirmed", "confirmed"]


def test_who_was_asked_for_a_booking_that_stays_hears_that_it_is_withdrawn(
    bank: Bank, house: Restaurant
) -> None:
    reservation = ask_by_hand(house, release_unpaid=False)
    send_due(NOW + MINUTE)
    at = NOW + 2 * MINUTE
    reservation_deposit_withdraw(reservation_id=reservation.pk, actor=STAFF, now=at)
    work(at)
    send_due(at)
    assert kinds(reservation) == ["confirmed", "payment_asked", "payment_withdrawn"]
    assert the(Kind.PAYMENT_WITHDRAWN).status == MessageStatus.SENT
    text = text_of(Kind.PAYMENT_WITHDRAWN, at)
    assert "The restaurant no longer asks you for a payment or a card." in text
    assert "Your table stays booked" in text


def test_who_has_not_been_asked_yet_hears_nothing_of_it(bank: Bank, house: Restaurant) -> None:
    reservation = ask_by_hand(house, release_unpaid=False)
    at = NOW + 2 * MINUTE
    reservation_deposit_withdraw(reservation_id=reservation.pk, actor=STAFF, now=at)
    work(at)
    send_due(at)
    assert the(Kind.PAYMENT_WITHDRAWN).reason == "state_changed"
    assert kinds(reservation) == ["confirmed"]


def test_who_is_asked_anew_meanwhile_is_not_told_that_it_is_over(
    bank: Bank, house: Restaurant
) -> None:
    reservation = ask_by_hand(house, release_unpaid=False)
    send_due(NOW + MINUTE)
    at = NOW + 2 * MINUTE
    reservation_deposit_withdraw(reservation_id=reservation.pk, actor=STAFF, now=at)
    reservation_deposit_ask(
        reservation_id=reservation.pk,
        kind=DepositKind.GUARANTEE,
        amount=Money(4000, "EUR"),
        release_unpaid=False,
        actor=STAFF,
        now=at,
    )
    work(at)
    send_due(at)
    assert kinds(reservation) == ["confirmed", "payment_asked", "payment_asked"]


def test_asked_when_cancelling_is_no_longer_free_the_letter_does_not_say_that_it_is(
    bank: Bank, house: Restaurant
) -> None:
    reservation = book(house, actor=STAFF, source="phone", **MAIL).reservation
    late = reservation.cancel_deadline_at + MINUTE
    reservation_deposit_ask(
        reservation_id=reservation.pk,
        kind=DepositKind.DEPOSIT,
        amount=Money(4000, "EUR"),
        actor=STAFF,
        now=late,
    )
    work(late)
    text = text_of(Kind.PAYMENT_ASKED, late)
    assert "If you cancel, the restaurant keeps €40." in text
    assert "you get everything back" not in text
