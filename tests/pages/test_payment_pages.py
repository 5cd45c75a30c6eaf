"""Who may open the pages where one pays, how often, and what those pages may load."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from bookings.models import Reservation
from bookings.services import reservation_cancel, reservation_create
from payments.models import Payment
from restaurants.models import Restaurant
from tests.factories import GUEST, NOW, a_request
from tests.pages.conftest import book
from tests.pages.deposits import deposit_house, look, unpaid_booking
from tests.pages.money import page_of, payment_of, work

pytestmark = pytest.mark.django_db


@pytest.fixture
def restaurant() -> Restaurant:
    return deposit_house()


@pytest.fixture
def reservation(restaurant: Restaurant) -> Reservation:
    return unpaid_booking(restaurant)


# --- Links and policies ---------------------------------------------------------------------------


@pytest.mark.parametrize("rest", ["pay/", "pay/card/", "pay/back/", "receipt/"])
def test_without_the_link_there_is_nothing(
    client: Client, reservation: Reservation, rest: str
) -> None:
    assert client.get(f"/b/{'x' * 43}/{rest}").status_code == 404


@pytest.mark.parametrize("rest", ["pay/", "pay/card/", "pay/back/", "receipt/"])
def test_a_booking_that_costs_nothing_has_no_such_pages(
    client: Client, restaurant: Restaurant, rest: str
) -> None:
    restaurant.deposit_rules.all().delete()
    restaurant.save()
    free = reservation_create(request=a_request(restaurant), actor=GUEST, now=NOW).reservation
    assert client.get(page_of(free, rest)).status_code == 404


def test_wrong_links_are_counted(client: Client, restaurant: Restaurant, settings: Any) -> None:
    settings.RESERVEHUB_THROTTLES = True
    answers = [client.get(f"/b/{'x' * 43}/pay/").status_code for _try in range(32)]
    assert answers[0] == 404
    assert answers[-1] == 429


def test_tries_are_limited_so_that_nobody_tests_stolen_cards(
    client: Client, reservation: Reservation, settings: Any
) -> None:
    settings.RESERVEHUB_THROTTLES = True
    answers = [client.post(page_of(reservation)).status_code for _try in range(42)]
    assert (answers[0], answers[-1]) == (303, 429)


def test_a_request_is_not_paid_before_the_answer(client: Client, restaurant: Restaurant) -> None:
    restaurant.policy.confirmation_mode = "approval"
    restaurant.policy.save()
    restaurant.save()
    book(client, restaurant)
    made = Reservation.objects.get()
    assert made.status == "pending"
    assert "There is nothing to pay yet" in look(client, page_of(made))


def test_a_cancelled_booking_asks_for_nothing(client: Client, reservation: Reservation) -> None:
    reservation_cancel(reservation_id=reservation.pk, actor=GUEST, now=NOW)
    work()
    assert "There is nothing to pay" in look(client, page_of(reservation))


# --- Forms of providers ---------------------------------------------------------------------------


@pytest.fixture
def at_square(reservation: Reservation, settings: Any) -> Reservation:
    """The same booking, paid at a provider whose form stands in the page."""
    settings.SQUARE_ACCESS_TOKEN = "token"
    settings.SQUARE_APPLICATION_ID = "sandbox-id"
    settings.SQUARE_LOCATION_ID = "L1"
    settings.SQUARE_WEBHOOK_SIGNATURE_KEYS = ["key"]
    Payment.objects.update(provider="square")
    return reservation


def test_only_the_page_with_the_form_may_load_what_is_the_providers(
    client: Client, at_square: Reservation
) -> None:
    assert client.post(page_of(at_square))["Location"] == page_of(at_square, "pay/card/")
    response = client.get(page_of(at_square, "pay/card/"))
    assert response.status_code == 200
    policy = response["Content-Security-Policy"]
    assert "squarecdn.com" in policy
    assert "unsafe" not in policy
    assert "default-src 'self'" in policy
    for path in (page_of(at_square), page_of(at_square, ""), "/"):
        assert "square" not in client.get(path)["Content-Security-Policy"]


def test_a_form_without_a_token_charges_nothing(client: Client, at_square: Reservation) -> None:
    for source in ("", "x" * 256):
        response = client.post(page_of(at_square, "pay/card/"), {"source": source})
        assert response["Location"] == page_of(at_square, "pay/card/")
    assert not payment_of(at_square).instructions.exists()


def test_the_simulator_needs_no_form(client: Client, reservation: Reservation) -> None:
    for send in (client.get, client.post):
        response = send(page_of(reservation, "pay/card/"))
        assert response["Location"] == page_of(reservation)
