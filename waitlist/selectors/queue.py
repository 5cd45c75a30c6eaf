"""The queue at the door, as far as the asker may see it. Views and API reach it only here.

What time has done is decided when it is read: a party whose ten minutes are over is skipped for
everybody who looks, whether or not a worker has written it down (rule 97).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import QuerySet

from bookings.services import service_date_now
from reservehub.core.errors import NotFound
from reservehub.core.tokens import hash_token
from restaurants.models import Restaurant
from restaurants.permissions import Capability
from restaurants.selectors import restaurants_visible_to
from waitlist.models import IN_QUEUE, QueueEntry, QueueSettings, QueueSkip, QueueStatus
from waitlist.prediction import Quote, outlook, quote_of
from waitlist.prediction.quote import STEP
from waitlist.queue.links import queue_link
from waitlist.queue.realtime import queue_version
from waitlist.queue.rules import UNDO_FOR, competes, lapse_of
from waitlist.selectors.house import SIZES, HouseNow, house_now

if TYPE_CHECKING:
    from accounts.models import User

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Line:
    """One party in the queue now.

    `position`: 1 is next among those who could want the same tables. `quote` counts minutes from
    joining; None for a party whose table is ready. `seat`: ids of the best tables free for it now.
    """

    entry: QueueEntry
    status: QueueStatus
    position: int
    waited: int
    quote: Quote | None
    seat: tuple[int, ...]

    @property
    def is_ready(self) -> bool:
        return self.status == QueueStatus.SERVICE_READY

    @property
    def minutes_left(self) -> tuple[int, int] | None:
        """From and to how many minutes from now, in steps of five; None for a party that is
        called.
        """
        if self.quote is None:
            return None
        low, high = max(self.quote.low - self.waited, 0), max(self.quote.high - self.waited, 0)
        return low // STEP * STEP, -(-high // STEP) * STEP


class Asking(NamedTuple):
    """A party that asks how long it would wait."""

    size: int
    area_id: int | None = None
    features: frozenset[str] = frozenset()


@dataclass(frozen=True)
class QueueNow:
    """The queue of one restaurant now. `quotes` are what a party of each size would be told,
    `asked` what the one that asked is.
    """

    house: HouseNow
    lines: Sequence[Line]
    quotes: dict[int, Quote]
    asked: Quote | None = None

    def line_of(self, entry_id: int) -> Line | None:
        return next((line for line in self.lines if line.entry.pk == entry_id), None)


def queue_settings_of(restaurant_id: int) -> QueueSettings:
    """The settings of a restaurant; the defaults, unsaved, where it has chosen nothing."""
    found = QueueSettings.objects.filter(pk=restaurant_id).first()
    return found or QueueSettings(restaurant_id=restaurant_id)


def queue_visible_to(
    user: User, capability: Capability = Capability.VIEW_BOOK
) -> QuerySet[QueueEntry]:
    """The parties in queues of the restaurants where the user has a capability."""
    return _whole().filter(restaurant__in=restaurants_visible_to(user, capability))


def queue_of(restaurant_id: int) -> QuerySet[QueueEntry]:
    """Who is in the queue, in the order of joining."""
    return (
        _whole().filter(restaurant=restaurant_id, status__in=IN_QUEUE).order_by("joined_at", "pk")
    )


def queue_of_day(restaurant_id: int, service_date: date) -> QuerySet[QueueEntry]:
    """Everybody who joined that evening, whatever became of them, in the order of joining."""
    rows = _whole().filter(restaurant=restaurant_id, service_date=service_date)
    return rows.order_by("joined_at", "pk")


def queue_left_lately(restaurant_id: int, now: datetime, *, most: int = 10) -> list[QueueEntry]:
    """Who left the queue a moment ago and can be taken back, the latest first."""
    rows = _whole().filter(restaurant=restaurant_id, ended_at__gt=now - UNDO_FOR)
    return list(rows.exclude(status__in=IN_QUEUE).order_by("-ended_at", "-pk")[:most])


def queue_entry_by_token(token: str) -> QueueEntry:
    """:raises NotFound: for a token that opens nothing"""
    entry = _whole().filter(token_hash=hash_token(token)).first()
    if entry is None:
        raise NotFound
    return entry


def queue_version_by_token(token: str) -> tuple[int, int]:
    """The entry behind a link, and the version of its queue, for the socket of the party's page.

    :raises NotFound: for a token that opens nothing
    """
    rows = QueueEntry.objects.filter(token_hash=hash_token(token))
    found = rows.values_list("pk", "restaurant", "service_date").first()
    if found is None:
        raise NotFound
    return found[0], queue_version(found[1], found[2])


def queue_token_of(entry: QueueEntry) -> str:
    """The token of the party's page; derived, never stored."""
    return queue_link(entry.link_nonce).token


def queue_status_at(entry: QueueEntry, now: datetime) -> QueueStatus:
    """What a party is now, whether or not a worker has seen that its time is over."""
    status = QueueStatus(entry.status)
    if status == QueueStatus.SERVICE_READY and entry.ready_at is not None:
        lapse = lapse_of(ready_at=entry.ready_at, skips=entry.skips, now=now)
        return status if lapse is None else QueueStatus(lapse.value)
    return status


def queue_now(
    restaurant: Restaurant,
    *,
    now: datetime,
    sizes: Collection[int] = SIZES,
    service_date: date | None = None,
    asking: Asking | None = None,
) -> QueueNow:
    """The queue with what each party waits for and what newcomers would be told; a constant number
    of queries and one simulation.
    """
    day = service_date or service_date_now(restaurant, now=now)
    every = [entry for entry in queue_of(restaurant.pk) if entry.service_date == day]
    house = house_now(restaurant, service_date=day, queue=every, now=now)
    entries = [one for one in every if queue_status_at(one, now) in IN_QUEUE]
    waits, asked = outlook(
        house.house(),
        [house.waiting_of(entry) for entry in entries],
        [
            house.waiting(house.options(*one), one.size)
            for one in [*map(Asking, sizes), *([asking] if asking else [])]
        ],
    )
    wanted = [[option.tables for option in house.options_of(entry)] for entry in entries]
    lines = []
    for number, (entry, wait) in enumerate(zip(entries, waits, strict=True)):
        status = queue_status_at(entry, now)
        waited = max(int((now - entry.joined_at) / _MINUTE), 0)
        is_called = status == QueueStatus.SERVICE_READY
        ahead = sum(competes(wanted[number], other) for other in wanted[:number])
        lines.append(
            Line(
                entry=entry,
                status=status,
                position=1 + ahead,
                waited=waited,
                quote=None if is_called else quote_of(wait, waited=waited),
                seat=tuple(entry.table_ids) if is_called else house.free_seat(entry),
            )
        )
    told = [quote_of(wait) for wait in asked]
    return QueueNow(
        house, lines, dict(zip(sizes, told, strict=False)), asked=told[-1] if asking else None
    )


def queue_skips_of_day(restaurant_id: int, service_date: date) -> QuerySet[QueueSkip]:
    """The ledger of an evening: who was passed over and why, the latest first (rule 96)."""
    rows = QueueSkip.objects.filter(restaurant=restaurant_id, entry__service_date=service_date)
    return rows.select_related("entry", "in_favour_of").order_by("-occurred_at", "-pk")


def _whole() -> QuerySet[QueueEntry]:
    return QueueEntry.objects.select_related("restaurant__policy", "guest", "area")
