"""What is free: one day, a strip of days, and what to offer instead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date as Date  # noqa: N812 - the parameter is called date
from datetime import datetime, time, timedelta
from heapq import nsmallest
from typing import Any, Literal, NamedTuple
from zoneinfo import ZoneInfo

from bookings.availability import Channel, Query, Reason, Slot, SlotAnswer, answer, answer_slot
from bookings.loading import Answers, LoadedDay, answers_of, load_days
from restaurants.models import Restaurant

NEAR = timedelta(minutes=90)
LATER_DAYS = 7
LIKELY_FREE = 3
"""So many slots are tried one by one before a whole day is worked out."""


def availability(
    *,
    restaurant: Restaurant,
    date: Date,
    party_size: int,
    now: datetime,
    channel: Channel = Channel.ONLINE,
    area_id: int | None = None,
    required_features: frozenset[str] = frozenset(),
    exclude_reservation_id: int | None = None,
    exclude_hold_id: int | None = None,
    is_notice_exempt: bool = False,
) -> list[SlotAnswer]:
    """Every slot of a service date for one party, free or with its reasons; at most two queries.

    An unsaved or stale `restaurant` is fine as long as its `config_version` was just read.
    """
    query = Query(
        party_size=party_size,
        now=now,
        channel=channel,
        area_id=area_id,
        required_features=required_features,
        exclude_reservation_id=exclude_reservation_id,
        exclude_hold_id=exclude_hold_id,
        is_notice_exempt=is_notice_exempt,
    )
    return list(answers_of(restaurant, date, query).slots)


def availability_kept(
    *,
    restaurant: Restaurant,
    date: Date,
    party_size: int,
    now: datetime,
    area_id: int | None = None,
) -> Answers:
    """What `availability` tells guests, with what was made of it before: for the busiest caller."""
    return answers_of(restaurant, date, Query(party_size=party_size, now=now, area_id=area_id))


class DayState(NamedTuple):
    """One chip of the day strip. `name` and `note` come from a special day."""

    date: Date
    state: Literal["open", "full", "closed", "unavailable"]
    reasons: tuple[Reason, ...]
    name: str
    note: str


def day_strip(
    *,
    restaurant: Restaurant,
    dates: Sequence[Date],
    party_size: int,
    now: datetime,
    channel: Channel = Channel.ONLINE,
    area_id: int | None = None,
) -> list[DayState]:
    """Whether each of some days is open, full, closed or not bookable (yet); few queries for all of
    them.
    """
    query = Query(party_size=party_size, now=now, channel=channel, area_id=area_id)
    return [_state(day, query) for day in load_days(restaurant, dates, now=now)]


FULL = {Reason.NO_TABLE_FREE, Reason.AREA_FULL, Reason.WALK_IN_QUOTA}


def _state(day: LoadedDay, query: Query) -> DayState:
    config = day.prepared.config
    special = day.snapshot.special_day(config.date)
    name, note = (special[0], special[1]) if special else ("", "")
    if config.is_closed or not config.periods:
        return DayState(config.date, "closed", (config.closed_reason,), name, note)
    # Room that needs nobody to move is found far faster, and most days have some.
    if any(a.available for a in answer(day.service, replace(query, allows_moves=False))):
        return DayState(config.date, "open", (), name, note)
    answers = answer(day.service, query)
    if any(a.available for a in answers):
        return DayState(config.date, "open", (), name, note)
    reasons = tuple(dict.fromkeys(reason for a in answers for reason in a.reasons))
    is_full = any(reason in FULL or reason.value.startswith("pacing_") for reason in reasons)
    return DayState(config.date, "full" if is_full else "unavailable", reasons, name, note)


class Alternative(NamedTuple):
    """Another time that is free now."""

    date: Date
    slot: SlotAnswer


def alternatives(
    *,
    restaurant: Restaurant,
    date: Date,
    time: time,
    party_size: int,
    now: datetime,
    channel: Channel = Channel.ONLINE,
    area_id: int | None = None,
    required_features: frozenset[str] = frozenset(),
    exclude_reservation_id: int | None = None,
    limit: int = 3,
) -> list[Alternative]:
    """The free slots nearest to a wish: within 90 minutes, then the rest of the day, then the same
    time on the next days.
    """
    query = Query(
        party_size=party_size,
        now=now,
        channel=channel,
        area_id=area_id,
        required_features=required_features,
        exclude_reservation_id=exclude_reservation_id,
    )
    wish = datetime.combine(date, time)
    found = [
        Alternative(date, slot)
        for slot in answers_of(restaurant, date, query).slots
        if slot.available
    ]
    wish = _same_evening(wish, found)
    found.sort(key=lambda other: (abs(other.slot.local_time - wish), other.slot.starts_at))
    near = [other for other in found if abs(other.slot.local_time - wish) <= NEAR]
    if len(near) >= limit:
        return near[:limit]
    return (found + _next_days(restaurant, wish, query, date, limit - len(found)))[:limit]


def _same_evening(wish: datetime, found: Sequence[Alternative]) -> datetime:
    """00:30 of a late service lies on the next calendar day."""
    if found and all(other.slot.local_time - wish > timedelta(hours=12) for other in found):
        return wish + timedelta(days=1)
    return wish


def _next_days(
    restaurant: Restaurant, wish: datetime, query: Query, date: Date, wanted: int
) -> list[Alternative]:
    """The best of each day until there are enough. Most days have room near the wish, so no more
    days are read and no more slots looked at than it takes: many may be refused at one moment.
    """
    found: list[Alternative] = []
    for ahead in (range(1, wanted + 1), range(wanted + 1, LATER_DAYS + 1)):
        if len(found) >= wanted:
            break
        dates = [date + timedelta(days=n) for n in ahead]
        for n, day in zip(ahead, load_days(restaurant, dates, now=query.now), strict=True):
            best = _nearest_free(day, query, wish + timedelta(days=n))
            if best is not None:
                found.append(Alternative(day.prepared.config.date, best))
            if len(found) == wanted:
                break
    return found


def _nearest_free(day: LoadedDay, query: Query, aim: datetime) -> SlotAnswer | None:
    def distance(slot: Slot | SlotAnswer) -> tuple[timedelta, datetime]:
        return abs(slot.local_time - aim), slot.starts_at

    for slot in nsmallest(LIKELY_FREE, day.prepared.slots, key=distance):
        found = answer_slot(day.service, query, slot.starts_at)
        if found.available:
            return found
    free = [slot for slot in answer(day.service, query) if slot.available]
    return min(free, key=distance, default=None)


def alternatives_payload(**wish: Any) -> list[dict[str, Any]]:
    """`alternatives` as members of a problem body: service date, wall time, fold and instant with
    the venue's offset.
    """
    zone_of = wish["restaurant"].timezone
    return [slot_payload(other.date, other.slot, zone_of) for other in alternatives(**wish)]


def slot_payload(date: Date, slot: SlotAnswer, timezone: str) -> dict[str, Any]:
    """A free slot as plain data."""
    local = slot.starts_at.astimezone(ZoneInfo(timezone))
    return {
        "date": date.isoformat(),
        "time": slot.local_time.strftime("%H:%M"),
        "fold": slot.fold,
        "starts_at": local.isoformat(),
        "utc_offset": slot.utc_offset,
    }
