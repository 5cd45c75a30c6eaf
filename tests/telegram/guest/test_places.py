"""Choosing among restaurants."""

from __future__ import annotations

from restaurants.models import Restaurant
from tests.factories import make_restaurant
from tests.telegram.guest.phone import Phone
from tests.telegram.guest.visiting import booked_by


def test_where_one_has_been_stands_first(anna: Phone, restaurant: Restaurant) -> None:
    make_restaurant(name="Aardvark", slug="aardvark", city="Utrecht")
    anna.says("/start").go("Book")
    assert anna.labels[:2] == ["Aardvark · Utrecht", "Bistro Anna · Amsterdam"]
    booked_by(anna, restaurant)
    anna.says("/start").go("Book")
    assert anna.labels[:2] == ["★ Bistro Anna · Amsterdam", "Aardvark · Utrecht"]


def test_many_restaurants_have_pages_and_cities(anna: Phone, restaurant: Restaurant) -> None:
    for number in range(1, 13):
        city = "Utrecht" if number % 2 else "Haarlem"
        make_restaurant(name=f"Place {number:02}", slug=f"place-{number}", city=city)
    anna.says("/start").go("Book")
    assert anna.labels[0] == "Bistro Anna · Amsterdam"
    assert anna.labels[7:] == ["Place 07 · Utrecht", "2/2 ›", "🏙 All cities", "‹ Back"]
    anna.go("2/2 ›")
    assert anna.labels[:2] == ["Place 08 · Haarlem", "Place 09 · Utrecht"]
    anna.go("🏙 All cities")
    assert anna.labels == ["Amsterdam", "Haarlem", "Utrecht", "All cities", "‹ Back"]
    anna.go("Haarlem")
    assert [label for label in anna.labels if label.startswith("Place")] == [
        f"Place {number:02}" for number in range(2, 13, 2)
    ]
    assert "🏙 Haarlem" in anna.labels


def test_contacts_hours_and_the_way_there(anna: Phone) -> None:
    anna.says("/start r-bistro-anna").go("ℹ️")
    for words in ("Prinsengracht 1, Amsterdam", "+31 20 123 4567", "Every day: 18:00 – 22:00"):
        assert words in anna.text
    assert anna.url("Show on the map").startswith("https://www.openstreetmap.org/?mlat=52.37")
    assert anna.url("Website") == "https://book.example.com/r/bistro-anna/"
    anna.go("‹ Back")
    assert "How many guests?" in anna.text


def test_without_a_domain_links_are_written_out(anna: Phone, settings: object) -> None:
    settings.RESERVEHUB_BASE_URL = "http://localhost:8000"  # type: ignore[attr-defined]
    anna.says("/start r-bistro-anna").go("ℹ️")
    assert "Website: http://localhost:8000/r/bistro-anna/" in anna.text
