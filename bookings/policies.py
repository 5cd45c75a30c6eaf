"""What a booking policy means for one booking: approval, deadlines, snapshot. Pure (rules 54,
72-74, 81).
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol, TypedDict
from zoneinfo import ZoneInfo


class PolicyTerms(Protocol):
    """The fields of `restaurants.BookingPolicy` that matter here."""

    confirmation_mode: str
    instant_up_to: int
    modify_cutoff_minutes: int
    cancel_cutoff_minutes: int
    cancel_cutoff_days: int | None
    cancel_cutoff_time: time | None
    cancellation_policy: str


class PolicySnapshot(TypedDict):
    """What the guest agreed to; later edits of the policy do not change it (rule 74)."""

    cancellation_policy: str
    cancel_deadline_at: str
    modify_deadline_at: str
    currency: str


def needs_approval(terms: PolicyTerms, *, party_size: int) -> bool:
    """Whether staff must answer before the booking is confirmed (requirement C3)."""
    if terms.confirmation_mode == "approval":
        return True
    return terms.confirmation_mode == "threshold" and party_size > terms.instant_up_to


def cancel_deadline(
    terms: PolicyTerms, *, starts_at: datetime, service_date: date, zone: ZoneInfo
) -> datetime:
    """The last instant of free cancellation, UTC.

    Minutes are elapsed time; "the day before 18:00" is wall time of the restaurant (rule 81). A
    wall time inside a spring gap resolves to the instant after the gap, in the guest's favour.
    """
    if terms.cancel_cutoff_days is not None and terms.cancel_cutoff_time is not None:
        day = service_date - timedelta(days=terms.cancel_cutoff_days)
        wall = datetime.combine(day, terms.cancel_cutoff_time, tzinfo=zone)
        return min(wall.astimezone(UTC), starts_at)
    return starts_at - timedelta(minutes=terms.cancel_cutoff_minutes)


def modify_deadline(terms: PolicyTerms, *, starts_at: datetime) -> datetime:
    """The last instant at which the guest may change the booking, UTC (rule 72)."""
    return starts_at - timedelta(minutes=terms.modify_cutoff_minutes)


def snapshot(
    terms: PolicyTerms, *, cancel_deadline_at: datetime, modify_deadline_at: datetime, currency: str
) -> PolicySnapshot:
    """The policy as shown at booking."""
    return {
        "cancellation_policy": terms.cancellation_policy,
        "cancel_deadline_at": cancel_deadline_at.isoformat(),
        "modify_deadline_at": modify_deadline_at.isoformat(),
        "currency": currency,
    }


def deadline_after_move(
    *, new_deadline_at: datetime, old_deadline_at: datetime, moved_at: datetime
) -> datetime:
    """The cancellation deadline of a moved booking: moving out of the penalty window must not dodge
    it (rule 73).

    A booking moved before its old deadline gets the new deadline; one moved afterwards keeps the
    old, passed one, so the cancellation that follows counts as late. The 24 h look-back: only moves
    within a day after the old deadline are bound.
    """
    is_inside_penalty_window = old_deadline_at < moved_at <= old_deadline_at + timedelta(hours=24)
    return min(old_deadline_at, new_deadline_at) if is_inside_penalty_window else new_deadline_at
