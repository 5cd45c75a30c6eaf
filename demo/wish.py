"""A visit of the plan in a real restaurant: its instants, its channel, its request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bookings.availability import Channel, instants_of
from bookings.models import Reservation
from demo.houses.blueprint import House
from demo.steps import Frame, Step, steps_of
from demo.visit import Visit
from restaurants.models import Area, Restaurant

NONCE = "demo."
"""How the links of demo bookings begin; tells them from those that people made."""

STAFF_SOURCES = ("phone", "staff")


@dataclass(frozen=True, kw_only=True)
class Place:
    """A restaurant together with its blueprint."""

    house: House
    restaurant: Restaurant
    areas: tuple[Area, ...]

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.restaurant.timezone)

    def today(self, now: datetime) -> date:
        """The service date at an instant: it ends at the business-day cut (rule 11)."""
        cut = self.restaurant.business_day_cut
        return (now.astimezone(self.zone) - timedelta(hours=cut.hour, minutes=cut.minute)).date()

    def area_id(self, visit: Visit) -> int | None:
        """The area asked for, if the restaurant still has it."""
        if visit.area is None or visit.area >= len(self.areas):
            return None
        return self.areas[visit.area].pk


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """One visit on one date with its instants."""

    visit: Visit
    date: date
    local: datetime
    starts_at: datetime
    created_at: datetime

    @property
    def channel(self) -> Channel:
        if self.visit.is_walk_in:
            return Channel.WALK_IN
        return Channel.IN_HOUSE if self.visit.source in STAFF_SOURCES else Channel.ONLINE


def wish_of(visit: Visit, day: date, zone: ZoneInfo) -> Wish | None:
    """The instants of a visit; None if the clock skips its start that night (rule 4)."""
    local = datetime.combine(day, datetime.min.time()) + timedelta(minutes=visit.minute)
    instants = instants_of(zone, local)
    if not instants:
        return None
    return Wish(
        visit=visit,
        date=day,
        local=local,
        starts_at=instants[0],
        created_at=instants[0] - timedelta(minutes=visit.lead),
    )


def nonce_of(restaurant_id: int, wish_date: date, visit: Visit) -> str:
    """The nonce of the booking's links: one booking per visit, however often the demo is loaded."""
    return f"{NONCE}{restaurant_id}.{wish_date:%Y%m%d}.{visit.key}"


def key_of(reservation: Reservation) -> str:
    """The key of the visit a demo booking was made for."""
    return reservation.link_nonce.split(".", 3)[3]


def is_request(house: House, visit: Visit) -> bool:
    """Whether staff have to answer (requirement C3)."""
    is_online = visit.source not in STAFF_SOURCES and not visit.is_walk_in
    return is_online and visit.party > house.instant_up_to


def steps_ahead(house: House, visit: Visit, reservation: Reservation) -> list[Step]:
    """All steps of a booking that was made for this visit."""
    return steps_of(
        visit,
        Frame(
            created_at=reservation.created_at,
            starts_at=reservation.starts_at,
            until=reservation.occupied_until,
            is_request=is_request(house, visit),
        ),
    )
