"""Messages whose time has come: reminders, questions, reviews (rules 65, 103, 104).

Nothing is scheduled ahead: each run looks at the book as it is, so that a change of a booking needs
no change of any plan, and a run that was missed is made up for by the next, as far as that still
makes sense (rule 116).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from bookings.lifecycle import Status
from bookings.models import Reservation, Source
from notifications.kinds import Kind
from notifications.models import Message
from notifications.planning import AFTER_END, BEFORE_START, Timing
from notifications.services.messages import message_plan, staff_message_plan

BATCH = 500
NO_SHOW_UNTIL = timedelta(hours=2)
"""Later everybody has seen that nobody came."""
_ON = {
    Kind.REMINDER_DAY: "sends_day_reminder",
    Kind.REMINDER_SOON: "sends_soon_reminder",
    Kind.ON_YOUR_WAY: "asks_late_guests",
    Kind.REVIEW_REQUEST: "asks_for_reviews",
}


def reservations_due(kind: Kind, *, now: datetime) -> QuerySet[Reservation]:
    """Reservations whose guest is owed this message now and has not been told.

    Two indexed ranges: those whose time has come, less those that have a message for this start.
    """
    timing = BEFORE_START[kind]
    due = Reservation.objects.filter(
        status=Status.CONFIRMED,
        # not later than `until` after it was due, measured from the start
        starts_at__gt=now - timing.until,
        starts_at__lte=now - timing.due,
        restaurant__is_active=True,
    )
    if timing.booked_before:
        due = due.filter(starts_at__gte=F("created_at") + timing.booked_before)
    if kind == Kind.RECONFIRM:
        due = due.filter(_large_enough(), reconfirmed_at=None)
    if kind == Kind.ON_YOUR_WAY:
        due = due.filter(late_eta_at=None)
    return _untold(_wanted_by_the_restaurant(due, kind), kind).order_by("starts_at", "pk")


def _large_enough() -> Q:
    size = F("restaurant__message_settings__reconfirm_from_party")
    return Q(party_size__gte=size) | Q(restaurant__message_settings=None, party_size__gte=5)


def _wanted_by_the_restaurant(due: QuerySet[Reservation], kind: Kind) -> QuerySet[Reservation]:
    switch = _ON.get(kind)
    if switch is None:
        return due
    return due.exclude(**{f"restaurant__message_settings__{switch}": False})


def _untold(due: QuerySet[Reservation], kind: Kind) -> QuerySet[Reservation]:
    """Without those that have a message of the kind for the time they have now."""
    told = Message.objects.filter(
        reservation=OuterRef("pk"), kind=kind, about_starts_at=OuterRef("starts_at")
    )
    return due.filter(~Exists(told)).exclude(source=Source.WALK_IN)


def reviews_due(*, now: datetime) -> QuerySet[Reservation]:
    """Visits that ended a day ago and whose guest has not been asked how it was (rule 103)."""
    timing = AFTER_END[Kind.REVIEW_REQUEST]
    due = Reservation.objects.filter(
        status=Status.COMPLETED,
        completed_at__gt=now - timing.until,
        completed_at__lte=now - timing.due,
        seated_at__isnull=False,
        restaurant__is_active=True,
    )
    kind = Kind.REVIEW_REQUEST
    return _untold(_wanted_by_the_restaurant(due, kind), kind).order_by("completed_at", "pk")


def no_shows_due(*, now: datetime) -> QuerySet[Reservation]:
    """Parties that have not come within the grace time, of which staff have not been told
    (rule 65).
    """
    told = Message.objects.filter(
        reservation=OuterRef("pk"),
        kind=Kind.STAFF_NO_SHOW_DUE,
        about_starts_at=OuterRef("starts_at"),
    )
    minutes = F("restaurant__policy__grace_minutes") * timedelta(minutes=1)
    return (
        Reservation.objects.filter(
            status=Status.CONFIRMED,
            starts_at__gt=now - NO_SHOW_UNTIL,
            starts_at__lte=now - minutes,
            restaurant__is_active=True,
        )
        .filter(Q(late_eta_at=None) | Q(late_eta_at__lte=now))
        .filter(~Exists(told))
        .order_by("starts_at", "pk")
    )


def messages_by_the_clock(*, now: datetime, most: int = 20_000) -> int:
    """Owe every message whose time has come; returns how many were written."""
    written = 0
    for kind in BEFORE_START:
        written += _owe(partial(reservations_due, kind, now=now), kind, now, most)
    written += _owe(partial(reviews_due, now=now), Kind.REVIEW_REQUEST, now, most)
    return written + _tell_staff(now, most)


def _owe(due: Callable[[], QuerySet[Reservation]], kind: Kind, now: datetime, most: int) -> int:
    written = 0
    while written < most:
        batch = list(due().select_related("restaurant__policy", "guest")[:BATCH])
        for reservation in batch:
            message_plan(
                kind=kind,
                reservation=reservation,
                cause=f"{reservation.starts_at:%Y%m%dT%H%M}",
                now=now,
                due_at=_due_at(kind, reservation),
                expires_at=_until(kind, reservation),
                about_starts_at=reservation.starts_at,
            )
        written += len(batch)
        if len(batch) < BATCH:
            break
    return written


def _due_at(kind: Kind, reservation: Reservation) -> datetime:
    return _base(kind, reservation) + _timing(kind).due


def _until(kind: Kind, reservation: Reservation) -> datetime:
    return _base(kind, reservation) + _timing(kind).until


def _timing(kind: Kind) -> Timing:
    return BEFORE_START[kind] if kind in BEFORE_START else AFTER_END[kind]


def _base(kind: Kind, reservation: Reservation) -> datetime:
    if kind in AFTER_END and reservation.completed_at is not None:
        return reservation.completed_at
    return reservation.starts_at


def _tell_staff(now: datetime, most: int) -> int:
    due = no_shows_due(now=now).select_related("restaurant__policy", "guest")[:most]
    return sum(
        len(
            staff_message_plan(
                kind=Kind.STAFF_NO_SHOW_DUE,
                reservation=reservation,
                cause=f"{reservation.starts_at:%Y%m%dT%H%M}",
                now=now,
                about_starts_at=reservation.starts_at,
            )
        )
        for reservation in due
    )
