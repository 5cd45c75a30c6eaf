"""Who waits: the queue at the door of one house, tonight and on the evenings before, and guests who
hope for a table on an evening that is full.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from bookings.availability import instants_of
from demo.bulk import rows_insert
from demo.guestbook import GuestBook
from demo.live import GUEST, STAFF
from demo.wish import Place
from reservehub.core.errors import DomainError
from waitlist.models import QueueEntry, QueueSettings, QueueStatus
from waitlist.queue.links import queue_link
from waitlist.services import JoinRequest, entry_join
from waitlist.services.queue import QueueRequest, queue_join

HOUSE = "bella-vista"
EVENINGS = 28
PARTIES = (("Mila", 2), ("Theo & Jo", 2), ("Van Dam", 4))
WISHES = (time(19), time(19, 30), time(20), time(18, 30), time(20, 30))
WAITING = 2
"""So many guests hope for a table."""


def door_fill(place: Place, book: GuestBook, *, is_new: bool, now: datetime) -> None:
    """Let people wait at the house that has a door to wait at."""
    if place.house.slug != HOUSE:
        return
    if is_new:
        QueueSettings.objects.update_or_create(
            restaurant=place.restaurant, defaults={"is_remote_open": True}
        )
        rows_insert(list(_evenings(place, now)))
    _queue(place, now)
    _hopes(place, book, now)


def _evenings(place: Place, now: datetime) -> Iterator[QueueEntry]:
    """What was promised and what happened; most promises were kept."""
    chance = random.Random("demo:door")  # noqa: S311 - the same evenings every time
    today = place.today(now)
    for day in (today - timedelta(days=n) for n in range(1, EVENINGS + 1)):
        for _ in range(chance.randint(2, 6) if day.weekday() >= 3 else 1):
            yield _ended(place, day, chance)


def _ended(place: Place, day: date, chance: random.Random) -> QueueEntry:
    minute = chance.randrange(18 * 60 + 30, 21 * 60, 5)
    joined = instants_of(place.zone, datetime.combine(day, time(minute // 60, minute % 60)))[0]
    middle = chance.choice((10, 15, 20, 25, 35))
    low, high = middle // 5 * 5 - 5, middle // 5 * 5 + 10
    waited = max(1.0, chance.gauss(middle, 6))
    seated = joined + timedelta(minutes=waited)
    is_seated = chance.random() < 0.9
    link = queue_link()
    return QueueEntry(
        restaurant=place.restaurant,
        status=QueueStatus.SEATED if is_seated else QueueStatus.CANCELED,
        service_date=day,
        joined_at=joined,
        party_size=chance.choice((2, 2, 2, 3, 4, 4, 5)),
        quoted_low=low,
        quoted_high=high,
        middle_minutes=middle,
        promised_at=joined + timedelta(minutes=high),
        told_low=low,
        told_high=high,
        ready_at=seated if is_seated else None,
        seated_at=seated if is_seated else None,
        ended_at=seated,
        link_nonce=link.nonce,
        token_hash=link.token_hash,
    )


def _queue(place: Place, now: datetime) -> None:
    """Three parties at the door, if the house is open and nobody is there."""
    rows = QueueEntry.objects.filter(
        restaurant=place.restaurant, service_date=place.today(now), joined_at__lte=now
    )
    if rows.exists():
        return
    for name, size in PARTIES:
        request = QueueRequest(restaurant_id=place.restaurant.pk, party_size=size, name=name)
        try:
            queue_join(request=request, actor=STAFF, now=now)
        except DomainError:  # closed at this hour
            return


def _hopes(place: Place, book: GuestBook, now: datetime) -> None:
    """Guests on the waitlist of the first full times of the days to come."""
    found = 0
    for day in (place.today(now) + timedelta(days=n) for n in range(3)):
        for at in WISHES:
            if found == WAITING:
                return
            person = book.person(20 + found)
            request = JoinRequest(
                restaurant_id=place.restaurant.pk,
                date=day,
                from_time=at,
                party_size=4,
                guest_name=person.name,
                guest_email=person.email,
                guest_phone=person.phone,
                guest_language=person.language,
            )
            try:
                entry_join(request=request, actor=GUEST, now=now)
            except DomainError:  # there is a table after all, or they wait already
                continue
            found += 1
