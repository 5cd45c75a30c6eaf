"""What happens to a booking and when, and what each happening writes into its row. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from bookings.lifecycle import Status, pending_expires_at
from bookings.models import Reservation
from demo.visit import Fate, Visit

NO_SHOW_AFTER = timedelta(minutes=22)
LAST_WORD = timedelta(minutes=1)
MINUTE = timedelta(minutes=1)


class Deed(StrEnum):
    """One step through the life of a reservation."""

    APPROVE = "approve"
    DECLINE = "decline"
    EXPIRE = "expire"
    RECONFIRM = "reconfirm"
    RUN_LATE = "run_late"
    CANCEL = "cancel"
    CALL_OFF = "call_off"
    ARRIVE = "arrive"
    SEAT = "seat"
    COMPLETE = "complete"
    NO_SHOW = "no_show"


FREEING = frozenset({Deed.DECLINE, Deed.EXPIRE, Deed.CANCEL, Deed.CALL_OFF})
"""After these nothing of the table is kept, not even as history."""


class Step(NamedTuple):
    """A deed and its instant."""

    at: datetime
    deed: Deed


class Frame(NamedTuple):
    """What of a booking its steps depend on. `until` is the end of its occupancy."""

    created_at: datetime
    starts_at: datetime
    until: datetime
    is_request: bool


def steps_of(visit: Visit, frame: Frame) -> list[Step]:
    """Everything that happens to a booking if nobody interferes, in order."""
    answered_at = frame.created_at
    if frame.is_request:
        answer = _answer(visit, frame)
        if answer.deed is not Deed.APPROVE:
            return [answer]
        answered_at = answer.at
        return [answer, *_after_answer(visit, frame, answered_at)]
    return list(_after_answer(visit, frame, answered_at))


def _answer(visit: Visit, frame: Frame) -> Step:
    expires_at = pending_expires_at(frame.created_at, frame.starts_at)
    at = min(frame.created_at + timedelta(minutes=visit.answer), expires_at - LAST_WORD)
    if visit.fate is Fate.UNANSWERED:
        return Step(expires_at, Deed.EXPIRE)
    return Step(at, Deed.DECLINE if visit.fate is Fate.DECLINED else Deed.APPROVE)


def _after_answer(visit: Visit, frame: Frame, answered_at: datetime) -> Iterator[Step]:
    if visit.fate in (Fate.CANCELS, Fate.CANCELLED):
        share = (frame.starts_at - answered_at) * visit.gone
        at = answered_at + timedelta(minutes=share // MINUTE)
        yield Step(at, Deed.CANCEL if visit.fate is Fate.CANCELS else Deed.CALL_OFF)
        return
    day_before = frame.starts_at - timedelta(hours=23)
    if visit.reconfirms and day_before > answered_at:
        yield Step(day_before, Deed.RECONFIRM)
    if visit.late and frame.starts_at - 10 * MINUTE > answered_at:
        yield Step(frame.starts_at - 10 * MINUTE, Deed.RUN_LATE)
    if visit.fate is Fate.NO_SHOW:
        yield Step(min(frame.starts_at + NO_SHOW_AFTER, frame.until), Deed.NO_SHOW)
        return
    yield from _stay(visit, frame, answered_at)


def _stay(visit: Visit, frame: Frame, answered_at: datetime) -> Iterator[Step]:
    """Arriving, sitting down not before the booked start, leaving not after the table's time."""
    latest = frame.until - 20 * MINUTE
    arrived_at = max(frame.starts_at - visit.early * MINUTE, answered_at + MINUTE)
    seated_at = min(max(arrived_at, frame.starts_at) + visit.wait * MINUTE, latest)
    if arrived_at < seated_at:
        yield Step(arrived_at, Deed.ARRIVE)
    yield Step(seated_at, Deed.SEAT)
    yield Step(min(seated_at + visit.stay * MINUTE, frame.until), Deed.COMPLETE)


STATUS_AFTER = {
    Deed.APPROVE: Status.CONFIRMED,
    Deed.DECLINE: Status.DECLINED,
    Deed.EXPIRE: Status.EXPIRED,
    Deed.CANCEL: Status.CANCELLED_BY_GUEST,
    Deed.CALL_OFF: Status.CANCELLED_BY_RESTAURANT,
    Deed.ARRIVE: Status.ARRIVED,
    Deed.SEAT: Status.SEATED,
    Deed.COMPLETE: Status.COMPLETED,
    Deed.NO_SHOW: Status.NO_SHOW,
}
WRITTEN = (
    *("status", "version", "updated_at", "confirmed_at", "confirmation_method", "expires_at"),
    *("reconfirmed_at", "late_eta_at", "arrived_at", "seated_at", "completed_at"),
    *("cancelled_at", "cancellation_reason", "is_cancelled_in_time", "undo", "bill_minor"),
)
"""The fields that `step_write` may change."""


def step_write(
    row: Reservation, step: Step, visit: Visit, *, reason: str, bill: int | None
) -> None:
    """Change the row as the booking service for this deed would; its tables are the caller's.

    :param bill: entered when the party leaves, minor units
    """
    row.status = STATUS_AFTER.get(step.deed, row.status)
    row.version += 1
    row.updated_at = step.at
    row.undo = None
    match step.deed:
        case Deed.APPROVE:
            row.confirmed_at, row.confirmation_method = step.at, "manual"
            row.expires_at = None
        case Deed.DECLINE:
            row.cancellation_reason = reason
        case Deed.CANCEL | Deed.CALL_OFF:
            row.cancelled_at, row.cancellation_reason = step.at, reason
            row.is_cancelled_in_time = step.at <= row.cancel_deadline_at
            row.expires_at = None
        case Deed.RECONFIRM:
            row.reconfirmed_at = step.at
        case Deed.RUN_LATE:
            row.late_eta_at = row.starts_at + visit.late * MINUTE
        case Deed.ARRIVE:
            row.arrived_at = step.at
        case Deed.SEAT:
            row.seated_at, row.arrived_at = step.at, row.arrived_at or step.at
        case Deed.COMPLETE:
            row.completed_at, row.bill_minor = step.at, bill
        case Deed.EXPIRE | Deed.NO_SHOW:
            pass


def taken_span(row: Reservation, until: datetime) -> tuple[datetime, datetime] | None:
    """The span for which the row's tables are taken, or were; None if nothing is kept of it.

    :param until: the end of the occupancy as it was booked
    """
    if row.status in _FREED:
        return None
    starts_at = row.seated_at or row.starts_at
    if row.status == Status.COMPLETED and row.completed_at is not None:
        until = row.completed_at
    if row.status == Status.NO_SHOW:
        until = min(until, row.updated_at)
    return (starts_at, until) if starts_at < until else None


_FREED = frozenset(str(STATUS_AFTER[deed]) for deed in FREEING)
