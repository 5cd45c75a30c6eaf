"""What happens every single day of the demo, so that every state can be seen. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from demo.houses.blueprint import House, hm
from demo.visit import Fate, Visit

CUSTOMER = -1
STORY_GUESTS = 30
"""The cast from this index on belongs to the stories, so that they never meet the random guests."""


def script_of(house: House, day: date) -> Iterator[Visit]:
    """The day's fixed stories around the restaurant's main hour, and the customer's bookings."""
    yield from _stories(house, day)
    yield from _customer(house, day)


def _stories(house: House, day: date) -> Iterator[Visit]:
    evening, ask = house.evening, max(house.instant_up_to + 1, 7)
    first = STORY_GUESTS + day.toordinal() % 4 * 12  # another dozen of guests each day

    def story(number: int, minute: int, party: int, lead: int, **fields: object) -> Visit:
        return Visit(
            key=f"s{number}",
            minute=minute,
            party=party,
            guest=first + number,
            lead=lead,
            **fields,  # type: ignore[arg-type]
        )

    yield story(0, evening - 90, ask, hm(49), fate=Fate.UNANSWERED, source="widget")
    yield story(1, evening + 120, ask + 1, hm(34), fate=Fate.DECLINED, answer=90)
    # Three requests that are answered one after the other: one of them nearly always waits.
    yield story(2, evening + 90, ask, hm(22), answer=hm(12))
    yield story(3, evening - 60, ask, hm(10, 30), answer=hm(8, 10), occasion="celebration")
    yield story(4, evening + 150, ask, hm(6, 30), answer=hm(4, 20), source="mobile")
    yield story(5, evening, 4, hm(80), fate=Fate.CANCELS, gone=0.7)
    yield story(6, evening, 2, hm(60), fate=Fate.CANCELLED, gone=0.6, source="phone")
    yield story(7, house.early, 2, hm(30), fate=Fate.NO_SHOW)
    yield story(8, evening, 2, hm(26), late=20, early=-20, reconfirms=True, request=_sorry(house))
    yield story(
        9,
        evening - 30,
        10,
        hm(200),
        source="phone",
        occasion="birthday",
        stay=150,
        note="Cake from their own baker comes at noon; candles are in the second drawer.",
    )
    yield story(
        10,
        evening + 30,
        2,
        hm(120),
        occasion="anniversary",
        dietary=("shellfish_allergy",),
        reconfirms=True,
        note="Met here on a rainy Tuesday. A glass on the house.",
    )


def _sorry(house: House) -> str:
    if house.cast == "russia":
        return "Едем с вокзала, можем немного задержаться."
    return "Straight from the train, we may be a little late."


def _customer(house: House, day: date) -> Iterator[Visit]:
    """Bookings of the person who logs in as the guest: weekly, so that some are always ahead."""
    if not house.is_lively:
        return
    weekday = day.weekday()
    if house.slug == "bella-vista" and weekday in (1, 4):
        yield Visit(
            key="c1",
            minute=hm(19, 30),
            party=2 if weekday == 4 else 3,
            guest=CUSTOMER,
            lead=hm(24 * 9),
            area=0 if weekday == 4 else None,
            occasion="date_night" if weekday == 4 else "none",
            dietary=("vegetarian",),
            request="The window with the bridge, if it is free.",
        )
    if house.slug == "bella-vista" and weekday == 6:
        yield Visit(
            key="c2",
            minute=hm(13),
            party=4,
            guest=CUSTOMER,
            lead=hm(24 * 6),
            fate=Fate.CANCELS,
            gone=0.3,
        )
    if house.slug == "night-owl" and weekday == 5:
        yield Visit(
            key="c1", minute=hm(22), party=4, guest=CUSTOMER, lead=hm(24 * 8), source="mobile"
        )
    if house.slug == "kalyannaya-dym" and weekday == 3:
        yield Visit(
            key="c1",
            minute=hm(21),
            party=3,
            guest=CUSTOMER,
            lead=hm(24 * 7),
            answer=hm(20),
        )
