"""How fast a kitchen lets guests in: arriving and seated caps per bucket (rules 39, 41-47)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import accumulate
from math import ceil
from typing import NamedTuple

from bookings.availability.load import Booked, DayLoad
from bookings.availability.model import Channel, PacingCaps
from bookings.availability.prepared import PreparedDay
from bookings.availability.question import Slot
from bookings.availability.reasons import Reason


class Limit(NamedTuple):
    """One cap at one start: parties larger than ``room`` are refused for ``reason``."""

    reason: Reason
    room: int
    cap: int
    used: int


class Tally:
    """What is arriving and present in each bucket."""

    def __init__(self, buckets: int) -> None:
        self.arriving_covers = [0] * buckets
        self.arriving_parties = [0] * buckets
        self._covers_delta = [0] * (buckets + 1)
        self._parties_delta = [0] * (buckets + 1)
        self.seated_covers: list[int] = []
        self.seated_parties: list[int] = []

    def add(self, first: int, last: int, covers: int, *, arrives: bool) -> None:
        """Count a party that is present from bucket ``first`` to ``last`` inclusive."""
        if arrives:
            self.arriving_covers[first] += covers
            self.arriving_parties[first] += 1
        self._covers_delta[first] += covers
        self._covers_delta[last + 1] -= covers
        self._parties_delta[first] += 1
        self._parties_delta[last + 1] -= 1

    def close(self) -> None:
        """Work out the numbers present; nothing may be added afterwards."""
        self.seated_covers = list(accumulate(self._covers_delta))
        self.seated_parties = list(accumulate(self._parties_delta))


class Pacing:
    """The counters of a day, with the questions asked of them."""

    def __init__(self, prepared: PreparedDay, load: DayLoad) -> None:
        self._prepared = prepared
        self._starts = prepared.bucket_starts
        self._everyone = Tally(len(self._starts))
        self._online = Tally(len(self._starts))
        self._reserved = Tally(len(self._starts))
        self._by_area: dict[int, Tally] = {}
        if prepared.is_paced:
            self._count_all(load)
        for tally in (self._everyone, self._online, self._reserved, *self._by_area.values()):
            tally.close()

    def limits(
        self, slot: Slot, ends_at: datetime, channel: Channel, *, now: datetime
    ) -> tuple[Limit, ...]:
        """The caps that leave less than unlimited room to a party from a start to an end.

        Online is held to the online and the total caps, the house to the total ones (rule 43).
        """
        if not self._prepared.is_paced:
            return ()
        found = tuple(self._work_out(slot, ends_at, channel))
        if channel is Channel.WALK_IN:
            return found
        quota = self._quota(slot, ends_at, now)
        return found if quota is None else (*found, quota)

    def area_limits(
        self, slot: Slot, area_id: int, *, covers_cap: int | None, parties_cap: int | None
    ) -> Iterator[Limit]:
        """The arriving caps an override sets for one area."""
        tally = self._by_area.get(area_id, self._nobody)
        caps = PacingCaps(arriving_covers=covers_cap, arriving_parties=parties_cap)
        bucket = self._bucket(slot.starts_at)
        return _limits(tally, caps, _TOTAL, bucket, bucket)

    @property
    def _nobody(self) -> Tally:
        tally = Tally(len(self._starts))
        tally.close()
        return tally

    def _work_out(self, slot: Slot, ends_at: datetime, channel: Channel) -> Iterator[Limit]:
        rules = self._prepared.rules_for(slot)
        first, last = self._buckets(slot.starts_at, ends_at)
        yield from _limits(self._everyone, rules.total, _TOTAL, first, last)
        if channel is Channel.ONLINE:
            yield from _limits(self._online, rules.online, _ONLINE, first, last)

    def _quota(self, slot: Slot, ends_at: datetime, now: datetime) -> Limit | None:
        """Covers kept for walk-ins until shortly before the start (rule 39)."""
        period = slot.period
        seats = self._prepared.floor.seats
        kept = period.walk_in_quota_covers or 0
        kept = max(kept, ceil(seats * (period.walk_in_quota_percent or 0) / 100))
        release = timedelta(minutes=period.walk_in_release_minutes)
        if not kept or now >= slot.starts_at - release:
            return None
        first, last = self._buckets(slot.starts_at, ends_at)
        used = max(self._reserved.seated_covers[first : last + 1])
        cap = max(0, seats - kept)
        return Limit(Reason.WALK_IN_QUOTA, cap - used, cap, used)

    def _count_all(self, load: DayLoad) -> None:
        prepared, area_of = self._prepared, self._areas_of(load)
        for booked in load.booked:
            if booked.is_paced and prepared.origin < booked.ends_at <= prepared.until:
                self._count(booked, area_of.get((booked.reservation_id, booked.hold_id)))

    def _count(self, booked: Booked, area_id: int | None) -> None:
        first, last = self._buckets(booked.starts_at, booked.ends_at)
        arrives = booked.starts_at >= self._starts[0]
        tallies = [self._everyone]
        if booked.is_online:
            tallies.append(self._online)
        if booked.channel is not Channel.WALK_IN:
            tallies.append(self._reserved)
        if area_id is not None:
            tallies.append(self._by_area.setdefault(area_id, Tally(len(self._starts))))
        for tally in tallies:
            tally.add(first, last, booked.covers, arrives=arrives)

    def _areas_of(self, load: DayLoad) -> dict[tuple[int | None, int | None], int | None]:
        if not any(override.area_id is not None for override in self._prepared.config.overrides):
            return {}
        floor = self._prepared.floor
        return {
            (row.reservation_id, row.hold_id): floor.tables[floor.number[row.table_id]].area_id
            for row in load.busy
            if row.table_id in floor.number
        }

    def _bucket(self, at: datetime) -> int:
        return max(0, bisect_right(self._starts, at) - 1)

    def _buckets(self, starts_at: datetime, ends_at: datetime) -> tuple[int, int]:
        first = self._bucket(starts_at)
        last = self._bucket(ends_at - timedelta(microseconds=1))  # half open (rule 2)
        return first, max(first, last)


class _Names(NamedTuple):
    arriving_covers: Reason
    arriving_parties: Reason
    seated_covers: Reason
    seated_parties: Reason


_TOTAL = _Names(
    Reason.PACING_ARRIVING_COVERS,
    Reason.PACING_ARRIVING_PARTIES,
    Reason.PACING_SEATED_COVERS,
    Reason.PACING_SEATED_PARTIES,
)
_ONLINE = _Names(
    Reason.PACING_ONLINE_ARRIVING_COVERS,
    Reason.PACING_ONLINE_ARRIVING_PARTIES,
    Reason.PACING_ONLINE_SEATED_COVERS,
    Reason.PACING_ONLINE_SEATED_PARTIES,
)
UNLIMITED = 1_000_000


def _limits(
    tally: Tally, caps: PacingCaps, names: _Names, first: int, last: int
) -> Iterator[Limit]:
    if caps.arriving_covers is not None:
        used = tally.arriving_covers[first]
        yield Limit(names.arriving_covers, caps.arriving_covers - used, caps.arriving_covers, used)
    if caps.arriving_parties is not None:
        used = tally.arriving_parties[first]
        yield _parties(names.arriving_parties, caps.arriving_parties, used)
    if caps.seated_covers is not None:
        used = max(tally.seated_covers[first : last + 1])
        yield Limit(names.seated_covers, caps.seated_covers - used, caps.seated_covers, used)
    if caps.seated_parties is not None:
        used = max(tally.seated_parties[first : last + 1])
        yield _parties(names.seated_parties, caps.seated_parties, used)


def _parties(reason: Reason, cap: int, used: int) -> Limit:
    return Limit(reason, UNLIMITED if used < cap else 0, cap, used)
