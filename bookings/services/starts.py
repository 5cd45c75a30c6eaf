"""From the wall clock a guest chose to an instant (rules 1-7). Pure but for the error it raises."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from bookings.availability import PreparedDay, Reason, instants_of
from bookings.errors import SlotUnavailable
from bookings.services.requests import Start


class ResolvedStart(NamedTuple):
    """A start on the wall clock of the restaurant and as an instant (UTC)."""

    local: datetime
    fold: int
    starts_at: datetime


def resolve_start(prepared: PreparedDay, start: Start) -> ResolvedStart:
    """The instant of a wall-clock start on a service date; after midnight it is the next calendar
    day (rule 7).

    :raises SlotUnavailable: with `nonexistent_time` if the clock skips it (rule 4)
    """
    for slot in prepared.slots:
        if slot.local_time.time() == start.time and slot.fold == start.fold:
            return ResolvedStart(slot.local_time, slot.fold, slot.starts_at)
    local = _between_slots(prepared, start)
    instants = instants_of(prepared.config.rules.zone, local)
    if not instants:
        raise SlotUnavailable(reasons=[Reason.NONEXISTENT_TIME.value])
    fold = min(start.fold, len(instants) - 1)
    return ResolvedStart(local, fold, instants[fold])


def _between_slots(prepared: PreparedDay, start: Start) -> datetime:
    """A time that is no slot: after midnight if an open period reaches that far, else on the date
    itself.
    """
    local = datetime.combine(start.date, start.time)
    next_morning = local + timedelta(days=1)
    for period in prepared.config.periods:
        passes_midnight = period.closes <= period.first_seating
        if passes_midnight and start.time < period.closes:
            return next_morning
    return local
