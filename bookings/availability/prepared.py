"""The part of a service day that does not depend on bookings, worked out once and cached."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from math import gcd
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bookings.availability import turns
from bookings.availability.calendar import (
    closes_at,
    covers_local,
    instant_after,
    on_service_day,
    override_span,
    slots_of,
)
from bookings.availability.fits import Floor
from bookings.availability.model import (
    Channel,
    DayConfig,
    Override,
    OverrideState,
    PacingCaps,
    Period,
)
from bookings.availability.question import Slot
from bookings.availability.reasons import Reason

GRID_SECONDS = 300
MARGIN = timedelta(hours=12)
SPAN = timedelta(hours=72)
"""Occupancy is looked at from 12 h before the service date to 60 h after its local midnight."""

REFUSING = {
    OverrideState.PRIVATE_EVENT: Reason.PRIVATE_EVENT,
    OverrideState.CLOSED: Reason.CLOSED_SLOT,
    OverrideState.MAINTENANCE: Reason.MAINTENANCE,
    OverrideState.WEATHER: Reason.WEATHER,
}
NO_PERIOD = Period(0, "", time(0, 0), time(0, 0), time(0, 0))
"""Stands in where staff record something on a date without service."""


class Turn(NamedTuple):
    """How long a party would stay, and in which areas (None: in all)."""

    minutes: int
    areas: frozenset[int | None] | None


@dataclass(frozen=True, slots=True)
class SlotRules:
    """What overrides and the period say about one start."""

    refusal: Reason | None
    min_party: int | None
    max_party: int | None
    total: PacingCaps
    online: PacingCaps
    areas: dict[int, AreaRules]


@dataclass(frozen=True, slots=True)
class AreaRules:
    """What overrides say about one start in one area."""

    refusal: Reason | None = None
    min_party: int | None = None
    max_party: int | None = None
    arriving_covers: int | None = None
    arriving_parties: int | None = None


class PreparedDay:
    """A :class:`DayConfig` with its slots, turn times and suitable tables worked out.

    Immutable for its users; fills its own memo as questions come. Cache it by restaurant, date and
    version of the configuration.
    """

    def __init__(self, config: DayConfig) -> None:
        self.config = config
        self.slots = slots_of(config)
        self.floor = Floor(config)
        self.origin = self._origin()
        self.until = self.origin + SPAN
        self.step = self._grid_seconds()
        self.slot_at = {slot.starts_at: slot for slot in self.slots}
        self.closing = {period.id: closes_at(config, period) for period in config.periods}
        self.shortest_turn = self._shortest_turn()
        self.bucket_starts = bucket_starts(
            config.rules.zone, self.origin, config.rules.bucket_minutes
        )
        self._turn_areas = sorted({r.area_id for r in config.turn_rules if r.area_id is not None})
        self.is_paced = self._is_paced()
        self._rules: dict[tuple[datetime, int], SlotRules] = {}
        self._turns: dict[tuple[datetime, int], dict[int, tuple[Turn, ...]]] = {}

    # ------------------------------------------------------------------ the grid
    def _origin(self) -> datetime:
        midnight = datetime.combine(self.config.date, time())
        start = instant_after(self.config.rules.zone, midnight) - MARGIN
        return datetime.fromtimestamp(start.timestamp() // GRID_SECONDS * GRID_SECONDS, UTC)

    def _grid_seconds(self) -> int:
        """Five minutes, or finer where slots or stays are, so that rule 2 stays exact."""
        step = GRID_SECONDS
        for slot in self.slots:
            step = gcd(step, int((slot.starts_at - self.origin).total_seconds()))
        for rule in self.config.turn_rules:
            for band in rule.bands:
                step = gcd(step, band.minutes * 60)
        for period in self.config.periods:
            step = gcd(step, period.buffer_minutes * 60)
        return step

    def step_for(self, starts_at: datetime, minutes: int | None = None) -> int:
        """The grid on which an arbitrary start and stay are exact, to the second."""
        step = gcd(self.step, int((starts_at - self.origin).total_seconds()))
        return step if minutes is None else gcd(step, minutes * 60)

    def in_span(self, starts_at: datetime) -> bool:
        """Whether occupancy around this instant belongs to this service date at all."""
        return self.origin <= starts_at < self.until - timedelta(hours=24)

    def _is_paced(self) -> bool:
        """Whether anything at all limits pacing (rules 39, 41); counting is skipped otherwise."""
        nothing = PacingCaps()
        return any(
            period.pacing_total != nothing
            or period.pacing_online != nothing
            or period.walk_in_quota_covers
            or period.walk_in_quota_percent
            for period in self.config.periods
        ) or any(
            override.arriving_covers is not None or override.arriving_parties is not None
            for override in self.config.overrides
        )

    # ------------------------------------------------------------------ slots
    def slot_for(self, starts_at: datetime) -> Slot:
        """The slot at an instant; one made up for the nearest period if it is between slots."""
        known = self.slot_at.get(starts_at)
        if known is not None:
            return known
        local = starts_at.astimezone(self.config.rules.zone)
        naive = local.replace(tzinfo=None, fold=0)
        return Slot(naive, local.fold, starts_at, self._nearest_period(naive), is_ambiguous=False)

    def is_within_hours(self, slot: Slot, channel: Channel) -> bool:
        """Whether a start lies within its period; walk-ins may start until it closes."""
        if self.config.is_closed or slot.period is NO_PERIOD:
            return False
        first, last = self._seatings(slot.period)
        if channel is Channel.WALK_IN:
            return first <= slot.local_time and slot.starts_at < self.closing[slot.period.id]
        return first <= slot.local_time <= last

    def _seatings(self, period: Period) -> tuple[datetime, datetime]:
        day = self.config.date
        first = datetime.combine(day, period.first_seating)
        return first, on_service_day(day, period.first_seating, period.last_seating)

    def _nearest_period(self, local: datetime) -> Period:
        def distance(period: Period) -> tuple[timedelta, datetime]:
            first, last = self._seatings(period)
            return max(first - local, local - last, timedelta()), first

        return min(self.config.periods, key=distance, default=NO_PERIOD)

    # ------------------------------------------------------------------ turn times
    def turns(self, slot: Slot, party_size: int) -> tuple[Turn, ...]:
        """Turn times of a party starting then; several only if they differ by area."""
        known = self.turns_at(slot)
        if party_size not in known:
            known[party_size] = self._work_out_turns(slot, party_size)
        return known[party_size]

    def turns_at(self, slot: Slot) -> dict[int, tuple[Turn, ...]]:
        """The turn times worked out so far for a start, by party size."""
        return self._turns.setdefault((slot.starts_at, slot.period.id), {})

    def _work_out_turns(self, slot: Slot, party_size: int) -> tuple[Turn, ...]:
        def minutes(area_id: int | None) -> int:
            bands = turns.turn_bands(
                self.config.turn_rules,
                day=self.config.date,
                period=slot.period,
                local=slot.local_time,
                area_id=area_id,
            )
            return turns.minutes_for(bands, party_size)

        if not self._turn_areas:
            return (Turn(minutes(None), None),)
        areas: dict[int, set[int | None]] = {}
        for area_id in {None, *self.floor.area_masks}:
            areas.setdefault(minutes(area_id), set()).add(area_id)
        return tuple(Turn(length, frozenset(areas[length])) for length in sorted(areas))

    def _shortest_turn(self) -> int:
        """Minutes below which a hole between two bookings is of no use (rule 33)."""
        bands = [band for rule in self.config.turn_rules for band in rule.bands]
        buffer = min((period.buffer_minutes for period in self.config.periods), default=0)
        return buffer + min((band.minutes for band in bands or turns.DEFAULT_BANDS), default=60)

    # ------------------------------------------------------------------ overrides
    def rules_for(self, slot: Slot) -> SlotRules:
        """What overrides and the period say about a start."""
        key = (slot.starts_at, slot.period.id)
        found = self._rules.get(key)
        if found is None:
            found = self._rules[key] = self._work_out_rules(slot)
        return found

    def _work_out_rules(self, slot: Slot) -> SlotRules:
        day = self.config.date
        said = [o for o in self.config.overrides if covers_local(day, o, slot.local_time)]
        said.sort(key=lambda o: (self._width(o), o.state is OverrideState.NORMAL))
        house = said_together(o for o in said if o.area_id is None)
        areas = {
            area_id: said_together(o for o in said if o.area_id == area_id)
            for area_id in sorted({o.area_id for o in said if o.area_id is not None})
        }
        period = slot.period
        total = period.pacing_total
        return SlotRules(
            refusal=house.refusal,
            min_party=house.min_party,
            max_party=house.max_party,
            total=PacingCaps(
                _or(house.arriving_covers, total.arriving_covers),
                _or(house.arriving_parties, total.arriving_parties),
                total.seated_covers,
                total.seated_parties,
            ),
            online=period.pacing_online,
            areas=areas,
        )

    def _width(self, override: Override) -> timedelta:
        starts, ends = override_span(self.config.date, override)
        return ends - starts

    # ------------------------------------------------------------------ suitable tables
    def is_relaxed(self, starts_at: datetime, now: datetime) -> bool:
        """Whether the oversize cap no longer applies, so close to the start (rule 26)."""
        minutes = self.config.rules.oversize_relaxed_minutes
        return minutes is not None and starts_at - now <= timedelta(minutes=minutes)


@lru_cache(1024)  # the same for all restaurants of a zone
def bucket_starts(zone: ZoneInfo, origin: datetime, minutes: int) -> tuple[datetime, ...]:
    """The instants at which pacing buckets begin, aligned to the local clock (rule 42)."""
    found = []
    at, known = origin, None
    while at < origin + SPAN:
        local = at.astimezone(zone)
        bucket = (local.date(), (local.hour * 60 + local.minute) // minutes, local.fold)
        if bucket != known:
            found.append(at)
        known = bucket
        at += timedelta(seconds=GRID_SECONDS)
    return tuple(found)


def said_together(overrides: Iterable[Override]) -> AreaRules:
    """Merge overrides, narrowest first: each field is taken from the first that sets it."""
    refusal: Reason | None = None
    state_said = False
    limits: dict[str, int | None] = dict.fromkeys(
        ("min_party", "max_party", "arriving_covers", "arriving_parties")
    )
    for override in overrides:
        if not state_said:
            refusal, state_said = REFUSING.get(override.state), True
        for name, value in limits.items():
            if value is None:
                limits[name] = getattr(override, name)
    return AreaRules(refusal, **limits)


def _or(first: int | None, second: int | None) -> int | None:
    return second if first is None else first
