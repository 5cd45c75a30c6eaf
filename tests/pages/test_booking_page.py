"""The second tap: booking without JavaScript, twelve mistakes, the lost race, the double tap."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from django.test import Client

from bookings.models import Reservation
from bookings.services import reservation_create
from guests.models import Guest
from restaurants.models import Area, Restaurant
from tests.factories import GUEST, NOW, a_request, make_user
from tests.pages.conftest import book, text_of

pytestmark = pytest.mark.django_db


def test_a_guest_books_with_a_name_and_an_email(client: Client, restaurant: Restaurant) -> None:
    response = book(client, restaurant)
    reservation = Reservation.objects.get()
    assert response.status_code == 303
    assert response["Location"].startswith("/b/")
    assert reservation.status == "confirmed"
    assert reservation.guest_email == "anna@example.com"
    assert reservation.source == "web"
    page = text_of(client.get(response["Location"]))
    assert "Your table is booked" in page
    assert reservation.reference in page


def test_a_phone_is_enough_in_any_usual_form(client: Client, restaurant: Restaurant) -> None:
    book(client, restaurant, contact=" 020 123-45 67 ")
    assert Reservation.objects.get().guest_phone == "+31201234567"


def test_wishes_and_language_are_kept(client: Client, restaurant: Restaurant) -> None:
    client.get("/", {"lang": "ru"})
    area = Area.objects.get()
    book(
        client,
        restaurant,
        occasion="birthday",
        requests="A cake at nine",
        dietary="vegan",
        consent="on",
        area=str(area.pk),
    )
    reservation = Reservation.objects.get()
    assert reservation.guest_language == "ru"
    assert reservation.special_occasion == "birthday"
    assert reservation.special_requests == "A cake at nine"
    assert reservation.dietary_restrictions == ["vegan"]
    assert reservation.has_health_consent
    assert reservation.area_preference == area


class Mistake(NamedTuple):
    name: str
    changes: dict[str, str]
    message: str
    field_id: str


MISTAKES = [
    Mistake("no name", {"name": " "}, "Enter your name", "id_name"),
    Mistake("a name of digits", {"name": "12345"}, "at least one letter", "id_name"),
    Mistake("no contact", {"contact": ""}, "one is enough", "id_contact"),
    Mistake("half an e-mail", {"contact": "anna@"}, "anna@example.com", "id_contact"),
    Mistake("two e-mails", {"contact": "a@b.nl, c@d.nl"}, "anna@example.com", "id_contact"),
    Mistake("a short phone", {"contact": "12"}, "Check the digits", "id_contact"),
    Mistake("words for a phone", {"contact": "call me 06"}, "digits only", "id_contact"),
    Mistake("neither of both", {"contact": "anna"}, "anna@example.com", "id_contact"),
    Mistake("no consent", {"dietary": "vegan"}, "Tick this box", "id_consent"),
    Mistake("a novel", {"requests": "x" * 1001}, "at most 1000", "id_requests"),
    Mistake("no guests", {"guests": "0"}, "At least one guest", "id_guests"),
    Mistake("guests in words", {"guests": "two"}, "in digits", "id_guests"),
    Mistake("no time", {"slot": ""}, "Choose a time first", "id_slot"),
    Mistake("a made-up time", {"slot": "tonight"}, "not a time we offer", "id_slot"),
]


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.name)
def test_a_mistake_is_named_and_nothing_is_cleared(
    client: Client, restaurant: Restaurant, mistake: Mistake
) -> None:
    response = book(client, restaurant, **mistake.changes)
    page = text_of(response)
    assert response.status_code == 422
    assert "<title>Error: " in page
    assert "There is a problem" in page
    assert mistake.message in page
    assert Reservation.objects.count() == 0
    kept = {"name": "Anna de Vries", "contact": "anna@example.com", **mistake.changes}
    for name in ("name", "contact"):
        if kept[name].strip():
            assert f'value="{kept[name]}"' in page
    if mistake.field_id in {"id_name", "id_contact", "id_requests", "id_consent"}:
        assert f'href="#{mistake.field_id}"' in page
        assert f'id="{mistake.field_id}-error"' in page
        assert f'aria-describedby="{mistake.field_id}-error"' in page


def test_mistakes_are_explained_in_russian(client: Client, restaurant: Restaurant) -> None:
    client.get("/", {"lang": "ru"})
    page = text_of(book(client, restaurant, name=""))
    assert "<title>Ошибка:" in page
    assert "Введите имя" in page


def test_the_fragment_of_a_mistake_has_the_same_words(
    client: Client, restaurant: Restaurant
) -> None:
    response = client.post(
        "/r/bistro-anna/book/",
        {"slot": "2026-06-05T19:00", "guests": "2", "name": "", "contact": "anna@example.com"},
        headers={"HX-Request": "true", "HX-Target": "panel"},
    )
    page = text_of(response)
    assert response.status_code == 422
    assert "<html" not in page
    assert "Enter your name" in page
    assert "hx-preserve" not in page


def test_a_lost_race_offers_times_that_book_with_one_tap(
    client: Client, restaurant: Restaurant
) -> None:
    for _ in range(2):
        reservation_create(request=a_request(restaurant), actor=GUEST, now=NOW)
    response = book(client, restaurant, name="Boris Loser", requests="Window please")
    page = text_of(response)
    assert response.status_code == 409
    assert "19:00 was just taken." in page
    assert 'value="Boris Loser"' in page
    assert "Window please" in page
    other = page.split('name="instead" value="')[1].split('"')[0]
    assert other != "2026-06-05T19:00"
    again = book(client, restaurant, name="Boris Loser", instead=other)
    assert again.status_code == 303
    assert Reservation.objects.filter(guest_name="Boris Loser").count() == 1


def test_a_double_tap_books_once(client: Client, restaurant: Restaurant) -> None:
    first, second = book(client, restaurant), book(client, restaurant)
    assert first["Location"] == second["Location"]
    assert Reservation.objects.count() == 1


def test_the_same_form_for_another_time_is_another_booking(
    client: Client, restaurant: Restaurant
) -> None:
    book(client, restaurant)
    book(client, restaurant, slot="2026-06-06T19:00")
    assert Reservation.objects.count() == 2


def test_a_second_booking_nearby_is_refused_with_a_way_out(
    client: Client, restaurant: Restaurant
) -> None:
    book(client, restaurant)
    response = book(client, restaurant, slot="2026-06-05T20:00", nonce="another")
    assert response.status_code == 409
    assert "You already have a booking around this time" in text_of(response)
    assert "Find my booking" in text_of(response)


def test_a_blocked_guest_hears_no_accusation(client: Client, restaurant: Restaurant) -> None:
    book(client, restaurant)
    Guest.objects.update(is_blocked=True, block_reason="Threw a plate")
    response = book(client, restaurant, slot="2026-06-12T19:00")
    page = text_of(response)
    assert response.status_code == 409
    assert "There is no online availability" in page
    assert "blocked" not in page
    assert "Threw a plate" not in page


def test_htmx_is_told_where_to_go(client: Client, restaurant: Restaurant) -> None:
    response = client.post(
        "/r/bistro-anna/book/",
        {"slot": "2026-06-05T19:00", "guests": "2", "name": "Anna", "contact": "a@example.com"},
        headers={"HX-Request": "true", "HX-Target": "panel"},
    )
    assert response["HX-Redirect"].startswith("/b/")


def test_a_customer_need_not_type_who_they_are(client: Client, restaurant: Restaurant) -> None:
    user = make_user("mila@example.com", name="Mila")
    client.force_login(user)
    page = text_of(client.get("/r/bistro-anna/", {"slot": "2026-06-05T19:00"}))
    assert 'value="Mila"' in page
    assert 'value="mila@example.com"' in page
    book(client, restaurant, name="Mila", contact="mila@example.com")
    assert Reservation.objects.get().customer == user


def test_the_address_of_a_refused_form_leads_back(client: Client, restaurant: Restaurant) -> None:
    response = client.get("/r/bistro-anna/book/")
    assert response.status_code == 303
    assert response["Location"] == "/r/bistro-anna/"


def test_a_form_without_its_cookie_is_refused_kindly(restaurant: Restaurant) -> None:
    strict = Client(enforce_csrf_checks=True)
    response = book(strict, restaurant)
    assert response.status_code == 403
    assert "Please try once more" in text_of(response)
    assert Reservation.objects.count() == 0
