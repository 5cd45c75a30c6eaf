"""What staff note about a visit: how many came, when the late ones come, how long they may
stay (rules 63, 65, 68). Each can be taken back like a step.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from bookings import lifecycle
from bookings.errors import TablesMissing, TableTaken, TransitionRefused
from bookings.events import (
    ReservationExtended,
    ReservationOnTime,
    ReservationPartyChanged,
    ReservationRunningLate,
)
from bookings.lifecycle import Status
from bookings.models import Reservation
from bookings.services.records import (
    minutes_between,
    reservation_lock,
    reservation_lock_with_day,
)
from bookings.services.room import free_until
from bookings.services.seats import Claim, seats_of, seats_release, seats_take
from bookings.services.steps import step_remember, step_take
from bookings.validation import MAX_PARTY
from reservehub.core.actors import Actor
from reservehub.core.errors import FieldError, ValidationFailed

COMES = frozenset({Status.CONFIRMED, Status.ARRIVED}) | lifecycle.AT_TABLE | {Status.COMPLETED}
"""States in which the party that came can be counted."""
LATEST = timedelta(hours=3)
"""Nobody waits longer for a party."""
LONGEST = 240
"""Minutes by which a stay changes at once."""
SHORTEST = timedelta(minutes=15)


@transaction.atomic
def reservation_party_set(
    *,
    reservation_id: int,
    actual_party_size: int,
    actor: Actor,
    now: datetime,
    expected_version: int | None = None,
) -> Reservation:
    """How many really came; the booked size is kept (rule 68). Saying it twice changes nothing.

    :raises ValidationFailed: for an impossible size
    :raises TransitionRefused: if the party is not expected, there or just gone
    """
    if not 1 <= actual_party_size <= MAX_PARTY:
        raise ValidationFailed(
            errors=[
                FieldError(
                    "/actual_party_size",
                    "party_size",
                    _("Enter a number from 1 to %(most)s.") % {"most": MAX_PARTY},
                )
            ]
        )
    reservation = reservation_lock(reservation_id, expected_version=expected_version)
    status = Status(reservation.status)
    if status not in COMES:
        raise TransitionRefused(status_now=reservation.status)
    old = reservation.actual_party_size
    if old == actual_party_size:
        return reservation
    if status is not Status.COMPLETED:  # taking back "finished" matters more
        step_remember(reservation, now=now)
    reservation.actual_party_size = actual_party_size
    return step_take(
        reservation,
        status,
        lambda about: ReservationPartyChanged(actual_party_size=actual_party_size, **about),
        actor=actor,
        now=now,
        action="reservation.party_set",
        before={"actual_party_size": old},
        after={"actual_party_size": actual_party_size},
    )


@transaction.atomic
def reservation_eta_set(
    *,
    reservation_id: int,
    eta_at: datetime | None,
    actor: Actor,
    now: datetime,
    expected_version: int | None = None,
) -> Reservation:
    """The guest called to say when they come; the grace time grows once, by at most 30 minutes
    (rule 65). None: they come on time after all. Saying it twice changes nothing.

    :raises ValidationFailed: unless it is after the booked start, at most three hours
    :raises TransitionRefused: unless it is confirmed and not over
    """
    reservation = reservation_lock(reservation_id, expected_version=expected_version)
    if reservation.status != Status.CONFIRMED or now >= reservation.ends_at:
        raise TransitionRefused(status_now=reservation.status)
    if eta_at is not None and not timedelta() < eta_at - reservation.starts_at <= LATEST:
        raise ValidationFailed(
            errors=[
                FieldError(
                    "/eta_at",
                    "eta",
                    _("Choose a time after the booked one, at most three hours later."),
                )
            ]
        )
    old = reservation.late_eta_at
    if old == eta_at:
        return reservation
    step_remember(reservation, now=now)
    reservation.late_eta_at = eta_at
    return step_take(
        reservation,
        Status.CONFIRMED,
        lambda about: (
            ReservationOnTime(**about)
            if eta_at is None
            else ReservationRunningLate(eta_at=eta_at, **about)
        ),
        actor=actor,
        now=now,
        action="reservation.eta_set",
        before={"eta_at": None if old is None else old.isoformat()},
        after={"eta_at": None if eta_at is None else eta_at.isoformat()},
    )


@transaction.atomic
def reservation_extend(
    *,
    reservation_id: int,
    minutes: int,
    actor: Actor,
    now: datetime,
    expected_version: int | None = None,
) -> Reservation:
    """Let a party stay longer, or (negative) shorter; never into the next booking (rule 63).

    A party whose time is over gets the minutes from now on.

    :param minutes: from -240 to 240, not 0
    :raises ValidationFailed: for other minutes, or if less than a quarter of an hour were left
    :raises TransitionRefused: if it is over
    :raises TablesMissing: if it has no table
    :raises TableTaken: with `minutes`, how many are possible (`until` when the next party comes)
    """
    if not minutes or abs(minutes) > LONGEST:
        raise _bad_minutes(
            _("Enter minutes from -%(most)s to %(most)s, not 0.") % {"most": LONGEST}
        )
    reservation = reservation_lock_with_day(reservation_id, expected_version=expected_version)
    status = Status(reservation.status)
    if status not in lifecycle.OCCUPYING:
        raise TransitionRefused(status_now=reservation.status)
    rows = seats_of(reservation.pk)
    if not rows:
        raise TablesMissing
    is_over = status in lifecycle.AT_TABLE and now > reservation.ends_at
    from_ = now.replace(second=0, microsecond=0) if is_over else reservation.ends_at
    ends_at = from_ + timedelta(minutes=minutes)
    # The rows may begin after the booked time: a party that came late got its table only then.
    if ends_at < max(reservation.starts_at + SHORTEST, now, *(row[1] for row in rows)):
        raise _bad_minutes(_("The party would not have a quarter of an hour left."))
    step_remember(reservation, now=now)
    _restay(reservation, rows, ends_at, from_=from_, now=now)
    old, reservation.ends_at = reservation.ends_at, ends_at
    return step_take(
        reservation,
        status,
        lambda about: ReservationExtended(ends_at=ends_at, old_ends_at=old, **about),
        actor=actor,
        now=now,
        action="reservation.extended",
        before={"ends_at": old.isoformat()},
        after={"ends_at": ends_at.isoformat()},
    )


def _bad_minutes(detail: str) -> ValidationFailed:
    return ValidationFailed(errors=[FieldError("/minutes", "minutes", detail)])


def _restay(
    reservation: Reservation,
    rows: list[tuple[int, datetime, datetime]],
    ends_at: datetime,
    *,
    from_: datetime,
    now: datetime,
) -> None:
    """Take the same tables until the new end and its reset time."""
    buffer_time = timedelta(minutes=reservation.buffer_minutes)
    until = ends_at + buffer_time
    seats_release(reservation_ids=[reservation.pk])
    claims = [
        Claim(
            table_ids=(table_id,),
            starts_at=starts_at,
            ends_at=until,
            reservation_id=reservation.pk,
        )
        for table_id, starts_at, _until in rows
    ]
    if not seats_take(claims, restaurant_id=reservation.restaurant_id, now=now):
        tables, held_until = [row[0] for row in rows], min(row[2] for row in rows)
        free = free_until(tables, at=held_until, now=now, besides=[reservation.pk])
        left = 0 if free is None else minutes_between(from_ + buffer_time, free)
        raise TableTaken(
            _("The next party comes before that."),
            reasons=["table_busy"],
            minutes=max(0, left),
            until=None if free is None else free.isoformat(),
        )
