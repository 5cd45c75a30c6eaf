"""The box for offers and news: unticked, apart from the booking, in the ledger with its words."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from guests.models import ConsentEntry, Guest
from restaurants.models import Restaurant
from tests.pages.conftest import book, text_of

pytestmark = pytest.mark.django_db


def test_the_box_starts_unticked_and_a_booking_without_it_agrees_to_nothing(
    client: Client, restaurant: Restaurant
) -> None:
    page = text_of(client.get(f"/r/{restaurant.slug}/", {"slot": "2026-06-05T19:00"}))
    box = re.search(r'<input[^>]*name="news"[^>]*>', page)
    assert box is not None
    assert "checked" not in box[0]

    book(client, restaurant)
    assert not Guest.objects.get().has_marketing_consent
    assert not ConsentEntry.objects.exists()


def test_a_tick_is_kept_with_its_words_and_where_it_was_given(
    client: Client, restaurant: Restaurant
) -> None:
    book(client, restaurant, news="on")

    entry = ConsentEntry.objects.get()
    assert Guest.objects.get().has_marketing_consent
    assert entry.wording == "Bistro Anna may send me offers and news. I can stop them at any time."
    assert (entry.source, entry.ip_address) == ("booking_web", "127.0.0.1")


def test_no_tick_the_next_time_takes_nothing_back(client: Client, restaurant: Restaurant) -> None:
    book(client, restaurant, news="on")
    book(client, restaurant, slot="2026-06-06T19:00", nonce="nonce-2")

    assert Guest.objects.get().has_marketing_consent


def test_a_refused_booking_agrees_to_nothing_and_keeps_the_tick_on_the_page(
    client: Client, restaurant: Restaurant
) -> None:
    response = book(client, restaurant, news="on", slot="2026-06-05T03:00")

    assert response.status_code == 409
    assert re.search(r'<input[^>]*name="news" checked', text_of(response))
    assert not ConsentEntry.objects.exists()
    assert not Guest.objects.exists()


def test_partners_send_the_words_their_guests_ticked(
    client: Client, restaurant: Restaurant
) -> None:
    body = {
        "restaurant": restaurant.slug,
        "date": "2026-06-05",
        "time": "19:00",
        "party_size": 2,
        "guest_name": "Anna de Vries",
        "guest_email": "anna@example.com",
        "marketing_consent": "Yes, write to me",
    }
    response = client.post("/api/v1/reservations", body, content_type="application/json")

    assert response.status_code == 201
    entry = ConsentEntry.objects.get()
    assert (entry.wording, entry.source) == ("Yes, write to me", "booking_api")
