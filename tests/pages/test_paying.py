"""How a guest pays for a booking, from the panel to the bank and back, and the time they have."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from bookings.models import Deposit, Reservation
from bookings.services import reservation_create, reservation_expire
from payments.models import Payment, SimulatedPayment
from reservehub.core import clock
from reservehub.core.actors import SYSTEM
from restaurants.models import Restaurant
from tests.factories import NOW, STAFF, a_request
from tests.pages.conftest import book, text_of
from tests.pages.deposits import deposit_house, look, status_of, unpaid_booking
from tests.pages.money import page_of, pay, payment_of, to_the_bank, work

pytestmark = pytest.mark.django_db


@pytest.fixture
def restaurant() -> Restaurant:
    return deposit_house()


@pytest.fixture
def reservation(restaurant: Restaurant) -> Reservation:
    return unpaid_booking(restaurant)


# --- From booking to paying -----------------------------------------------------------------------


def test_booking_leads_to_the_page_where_one_pays(client: Client, restaurant: Restaurant) -> None:
    response = book(client, restaurant)
    made = Reservation.objects.get()
    assert response["Location"] == page_of(made)
    assert made.status == "pending_payment"
    text = look(client, page_of(made))
    for part in (
        "Bistro Anna",
        "Friday 5 June, 19:00 · 2 guests",
        "Deposit €10 per person",
        "€20",
        "Pay €20",
        "If you cancel by Thursday 4 June, 19:00, you get everything back.",
        "The table is kept for you until 11:15.",
        'data-seconds="900"',
        "I need more time",
    ):
        assert part in text, part


def test_another_price_than_was_shown_is_said_before_anybody_pays(
    client: Client, restaurant: Restaurant
) -> None:
    response = book(client, restaurant, price="0")
    text = look(client, response["Location"])
    assert "costs something else than the page said" in text
    made = Reservation.objects.get()
    assert "than the page said" not in look(client, page_of(made))
    assert 'name="price" value="2000"' in look(client, "/r/bistro-anna/?slot=2026-06-06T19:00")


def test_the_page_survives_a_reload(client: Client, reservation: Reservation) -> None:
    with clock.freeze(NOW + timedelta(minutes=5)):
        text = look(client, page_of(reservation))
    assert 'data-seconds="600"' in text
    assert "10:00" in text


def test_looking_at_the_page_begins_nothing(client: Client, reservation: Reservation) -> None:
    for _look in range(2):
        look(client, page_of(reservation))
    assert payment_of(reservation).provider_id == ""
    assert not SimulatedPayment.objects.exists()


def test_the_amount_is_the_servers(client: Client, reservation: Reservation) -> None:
    client.post(page_of(reservation), {"amount": "1", "amount_minor": "1", "currency": "JPY"})
    at_bank = SimulatedPayment.objects.get()
    assert (at_bank.amount_minor, at_bank.currency) == (2000, "EUR")


def test_paying_confirms_the_booking_at_once(client: Client, reservation: Reservation) -> None:
    back = pay(client, reservation)
    assert back == page_of(reservation, "pay/back/")
    text = look(client, back)
    assert "Paid" in text
    assert "Your table is booked." in text
    assert status_of(reservation) == ("confirmed", "paid")
    assert "Your table is booked" in look(client, page_of(reservation, ""))


def test_a_refused_card_leads_to_another_try(client: Client, reservation: Reservation) -> None:
    text = look(client, pay(client, reservation, "decline"))
    assert "The payment did not work" in text
    assert "Nothing was charged." in text
    assert "<title>Error:" in text
    assert status_of(reservation) == ("pending_payment", "pending")
    assert "Paid" in look(client, pay(client, reservation))
    assert status_of(reservation) == ("confirmed", "paid")


def test_a_second_refusal_is_told_like_the_first(client: Client, reservation: Reservation) -> None:
    for _try in range(2):
        assert "The payment did not work" in look(client, pay(client, reservation, "decline"))


def test_who_gives_up_at_the_bank_may_begin_again(client: Client, reservation: Reservation) -> None:
    path = to_the_bank(client, reservation)
    client.post(path, {"do": "leave"})
    response = client.get(page_of(reservation, "pay/back/"))
    assert (response.status_code, response["Location"]) == (303, page_of(reservation))
    assert "Paid" in look(client, pay(client, reservation))


def test_from_the_page_of_the_bank_the_form_of_the_provider_goes_on(
    client: Client, reservation: Reservation
) -> None:
    Payment.objects.update(provider="adyen")
    back = client.get(page_of(reservation, "pay/back/"), {"redirectResult": "a+b/c="})
    assert back.status_code == 303
    assert back["Location"] == page_of(reservation, "pay/card/") + "?redirectResult=a%2Bb%2Fc%3D"


def test_while_the_bank_is_silent_the_page_looks_again(
    client: Client, reservation: Reservation
) -> None:
    text = look(client, pay(client, reservation, told="late"))
    assert "Your payment is being checked" in text
    assert f'hx-get="{page_of(reservation, "pay/back/")}?n=1"' in text
    fragment = {"HX-Request": "true", "HX-Target": "pay"}
    again = look(client, page_of(reservation, "pay/back/") + "?n=1", headers=fragment)
    assert "?n=2" in again
    assert "<html" not in again
    with clock.freeze(NOW + timedelta(seconds=20)):
        done = look(client, page_of(reservation, "pay/back/") + "?n=2", headers=fragment)
    assert "Your table is booked." in done
    assert status_of(reservation) == ("confirmed", "paid")


def test_an_old_refusal_does_not_speak_for_a_new_try(
    client: Client, reservation: Reservation
) -> None:
    look(client, pay(client, reservation, "decline"))
    assert "being checked" in look(client, pay(client, reservation, told="late"))


def test_a_lost_message_is_found_by_looking(client: Client, reservation: Reservation) -> None:
    assert "Paid" in look(client, pay(client, reservation, told="lost"))
    assert status_of(reservation) == ("confirmed", "paid")


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("guarantee", ("guaranteed", "Your card is saved", "Save the card")),
        ("authorisation", ("held", "The amount is held on your card", "Let €20 be held")),
    ],
)
def test_cards_and_holds_confirm_as_well(
    client: Client, restaurant: Restaurant, kind: str, said: tuple[str, str, str]
) -> None:
    status, words, button = said
    restaurant.deposit_rules.update(kind=kind)
    restaurant.save()
    book(client, restaurant)
    made = Reservation.objects.get()
    assert button in look(client, page_of(made))
    assert words in look(client, pay(client, made))
    assert status_of(made) == ("confirmed", status)


def test_a_payment_that_is_over_cannot_be_begun(client: Client, reservation: Reservation) -> None:
    look(client, pay(client, reservation))
    response = client.post(page_of(reservation))
    assert response["Location"] == page_of(reservation)
    assert SimulatedPayment.objects.count() == 1


def test_paid_in_another_tab_the_next_try_finds_out(
    client: Client, reservation: Reservation
) -> None:
    path = to_the_bank(client, reservation)
    client.post(path, {"do": "pay", "bank": "approve", "told": "lost"})
    response = client.post(page_of(reservation))
    assert response["Location"] == page_of(reservation, "pay/back/")
    assert payment_of(reservation).captured_minor == 2000


def test_a_silent_provider_is_said_so(
    client: Client, reservation: Reservation, settings: Any
) -> None:
    settings.RESERVEHUB_PAYMENT_SIMULATOR = False
    response = client.post(page_of(reservation))
    assert response.status_code == 503
    assert "The payment service does not answer" in text_of(response)
    assert "Pay €20" in text_of(response)


# --- Time -----------------------------------------------------------------------------------------


def test_one_tap_gives_more_time(client: Client, reservation: Reservation) -> None:
    with clock.freeze(NOW + timedelta(minutes=14)):
        fragment = {"HX-Request": "true", "HX-Target": "time"}
        response = client.post(page_of(reservation, "pay/more/"), headers=fragment)
        assert 'data-seconds="900"' in text_of(response)
        plain = client.post(page_of(reservation, "pay/more/"))
        assert plain["Location"] == page_of(reservation)


def test_time_is_not_given_without_end(client: Client, reservation: Reservation) -> None:
    for _tap in range(reservation.restaurant.policy.hold_extensions):
        assert "I need more time" in look(client, page_of(reservation))
        client.post(page_of(reservation, "pay/more/"))
    assert "I need more time" not in look(client, page_of(reservation))
    client.post(page_of(reservation, "pay/more/"))
    assert Deposit.objects.get().extensions == reservation.restaurant.policy.hold_extensions


def expire(reservation: Reservation) -> None:
    reservation.refresh_from_db()
    assert reservation.expires_at is not None
    reservation_expire(reservation_id=reservation.pk, actor=SYSTEM, now=reservation.expires_at)


@pytest.mark.parametrize("is_swept", [False, True])
def test_when_the_time_is_over_one_books_again(
    client: Client, reservation: Reservation, is_swept: bool
) -> None:
    with clock.freeze(NOW + timedelta(minutes=15)):
        if is_swept:
            expire(reservation)
        text = look(client, page_of(reservation))
        assert "The time to pay is over" in text
        assert 'href="/r/bistro-anna/?date=2026-06-05&amp;guests=2"' in text
        assert "Pay €20" not in text
        client.post(page_of(reservation))
        client.post(page_of(reservation, "pay/more/"))
    assert not SimulatedPayment.objects.exists()


def test_paid_too_late_the_table_comes_back_if_it_is_free(
    client: Client, reservation: Reservation
) -> None:
    back = pay(client, reservation, told="late")
    with clock.freeze(NOW + timedelta(minutes=16)):
        expire(reservation)
        assert "Your table is booked." in look(client, back)
    assert status_of(reservation) == ("confirmed", "paid")


def test_paid_too_late_and_the_table_gone_the_money_comes_back(
    client: Client, restaurant: Restaurant, reservation: Reservation
) -> None:
    back = pay(client, reservation, told="late")
    later = NOW + timedelta(minutes=16)
    with clock.freeze(later):
        expire(reservation)
        for _other in range(2):
            other = reservation_create(
                request=a_request(restaurant, party_size=2), actor=STAFF, now=later
            )
            assert other.reservation.status == "confirmed"
        text = look(client, back)
        assert "Your payment came too late" in text
        assert "You get everything back" in text
        work(later)
        assert "You get everything back" in look(client, page_of(reservation, ""))
    assert status_of(reservation) == ("expired", "refunded")
    payment = payment_of(reservation)
    assert payment.kept_minor == 0
