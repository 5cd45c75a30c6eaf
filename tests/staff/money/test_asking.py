"""A manager asks the guest of a booking that cost nothing for a deposit, and takes it back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from bookings.models import Reservation
from bookings.services import reservation_cancel
from payments.models import PaymentAccount
from reservehub.core import clock
from reservehub.core.models import AuditEntry, OutboxEvent
from restaurants.models import Restaurant
from tests.bookings.deposits.bank import Bank
from tests.bookings.deposits.people import book, pay, payment_for, payments_for, seen
from tests.factories import NOW, STAFF
from tests.staff.money.test_stand import BASE, panel

pytestmark = pytest.mark.django_db


@pytest.fixture
def reservation(restaurant: Restaurant, account: PaymentAccount) -> Reservation:
    """By telephone."""
    assert account.restaurant_id == restaurant.pk
    return phone_booking(restaurant)


def phone_booking(restaurant: Restaurant, **fields: Any) -> Reservation:
    wish = {"source": "phone", "party_size": 4, "guest_name": "Ada", **fields}
    return book(restaurant, actor=STAFF, **wish).reservation


def url_of(reservation: Reservation) -> str:
    return f"{BASE}reservations/{reservation.pk}/deposit/"


def wish(**fields: str) -> dict[str, str]:
    typed = {"kind": "deposit", "amount": "10", "is_per_person": "on", "hours": "", **fields}
    return {"fate": "release", "nonce": "a-nonce-of-the-form", **typed}


def ask(client: Client, reservation: Reservation, **fields: str) -> Any:
    return client.post(url_of(reservation), wish(**fields) | {"confirmed": "1"})


def withdraw(client: Client, reservation: Reservation) -> Any:
    url = f"{BASE}reservations/{reservation.pk}/withdraw-deposit/"
    sent = {"version": seen(reservation).version}
    return client.post(url, sent, headers={"HX-Request": "true"})


# --- Asking ---------------------------------------------------------------------------------------


def test_the_panel_leads_managers_to_the_form(
    office: Client, stand: Client, reservation: Reservation
) -> None:
    assert f'href="{url_of(reservation)}"' in panel(office, reservation)
    assert "deposit/" not in panel(stand, reservation), "hosts may not charge"
    assert stand.get(url_of(reservation)).status_code == 403
    page = office.get(url_of(reservation)).content.decode()
    for part in ("Friday 5 June, 19:00 · 4 guests", "Amount, EUR", "until 15:00", "Card guarantee"):
        assert part in page, part
    assert "1 hour, until 12:00" in page
    assert '<option value="" selected>4 hours, until 15:00</option>' in page
    assert 'value="4"' not in page, "that is the usual time"


def test_what_will_happen_is_said_before_it_does(office: Client, reservation: Reservation) -> None:
    page = office.post(url_of(reservation), wish(hours="24")).content.decode()
    for part in (
        "Is this right?",
        "Ada is asked to pay €40.00",
        "The table is kept until Tuesday 2 June, 11:00; if it is not paid by then, it goes to",
        "If you cancel by Thursday 4 June, 19:00, you get everything back.",
    ):
        assert part in page, part
    assert seen(reservation).deposit_status == "not_required"
    assert not payments_for(reservation)
    assert not OutboxEvent.objects.filter(name__endswith="payment_asked").exists()


def test_sent_twice_it_is_asked_for_once(office: Client, reservation: Reservation) -> None:
    for _time in range(2):
        answer = ask(office, reservation, hours="24")
        assert answer.status_code == 303
        assert f"reservation={reservation.pk}" in answer["Location"]
    asked = seen(reservation)
    assert (asked.status, asked.deposit_minor) == ("pending_payment", 4000)
    assert asked.expires_at == NOW + timedelta(hours=24)
    assert OutboxEvent.objects.filter(name__endswith="payment_asked").count() == 1
    entry = AuditEntry.objects.get(action="reservation.deposit_asked")
    assert entry.actor_label.startswith("Maria")


def test_the_panel_says_that_it_was_asked_for(
    office: Client, stand: Client, reservation: Reservation, bank: Bank
) -> None:
    ask(office, reservation)
    text = panel(office, reservation)
    assert 'data-colour="gold">Deposit asked for</span>' in text
    assert "€40.00" in text
    assert "until 15:00" in text
    assert "withdraw-deposit" in text
    assert "Ask for a deposit" not in text
    assert "withdraw-deposit" not in panel(stand, reservation)
    payment = f"{BASE}payments/{payment_for(reservation).pk}/"
    assert "Asked for by" in office.get(payment).content.decode()
    pay(bank, reservation)
    assert "Paid</span>" in panel(office, reservation)


def test_a_booking_that_is_kept_says_until_when_all_the_same(
    office: Client, reservation: Reservation
) -> None:
    page = office.post(url_of(reservation), wish(fate="keep", kind="guarantee")).content.decode()
    assert "Ada is asked for a card, for up to €40.00" in page
    assert "should be by 15:00; the booking stays" in page
    ask(office, reservation, fate="keep", kind="guarantee")
    assert seen(reservation).status == "confirmed"
    assert "until 15:00" in panel(office, reservation)


def test_a_request_is_accepted_by_it_and_cannot_be_kept(
    office: Client, restaurant: Restaurant, account: PaymentAccount
) -> None:
    restaurant.policy.confirmation_mode = "approval"
    restaurant.policy.save()
    restaurant.refresh_from_db()
    reservation = book(restaurant).reservation
    page = office.get(url_of(reservation)).content.decode()
    assert "The booking stays" not in page
    page = office.post(url_of(reservation), wish()).content.decode()
    assert "The request is accepted as soon as it is paid" in page
    assert ask(office, reservation, fate="keep").status_code == 422
    assert ask(office, reservation).status_code == 303
    assert seen(reservation).status == "pending_payment"


# --- What is in the way ---------------------------------------------------------------------------


def test_without_an_account_it_says_what_is_missing(office: Client, restaurant: Restaurant) -> None:
    reservation = phone_booking(restaurant)
    text = panel(office, reservation)
    assert 'data-said="ask-deposit"' in text
    assert "No account for payments has been set up." in text
    page = office.get(url_of(reservation)).content.decode()
    assert 'id="obstacle"' in page
    assert f"{BASE}settings/deposits/account/" in page
    ask(office, reservation)
    assert seen(reservation).deposit_status == "not_required"


def test_who_cannot_be_reached_is_not_asked(
    office: Client, reservation: Reservation, restaurant: Restaurant
) -> None:
    Reservation.objects.filter(pk=reservation.pk).update(guest_email="", guest_phone="", guest=None)
    page = office.get(url_of(reservation)).content.decode()
    assert "no e-mail address or phone number" in page
    assert f"{BASE}reservations/{reservation.pk}/edit/" in page


@pytest.mark.parametrize("amount", ["", "0", "-1", "1.005", "1e20"])
def test_amounts_are_checked(office: Client, reservation: Reservation, amount: str) -> None:
    answer = ask(office, reservation, amount=amount)
    assert answer.status_code == 422
    assert 'id="error-summary"' in answer.content.decode()
    assert not payments_for(reservation)


def test_nothing_can_be_asked_for_twice_or_too_late(
    office: Client, reservation: Reservation
) -> None:
    ask(office, reservation)
    assert "Nothing can be asked for here" in office.get(url_of(reservation)).content.decode()
    answer = ask(office, reservation, amount="20", nonce="another-nonce-of-a-form")
    assert answer.status_code == 409
    assert "A deposit has been agreed already" in answer.content.decode()
    reservation_cancel(reservation_id=reservation.pk, actor=STAFF, now=NOW)
    assert "deposit/" not in panel(office, reservation)


def test_hours_that_end_after_the_start_are_not_offered(
    office: Client, reservation: Reservation
) -> None:
    with clock.freeze(reservation.starts_at - timedelta(hours=3)):
        page = office.get(url_of(reservation)).content.decode()
        assert "2 hours, until" in page
        assert "12 hours, until" not in page
        assert ask(office, reservation, hours="12").status_code == 422


# --- Withdrawing ----------------------------------------------------------------------------------


def test_what_was_asked_for_is_withdrawn_from_the_panel(
    office: Client, stand: Client, reservation: Reservation
) -> None:
    ask(office, reservation)
    assert withdraw(stand, reservation).status_code == 403
    answer = withdraw(office, reservation)
    assert answer.status_code == 200
    assert "Ada is no longer asked for a deposit" in answer["HX-Trigger"]
    assert (seen(reservation).status, seen(reservation).deposit_status) == ("confirmed", "waived")
    text = panel(office, reservation)
    assert "Ask for a deposit" in text, "it can be asked for anew"
    assert "Deposit request withdrawn" in text
    assert "€0.00" not in text


def test_what_was_paid_meanwhile_is_not_withdrawn(
    office: Client, reservation: Reservation, bank: Bank
) -> None:
    ask(office, reservation)
    pay(bank, reservation)
    answer = withdraw(office, reservation)
    assert answer.status_code == 409
    assert "A deposit has been agreed already" in answer.content.decode()
