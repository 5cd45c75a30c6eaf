"""Answers that still hold: worked out once for an evening as long as nothing about it changes.

Every question asks the database whether any row of the evening changed. If none did, in the same
minute and with the same configuration, the answer is the same too and is not worked out anew. So
an answer is never older than its question, in however many processes.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import NamedTuple

from bookings.availability import Channel, Query, SlotAnswer, answer
from bookings.loading.day import LoadedDay, load_day, loaded_day, prepared_day, span_of
from bookings.loading.reading import State, reserved_on, state_of, taken_between
from bookings.loading.snapshot import Snapshot, snapshot_of
from restaurants.models import Restaurant

KEPT_EVENINGS = 256
KEPT_ANSWERS = 32


class Answers(NamedTuple):
    """All slots of a service date for one party. Shared: do not change them.

    `shown` is for what callers make of them, such as JSON; it is kept as long as they are.
    """

    slots: list[SlotAnswer]
    shown: dict[str, str]


@dataclass
class _Evening:
    """An evening as it was read, and the answers so far. The engine is not safe for threads."""

    snapshot: Snapshot
    state: State
    minute: datetime
    next_expiry: datetime
    """When the first live hold will be over."""
    day: LoadedDay
    answers: dict[Query, Answers] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def ask(self, query: Query) -> Answers:
        with self.lock:
            known = self.answers.get(query)
            if known is None:
                if len(self.answers) == KEPT_ANSWERS:  # somebody asks for every size there is
                    self.answers.clear()
                known = self.answers[query] = Answers(answer(self.day.service, query), {})
            return known


_evenings: OrderedDict[tuple[int, date], _Evening] = OrderedDict()


def answers_of(restaurant: Restaurant, day: date, query: Query) -> Answers:
    """All slots of a service date for one party (`bookings.availability.answer`).

    Guests' questions only differ by whole minutes: starts, notice, cut-offs and releases are, and
    what is too late from a minute on is so in all of it. Staff may still book the running minute,
    so theirs are always worked out.
    """
    if query.channel is not Channel.ONLINE or query.is_notice_exempt:
        return Answers(answer(load_day(restaurant, day, now=query.now).service, query), {})
    minute = query.now.replace(second=0, microsecond=0)
    return _evening(restaurant, day, minute, query.now).ask(replace(query, now=minute))


def _evening(restaurant: Restaurant, day: date, minute: datetime, now: datetime) -> _Evening:
    """What is known of an evening, if it still holds; else what is there now."""
    snapshot = snapshot_of(restaurant)
    prepared = prepared_day(restaurant, day)
    span = span_of([prepared])
    state = state_of(restaurant.pk, [day], *span)
    key = (restaurant.pk, day)
    known = _evenings.get(key)
    if (
        known is not None
        and known.snapshot is snapshot
        and known.minute == minute
        and now < known.next_expiry
        and known.state == state
    ):
        return known
    # Read after the state: what changes in between makes the next state another one.
    reserved, taken = reserved_on(restaurant.pk, [day]), taken_between(restaurant.pk, *span)
    expiries = [row.expires_at for row in taken if row.expires_at and row.expires_at > now]
    fresh = _Evening(
        snapshot=snapshot,
        state=state,
        minute=minute,
        next_expiry=min(expiries, default=datetime.max.replace(tzinfo=now.tzinfo)),
        day=loaded_day(prepared, snapshot, reserved, taken, now=now),
    )
    _evenings.pop(key, None)  # to the end
    _evenings[key] = fresh
    while len(_evenings) > KEPT_EVENINGS:
        _evenings.popitem(last=False)
    return fresh
