"""Sixty more restaurants around three cities, for searching. Pure and deterministic.

All names are inventions; the streets and the coordinates of the quarters are real.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.utils.text import slugify

from demo.houses.blueprint import House, Shift, Tables, Together, bands, hm
from restaurants.turn_times import default_bands


class Quarter(NamedTuple):
    """A part of a city: its middle, how far its restaurants lie from it (degrees), its streets."""

    name: str
    latitude: float
    longitude: float
    spread: float
    postal_code: str
    streets: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class City:
    """Where twenty restaurants stand."""

    name: str
    country: str
    zone: str
    currency: str
    languages: tuple[str, ...]
    phone: str
    organisations: tuple[str, ...]
    cast: str
    quarters: tuple[Quarter, ...]
    names: tuple[tuple[str, str, str], ...]
    number_first: bool = False


AMSTERDAM = City(
    name="Amsterdam",
    country="NL",
    zone="Europe/Amsterdam",
    currency="EUR",
    languages=("en", "nl"),
    phone="+31201234{:03d}",
    organisations=("Grachten Tables", "Noord & Oost Eateries"),
    cast="europe",
    quarters=(
        Quarter("Jordaan", 52.3745, 4.8810, 0.004, "1015 LK", ("Lindengracht", "Elandsgracht")),
        Quarter("De Pijp", 52.3553, 4.8930, 0.004, "1072 PB", ("Gerard Doustraat", "Ceintuurbaan")),
        Quarter("Oost", 52.3615, 4.9260, 0.005, "1093 CZ", ("Javastraat", "Linnaeusstraat")),
        Quarter("Noord", 52.3915, 4.9110, 0.006, "1031 HD", ("Papaverweg", "Meeuwenlaan")),
        Quarter("Oud-West", 52.3660, 4.8690, 0.004, "1053 NT", ("Kinkerstraat", "Overtoom")),
    ),
    names=(
        ("De Groene Lepel", "Vegetarian", "leaves-garden"),
        ("Kade Negen", "Dutch", "waves-sea"),
        ("Sari Rasa", "Indonesian", "rings-spice"),
        ("Het Zoute Uur", "Seafood", "waves-sea"),
        ("Molen & Meel", "Bakery café", "arches-bread"),
        ("Osteria Lucciola", "Italian", "arches-wine"),
        ("Toko Mawar", "Indonesian", "rings-spice"),
        ("Brasserie Ooievaar", "French", "arches-wine"),
        ("Vuur & Eik", "Grill", "smoke-ember"),
        ("Kaeru", "Japanese", "moons-night"),
        ("Paloma Verde", "Mexican", "peaks-desert"),
        ("De Stille Haring", "Dutch", "waves-sea"),
        ("Meze Marmara", "Turkish", "rings-spice"),
        ("Café Zomerdijk", "Café", "arches-bread"),
        ("Lotus & Lente", "Vietnamese", "leaves-garden"),
        ("Bar Antonella", "Italian", "arches-wine"),
        ("Noordlicht Keuken", "Nordic", "peaks-snow"),
        ("Saffraan 21", "Persian", "rings-spice"),
        ("Tapas Tulipán", "Spanish", "smoke-ember"),
        ("Tante Roos", "European", "leaves-garden"),
    ),
)
BERLIN = City(
    name="Berlin",
    country="DE",
    zone="Europe/Berlin",
    currency="EUR",
    languages=("de", "en"),
    phone="+493023125{:03d}",
    organisations=("Kiezküche", "Spree Gastro"),
    cast="europe",
    quarters=(
        Quarter("Mitte", 52.5265, 13.4010, 0.006, "10119", ("Torstraße", "Auguststraße")),
        Quarter("Kreuzberg", 52.4985, 13.4230, 0.006, "10999", ("Oranienstraße", "Graefestraße")),
        Quarter(
            "Prenzlauer Berg", 52.5385, 13.4190, 0.006, "10435", ("Kastanienallee", "Rykestraße")
        ),
        Quarter("Neukölln", 52.4800, 13.4350, 0.006, "12045", ("Sonnenallee", "Weserstraße")),
        Quarter(
            "Charlottenburg", 52.5050, 13.3130, 0.007, "10623", ("Kantstraße", "Pestalozzistraße")
        ),
    ),
    names=(
        ("Zur Blauen Forelle", "German", "waves-sea"),
        ("Kartoffel & Kümmel", "German", "leaves-garden"),
        ("Anatolya Ofen", "Turkish", "smoke-ember"),
        ("Pho Hinterhof", "Vietnamese", "leaves-garden"),
        ("Trattoria Mezzanotte", "Italian", "arches-wine"),
        ("Linde Neun", "Modern German", "leaves-garden"),
        ("Tbilisi Hof", "Georgian", "arches-wine"),
        ("Ramen Kiosk Yuki", "Japanese", "moons-night"),
        ("Levante Licht", "Levantine", "rings-spice"),
        ("Rote Bete", "Vegan", "leaves-garden"),
        ("Bistro Kaltmamsell", "French", "arches-wine"),
        ("Chili & Chutney", "Indian", "rings-spice"),
        ("Spätzlewerk", "Swabian", "arches-bread"),
        ("Taquería Sonnenseite", "Mexican", "peaks-desert"),
        ("Fjord & Fenchel", "Nordic", "peaks-snow"),
        ("Nanu Nudel", "Chinese", "rings-spice"),
        ("Wirtshaus Abendrot", "Austrian", "peaks-snow"),
        ("Habibi Hinterland", "Syrian", "rings-spice"),
        ("Café Butterblume", "Café", "arches-bread"),
        ("Glut", "Grill", "smoke-ember"),
    ),
)
NEW_YORK = City(
    name="New York",
    country="US",
    zone="America/New_York",
    currency="USD",
    languages=("en",),
    phone="+12125550{:03d}",
    organisations=("Hudson Street Hospitality", "Borough Plates"),
    cast="america",
    quarters=(
        Quarter("Greenwich Village", 40.7336, -74.0027, 0.004, "10014", ("Bleecker Street",)),
        Quarter("Lower East Side", 40.7180, -73.9865, 0.004, "10002", ("Orchard Street",)),
        Quarter(
            "Williamsburg", 40.7135, -73.9600, 0.006, "11211", ("Grand Street", "Bedford Avenue")
        ),
        Quarter("Harlem", 40.8095, -73.9480, 0.006, "10027", ("Lenox Avenue", "West 125th Street")),
        Quarter("Astoria", 40.7640, -73.9230, 0.006, "11103", ("30th Avenue", "Steinway Street")),
    ),
    names=(
        ("Clove & Cinder", "American", "smoke-ember"),
        ("Little Heron", "Seafood", "waves-sea"),
        ("Nonna Pia's", "Italian", "arches-wine"),
        ("Gold Lantern House", "Chinese", "rings-spice"),
        ("The Quiet Oyster", "Seafood", "waves-sea"),
        ("Casa Amapola", "Mexican", "peaks-desert"),
        ("Saffron Stoop", "Indian", "rings-spice"),
        ("Maple & Marrow", "American", "arches-bread"),
        ("Kin Khao Corner", "Thai", "leaves-garden"),
        ("Harbor Light Diner", "Diner", "arches-bread"),
        ("Blue Door Taverna", "Greek", "waves-sea"),
        ("Sunday Gravy Social", "Italian-American", "arches-wine"),
        ("Plum Rain", "Japanese", "moons-night"),
        ("Juniper Lane", "New American", "leaves-garden"),
        ("Uptown Smoke Club", "Barbecue", "smoke-ember"),
        ("Bodega Rosalía", "Spanish", "arches-wine"),
        ("Green Fig", "Vegetarian", "leaves-garden"),
        ("Seoul Sister", "Korean", "moons-night"),
        ("Café Marigold", "Café", "arches-bread"),
        ("Addis on Third", "Ethiopian", "rings-spice"),
    ),
    number_first=True,
)

PRICES = (1, 2, 2, 2, 3, 3, 4)
FEATURES = (
    "terrace",
    "wheelchair_accessible",
    "children",
    "dogs",
    "vegan",
    "wifi",
    "bar",
    "parking",
)
MOODS = (
    "A small kitchen with a short card that changes with the market.",
    "Two rooms, one open fire, and a team that remembers your name.",
    "Neighbours at the long table, couples by the window, children in the courtyard.",
    "Loud on Fridays, calm on Tuesdays, honest every day.",
    "Everything is made here, from the bread to the bitters.",
    "Old tiles, new wine, and a chef who answers questions.",
)
WEEK = ((0, 1, 2, 3, 4, 5, 6), (1, 2, 3, 4, 5, 6), (0, 2, 3, 4, 5, 6), (0, 1, 3, 4, 5, 6))


def houses() -> Iterator[House]:
    """All sixty, always the same."""
    for city in (AMSTERDAM, BERLIN, NEW_YORK):
        for number, (name, cuisine, art) in enumerate(city.names):
            yield _house(city, number, name, cuisine, art)


def _house(city: City, number: int, name: str, cuisine: str, art: str) -> House:
    chance = random.Random(f"house:{city.name}:{name}")  # noqa: S311 - the same every time
    quarter = city.quarters[number % len(city.quarters)]
    days = chance.choice(WEEK)
    has_lunch = chance.random() < 0.5 or "afé" in cuisine
    is_late = chance.random() < 0.25
    return House(
        organisation=city.organisations[number % len(city.organisations)],
        profile=_profile(city, quarter, number, name=name, cuisine=cuisine, chance=chance),
        art=art,
        policy={
            "max_party": chance.choice((6, 8, 10)),
            "buffer_minutes": chance.choice((0, 5, 10)),
            "min_notice_minutes": chance.choice((15, 30, 60)),
            "cancellation_policy": "Free cancellation until two hours before your table.",
        },
        areas=(("Main room", False), ("Terrace", True)),
        tables=_tables(chance),
        together=(Together(name="2 + 3", numbers=("2", "3"), min_party=3, max_party=4),),
        shifts=_shifts(days, has_lunch=has_lunch, is_late=is_late),
        turns=default_bands(),
        cast=city.cast,
    )


def _profile(
    city: City, quarter: Quarter, number: int, *, name: str, cuisine: str, chance: random.Random
) -> dict[str, Any]:
    street, door = chance.choice(quarter.streets), chance.randrange(3, 240)
    slug = slugify(name)
    return {
        "name": name,
        "slug": slug,
        "kind": "cafe" if "afé" in cuisine else "restaurant",
        "description": f"{cuisine} in {quarter.name}. {chance.choice(MOODS)}",
        "cuisine": cuisine,
        "price_range": chance.choice(PRICES),
        "address_line1": f"{door} {street}" if city.number_first else f"{street} {door}",
        "address_line2": quarter.name,
        "city": city.name,
        "postal_code": quarter.postal_code,
        "country": city.country,
        "latitude": round(quarter.latitude + chance.uniform(-1, 1) * quarter.spread, 5),
        "longitude": round(quarter.longitude + chance.uniform(-1, 1) * quarter.spread * 1.5, 5),
        "phone": city.phone.format(100 + number),
        "email": f"hello@{slug}.example.com",
        "website": f"https://{slug}.example.com/",
        "features": sorted(chance.sample(FEATURES, chance.randrange(2, 5))),
        "timezone": city.zone,
        "currency": city.currency,
        "language": city.languages[0],
        "languages": list(city.languages),
    }


def _tables(chance: random.Random) -> tuple[Tables, ...]:
    """Between 12 and 40 tables, two thirds of them for two and four."""
    twos, fours = chance.randrange(5, 15), chance.randrange(4, 13)
    sixes, outside = chance.randrange(1, 4), chance.randrange(2, 11)
    numbers = [str(n) for n in range(1, twos + fours + sixes + 1)]
    return (
        Tables(numbers=tuple(numbers[:twos]), area="Main room", seats=2),
        Tables(numbers=tuple(numbers[twos : twos + fours]), area="Main room", seats=4, min_party=2),
        Tables(numbers=tuple(numbers[twos + fours :]), area="Main room", seats=6, min_party=4),
        Tables(
            numbers=tuple(f"T{n}" for n in range(1, outside + 1)),
            area="Terrace",
            seats=chance.choice((2, 4)),
            type="outdoor",
            features=("outdoor",),
        ),
    )


def _shifts(days: tuple[int, ...], *, has_lunch: bool, is_late: bool) -> tuple[Shift, ...]:
    dinner = Shift(
        name="Dinner",
        first=hm(18) if is_late else hm(17, 30),
        last=hm(22, 45) if is_late else hm(21, 30),
        closes=hm(25) if is_late else hm(23, 30),
        peak=hm(19, 30),
        parties=5,
        weekdays=days,
    )
    lunch = Shift(
        name="Lunch",
        first=hm(11, 30),
        last=hm(14),
        closes=hm(16),
        peak=hm(12, 30),
        parties=2,
        weekdays=days,
        turns=bands((2, 75), (4, 90), (6, 105), (None, 135)),
    )
    return (lunch, dinner) if has_lunch else (dinner,)
