"""Bella Vista, Amsterdam: breakfast, lunch and dinner in three areas; large parties ask first."""

from __future__ import annotations

from datetime import time

from demo.houses.blueprint import Block, House, Price, Shift, Tables, Together, bands, hm

DESCRIPTION = """\
A Ligurian kitchen on the Amstel, in a former tobacco warehouse with tall windows and a terrace \
that catches the evening sun.

We make the pasta at seven every morning. Come for trofie with pesto from the mortar, whole sea \
bass baked in salt, and focaccia that never lasts until the antipasti. Forty growers' wines, most \
of them open by the glass.

The main room has quiet corners by the windows; at the bar you may eat the whole menu without \
planning ahead. In summer half of Amsterdam wants our terrace, so tell us when it matters."""

POLICY = """\
You can cancel or change your table free of charge until two hours before. After that, please \
call us: somebody else is usually waiting. We keep your table for 15 minutes; let us know if you \
run late. Parties of seven and more wait for a word from us, normally within a few hours."""

DINNER = bands((2, 105), (4, 120), (6, 135), (8, 150), (None, 180))
LUNCH = bands((2, 75), (4, 90), (6, 105), (8, 135), (None, 165))
BREAKFAST = bands((2, 45), (4, 60), (None, 75))

BELLA_VISTA = House(
    organisation="Vista Hospitality",
    art="waves-sea",
    profile={
        "name": "Bella Vista",
        "slug": "bella-vista",
        "description": DESCRIPTION,
        "cuisine": "Italian",
        "price_range": 3,
        "address_line1": "Amstelkade 148",
        "city": "Amsterdam",
        "postal_code": "1078 AV",
        "country": "NL",
        "latitude": 52.34621,
        "longitude": 4.90314,
        "phone": "+31201234501",
        "email": "ciao@bella-vista.example.com",
        "website": "https://bella-vista.example.com/",
        "features": ["terrace", "wheelchair_accessible", "bar", "vegetarian", "children", "view"],
        "timezone": "Europe/Amsterdam",
        "currency": "EUR",
        "language": "en",
        "languages": ["en", "nl", "it", "ru"],
        "is_featured": True,
    },
    policy={
        "confirmation_mode": "threshold",
        "instant_up_to": 6,
        "max_party": 12,
        "min_notice_minutes": 30,
        "horizon_days": 60,
        "horizon_release_time": time(0),
        "buffer_minutes": 10,
        "grace_minutes": 15,
        "cancellation_policy": POLICY,
    },
    areas=(("Main room", False), ("Bar", False), ("Terrace", True)),
    tables=(
        Tables(
            numbers=("1", "2", "3", "4"),
            area="Main room",
            seats=2,
            features=("window", "quiet"),
            priority=2,
            names=("Window north", "Window Amstel", "Window bridge", "Window corner"),
        ),
        Tables(numbers=("5", "6"), area="Main room", seats=2),
        Tables(
            numbers=("7", "8"),
            area="Main room",
            seats=4,
            min_party=2,
            squeeze=1,
            features=("wheelchair_accessible",),
        ),
        Tables(numbers=("9", "10", "11"), area="Main room", seats=4, min_party=2),
        Tables(
            numbers=("12", "13", "14"),
            area="Main room",
            seats=4,
            min_party=3,
            type="booth",
            features=("quiet",),
            priority=1,
        ),
        Tables(numbers=("15",), area="Main room", seats=6, min_party=4, squeeze=1),
        Tables(
            numbers=("20",),
            area="Main room",
            seats=10,
            min_party=6,
            squeeze=2,
            type="private",
            features=("quiet", "private"),
            access="in_house",
            names=("Sala Liguria",),
            notes="Own door to the courtyard. Ask the kitchen for the family menu from eight up.",
        ),
        Tables(
            numbers=("B1", "B2", "B3", "B4"),
            area="Bar",
            seats=2,
            type="bar",
            features=("high_chair",),
        ),
        Tables(numbers=("B5",), area="Bar", seats=4, type="high_top", min_party=2),
        Tables(
            numbers=("B6",),
            area="Bar",
            seats=2,
            type="bar",
            access="walk_in",
            notes="Kept for neighbours who just drop in.",
        ),
        Tables(
            numbers=("T1", "T2", "T3", "T4"),
            area="Terrace",
            seats=2,
            type="outdoor",
            features=("outdoor", "view"),
        ),
        Tables(
            numbers=("T5", "T6", "T7"),
            area="Terrace",
            seats=4,
            min_party=2,
            type="outdoor",
            features=("outdoor", "view"),
        ),
    ),
    together=(
        Together(
            name="Long table",
            numbers=("9", "10", "11"),
            min_party=5,
            max_party=12,
            is_row=True,
        ),
        Together(name="7 + 8", numbers=("7", "8"), min_party=6, max_party=9),
        Together(name="13 + 14", numbers=("13", "14"), min_party=6, max_party=8),
        Together(name="Terrace long", numbers=("T5", "T6"), min_party=6, max_party=8),
    ),
    shifts=(
        Shift(
            name="Colazione",
            first=hm(7, 30),
            last=hm(10, 30),
            closes=hm(11, 30),
            peak=hm(9),
            parties=9,
            covers=None,
            turns=BREAKFAST,
        ),
        Shift(
            name="Lunch",
            first=hm(12),
            last=hm(15),
            closes=hm(16, 30),
            peak=hm(12, 45),
            parties=17,
            covers=12,
            turns=LUNCH,
        ),
        Shift(
            name="Dinner",
            first=hm(17),
            last=hm(22),
            closes=hm(24),
            peak=hm(19, 15),
            parties=48,
            covers=14,
            fields={
                "max_arriving_parties": 5,
                "online_max_arriving_covers": 12,
                "walk_in_quota_covers": 4,
            },
        ),
    ),
    turns=DINNER,
    evening=hm(19),
    early=hm(12, 15),
    history_days=30,
    is_lively=True,
    block=Block(
        number="6",
        starts=hm(16),
        ends=hm(23),
        reasons=(
            "Wobbly leg: the carpenter comes at four",
            "Kept for the owner's family",
            "The florist sets up here",
        ),
    ),
    prices=(
        Price(
            name="Large parties",
            fields={
                "kind": "deposit",
                "amount_minor": 10_00,
                "min_party": 6,
                "cutoff_minutes": 24 * 60,
            },
        ),
        Price(
            name="Terrace at weekends",
            area="Terrace",
            fields={
                "kind": "guarantee",
                "amount_minor": 20_00,
                "weekdays": [6, 7],
                "cutoff_minutes": 4 * 60,
            },
        ),
    ),
)
