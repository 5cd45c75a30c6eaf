"""Table Mesa, New York: open until late, dollars, and free cancellation until the day before."""

from __future__ import annotations

from datetime import time

from demo.houses.blueprint import Block, House, Shift, Tables, Together, bands, hm

DESCRIPTION = """\
High-desert cooking in the East Village: blue-corn tortillas pressed to order, chile from Hatch \
roasted over oak, and a wood grill that runs from lunch until the last train.

Sit at the counter for oysters with hoja santa, share the lamb barbacoa in a booth, or end the \
night with green-chile cheeseburgers, served after half past ten and worth staying up for.

No dress code, real ice, fair prices on mezcal."""

POLICY = """\
Cancel free of charge until 6 pm the day before your visit. Later cancellations leave a table \
empty, so please call us as early as you can. We hold tables for 15 minutes."""

TABLE_MESA = House(
    organisation="Mesa Group",
    art="peaks-desert",
    cast="america",
    profile={
        "name": "Table Mesa",
        "slug": "table-mesa",
        "description": DESCRIPTION,
        "cuisine": "Southwestern",
        "price_range": 2,
        "address_line1": "318 East 9th Street",
        "city": "New York",
        "postal_code": "10003",
        "country": "US",
        "latitude": 40.72894,
        "longitude": -73.98617,
        "phone": "+12125550147",
        "email": "hello@table-mesa.example.com",
        "website": "https://table-mesa.example.com/",
        "features": ["bar", "wheelchair_accessible", "vegan", "kids_menu", "outdoor"],
        "timezone": "America/New_York",
        "currency": "USD",
        "language": "en",
        "languages": ["en", "es"],
        "is_featured": True,
    },
    policy={
        "confirmation_mode": "threshold",
        "instant_up_to": 6,
        "max_party": 10,
        "min_notice_minutes": 30,
        "horizon_days": 30,
        "horizon_release_time": time(10),
        "buffer_minutes": 5,
        "cancel_cutoff_days": 1,
        "cancel_cutoff_time": time(18),
        "cancellation_policy": POLICY,
    },
    areas=(("Dining room", False), ("Counter", False), ("Sidewalk", True)),
    tables=(
        Tables(numbers=("11", "12", "13", "14", "15"), area="Dining room", seats=2),
        Tables(
            numbers=("21", "22", "23", "24"),
            area="Dining room",
            seats=4,
            min_party=2,
            type="booth",
            priority=1,
        ),
        Tables(
            numbers=("31", "32", "33", "34"),
            area="Dining room",
            seats=4,
            min_party=2,
            features=("wheelchair_accessible",),
        ),
        Tables(numbers=("41",), area="Dining room", seats=6, min_party=4, squeeze=2),
        Tables(numbers=("C1", "C2", "C3", "C4"), area="Counter", seats=2, type="bar"),
        Tables(numbers=("C5",), area="Counter", seats=2, type="bar", access="walk_in"),
        Tables(
            numbers=("S1", "S2", "S3"),
            area="Sidewalk",
            seats=2,
            type="outdoor",
            features=("outdoor", "dogs"),
        ),
    ),
    together=(
        Together(
            name="Mesa grande",
            numbers=("31", "32", "33", "34"),
            min_party=5,
            max_party=16,
            is_row=True,
        ),
        Together(name="14 + 15", numbers=("14", "15"), min_party=3, max_party=4),
    ),
    shifts=(
        Shift(
            name="Lunch",
            first=hm(11),
            last=hm(16, 15),
            closes=hm(17),
            peak=hm(12, 45),
            parties=20,
            covers=12,
            turns=bands((2, 60), (4, 75), (6, 90), (None, 120)),
        ),
        Shift(
            name="Dinner",
            first=hm(17),
            last=hm(22, 15),
            closes=hm(23, 30),
            peak=hm(19, 30),
            parties=44,
            covers=12,
        ),
        Shift(
            name="Late night",
            first=hm(22, 30),
            last=hm(25, 15),
            closes=hm(26, 30),
            peak=hm(23, 15),
            parties=9,
            covers=10,
            turns=bands((4, 60), (None, 75)),
        ),
    ),
    turns=bands((2, 75), (4, 90), (6, 105), (None, 135)),
    evening=hm(19, 30),
    early=hm(12),
    history_days=2,
    is_lively=True,
    block=Block(
        number="S3",
        starts=hm(16),
        ends=hm(23),
        reasons=("Scaffolding next door", "Umbrella stand missing", "Kept for takeout pickup"),
    ),
)
