"""What callers hand to the queue's services, and what they get back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from bookings.services import Booked
from waitlist.models import QueueEntry, QueueSource


@dataclass(frozen=True, kw_only=True)
class QueueRequest:
    """A party that wants to wait for a table now. From afar it needs a name and a phone or e-mail;
    `eta_minutes` says how far it is away.
    """

    restaurant_id: int
    party_size: int
    name: str = ""
    phone: str = ""
    email: str = ""
    language: str = ""
    area_id: int | None = None
    required_features: frozenset[str] = frozenset()
    note: str = ""
    eta_minutes: int | None = None
    source: str = QueueSource.HOST


class Queued(NamedTuple):
    """A party in the queue, and the token of its page."""

    entry: QueueEntry
    token: str


class Seated(NamedTuple):
    """A party that sits, and its visit."""

    entry: QueueEntry
    booked: Booked
