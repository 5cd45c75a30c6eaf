"""What the page of a booking says of its money, and what cancelling or changing it costs."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client

from bookings.deposits import Kind
from bookings.models import Reservation
from bookings.services import (
    reservation_create,
    reservation_deposit_ask,
    reservation_deposit_withdraw,
)
from payments.services import payment_refund
from reservehub.core import clock
from reservehub.core.money import Money
from restaurants.models import Restaurant
from tests.bookings.deposits.people import make_house
from tests.factories import NOW, STAFF, a_request
from tests.pages.conftest import book, text_of
from tests.pages.deposits import THURSDAY_EVENING, deposit_house, look, status_of, unpaid_booking
from tests.pages.money import page_of, pay, payment_of, work

pytestmark = pytest.mark.django_db


@pytest.fixture
def restaurant() -> Restaurant:
    return deposit_house()


@pytest.fixture
def reservation(restaurant: Restaurant) -> Reservation:
    return unpaid_booking(restaurant)


def test_what_is_not_paid_yet_leads_to_the_payment(
    client: Client, reservation: Reservation
) -> None:
    text = look(client, page_of(reservation, ""))
    assert "Waiting for your payment" in text
    assert "The table is kept for you until 11:15." in text
    assert "Not paid yet" in text
    assert "Deposit €10 per person: €20 in all" in text
    assert f'href="{page_of(reservation)}"' in text


def test_what_is_paid_says_how_much_and_has_a_receipt(
    client: Client, reservation: Reservation
) -> None:
    look(client, pay(client, reservation))
    text = look(client, page_of(reservation, ""))
    assert "Paid: €20" in text
    assert "If you cancel by Thursday 4 June, 19:00, you get everything back." in text
    receipt = look(client, page_of(reservation, "receipt/"))
    assert str(payment_of(reservation).public_id) in receipt
    assert reservation.reference in receipt
    assert "Visa •••• 4242" not in receipt, "a card that was not kept is nobody's business"


def test_the_receipt_counts_what_came_back(client: Client, reservation: Reservation) -> None:
    look(client, pay(client, reservation))
    payment_refund(
        payment_id=payment_of(reservation).pk,
        amount=None,
        reason="",
        actor=STAFF,
        now=NOW,
    )
    work()
    receipt = look(client, page_of(reservation, "receipt/"))
    amounts = re.findall(r"[-−]?€\d+", receipt)
    assert amounts == ["€10", "€20", "-€20", "€0"]  # the first is for each person


def test_before_anything_is_paid_there_is_no_receipt(
    client: Client, reservation: Reservation
) -> None:
    look(client, page_of(reservation, "receipt/"), 404)


def test_cancelling_in_time_costs_nothing(client: Client, reservation: Reservation) -> None:
    look(client, pay(client, reservation))
    text = look(client, page_of(reservation, "cancel/"))
    assert "Cancelling is free now: you get everything back." in text
    client.post(page_of(reservation, "cancel/"), {"version": _version(reservation)})
    work()
    assert status_of(reservation) == ("cancelled_by_guest", "refunded")
    assert payment_of(reservation).kept_minor == 0


def test_a_late_cancellation_says_the_exact_amount_first(
    client: Client, restaurant: Restaurant
) -> None:
    restaurant.deposit_rules.update(late_cancel_percent=50)
    restaurant.save()
    book(client, restaurant)
    reservation = Reservation.objects.get()
    look(client, pay(client, reservation))
    with clock.freeze(THURSDAY_EVENING):
        assert "the restaurant keeps €10." in look(client, page_of(reservation, ""))
        text = look(client, page_of(reservation, "cancel/"))
        assert "It is late: if you cancel now, the restaurant keeps €10." in text
        data = {"version": _version(reservation)}
        assert client.post(page_of(reservation, "cancel/"), data).status_code == 303
        work()
        assert "Given back: €10" in look(client, page_of(reservation, ""))
    assert payment_of(reservation).kept_minor == 1000


def test_until_it_is_paid_cancelling_is_free(client: Client, reservation: Reservation) -> None:
    text = look(client, page_of(reservation, "cancel/"))
    assert "Nothing has been paid: cancelling is free." in text


def _version(reservation: Reservation) -> int:
    reservation.refresh_from_db()
    return reservation.version


def test_a_dearer_change_is_refused_in_words(client: Client, restaurant: Restaurant) -> None:
    book(client, restaurant)
    reservation = Reservation.objects.get()
    look(client, pay(client, reservation))
    data = {
        "slot": "2026-06-05T19:00",
        "guests": "4",
        "area": "",
        "version": _version(reservation),
    }
    response = client.post(page_of(reservation, "change/"), data)
    assert "That booking costs more than yours." in text_of(response)
    assert status_of(reservation) == ("confirmed", "paid")


# --- Asked for by hand ----------------------------------------------------------------------------


@pytest.mark.parametrize("release_unpaid", [True, False])
def test_what_staff_ask_for_later_is_said_with_its_time_and_its_terms(
    client: Client, *, release_unpaid: bool
) -> None:
    house = make_house(name="Bistro Anna", slug="bistro-anna", city="Amsterdam")
    made = reservation_create(request=a_request(house), actor=STAFF, now=NOW).reservation
    assert "deposit" not in look(client, page_of(made, ""))
    reservation_deposit_ask(
        reservation_id=made.pk,
        kind=Kind.DEPOSIT,
        amount=Money(2000, "EUR"),
        release_unpaid=release_unpaid,
        actor=STAFF,
        now=NOW,
    )
    text = look(client, page_of(made, ""))
    assert "The restaurant asks you for this by 15:00." in text
    assert "Deposit €20" in text
    assert "If you cancel by Thursday 4 June, 19:00, you get everything back." in text
    assert f'href="{page_of(made)}"' in text
    assert ("The table is kept for you until 15:00." in text) is release_unpaid
    assert ('data-seconds="14400"' in look(client, page_of(made))) is release_unpaid
    look(client, pay(client, made))
    assert status_of(made) == ("confirmed", "paid")
    assert "asks you for this" not in look(client, page_of(made, ""))


@pytest.mark.parametrize("release_unpaid", [True, False])
def test_what_was_withdrawn_threatens_nobody_any_more(
    client: Client, *, release_unpaid: bool
) -> None:
    house = make_house(name="Bistro Anna", slug="bistro-anna")
    made = reservation_create(request=a_request(house), actor=STAFF, now=NOW).reservation
    reservation_deposit_ask(
        reservation_id=made.pk,
        kind=Kind.DEPOSIT,
        amount=Money(2000, "EUR"),
        release_unpaid=release_unpaid,
        actor=STAFF,
        now=NOW,
    )
    reservation_deposit_withdraw(reservation_id=made.pk, actor=STAFF, now=NOW)
    text = look(client, page_of(made, ""))
    assert "No longer asked for" in text
    assert "it keeps €20" not in text
    assert f'href="{page_of(made)}"' not in text


def test_when_the_time_is_over_a_booking_that_stays_can_still_be_paid(client: Client) -> None:
    house = make_house(name="Bistro Anna", slug="bistro-anna")
    made = reservation_create(request=a_request(house), actor=STAFF, now=NOW).reservation
    reservation_deposit_ask(
        reservation_id=made.pk,
        kind=Kind.GUARANTEE,
        amount=Money(2000, "EUR"),
        release_unpaid=False,
        actor=STAFF,
        now=NOW,
    )
    with clock.freeze(NOW + timedelta(hours=5)):
        text = look(client, page_of(made, ""))
        assert "The restaurant asks you for this." in text
        assert f'href="{page_of(made)}"' in text
