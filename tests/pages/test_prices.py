"""What a guest sees of the price before they book."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from bookings.models import Hold, Reservation
from bookings.services import reservation_create
from payments.models import PaymentAccount
from reservehub.core import clock
from restaurants.models import Area, Restaurant
from tests.bookings.deposits.people import make_rule
from tests.factories import GUEST, NOW, a_request, make_table
from tests.pages.conftest import book, text_of
from tests.pages.deposits import THURSDAY_EVENING, deposit_house, look

pytestmark = pytest.mark.django_db

PAGE = "/r/bistro-anna/?date=2026-06-05&guests=2"
PANEL = "/r/bistro-anna/?slot=2026-06-05T19:00&guests=2"


@pytest.fixture
def restaurant() -> Restaurant:
    return deposit_house()


def test_every_time_says_what_it_costs(client: Client, restaurant: Restaurant) -> None:
    text = look(client, PAGE)
    assert "Deposit €10 per person" in text
    assert '<span class="slot-note" aria-hidden="true">€10</span>' in text
    assert '<span class="sr-only">, deposit €10 per person</span>' in text


def test_a_house_without_rules_says_nothing_of_money(
    client: Client, restaurant: Restaurant
) -> None:
    restaurant.deposit_rules.all().delete()
    Restaurant.objects.filter(pk=restaurant.pk).update(updated_at=NOW)
    assert "eposit" not in look(client, PAGE)


def test_rules_mean_nothing_where_no_money_can_be_taken(
    client: Client, restaurant: Restaurant
) -> None:
    PaymentAccount.objects.update(is_active=False)
    assert "eposit" not in look(client, PAGE)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({}, (">€10<", "You pay a deposit of €20; it comes off your bill.", "Book and pay €20")),
        (
            {"is_per_person": False, "amount_minor": 2550},
            (
                "€25.50",
                "You pay a deposit of €25.50; it comes off your bill.",
                "Book and pay €25.50",
            ),
        ),
        (
            {"kind": "guarantee"},
            ("card", "Your card guarantees the table. Nothing is charged now.", "Book with a card"),
        ),
        (
            {"kind": "authorisation"},
            (
                ">€10<",
                "€20 are held on your card; they are not charged.",
                "Book and let €20 be held",
            ),
        ),
        ({"kind": "prepayment"}, (">€10<", "You pay €20 in advance.", "Book and pay €20")),
        (
            {"kind": "percentage", "percent": 25},
            (">€2.50<", "You pay a deposit of €5; it comes off your bill.", "Book and pay €5"),
        ),
    ],
)
def test_the_panel_says_what_is_agreed_and_the_button_the_price(
    client: Client, restaurant: Restaurant, rule: dict[str, Any], words: tuple[str, str, str]
) -> None:
    chip, sentence, button = words
    restaurant.deposit_rules.update(**rule)
    restaurant.save()
    assert chip in look(client, PAGE)
    panel = look(client, PANEL)
    assert sentence in panel
    assert f"data-main>{button}</button>" in panel


def test_the_panel_says_until_when_money_comes_back(client: Client, restaurant: Restaurant) -> None:
    text = look(client, PANEL)
    assert "If you cancel by Thursday 4 June, 19:00, you get everything back." in text
    assert "If you cancel later, the restaurant keeps €20." in text
    assert "If nobody comes, it keeps €20." in text
    with clock.freeze(THURSDAY_EVENING):
        text = look(client, PANEL)
    assert "If you cancel, the restaurant keeps €20." in text
    assert "everything back" not in text


def test_a_hold_far_ahead_begins_with_the_card_alone(
    client: Client, restaurant: Restaurant
) -> None:
    make_rule(restaurant, kind="authorisation", amount_minor=3000, min_party=2)
    restaurant.deposit_rules.filter(kind="deposit").delete()
    restaurant.save()
    text = look(client, "/r/bistro-anna/?slot=2026-06-19T19:00&guests=2")
    assert "€60 are held on it five days before you come." in text
    assert "data-main>Book with a card</button>" in text


def test_who_asks_first_pays_after_the_answer(client: Client, restaurant: Restaurant) -> None:
    restaurant.policy.confirmation_mode = "approval"
    restaurant.policy.save()
    restaurant.save()
    text = look(client, PANEL)
    assert "You pay only once the restaurant says yes" in text
    assert "data-main>Ask for this table</button>" in text


def test_a_table_that_costs_money_is_held_while_the_guest_types(
    client: Client, restaurant: Restaurant
) -> None:
    assert 'id="hold"' in look(client, PANEL)
    data = {"slot": "2026-06-05T19:00", "guests": "2", "area": ""}
    text = text_of(client.post("/r/bistro-anna/hold/", data))
    assert "A table is kept for you" in text
    assert Hold.objects.count() == 1
    assert "last table" not in text


def make_terrace(restaurant: Restaurant) -> Area:
    """Only the terrace costs something: €5 per person."""
    terrace = Area.objects.create(restaurant=restaurant, name="Terrace", is_outdoor=True)
    make_table(restaurant, number="T1", seats=2, area=terrace)
    restaurant.deposit_rules.update(area=terrace, amount_minor=500)
    restaurant.save()
    return terrace


def test_where_an_area_costs_money_it_is_said_for_that_area(
    client: Client, restaurant: Restaurant
) -> None:
    terrace = make_terrace(restaurant)
    assert "eposit" not in look(client, PAGE), "there are tables that cost nothing"
    assert ">€5<" in look(client, f"{PAGE}&area={terrace.pk}")
    for _party in range(2):
        inside = restaurant.areas.get(name="Main room")
        request = a_request(restaurant, area_id=inside.pk)
        reservation_create(request=request, actor=GUEST, now=NOW)
    assert ">€5<" in look(client, PAGE), "only the terrace is left"


def test_the_price_of_the_panel_is_that_of_the_table_that_is_held(
    client: Client, restaurant: Restaurant
) -> None:
    make_terrace(restaurant)
    # The best table for two is the two-top inside; the terrace is next.
    assert "data-main>Book this table</button>" in look(client, PANEL)
    reservation_create(request=a_request(restaurant), actor=GUEST, now=NOW)
    panel = look(client, PANEL)
    is_terrace = "Book and pay €10" in panel
    book(client, restaurant)
    made = Reservation.objects.latest("pk")
    assert (made.deposit_minor == 1000) is is_terrace
