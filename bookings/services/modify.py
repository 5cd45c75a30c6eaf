"""Changing a reservation: the new seat is secured before the old one is let go, or nothing happens
(rules 70-73).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction

from bookings import lifecycle, policies
from bookings.availability import Channel, Query, answer_slot
from bookings.errors import DeadlinePassed, SameGuestOverlap, SlotUnavailable, TransitionRefused
from bookings.events import ReservationModified
from bookings.lifecycle import Status, pending_expires_at
from bookings.loading import load_day, prepared_day
from bookings.models import Reservation
from bookings.selectors import alternatives_payload
from bookings.services.people import guest_lock, other_bookings
from bookings.services.placing import party_place
from bookings.services.questions import accepted_reasons
from bookings.services.records import (
    event_members,
    is_guest,
    minutes_between,
    reservation_lock_with_day,
    reservation_record,
    restaurant_for_booking,
)
from bookings.services.requests import Changes, Start
from bookings.services.seats import Claim, seats_of, seats_release
from bookings.services.starts import ResolvedStart, resolve_start
from bookings.validation import area_errors, party_errors, requests_errors
from reservehub.core.actors import Actor
from reservehub.core.errors import NotFound, ValidationFailed
from restaurants.models import Restaurant

CHANGEABLE = lifecycle.AWAITING | {Status.CONFIRMED, Status.ARRIVED}


def reservation_modify(
    *,
    reservation_id: int,
    changes: Changes,
    actor: Actor,
    now: datetime,
    expected_version: int | None = None,
) -> Reservation:
    """Change date, time, party, area or the wishes. A failed change leaves everything as it was.

    Guests may do so until `modify_deadline_at`. A guest's change of time or a larger party is
    approved anew where the policy asks for approval.

    :raises DeadlinePassed: too late for a guest (`phone`)
    :raises SlotUnavailable: with `reasons` and `alternatives`
    :raises SameGuestOverlap: near another booking of the guest
    :raises TransitionRefused: if the party is seated or gone
    :raises VersionConflict: if somebody changed it meanwhile
    """
    current = Reservation.objects.filter(pk=reservation_id).first()
    if current is None:
        raise NotFound
    restaurant = restaurant_for_booking(current.restaurant_id)
    _check_input(changes, restaurant)
    try:
        return _modify(
            restaurant=restaurant,
            reservation_id=reservation_id,
            changes=changes,
            actor=actor,
            now=now,
            expected_version=expected_version,
        )
    except SlotUnavailable as refusal:
        refusal.extra["alternatives"] = alternatives_payload(
            restaurant=restaurant,
            date=changes.date or current.service_date,
            time=changes.time or current.local_time,
            party_size=changes.party_size or current.party_size,
            area_id=_area(changes, current),
            exclude_reservation_id=current.pk,
            now=now,
        )
        raise


def _check_input(changes: Changes, restaurant: Restaurant) -> None:
    errors = [
        *(party_errors(changes.party_size) if changes.party_size is not None else []),
        *area_errors(changes.area_id or None, restaurant),
        *requests_errors(
            special_requests=changes.special_requests or "",
            dietary_restrictions=changes.dietary_restrictions or (),
            has_health_consent=bool(changes.has_health_consent),
            special_occasion=changes.special_occasion or "none",
        ),
    ]
    if errors:
        raise ValidationFailed(errors=errors)


def _area(changes: Changes, reservation: Reservation) -> int | None:
    if changes.area_id is None:
        return reservation.area_preference_id
    return changes.area_id or None


@transaction.atomic
def _modify(
    *,
    restaurant: Restaurant,
    reservation_id: int,
    changes: Changes,
    actor: Actor,
    now: datetime,
    expected_version: int | None,
) -> Reservation:
    guest_id, service_date = Reservation.objects.values_list("guest_id", "service_date").get(
        pk=reservation_id
    )
    if guest_id is not None:
        guest_lock(guest_id)
    new_date = changes.date or service_date
    reservation = reservation_lock_with_day(
        reservation_id, expected_version=expected_version, dates=[new_date]
    )
    _check_allowed(reservation, actor=actor, now=now)
    old = {
        "service_date": reservation.service_date,
        "starts_at": reservation.starts_at,
        "party_size": reservation.party_size,
    }
    old_tables = [row[0] for row in seats_of(reservation.pk)]
    tables = old_tables
    if _moves(changes, reservation):
        tables = _reseat(restaurant, reservation, changes, new_date=new_date, actor=actor, now=now)
    _set_wishes(reservation, changes)
    reservation.version += 1
    reservation.updated_at = now
    reservation.save()
    _record(reservation, old, old_tables, tables, actor=actor, now=now)
    return reservation


def _check_allowed(reservation: Reservation, *, actor: Actor, now: datetime) -> None:
    if Status(reservation.status) not in CHANGEABLE:
        raise TransitionRefused(status_now=reservation.status)
    if is_guest(actor) and now > reservation.modify_deadline_at:
        raise DeadlinePassed(phone=str(reservation.restaurant.phone))


def _moves(changes: Changes, reservation: Reservation) -> bool:
    """Whether the place or time of the party changes, rather than only its wishes."""
    return (
        (changes.date is not None and changes.date != reservation.service_date)
        or (changes.time is not None and changes.time != reservation.local_time)
        or (changes.fold is not None and changes.fold != reservation.fold)
        or (changes.party_size is not None and changes.party_size != reservation.party_size)
        or _area(changes, reservation) != reservation.area_preference_id
    )


def _reseat(
    restaurant: Restaurant,
    reservation: Reservation,
    changes: Changes,
    *,
    new_date: date,
    actor: Actor,
    now: datetime,
) -> list[int]:
    """Secure the new seat; this transaction keeps the old one until it commits, so a failure is a
    no-op (rule 70).
    """
    start = resolve_start(
        prepared_day(restaurant, new_date),
        Start(
            date=new_date,
            time=changes.time or reservation.local_time,
            fold=reservation.fold if changes.fold is None else changes.fold,
        ),
    )
    query = _query(restaurant, reservation, changes, actor=actor, now=now)
    day = load_day(restaurant, new_date, now=now)
    answer = answer_slot(day.service, query, start.starts_at)
    if not answer.available:
        raise SlotUnavailable(reasons=[reason.value for reason in answer.reasons])
    _check_other_bookings(restaurant, reservation, start, answer.ends_at, changes)
    seats_release(reservation_ids=[reservation.pk])
    seat = party_place(
        restaurant=restaurant,
        day=day,
        query=query,
        starts_at=start.starts_at,
        claim_for=lambda seat: Claim(
            table_ids=seat.table_ids,
            starts_at=start.starts_at,
            ends_at=seat.occupied_until,
            reservation_id=reservation.pk,
        ),
    )
    if seat is None:
        raise SlotUnavailable(reasons=["no_table_free"])
    _set_place(restaurant, reservation, changes, start, new_date=new_date, actor=actor, now=now)
    reservation.ends_at = seat.ends_at
    reservation.buffer_minutes = minutes_between(seat.ends_at, seat.occupied_until)
    reservation.service_period_id = answer.period_id or None
    reservation.is_table_locked = False
    reservation.undo = None  # what it remembers is another time and place
    return list(seat.table_ids)


def _query(
    restaurant: Restaurant,
    reservation: Reservation,
    changes: Changes,
    *,
    actor: Actor,
    now: datetime,
) -> Query:
    by_guest = is_guest(actor)
    return Query(
        party_size=changes.party_size or reservation.party_size,
        now=now,
        channel=Channel.ONLINE if by_guest else Channel.IN_HOUSE,
        area_id=_area(changes, reservation),
        required_features=frozenset(reservation.required_features),
        exclude_reservation_id=reservation.pk,
        is_notice_exempt=not by_guest,
        overrides=accepted_reasons(changes.overrides, restaurant=restaurant),
    )


def _check_other_bookings(
    restaurant: Restaurant,
    reservation: Reservation,
    start: ResolvedStart,
    ends_at: datetime,
    changes: Changes,
) -> None:
    if reservation.guest_id is None or "same_guest" in changes.overrides:
        return
    others = other_bookings(
        guest_id=reservation.guest_id,
        restaurant_id=restaurant.pk,
        starts_at=start.starts_at,
        ends_at=ends_at,
        gap_minutes=restaurant.policy.same_guest_gap_minutes,
        reservation_id=reservation.pk,
    )
    if others.overlap:
        raise SameGuestOverlap


def _set_place(
    restaurant: Restaurant,
    reservation: Reservation,
    changes: Changes,
    start: ResolvedStart,
    *,
    new_date: date,
    actor: Actor,
    now: datetime,
) -> None:
    policy = restaurant.policy
    grows = changes.party_size is not None and changes.party_size > reservation.party_size
    time_moves = start.starts_at != reservation.starts_at
    deadline = policies.cancel_deadline(
        policy,
        starts_at=start.starts_at,
        service_date=new_date,
        zone=prepared_day(restaurant, new_date).config.rules.zone,
    )
    reservation.cancel_deadline_at = policies.deadline_after_move(
        new_deadline_at=deadline, old_deadline_at=reservation.cancel_deadline_at, moved_at=now
    )
    reservation.modify_deadline_at = policies.modify_deadline(policy, starts_at=start.starts_at)
    reservation.service_date = new_date
    reservation.local_date = start.local.date()
    reservation.local_time = start.local.time()
    reservation.fold = start.fold
    reservation.starts_at = start.starts_at
    reservation.area_preference_id = _area(changes, reservation)
    reservation.party_size = changes.party_size or reservation.party_size
    if time_moves:
        reservation.reconfirmed_at = None
        reservation.late_eta_at = None
    asks_again = policies.needs_approval(policy, party_size=reservation.party_size)
    if is_guest(actor) and (time_moves or grows) and asks_again:
        reservation.status = Status.PENDING
        reservation.confirmed_at = None
    if reservation.status == Status.PENDING:
        reservation.expires_at = pending_expires_at(now, start.starts_at)


def _set_wishes(reservation: Reservation, changes: Changes) -> None:
    for name in ("special_occasion", "special_requests", "has_health_consent", "internal_notes"):
        value = getattr(changes, name)
        if value is not None:
            setattr(reservation, name, value)
    if changes.dietary_restrictions is not None:
        reservation.dietary_restrictions = list(changes.dietary_restrictions)


def _record(
    reservation: Reservation,
    old: dict[str, Any],
    old_tables: list[int],
    tables: list[int],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    event = ReservationModified(
        old_service_date=old["service_date"],
        old_starts_at=old["starts_at"],
        old_party_size=old["party_size"],
        **event_members(reservation, actor=actor, now=now),
    )
    reservation_record(
        reservation,
        event,
        actor=actor,
        action="reservation.modified",
        before={
            "starts_at": old["starts_at"].isoformat(),
            "party_size": old["party_size"],
            "tables": old_tables,
        },
        after={
            "starts_at": reservation.starts_at.isoformat(),
            "party_size": reservation.party_size,
            "tables": tables,
            "status": reservation.status,
        },
        table_ids=sorted({*old_tables, *tables}),
        now=now,
    )
