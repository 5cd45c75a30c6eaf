"""What callers hand to the waitlist's services, and what they get back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date as Date  # noqa: N812 - a field is called date
from datetime import time
from typing import NamedTuple

from bookings.services import BookingRequest
from waitlist.models import WaitlistEntry


@dataclass(frozen=True, kw_only=True)
class JoinRequest:
    """A guest's wish to wait for a table.

    `date` is the service date, `last_date` the last of several. The window is wall clock, both ends
    included; `until_time` None is the same as `from_time`. `priority` is for staff.
    """

    restaurant_id: int
    date: Date
    from_time: time
    party_size: int
    guest_name: str
    last_date: Date | None = None
    until_time: time | None = None
    flexibility_minutes: int = 0
    area_ids: tuple[int, ...] = ()
    required_features: frozenset[str] = frozenset()
    guest_email: str = ""
    guest_phone: str = ""
    guest_language: str = "en"
    special_occasion: str = "none"
    special_requests: str = ""
    dietary_restrictions: tuple[str, ...] = ()
    has_health_consent: bool = False
    source: str = "web"
    customer_id: int | None = None
    priority: int | None = None

    @property
    def until(self) -> time:
        return self.from_time if self.until_time is None else self.until_time

    @property
    def last(self) -> Date:
        return self.date if self.last_date is None else self.last_date

    def as_booking(self) -> BookingRequest:
        """The same person and wishes as a booking, for checks that are the same for both."""
        return BookingRequest(
            restaurant_id=self.restaurant_id,
            date=self.date,
            time=self.from_time,
            party_size=self.party_size,
            guest_name=self.guest_name,
            guest_email=self.guest_email,
            guest_phone=self.guest_phone,
            guest_language=self.guest_language,
            special_occasion=self.special_occasion,
            special_requests=self.special_requests,
            dietary_restrictions=self.dietary_restrictions,
            has_health_consent=self.has_health_consent,
            customer_id=self.customer_id,
        )


@dataclass(frozen=True, kw_only=True)
class EntryChanges:
    """What changes about an entry; None leaves it as it is. `priority` is for staff."""

    date: Date | None = None
    last_date: Date | None = None
    from_time: time | None = None
    until_time: time | None = None
    flexibility_minutes: int | None = None
    party_size: int | None = None
    area_ids: tuple[int, ...] | None = None
    required_features: frozenset[str] | None = None
    special_requests: str | None = None
    priority: int | None = None


class Joined(NamedTuple):
    """A new entry and the token of its guest's page."""

    entry: WaitlistEntry
    token: str
