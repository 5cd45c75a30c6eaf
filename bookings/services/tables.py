"""Tables by hand: assigning, assigning anew automatically, blocking."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from bookings import lifecycle, realtime
from bookings.availability import Channel, Query, Reason, check_manual
from bookings.errors import SlotUnavailable, TableTaken, TableUnsuitable, TransitionRefused
from bookings.events import ReservationTablesChanged, TablesUnblocked
from bookings.lifecycle import Status
from bookings.loading import load_day
from bookings.models import Reservation, TableBlock
from bookings.services.placing import party_place
from bookings.services.questions import accepted_reasons
from bookings.services.records import (
    event_members,
    minutes_between,
    overridden,
    reservation_lock_with_day,
    reservation_record,
    restaurant_for_booking,
)
from bookings.services.requests import Period
from bookings.services.room import OVERRUN_STEP, check_nobody_sits, cleaning_end, next_second
from bookings.services.seats import Claim, seats_of, seats_release, seats_take
from bookings.services.steps import step_remember
from reservehub.core import audit, events
from reservehub.core.actors import Actor
from reservehub.core.errors import FieldError, NotFound, ValidationFailed
from reservehub.core.locks import advisory_day_lock
from restaurants.models import Restaurant, Table


def covers_of(reservation: Reservation) -> int:
    """For how many the table must do: those who came, but all who are still expected."""
    came = reservation.actual_party_size or reservation.party_size
    if reservation.status == Status.PARTIALLY_SEATED:
        return max(came, reservation.party_size)
    return came


def table_query(
    restaurant: Restaurant, reservation: Reservation, overrides: frozenset[str], now: datetime
) -> Query:
    return Query(
        party_size=covers_of(reservation),
        now=now,
        channel=Channel.IN_HOUSE,
        area_id=reservation.area_preference_id,
        required_features=frozenset(reservation.required_features),
        exclude_reservation_id=reservation.pk,
        is_notice_exempt=True,
        overrides=accepted_reasons(overrides, restaurant=restaurant),
    )


@transaction.atomic
def reservation_assign_tables(
    *,
    reservation_id: int,
    table_ids: tuple[int, ...],
    actor: Actor,
    now: datetime,
    lock: bool = True,
    overrides: frozenset[str] = frozenset(),
    expected_version: int | None = None,
) -> Reservation:
    """Give a party these tables; a locked assignment is never moved automatically (rule 34).

    :param overrides: "capacity" accepts unsuitable sizes, areas and undeclared combinations; a
        taken table is never accepted
    Who is there already, or is late, moves from now on; what was before stays with the old tables
    until then only in the audit. `reservation_undo` takes the move back.

    :raises TableTaken: if one is taken at that time
    :raises TableOccupied: if somebody still sits where this party would sit now (rule 64)
    :raises TableUnsuitable: with `reasons` that were not overridden
    """
    reservation = reservation_lock_with_day(
        reservation_id, expected_version=expected_version, sits=True
    )
    if Status(reservation.status) not in lifecycle.OCCUPYING:
        raise TransitionRefused(status_now=reservation.status)
    restaurant = restaurant_for_booking(reservation.restaurant_id)
    tables_check_known(restaurant, table_ids)
    wanted = tuple(sorted(set(table_ids)))
    rows = seats_of(reservation.pk)
    span = stay_ahead(reservation, rows, now=now)
    day = load_day(restaurant, reservation.service_date, now=now)
    query = table_query(restaurant, reservation, overrides, now)
    reasons = check_manual(day.service, query, span.starts_at, wanted, occupied_until=span.ends_at)
    refused = [reason for reason in reasons if reason not in query.overrides]
    if refused and Reason.TABLE_BUSY not in refused:
        raise TableUnsuitable(reasons=[reason.value for reason in refused])
    is_there = Status(reservation.status) in lifecycle.AT_TABLE
    if is_there:
        check_nobody_sits(wanted, now=now, besides=[reservation.pk])
        cleaning_end(wanted, now=now)
    step_remember(reservation, now=now)
    seats_release(reservation_ids=[reservation.pk])
    claim = Claim(
        table_ids=wanted,
        starts_at=span.starts_at,
        ends_at=span.ends_at,
        reservation_id=reservation.pk,
    )
    if not seats_take([claim], restaurant_id=restaurant.pk, now=now):
        raise TableTaken(reasons=[Reason.TABLE_BUSY.value])
    reservation.is_table_locked = lock
    return tables_set(
        reservation,
        [row[0] for row in rows],
        list(wanted),
        overrides=overrides,
        actor=actor,
        now=now,
    )


def stay_ahead(
    reservation: Reservation, rows: list[tuple[int, datetime, datetime]], *, now: datetime
) -> Period:
    """What is left of a stay: who moves to another table needs it from now on, as somebody else may
    have sat there until a moment ago. At least the next five minutes.
    """
    starts_at = rows[0][1] if rows else reservation.starts_at
    ends_at = rows[0][2] if rows else reservation.occupied_until
    starts_at = max(starts_at, now)
    return Period(starts_at, max(ends_at, starts_at + OVERRUN_STEP))


def tables_check_known(restaurant: Restaurant, table_ids: tuple[int, ...]) -> None:
    known = set(
        Table.objects.filter(restaurant=restaurant, is_active=True, pk__in=table_ids).values_list(
            "pk", flat=True
        )
    )
    if not table_ids or set(table_ids) - known:
        raise ValidationFailed(
            errors=[
                FieldError("/table_ids", "unknown_table", _("Choose tables of this restaurant."))
            ]
        )


@transaction.atomic
def reservation_auto_assign(
    *, reservation_id: int, actor: Actor, now: datetime, expected_version: int | None = None
) -> Reservation:
    """Choose the best tables anew by rule 32 and unlock the assignment.

    :raises SlotUnavailable: if there is none; the present tables are kept
    """
    reservation = reservation_lock_with_day(reservation_id, expected_version=expected_version)
    if Status(reservation.status) not in lifecycle.AWAITING | {Status.CONFIRMED, Status.ARRIVED}:
        raise TransitionRefused(status_now=reservation.status)
    restaurant = restaurant_for_booking(reservation.restaurant_id)
    rows = seats_of(reservation.pk)
    span = stay_ahead(reservation, rows, now=now)
    day = load_day(restaurant, reservation.service_date, now=now)
    query = table_query(restaurant, reservation, frozenset({"pacing", "hours", "notice"}), now)
    query = replace(query, minutes=_minutes_ahead(reservation, span))
    step_remember(reservation, now=now)
    seats_release(reservation_ids=[reservation.pk])
    seat = party_place(
        restaurant=restaurant,
        day=day,
        query=query,
        starts_at=next_second(span.starts_at),
        claim_for=lambda seat: Claim(
            table_ids=seat.table_ids,
            starts_at=span.starts_at,
            ends_at=span.ends_at,
            reservation_id=reservation.pk,
        ),
    )
    if seat is None:
        raise SlotUnavailable(reasons=[Reason.NO_TABLE_FREE.value])
    reservation.is_table_locked = False
    old = [row[0] for row in rows]
    return tables_set(reservation, old, list(seat.table_ids), actor=actor, now=now)


def _minutes_ahead(reservation: Reservation, span: Period) -> int:
    """The turn time that makes the engine look at exactly this span, buffer apart."""
    minutes = minutes_between(span.starts_at, span.ends_at) - reservation.buffer_minutes
    return max(5, minutes + 1 if span.starts_at.second else minutes)


def tables_set(
    reservation: Reservation,
    old: list[int],
    new: list[int],
    *,
    overrides: frozenset[str] = frozenset(),
    actor: Actor,
    now: datetime,
) -> Reservation:
    """Save a party's new tables and tell everybody; the caller has taken them."""
    reservation.version += 1
    reservation.updated_at = now
    reservation.save(update_fields=["version", "updated_at", "is_table_locked", "undo"])
    reservation_record(
        reservation,
        ReservationTablesChanged(
            table_ids=tuple(new),
            old_table_ids=tuple(old),
            **event_members(reservation, actor=actor, now=now),
        ),
        actor=actor,
        action="reservation.tables_assigned",
        before={"tables": old},
        after={"tables": new, **overridden(overrides)},
        table_ids=sorted({*old, *new}),
        now=now,
    )
    return reservation


@transaction.atomic
def table_block(
    *,
    restaurant_id: int,
    table_ids: tuple[int, ...],
    starts_at: datetime,
    ends_at: datetime,
    reason: str = "",
    actor: Actor,
    now: datetime,
) -> TableBlock:
    """Keep tables free of guests (rule 15).

    :raises TableTaken: if a reservation, hold or other block is in the way
    """
    restaurant = restaurant_for_booking(restaurant_id)
    tables_check_known(restaurant, table_ids)
    if ends_at <= starts_at:
        raise ValidationFailed(
            errors=[
                FieldError("/ends_at", "not_after_start", _("The end must be after the start."))
            ]
        )
    advisory_day_lock(restaurant.pk, _days_of(starts_at, ends_at))
    block = TableBlock.objects.create(restaurant=restaurant, reason=reason[:200], created_at=now)
    claim = Claim(
        table_ids=tuple(sorted(set(table_ids))),
        starts_at=starts_at,
        ends_at=ends_at,
        block_id=block.pk,
    )
    if not seats_take([claim], restaurant_id=restaurant.pk, now=now):
        raise TableTaken
    audit.record(
        actor=actor,
        action="table.blocked",
        obj=block,
        now=now,
        restaurant_id=restaurant.pk,
        after={"tables": list(claim.table_ids), "starts_at": starts_at.isoformat()},
    )
    realtime.push_blocked(restaurant.pk, claim.table_ids, is_blocked=True)
    return block


def _days_of(starts_at: datetime, ends_at: datetime) -> Iterable[date]:
    """Every service date a span can touch, for at most a year: nobody re-packs further ahead."""
    first = starts_at.date() - timedelta(days=1)
    days = min((ends_at.date() - first).days + 1, 366)
    return (first + timedelta(days=n) for n in range(days + 1))


@transaction.atomic
def table_unblock(*, block_id: int, restaurant_id: int, actor: Actor, now: datetime) -> None:
    """Lift a block.

    :raises NotFound: if this restaurant has no such block
    """
    block = TableBlock.objects.filter(pk=block_id, restaurant_id=restaurant_id).first()
    if block is None:
        raise NotFound
    rows = list(block.occupancies.all())
    table_ids = [row.table_id for row in rows]
    audit.record(
        actor=actor,
        action="table.unblocked",
        obj=block,
        now=now,
        restaurant_id=restaurant_id,
        before={"tables": table_ids},
    )
    if rows:
        events.publish(
            TablesUnblocked(
                occurred_at=now,
                restaurant_id=restaurant_id,
                table_ids=tuple(table_ids),
                starts_at=min(row.period.lower or now for row in rows),
                ends_at=max(row.period.upper or now + timedelta(days=366) for row in rows),
            )
        )
    block.delete()
    realtime.push_blocked(restaurant_id, table_ids, is_blocked=False)
