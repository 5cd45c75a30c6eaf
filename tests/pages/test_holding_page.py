"""Keeping the last table while the guest types."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from bookings.models import Hold, Reservation
from bookings.services import reservation_create
from reservehub.core import clock
from restaurants.models import Restaurant
from tests.factories import GUEST, NOW, a_request
from tests.pages.conftest import Page, book, text_of

pytestmark = pytest.mark.django_db

WISH = {"slot": "2026-06-05T19:00", "guests": "2", "area": ""}


def hold(client: Client, **changes: str) -> Any:
    return client.post("/r/bistro-anna/hold/", {**WISH, **changes})


def token_of(response: Page) -> str:
    return text_of(response).split('name="hold_token" value="')[1].split('"')[0]


def one_table_left(restaurant: Restaurant) -> None:
    reservation_create(request=a_request(restaurant), actor=GUEST, now=NOW)


def test_a_panel_asks_for_a_hold_only_when_it_matters(
    client: Client, restaurant: Restaurant
) -> None:
    wish = {"slot": "2026-06-05T19:00"}
    assert 'id="hold"' not in text_of(client.get("/r/bistro-anna/", wish))
    one_table_left(restaurant)
    assert 'id="hold"' in text_of(client.get("/r/bistro-anna/", wish))
    assert Hold.objects.count() == 0


def test_the_hold_lasts_five_minutes_and_says_so(client: Client, restaurant: Restaurant) -> None:
    page = text_of(hold(client))
    assert 'data-seconds="300"' in page
    assert "5:00" in page
    assert "I need more time" in page


def test_a_reload_finds_the_same_hold(client: Client, restaurant: Restaurant) -> None:
    one_table_left(restaurant)
    first = hold(client)
    with clock.freeze(NOW + timedelta(seconds=70)):
        page = text_of(client.get("/r/bistro-anna/", {"slot": "2026-06-05T19:00"}))
        assert 'id="booking"' in page
        again = hold(client)
    assert token_of(again) == token_of(first)
    assert 'data-seconds="230"' in text_of(again)
    assert Hold.objects.count() == 1


def test_another_time_swaps_the_hold(client: Client, restaurant: Restaurant) -> None:
    hold(client)
    hold(client, slot="2026-06-05T20:00")
    assert Hold.objects.get().starts_at.hour == 18


def test_others_see_the_held_table_as_taken(client: Client, restaurant: Restaurant) -> None:
    one_table_left(restaurant)
    hold(client)
    page = text_of(Client().get("/r/bistro-anna/", {"date": "2026-06-05"}))
    assert "<s>19:00</s>" in page


def test_one_tap_gives_the_full_time_again(client: Client, restaurant: Restaurant) -> None:
    token = token_of(hold(client))
    with clock.freeze(NOW + timedelta(seconds=280)):
        page = client.post("/r/bistro-anna/hold/extend/", {**WISH, "hold_token": token})
    assert 'data-seconds="300"' in text_of(page)


def test_an_expired_hold_is_taken_anew_without_a_word(
    client: Client, restaurant: Restaurant
) -> None:
    token = token_of(hold(client))
    with clock.freeze(NOW + timedelta(minutes=6)):
        page = client.post("/r/bistro-anna/hold/extend/", {**WISH, "hold_token": token})
    assert page.status_code == 200
    assert token_of(page) != token


def test_when_the_table_is_gone_other_times_are_offered(
    client: Client, restaurant: Restaurant
) -> None:
    for _ in range(2):
        one_table_left(restaurant)
    response = hold(client)
    assert response.status_code == 409
    assert "19:00 was just taken." in text_of(response)
    assert 'name="instead"' in text_of(response)


def test_leaving_gives_the_table_back(client: Client, restaurant: Restaurant) -> None:
    token = token_of(hold(client))
    response = client.post("/r/bistro-anna/hold/release/", {"hold_token": token})
    assert response.status_code == 204
    assert Hold.objects.count() == 0


def test_the_booking_uses_the_held_table_also_without_the_field(
    client: Client, restaurant: Restaurant
) -> None:
    one_table_left(restaurant)
    hold(client)
    assert book(client, restaurant).status_code == 303
    assert Reservation.objects.count() == 2
    assert Hold.objects.count() == 0


def test_a_booking_after_the_hold_ran_out_still_succeeds(
    client: Client, restaurant: Restaurant
) -> None:
    token = token_of(hold(client))
    with clock.freeze(NOW + timedelta(minutes=20)):
        assert book(client, restaurant, hold_token=token).status_code == 303


def test_a_fourth_hold_from_one_address_books_without(
    client: Client, restaurant: Restaurant
) -> None:
    for hour in ("18:00", "20:00", "21:45"):
        hold(Client(), slot=f"2026-06-05T{hour}")
    response = hold(client)
    assert response.status_code == 200
    assert "hold_token" not in text_of(response)


def test_a_hold_for_nonsense_is_refused(client: Client, restaurant: Restaurant) -> None:
    assert hold(client, slot="never").status_code == 422
