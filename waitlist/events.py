"""What happens on the waitlist, for the apps above (messages, staff, bot).

Identities only, no personal data; a handler reads the entry as it is when it runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from reservehub.core.events import Event


@dataclass(frozen=True, kw_only=True)
class WaitlistEvent(Event):
    """Something happened to one entry. `version` is that of the entry after the change."""

    entry_id: int
    restaurant_id: int
    service_date: date
    version: int
    actor_kind: str


@dataclass(frozen=True, kw_only=True)
class EntryJoined(WaitlistEvent):
    name = "waitlist.entry.joined"


@dataclass(frozen=True, kw_only=True)
class EntryChanged(WaitlistEvent):
    """Another window, party, date or priority."""

    name = "waitlist.entry.changed"


@dataclass(frozen=True, kw_only=True)
class EntryLeft(WaitlistEvent):
    """The guest left by themselves."""

    name = "waitlist.entry.left"


@dataclass(frozen=True, kw_only=True)
class EntryRemoved(WaitlistEvent):
    """Staff took the entry off."""

    name = "waitlist.entry.removed"


@dataclass(frozen=True, kw_only=True)
class EntryClosed(WaitlistEvent):
    """The guest booked another table that night (rule 91)."""

    name = "waitlist.entry.closed"
    reservation_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class EntryExpired(WaitlistEvent):
    """The last possible start has passed (rule 92); or what it became, `reservation_id`, was not
    paid in time (rule 78).
    """

    name = "waitlist.entry.expired"
    reservation_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class EntryAcceptedAgain(WaitlistEvent):
    """What it became was paid after its time, and has a table again (rule 79)."""

    name = "waitlist.entry.accepted_again"
    reservation_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class EntryPaused(WaitlistEvent):
    """Two offers were left unanswered; the guest can wake the entry (rule 89)."""

    name = "waitlist.entry.paused"


@dataclass(frozen=True, kw_only=True)
class EntryResumed(WaitlistEvent):
    """A paused entry waits again."""

    name = "waitlist.entry.resumed"


@dataclass(frozen=True, kw_only=True)
class OfferEvent(WaitlistEvent):
    """Something happened to an offer of the entry. `service_date` is that of the offer."""

    offer_id: int
    starts_at: datetime
    is_broadcast: bool = False


@dataclass(frozen=True, kw_only=True)
class OfferMade(OfferEvent):
    """A table is offered until `expires_at`."""

    name = "waitlist.offer.made"
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class OfferAccepted(OfferEvent):
    """The entry became a reservation."""

    name = "waitlist.offer.accepted"
    reservation_id: int


@dataclass(frozen=True, kw_only=True)
class OfferDeclined(OfferEvent):
    name = "waitlist.offer.declined"


@dataclass(frozen=True, kw_only=True)
class OfferExpired(OfferEvent):
    """Nobody answered in time; the table was passed on."""

    name = "waitlist.offer.expired"


@dataclass(frozen=True, kw_only=True)
class OfferWithdrawn(OfferEvent):
    """The table is gone, or the guest no longer needs it."""

    name = "waitlist.offer.withdrawn"
