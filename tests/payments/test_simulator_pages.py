"""The simulator's pages, where the guest chooses what the bank says."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from payments.gateways.base import Order
from payments.models import SimulatedEvent, SimulatedPayment
from tests.factories import make_user
from tests.payments.simulated import BACK, an_order, begin, gateway, given, page_secret, sums

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_frozen")]


def page_of(order: Order) -> str:
    return begin(order).redirect_url.removeprefix("http://testserver")


def text_of(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_the_page_says_who_is_paid_what(client: Client) -> None:
    text = text_of(client, page_of(an_order()))
    for part in ("Bistro Anna", "Table for 6 guests", "€60.00", "Pay €60.00", "No real money"):
        assert part in text
    assert "later" not in text, "what happens later matters only for a saved card"


def test_the_page_speaks_the_language_it_was_asked_to(client: Client) -> None:
    order = an_order()
    gateway.begin(order, return_url=BACK, language="ru")
    path = f"/dev/payments/{SimulatedPayment.objects.get().secret}/"
    assert '<html lang="ru"' in client.get(path).content.decode()


@pytest.mark.parametrize(
    ("choice", "captured"),
    [
        ({"bank": "approve", "told": "at_once"}, 60_00),
        ({"bank": "approve", "told": "lost"}, 60_00),
        ({"bank": "decline", "told": "at_once"}, 0),
    ],
)
def test_every_choice_leads_back(client: Client, choice: dict[str, str], captured: int) -> None:
    order = an_order()
    response = client.post(page_of(order), {"do": "pay", **choice})
    assert (response.status_code, response["Location"]) == (303, BACK)
    assert sums(gateway.look_up(order)).captured == captured


@pytest.mark.parametrize(("answer", "captured"), [("pass", 60_00), ("fail", 0)])
def test_the_bank_may_ask_who_it_is(client: Client, answer: str, captured: int) -> None:
    order = an_order()
    asked = client.post(page_of(order), {"do": "pay", "bank": "challenge", "told": "lost"})
    assert asked["Location"].endswith("/challenge/?told=lost")
    assert 'value="lost"' in text_of(client, asked["Location"])
    response = client.post(asked["Location"], {"do": answer, "told": "lost"})
    assert response["Location"] == BACK
    assert sums(gateway.look_up(order)).captured == captured
    assert SimulatedEvent.objects.get().is_lost is (answer == "pass")


@pytest.mark.parametrize(
    "data", [{}, {"bank": "approve"}, {"bank": "poor_later", "told": "at_once"}]
)
def test_a_choice_that_is_none_is_said_so(client: Client, data: dict[str, str]) -> None:
    order = an_order()
    response = client.post(page_of(order), {"do": "pay", **data})
    assert response.status_code == 422
    assert b"There is a problem" in response.content
    assert gateway.look_up(order).facts == ()


def test_who_leaves_pays_nothing(client: Client) -> None:
    order = an_order()
    path = page_of(order)
    assert client.post(path, {"do": "leave"})["Location"] == BACK
    assert "given up" in text_of(client, path)


def test_a_payment_is_disputed_and_decided_on_its_page(client: Client) -> None:
    order, _answer = given(an_order())
    path = f"/dev/payments/{page_secret(order)}/"
    assert "Dispute this payment" in text_of(client, path)
    assert client.post(f"{path}dispute/").status_code == 303
    assert "Answer needed" in text_of(client, path)
    assert client.post(f"{path}dispute/").status_code == 409
    client.post(f"{path}decide/", {"do": "won"})
    assert "Won" in text_of(client, path)
    assert sums(gateway.look_up(order)).kept == 60_00


def test_a_page_nobody_was_sent_to_is_not_there(client: Client) -> None:
    assert client.get(f"/dev/payments/{'x' * 43}/").status_code == 404
    assert client.post(f"/dev/payments/{'x' * 43}/dispute/").status_code == 404


def test_the_desk_is_for_the_demo_and_for_administrators(client: Client, settings: Any) -> None:
    given(an_order())
    assert client.get("/dev/payments/").status_code == 404
    client.force_login(make_user(is_staff=True))
    assert client.get("/dev/payments/").status_code == 404
    client.force_login(make_user(is_staff=True, is_superuser=True))
    assert "Bistro Anna" in text_of(client, "/dev/payments/")
    client.logout()
    settings.RESERVEHUB_DEMO = True
    assert "Bistro Anna" in text_of(client, "/dev/payments/")
