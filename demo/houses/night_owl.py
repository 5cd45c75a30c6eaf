"""Night Owl, Berlin: a bar whose evening ends at two the next morning."""

from __future__ import annotations

from demo.houses.blueprint import Block, House, Shift, Tables, Together, bands, hm

DESCRIPTION = """\
A cocktail bar behind a locksmith's door in Neukölln. Thirty drinks, no list of bottles on the \
wall, and a kitchen that stays up as long as you do.

Ask for the Nachtschicht (rye, quince, smoked tea) or simply tell us what you are in the mood for. \
From ten there is vinyl, from midnight there are toasties with mountain cheese.

Booths seat up to six and are for talking. The counter is for watching. Please ring twice."""

POLICY = """\
A table is yours for two hours. Plans change at night: cancel until one hour before and nobody \
minds. Parties of more than eight, please wait for our answer."""

NIGHT_OWL = House(
    organisation="Vista Hospitality",
    art="moons-night",
    profile={
        "name": "Night Owl",
        "slug": "night-owl",
        "kind": "bar",
        "description": DESCRIPTION,
        "cuisine": "Cocktails & small plates",
        "price_range": 2,
        "address_line1": "Weserstraße 212",
        "city": "Berlin",
        "postal_code": "12047",
        "country": "DE",
        "latitude": 52.48785,
        "longitude": 13.43092,
        "phone": "+493023125412",
        "email": "hallo@night-owl.example.com",
        "website": "https://night-owl.example.com/",
        "features": ["bar", "live_music", "outdoor", "vegan"],
        "timezone": "Europe/Berlin",
        "currency": "EUR",
        "language": "en",
        "languages": ["en", "de"],
        "is_featured": True,
    },
    policy={
        "confirmation_mode": "threshold",
        "instant_up_to": 8,
        "max_party": 12,
        "min_notice_minutes": 15,
        "horizon_days": 30,
        "oversize_cap": 3,
        "cancel_cutoff_minutes": 60,
        "modify_cutoff_minutes": 60,
        "grace_minutes": 20,
        "cancellation_policy": POLICY,
    },
    areas=(("Salon", False), ("Counter", False), ("Courtyard", True)),
    tables=(
        Tables(numbers=("1", "2", "3"), area="Salon", seats=2, priority=1),
        Tables(
            numbers=("4", "5", "6", "7"),
            area="Salon",
            seats=4,
            min_party=2,
            squeeze=2,
            type="booth",
            features=("quiet",),
        ),
        Tables(numbers=("8", "9"), area="Salon", seats=4, min_party=2, type="high_top"),
        Tables(
            numbers=("10",),
            area="Salon",
            seats=8,
            min_party=5,
            squeeze=2,
            type="booth",
            names=("The Roost",),
            features=("vinyl", "private"),
        ),
        Tables(
            numbers=("C1", "C2", "C3", "C4"),
            area="Counter",
            seats=2,
            type="bar",
        ),
        Tables(numbers=("C5", "C6"), area="Counter", seats=2, type="bar", access="walk_in"),
        Tables(
            numbers=("H1", "H2", "H3"),
            area="Courtyard",
            seats=4,
            type="outdoor",
            features=("outdoor", "smoking"),
        ),
    ),
    together=(
        Together(name="High tops", numbers=("8", "9"), min_party=5, max_party=10),
        Together(
            name="Courtyard", numbers=("H1", "H2", "H3"), min_party=5, max_party=12, is_row=True
        ),
    ),
    shifts=(
        Shift(
            name="Night",
            first=hm(18),
            last=hm(24, 30),
            closes=hm(26),
            peak=hm(21, 15),
            parties=36,
            interval=30,
            covers=14,
            fields={"max_seated_covers": 64},
        ),
    ),
    turns=bands((4, 120), (None, 150)),
    evening=hm(21),
    early=hm(18, 30),
    history_days=2,
    is_lively=True,
    block=Block(
        number="H3",
        starts=hm(18),
        ends=hm(22),
        reasons=("Stage for the trio", "Heater out of order", "Kept for the crew"),
    ),
)
