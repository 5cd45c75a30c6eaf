"""The guest book at the host stand: finding people."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from restaurants.models import Restaurant
from tests.guests.people import make_guest
from tests.staff.guests.book import anna, enter, text, url

pytestmark = pytest.mark.django_db


def test_guests_are_found_by_what_staff_remember(place: Restaurant) -> None:
    anna(place, visits=3, bookings=3)
    make_guest(place.organisation, name="Bram Jansen", is_vip=True)
    client, address = enter(place), url(place, "guests")
    page = text(client.get(address, {"q": "5678"}))
    assert "Anna de Vries" in page
    assert "3 visits" in page
    assert "Bram Jansen" not in page
    assert "These names are similar" in text(client.get(address, {"q": "janson"}))
    assert "Anna" not in text(client.get(address, {"show": "vip"}))
    assert "Nobody found" in text(client.get(address, {"q": "nobody at all"}))


def test_typing_answers_with_the_rows_alone(place: Restaurant) -> None:
    anna(place)
    headers = {"HX-Request": "true", "HX-Target": "guest-list"}
    page = text(enter(place).get(url(place, "guests"), {"q": "vries"}, headers=headers))
    assert "Anna de Vries" in page
    assert "<html" not in page


def test_the_list_goes_on_where_the_page_ended(place: Restaurant) -> None:
    for number in range(32):
        make_guest(place.organisation, name=f"Guest {number:02d}")
    client = enter(place)
    first = client.get(url(place, "guests"))
    assert "Guest 29" in text(first)
    assert "Guest 30" not in text(first)
    make_guest(place.organisation, name="Nobody")
    first = client.get(url(place, "guests"), {"q": "guest"})
    rest = text(client.get(f"{url(place, 'guests')}?{first.context['next_query']}"))
    assert "Guest 30" in rest
    assert "Guest 29" not in rest
    assert "Nobody" not in rest
    assert '?q=guest">From the beginning' in rest


def test_the_list_takes_as_many_queries_for_many_as_for_few(place: Restaurant) -> None:
    client, counts = enter(place), []
    for _round in range(2):
        for _number in range(4):
            make_guest(place.organisation, visits=1, bookings=1)
        with CaptureQueriesContext(connection) as queries:
            client.get(url(place, "guests"))
        counts.append(len(queries))
    assert counts[0] == counts[1]
