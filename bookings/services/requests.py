"""What callers hand to the booking services, and what they get back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import NamedTuple

from bookings.availability import Channel
from bookings.models import Hold, Reservation


@dataclass(frozen=True, kw_only=True)
class Start:
    """A wall-clock start on a service date.

    `fold` 1 is the second pass of the repeated hour (rule 5).
    """

    date: date
    time: time
    fold: int = 0


@dataclass(frozen=True, kw_only=True)
class BookingRequest:
    """A wish for a table.

    `date` is the service date: 00:30 of Saturday's late service is `date` Saturday, `time` 00:30
    (rule 7). `table_ids` and `overrides` (of "pacing", "notice", "same_guest", "capacity", "hours")
    are for staff; callers check the rights. `marketing_words` are those beside the box for offers
    and news that the guest ticked, empty where it stayed unticked (rule 105). `asks_payment` is for
    staff: the guest pays by a link what they would have been asked for online (rule 77).
    """

    restaurant_id: int
    date: date
    time: time
    party_size: int
    guest_name: str
    fold: int = 0
    guest_email: str = ""
    guest_phone: str = ""
    guest_language: str = "en"
    area_id: int | None = None
    required_features: frozenset[str] = frozenset()
    special_occasion: str = "none"
    special_requests: str = ""
    dietary_restrictions: tuple[str, ...] = ()
    has_health_consent: bool = False
    marketing_words: str = ""
    hold_token: str = ""
    source: str = "web"
    channel: Channel = Channel.ONLINE
    customer_id: int | None = None
    internal_notes: str = ""
    partner_reference: str = ""
    table_ids: tuple[int, ...] = ()
    overrides: frozenset[str] = frozenset()
    asks_payment: bool = False

    @property
    def start(self) -> Start:
        return Start(date=self.date, time=self.time, fold=self.fold)


@dataclass(frozen=True, kw_only=True)
class Changes:
    """What a guest or staff change on a reservation; None leaves it as it is. `area_id` 0 means any
    area.

    For staff: `table_ids` names and locks the tables, `minutes` replaces the turn time, and the
    contact finds the guest's record anew.
    """

    date: date | None = None
    time: time | None = None
    fold: int | None = None
    party_size: int | None = None
    area_id: int | None = None
    special_occasion: str | None = None
    special_requests: str | None = None
    dietary_restrictions: tuple[str, ...] | None = None
    has_health_consent: bool | None = None
    internal_notes: str | None = None
    guest_name: str | None = None
    guest_email: str | None = None
    guest_phone: str | None = None
    table_ids: tuple[int, ...] = ()
    minutes: int | None = None
    overrides: frozenset[str] = frozenset()


class Booked(NamedTuple):
    """A new reservation, the token of its manage link and its tables.

    `warnings` are what staff should know although it was done: reasons of the engine, and
    "stay_cut" where the next party comes before this one would leave.
    """

    reservation: Reservation
    manage_token: str
    table_ids: tuple[int, ...]
    warnings: tuple[str, ...] = ()


class Held(NamedTuple):
    """A new hold and the token that proves it is the guest's."""

    hold: Hold
    token: str


class Period(NamedTuple):
    """A half-open span of UTC instants."""

    starts_at: datetime
    ends_at: datetime
