"""Whether the restaurant takes this start at all, tables and pacing aside (rules 14-21)."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from bookings.availability.calendar import instant_after
from bookings.availability.model import Channel
from bookings.availability.prepared import PreparedDay, SlotRules
from bookings.availability.question import Query, Slot
from bookings.availability.reasons import Reason


def standing_reasons(prepared: PreparedDay, slot: Slot, query: Query) -> tuple[Reason, ...]:
    """Why a start is refused whatever the size of the party, without what staff overrode."""
    found = (*_of_the_day(prepared, slot, query), *_of_the_clock(prepared, slot, query))
    return tuple(reason for reason in found if reason not in query.overrides)


def party_reasons(
    prepared: PreparedDay, rules: SlotRules, query: Query, size: int
) -> tuple[Reason, ...]:
    """Why a start is refused to a party of this size."""
    found: list[Reason] = []
    if query.channel is Channel.ONLINE:
        house = prepared.config.rules
        if size < house.min_party:
            found.append(Reason.PARTY_TOO_SMALL)
        if house.max_party is not None and size > house.max_party:
            found.append(Reason.PARTY_TOO_LARGE)
    if rules.min_party is not None and size < rules.min_party:
        found.append(Reason.OVERRIDE_PARTY_MIN)
    if rules.max_party is not None and size > rules.max_party:
        found.append(Reason.OVERRIDE_PARTY_MAX)
    if not found:
        return ()
    return tuple(reason for reason in found if reason not in query.overrides)


def unlimited_sizes(prepared: PreparedDay, rules: SlotRules, query: Query) -> tuple[int, int]:
    """The range of party sizes to which :func:`party_reasons` has nothing to say."""
    least, most = [rules.min_party], [rules.max_party]
    if query.channel is Channel.ONLINE:
        least.append(prepared.config.rules.min_party)
        most.append(prepared.config.rules.max_party)
    return (
        max((limit for limit in least if limit is not None), default=0),
        min((limit for limit in most if limit is not None), default=sys.maxsize),
    )


def _of_the_day(prepared: PreparedDay, slot: Slot, query: Query) -> Iterator[Reason]:
    config = prepared.config
    if config.is_closed:
        yield config.closed_reason
    elif not prepared.is_within_hours(slot, query.channel):
        yield Reason.OUTSIDE_HOURS
    elif query.channel is Channel.ONLINE and slot.starts_at not in prepared.slot_at:
        yield Reason.NOT_A_SLOT
    refusal = prepared.rules_for(slot).refusal
    if refusal is not None:
        yield refusal
    if query.channel is Channel.ONLINE and not config.rules.accepts_reservations:
        yield Reason.NOT_ACCEPTING


def _of_the_clock(prepared: PreparedDay, slot: Slot, query: Query) -> Iterator[Reason]:
    if query.channel is Channel.WALK_IN:  # seated as they come (rules 18, 21)
        return
    rules = prepared.config.rules
    if rules.paused_until is not None and slot.starts_at < rules.paused_until:
        yield Reason.PAUSED
    if query.is_notice_exempt:
        if slot.starts_at < query.now:
            yield Reason.PAST
        return
    if slot.starts_at <= query.now:
        yield Reason.PAST
    elif slot.starts_at <= notice_ends_at(prepared, query.now):
        yield Reason.NOTICE
    cutoff = cutoff_at(prepared)
    if cutoff is not None and query.now >= cutoff:
        yield Reason.NOTICE_CUTOFF
    if query.now < released_at(prepared):
        is_today = _local_date(prepared, query.now) == _local_date(prepared, released_at(prepared))
        yield Reason.NOT_RELEASED if is_today else Reason.HORIZON


def notice_ends_at(prepared: PreparedDay, now: datetime) -> datetime:
    """Starts up to and including this instant are too soon (rules 18, 20)."""
    return now + timedelta(minutes=prepared.config.rules.min_notice_minutes)


def cutoff_at(prepared: PreparedDay) -> datetime | None:
    """The instant from which a service date is no longer bookable online (rule 18)."""
    config = prepared.config
    cutoff = config.rules.notice_cutoff
    if cutoff is None:
        return None
    day = config.date - timedelta(days=cutoff.days_before)
    return instant_after(config.rules.zone, datetime.combine(day, cutoff.at))


def released_at(prepared: PreparedDay) -> datetime:
    """The instant from which a service date is bookable.

    A horizon of 60 days counts today: at release time, the date 59 days ahead opens (rule 19).
    """
    config = prepared.config
    day = config.date - timedelta(days=config.rules.horizon_days - 1)
    return instant_after(config.rules.zone, datetime.combine(day, config.rules.horizon_release))


def _local_date(prepared: PreparedDay, at: datetime) -> date:
    return at.astimezone(prepared.config.rules.zone).date()
