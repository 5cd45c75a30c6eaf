"""Parties without a booking: seated at once, at the table staff tapped or the best that is free
(rules 21, 38, 45, 63, 64, 95).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from bookings import policies
from bookings.availability import (
    Reason,
    Seat,
    check_manual,
)
from bookings.errors import SlotUnavailable, TableUnsuitable
from bookings.events import ReservationWalkedIn
from bookings.lifecycle import Status
from bookings.links import new_link
from bookings.models import Reservation
from bookings.services.inserting import next_reference
from bookings.services.overruns import overrunning, stay_extend
from bookings.services.placing import party_place
from bookings.services.records import (
    event_members,
    minutes_between,
    overridden,
    reservation_record,
    restaurant_for_booking,
)
from bookings.services.requests import Booked
from bookings.services.room import (
    check_nobody_sits,
    cleaning_end,
    next_second,
    room_take,
)
from bookings.services.seats import Claim, seats_release
from bookings.services.steps import step_remember_nothing
from bookings.services.tables import tables_check_known
from bookings.services.walkin_party import KEPT, LEAST, WalkIn, party_at_the_door, service_date_now
from bookings.validation import MAX_NAME, party_errors
from guests.models import Guest
from reservehub.core.actors import Actor
from reservehub.core.errors import FieldError, ValidationFailed
from reservehub.core.locks import advisory_day_lock
from reservehub.core.rows import insert_row

SHORTER = (None, 60, 45, 30)
"""Where no table is free for a whole stay, shorter stays are tried: minutes, None as usual."""
MERELY_SAID = frozenset({Reason.OVERSIZE, Reason.TABLE_TOO_LARGE})
"""Staff who tap a large table for a small party mean it."""


@transaction.atomic
def walk_in_create(
    *,
    restaurant_id: int,
    party_size: int,
    table_ids: tuple[int, ...] = (),
    guest_name: str = "",
    guest: Guest | None = None,
    guest_phone: str = "",
    guest_email: str = "",
    guest_language: str = "",
    actor: Actor,
    now: datetime,
    overrides: frozenset[str] = frozenset(),
) -> Booked:
    """Seat a party that has no booking, at these tables or at the best that are free now.

    Where the next party comes before this one would leave, the stay is cut to it; the result then
    says "stay_cut" among its `warnings`, as it does with pacing and hours that staff exceed (rules
    43, 45). A table that was still being cleaned is ready now.

    :param guest: whose visit it is and how to reach them, normalised, where that is known
    :param overrides: "capacity" accepts too small tables and undeclared combinations, "due_soon" a
        table whose next party is due within half an hour
    :raises ValidationFailed: for a bad party size, name or table
    :raises TableTaken: if a named table is taken, or its next party is due soon (`reasons`)
    :raises TableOccupied: if somebody still sits there (rule 64)
    :raises TableUnsuitable: if it does not suit and nobody overrides that
    :raises SlotUnavailable: if no table is free for half an hour, or pacing is mandatory
    """
    restaurant = restaurant_for_booking(restaurant_id)
    _check_input(party_size, guest_name)
    if table_ids:
        tables_check_known(restaurant, table_ids)
    day_date = service_date_now(restaurant, now=now)
    days = [day_date - timedelta(days=n) for n in range(3)]  # as a stay of yesterday would lock
    advisory_day_lock(restaurant.pk, days)
    for one in overrunning(now=now, restaurant_id=restaurant.pk, dates=days[:2]):
        stay_extend(reservation_id=one, now=now)
    tables = tuple(sorted(set(table_ids)))
    if tables:
        cleaning_end(tables, now=now)
    party = party_at_the_door(restaurant, day_date, party_size, overrides=overrides, now=now)
    contact = Visitor(guest_name, guest, guest_phone, guest_email, guest_language)
    reservation = _insert(party, contact, is_locked=bool(tables), actor=actor)
    if tables:
        until = _take_named(party, reservation, tables, overrides=overrides)
    else:
        tables, until = _take_best(party, reservation)
    return _finish(party, reservation, tables, until, actor=actor)


def _check_input(party_size: int, guest_name: str) -> None:
    errors = list(party_errors(party_size))
    if len(guest_name) > MAX_NAME:
        too_long = _("Use at most %(most)s characters.") % {"most": MAX_NAME}
        errors.append(FieldError("/guest_name", "too_long", too_long))
    if errors:
        raise ValidationFailed(errors=errors)


class Visitor(NamedTuple):
    """Who comes in, as far as anybody knows."""

    name: str
    guest: Guest | None
    phone: str
    email: str
    language: str


def _insert(party: WalkIn, visitor: Visitor, *, is_locked: bool, actor: Actor) -> Reservation:
    restaurant, now, starts_at = party.restaurant, party.now, party.starts_at
    local = starts_at.astimezone(ZoneInfo(restaurant.timezone))
    link = new_link()
    reservation = Reservation(
        reference=next_reference(now),
        restaurant=restaurant,
        status=Status.SEATED,
        confirmation_method="manual",
        service_date=party.day.prepared.config.date,
        local_date=local.date(),
        local_time=local.time(),
        fold=local.fold,
        starts_at=starts_at,
        ends_at=party.ends_at(None),
        buffer_minutes=party.period.buffer_minutes,
        service_period_id=party.period.id or None,
        party_size=party.size,
        actual_party_size=party.size,
        guest=visitor.guest,
        guest_name=visitor.name.strip() or _("Walk-in"),
        guest_phone=visitor.phone,
        guest_email=visitor.email,
        guest_language=visitor.language or restaurant.language,
        source="walk_in",
        is_online=False,
        is_table_locked=is_locked,
        policy_snapshot=policies.snapshot(
            restaurant.policy,
            cancel_deadline_at=starts_at,
            modify_deadline_at=starts_at,
            currency=restaurant.currency,
        ),
        cancel_deadline_at=starts_at,
        modify_deadline_at=starts_at,
        created_at=now,
        updated_at=now,
        confirmed_at=now,
        arrived_at=now,
        seated_at=now,
        link_nonce=link.nonce,
        manage_token_hash=link.manage_hash,
        view_token_hash=link.view_hash,
        ip_address=actor.ip,
    )
    step_remember_nothing(reservation, now=now)
    insert_row(reservation)
    return reservation


def _take_named(
    party: WalkIn,
    reservation: Reservation,
    tables: tuple[int, ...],
    *,
    overrides: frozenset[str],
) -> datetime:
    """Take the tables staff tapped; returns until when."""
    reasons = check_manual(party.day.service, party.query, next_second(party.now), tables)
    refused = set(reasons) - party.query.overrides - MERELY_SAID - {Reason.TABLE_BUSY}
    if refused:
        raise TableUnsuitable(reasons=sorted(reason.value for reason in refused))
    check_nobody_sits(tables, now=party.now, besides=[reservation.pk])
    wanted = party.ends_at(_area_of(party, tables)) + party.buffer_time
    least = party.least(LEAST if "due_soon" in overrides else KEPT)
    return room_take(reservation, tables, wanted=wanted, least=least, now=party.now)


def _area_of(party: WalkIn, tables: tuple[int, ...]) -> int | None:
    floor = party.day.prepared.floor
    return floor.tables[floor.number[tables[0]]].area_id if tables[0] in floor.number else None


def _take_best(party: WalkIn, reservation: Reservation) -> tuple[tuple[int, ...], datetime]:
    """Take the best tables that are free for a whole stay, else for as long as possible."""

    def claim_for(seat: Seat) -> Claim:
        return Claim(
            table_ids=seat.table_ids,
            starts_at=party.now,
            ends_at=seat.occupied_until,
            reservation_id=reservation.pk,
        )

    for minutes in SHORTER:
        seat = party_place(
            restaurant=party.restaurant,
            day=party.day,
            query=replace(party.query, minutes=minutes, allows_moves=minutes is None),
            starts_at=next_second(party.now),
            claim_for=claim_for,
        )
        if seat is not None:
            wanted = party.ends_at(seat.area_id) + party.buffer_time
            check_nobody_sits(seat.table_ids, now=party.now, besides=[reservation.pk])
            seats_release(reservation_ids=[reservation.pk])
            return seat.table_ids, room_take(
                reservation, seat.table_ids, wanted=wanted, least=party.least(), now=party.now
            )
    raise SlotUnavailable(reasons=[Reason.NO_TABLE_FREE.value])


def _finish(
    party: WalkIn,
    reservation: Reservation,
    tables: tuple[int, ...],
    until: datetime,
    *,
    actor: Actor,
) -> Booked:
    usual = party.ends_at(_area_of(party, tables))
    ends_at = min(usual, max(until - party.buffer_time, party.starts_at + LEAST))
    warnings = (*party.warnings, *(["stay_cut"] if ends_at < usual else []))
    if ends_at != reservation.ends_at:
        reservation.ends_at = ends_at
        reservation.save(update_fields=["ends_at"])
    reservation_record(
        reservation,
        ReservationWalkedIn(**event_members(reservation, actor=actor, now=party.now)),
        actor=actor,
        action="reservation.walked_in",
        before={},
        after={
            "reference": reservation.reference,
            "status": str(reservation.status),
            "party_size": party.size,
            "tables": list(tables),
            "minutes": minutes_between(reservation.starts_at, ends_at),
            "warnings": list(warnings),
            **overridden(party.overrides),
        },
        table_ids=list(tables),
        now=party.now,
    )
    return Booked(reservation, new_link(reservation.link_nonce).manage_token, tables, warnings)
