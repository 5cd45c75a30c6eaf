"""The figures behind the reasons, for staff and partners; worked out only when asked for."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from bookings.availability.asking import Asking, View
from bookings.availability.day import ServiceDay
from bookings.availability.engine import answer_slot
from bookings.availability.pacing import Limit
from bookings.availability.policy import cutoff_at, notice_ends_at, released_at
from bookings.availability.question import Query
from bookings.availability.reasons import Reason


class Detail(NamedTuple):
    """A reason with what it was measured against.

    ``limit`` and ``used`` are covers, parties or a party size; ``at`` is the instant from or until
    which the reason holds. What does not apply is None.
    """

    reason: Reason
    limit: int | None = None
    used: int | None = None
    at: datetime | None = None


def explain(day: ServiceDay, query: Query, starts_at: datetime) -> tuple[Detail, ...]:
    """Why a start is refused, with figures; empty if it is available."""
    reasons = answer_slot(day, query, starts_at).reasons
    slot = day.prepared.slot_for(starts_at)
    asking = Asking(day, query, step=day.prepared.step_for(slot.starts_at, query.minutes))
    view = asking.view(slot)
    limits = {limit.reason: limit for limit in _limits(asking, view, query.party_size)}
    sizes = _sizes(day, view)
    instants = _instants(day, query, view)
    return tuple(_detail(reason, limits, sizes, instants) for reason in reasons)


def _detail(
    reason: Reason,
    limits: dict[Reason, Limit],
    sizes: dict[Reason, int | None],
    instants: dict[Reason, datetime | None],
) -> Detail:
    limit = limits.get(reason)
    if limit is not None:
        return Detail(reason, limit=limit.cap, used=limit.used)
    return Detail(reason, limit=sizes.get(reason), at=instants.get(reason))


def _limits(asking: Asking, view: View, size: int) -> Iterable[Limit]:
    return asking.first_stay(view, size).limits


def _sizes(day: ServiceDay, view: View) -> dict[Reason, int | None]:
    rules = day.prepared.config.rules
    return {
        Reason.PARTY_TOO_SMALL: rules.min_party,
        Reason.PARTY_TOO_LARGE: rules.max_party,
        Reason.OVERRIDE_PARTY_MIN: view.rules.min_party,
        Reason.OVERRIDE_PARTY_MAX: view.rules.max_party,
    }


def _instants(day: ServiceDay, query: Query, view: View) -> dict[Reason, datetime | None]:
    prepared = day.prepared
    released = released_at(prepared)
    return {
        Reason.NOTICE: notice_ends_at(prepared, query.now),
        Reason.NOTICE_CUTOFF: cutoff_at(prepared),
        Reason.HORIZON: released,
        Reason.NOT_RELEASED: released,
        Reason.PAUSED: prepared.config.rules.paused_until,
        Reason.MUST_FINISH_BY_CLOSE: prepared.closing.get(view.slot.period.id),
    }
