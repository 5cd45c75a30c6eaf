"""Changing a reservation: the new seat is secured before the old one is let go, or nothing happens
(rules 70-73).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from bookings import lifecycle
from bookings.availability import Channel
from bookings.errors import (
    DeadlinePassed,
    NoOnlineAvailability,
    SlotUnavailable,
    TransitionRefused,
)
from bookings.events import ReservationModified
from bookings.lifecycle import Status
from bookings.models import Reservation, Source
from bookings.selectors import alternatives_payload
from bookings.services.deposits.changing import deposit_check_change, deposit_move_deadline
from bookings.services.deposits.records import deposit_follow
from bookings.services.people import guest_lock
from bookings.services.records import (
    event_members,
    is_guest,
    overridden,
    reservation_lock_with_day,
    reservation_record,
    restaurant_for_booking,
)
from bookings.services.requests import BookingRequest, Changes
from bookings.services.reseating import area_wished, needs_reseating, party_reseat
from bookings.services.seats import seats_of
from bookings.validation import (
    Contact,
    area_errors,
    contact_of,
    party_errors,
    request_check,
    requests_errors,
)
from guests.services import guest_match_or_create
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
    :raises NoOnlineAvailability: where a blocked guest wants another time, party or area
    :raises TableTaken, TableUnsuitable: if staff named tables
    :raises ValidationFailed: with pointers
    :raises SameGuestOverlap: near another booking of the guest
    :raises DepositDiffers: if it would cost a guest more than was agreed (rule 73)
    :raises TransitionRefused: if the party is seated or gone
    :raises VersionConflict: if somebody changed it meanwhile
    """
    current = Reservation.objects.filter(pk=reservation_id).first()
    if current is None:
        raise NotFound
    restaurant = restaurant_for_booking(current.restaurant_id)
    _check_input(changes, restaurant)
    contact = _new_contact(changes, current, restaurant)
    try:
        return _modify(
            restaurant=restaurant,
            reservation_id=reservation_id,
            changes=changes,
            contact=contact,
            actor=actor,
            now=now,
            expected_version=expected_version,
        )
    except NoOnlineAvailability:
        raise
    except SlotUnavailable as refusal:
        refusal.extra["alternatives"] = alternatives_payload(
            restaurant=restaurant,
            date=changes.date or current.service_date,
            time=changes.time or current.local_time,
            party_size=changes.party_size or current.party_size,
            area_id=area_wished(changes, current),
            channel=Channel.ONLINE if is_guest(actor) else Channel.IN_HOUSE,
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


def _new_contact(changes: Changes, current: Reservation, restaurant: Restaurant) -> Contact | None:
    """The contact after the change; None if it stays."""

    def wanted(name: str) -> str:
        value = getattr(changes, name)
        return str(getattr(current, name) or "") if value is None else str(value)

    names = ("guest_name", "guest_email", "guest_phone")
    if all(wanted(name) == str(getattr(current, name) or "") for name in names):
        return None
    is_walk_in = current.source == Source.WALK_IN
    request = BookingRequest(
        restaurant_id=restaurant.pk,
        date=current.service_date,
        time=current.local_time,
        party_size=current.party_size,
        guest_name=wanted("guest_name"),
        guest_email=wanted("guest_email"),
        guest_phone=wanted("guest_phone"),
        channel=Channel.WALK_IN if is_walk_in else Channel.IN_HOUSE,
    )
    request_check(request, restaurant)
    return contact_of(request, restaurant)


def _guest_of(
    restaurant: Restaurant,
    reservation_id: int,
    changes: Changes,
    contact: Contact | None,
    *,
    now: datetime,
) -> tuple[int | None, bool]:
    """The guest's record, locked: the one it has, or that of the new contact (rule 99); and whether
    it is blocked.
    """
    guest_id, name, language = Reservation.objects.values_list(
        "guest_id", "guest_name", "guest_language"
    ).get(pk=reservation_id)
    if contact is None:
        return guest_id, guest_id is not None and guest_lock(guest_id)
    if not contact.phone and not contact.email:
        return None, False
    guest = guest_match_or_create(
        organisation_id=restaurant.organisation_id,
        name=changes.guest_name or name,
        phone=contact.phone,
        email=contact.email,
        language=language,
        now=now,
    )
    return guest.pk, guest.is_blocked


@transaction.atomic
def _modify(
    *,
    restaurant: Restaurant,
    reservation_id: int,
    changes: Changes,
    contact: Contact | None,
    actor: Actor,
    now: datetime,
    expected_version: int | None,
) -> Reservation:
    guest_id, is_blocked = _guest_of(restaurant, reservation_id, changes, contact, now=now)
    reservation = reservation_lock_with_day(
        reservation_id,
        expected_version=expected_version,
        dates=[changes.date] if changes.date else [],
    )
    new_date = changes.date or reservation.service_date
    _check_allowed(reservation, actor=actor, now=now)
    old_guest_id = reservation.guest_id
    if contact is not None:
        reservation.guest_id = guest_id
        reservation.guest_name = changes.guest_name or reservation.guest_name
        reservation.guest_email = contact.email
        reservation.guest_phone = contact.phone
    old = {
        "guest_id": old_guest_id if old_guest_id != reservation.guest_id else None,
        "service_date": reservation.service_date,
        "starts_at": reservation.starts_at,
        "party_size": reservation.party_size,
    }
    old_tables = [row[0] for row in seats_of(reservation.pk)]
    tables = old_tables
    if needs_reseating(changes, reservation):
        if is_blocked and is_guest(actor):
            raise NoOnlineAvailability(reasons=[], alternatives=[])
        tables = party_reseat(
            restaurant, reservation, changes, new_date=new_date, actor=actor, now=now
        )
        _move_money(restaurant, reservation, tables, actor=actor, now=now)
    _set_wishes(reservation, changes)
    reservation.version += 1
    reservation.updated_at = now
    reservation.save()
    _record(
        reservation,
        old,
        old_tables,
        tables,
        overrides=changes.overrides,
        actor=actor,
        now=now,
    )
    return reservation


def _move_money(
    restaurant: Restaurant,
    reservation: Reservation,
    table_ids: list[int],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    deposit_check_change(restaurant, reservation, table_ids=table_ids, actor=actor)
    deposit_move_deadline(reservation, now=now)
    deposit_follow(reservation, actor=actor, now=now)


def _check_allowed(reservation: Reservation, *, actor: Actor, now: datetime) -> None:
    if Status(reservation.status) not in CHANGEABLE:
        raise TransitionRefused(status_now=reservation.status)
    if is_guest(actor) and now > reservation.modify_deadline_at:
        raise DeadlinePassed(phone=str(reservation.restaurant.phone))


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
    overrides: frozenset[str],
    actor: Actor,
    now: datetime,
) -> None:
    event = ReservationModified(
        old_service_date=old["service_date"],
        old_starts_at=old["starts_at"],
        old_party_size=old["party_size"],
        old_guest_id=old["guest_id"],
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
            **overridden(overrides),
        },
        table_ids=sorted({*old_tables, *tables}),
        now=now,
    )
