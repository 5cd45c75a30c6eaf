"""The party at the door: which service it belongs to, and how long it would stay."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from bookings.availability import (
    OVERRIDABLE,
    PACING_REASONS,
    SPACE_REASONS,
    Channel,
    Period,
    PreparedDay,
    Query,
    Reason,
    answer_slot,
)
from bookings.errors import SlotUnavailable
from bookings.loading import LoadedDay, load_day, prepared_day
from bookings.services.questions import accepted_reasons
from bookings.services.room import next_second
from reservehub.core.timezones import service_date_of
from restaurants.models import Restaurant

KEPT = timedelta(minutes=30)
"""A table whose next party is due sooner is kept for it (rule 95); "due_soon" overrides that."""
LEAST = timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True)
class WalkIn:
    """A party at the door."""

    restaurant: Restaurant
    day: LoadedDay
    size: int
    now: datetime
    query: Query
    overrides: frozenset[str]
    warnings: tuple[str, ...]

    @property
    def period(self) -> Period:
        return self.day.prepared.slot_for(next_second(self.now)).period

    @property
    def buffer_time(self) -> timedelta:
        return timedelta(minutes=self.period.buffer_minutes)

    @property
    def starts_at(self) -> datetime:
        """On the wall clock nobody reads seconds."""
        return self.now.replace(second=0, microsecond=0)

    def least(self, stay: timedelta = KEPT) -> datetime:
        """Until when a table must be free for a stay, or as long as the party would stay anyway."""
        return min(self.now + stay, self.ends_at(None)) + self.buffer_time

    def ends_at(self, area_id: int | None) -> datetime:
        """When the party would leave by the turn time of an area."""
        slot = self.day.prepared.slot_for(next_second(self.now))
        turns = self.day.prepared.turns(slot, self.size)
        here = [turn for turn in turns if turn.areas is None or area_id in turn.areas]
        return self.starts_at + timedelta(minutes=(here or list(turns))[0].minutes)


def service_date_now(restaurant: Restaurant, *, now: datetime) -> date:
    """The service date of somebody who comes now: a service that is still open belongs to the day
    it opened (rule 7), else the business day decides (rule 11).
    """
    today = service_date_of(now, restaurant.timezone, restaurant.business_day_cut)
    before = today - timedelta(days=1)
    return before if _is_open(prepared_day(restaurant, before), now) else today


def _is_open(prepared: PreparedDay, now: datetime) -> bool:
    at = next_second(now)
    return prepared.in_span(at) and prepared.is_within_hours(prepared.slot_for(at), Channel.WALK_IN)


def party_at_the_door(
    restaurant: Restaurant,
    day_date: date,
    size: int,
    *,
    overrides: frozenset[str],
    now: datetime,
) -> WalkIn:
    """The party, with what it would exceed as its warnings.

    :raises SlotUnavailable: where staff may not exceed pacing either (rule 43)
    """
    day = load_day(restaurant, day_date, now=now)
    query = Query(party_size=size, now=now, channel=Channel.WALK_IN, is_notice_exempt=True)
    found = [
        reason
        for reason in answer_slot(day.service, query, next_second(now)).reasons
        if reason not in SPACE_REASONS
    ]
    if restaurant.policy.is_pacing_mandatory and set(found) & PACING_REASONS:
        raise SlotUnavailable(reasons=[reason.value for reason in found])
    accepted = (OVERRIDABLE - _capacity(restaurant)) | accepted_reasons(
        overrides, restaurant=restaurant
    )
    return WalkIn(
        restaurant=restaurant,
        day=day,
        size=size,
        now=now,
        query=replace(query, overrides=accepted),
        overrides=overrides,
        warnings=tuple(reason.value for reason in found),
    )


def _capacity(restaurant: Restaurant) -> frozenset[Reason]:
    return accepted_reasons(["capacity"], restaurant=restaurant)
