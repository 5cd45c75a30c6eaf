"""What a new reservation is: confirmed or a request, its deadlines, its links, its row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bookings import policies
from bookings.availability import Channel, SlotAnswer
from bookings.lifecycle import Status, pending_expires_at
from bookings.links import Link, new_link
from bookings.loading import prepared_day
from bookings.models import Reservation
from bookings.services.records import minutes_between
from bookings.services.requests import BookingRequest
from bookings.services.starts import ResolvedStart
from bookings.validation import Contact
from guests.models import Guest
from reservehub.core.actors import Actor, ActorKind
from reservehub.core.planned import planned
from reservehub.core.rows import insert_row
from restaurants.models import Restaurant


@dataclass(frozen=True, kw_only=True)
class Booking:
    """One booking in the making: what is known before the tables are looked at."""

    restaurant: Restaurant
    request: BookingRequest
    contact: Contact
    actor: Actor
    now: datetime


@dataclass(frozen=True)
class _Decision:
    status: Status
    method: str
    expires_at: datetime | None


def _decide(booking: Booking, start: ResolvedStart) -> _Decision:
    """Confirmed at once, or a request that staff must answer (requirement C3)."""
    kind = booking.actor.kind
    if kind in (ActorKind.STAFF, ActorKind.PLATFORM):
        return _Decision(Status.CONFIRMED, "manual", None)
    if policies.needs_approval(booking.restaurant.policy, party_size=booking.request.party_size):
        expires_at = pending_expires_at(
            booking.now,
            start.starts_at,
            life=timedelta(minutes=booking.restaurant.policy.pending_expiry_minutes),
        )
        return _Decision(Status.PENDING, "manual", expires_at)
    return _Decision(Status.CONFIRMED, "partner" if kind == ActorKind.PARTNER else "instant", None)


def reservation_insert(
    booking: Booking,
    guest: Guest | None,
    start: ResolvedStart,
    answer: SlotAnswer,
    *,
    visits: int,
) -> tuple[Reservation, Link]:
    """Write the row; the tables are not taken yet. Its reference and links are new."""
    restaurant, request, now = booking.restaurant, booking.request, booking.now
    decision = _decide(booking, start)
    link = new_link()
    deadline = policies.cancel_deadline(
        restaurant.policy,
        starts_at=start.starts_at,
        service_date=request.date,
        zone=prepared_day(restaurant, request.date).config.rules.zone,
    )
    modify_until = policies.modify_deadline(restaurant.policy, starts_at=start.starts_at)
    reservation = Reservation(
        restaurant=restaurant,
        guest=guest,
        customer_id=request.customer_id,
        status=decision.status,
        confirmation_method=decision.method,
        confirmed_at=now if decision.status is Status.CONFIRMED else None,
        expires_at=decision.expires_at,
        service_date=request.date,
        local_date=start.local.date(),
        local_time=start.local.time(),
        fold=start.fold,
        starts_at=start.starts_at,
        ends_at=answer.ends_at,
        buffer_minutes=minutes_between(answer.ends_at, answer.occupied_until),
        service_period_id=answer.period_id or None,
        party_size=request.party_size,
        guest_name=request.guest_name,
        guest_email=booking.contact.email,
        guest_phone=booking.contact.phone,
        guest_language=request.guest_language,
        area_preference_id=request.area_id,
        required_features=sorted(request.required_features),
        special_occasion=request.special_occasion,
        special_requests=request.special_requests,
        dietary_restrictions=list(request.dietary_restrictions),
        has_health_consent=request.has_health_consent,
        internal_notes=request.internal_notes,
        is_vip=guest.is_vip if guest else False,
        previous_visits=visits,
        source=request.source,
        is_online=request.channel is Channel.ONLINE,
        partner_reference=request.partner_reference,
        is_table_locked=bool(request.table_ids),
        policy_snapshot=policies.snapshot(
            restaurant.policy,
            cancel_deadline_at=deadline,
            modify_deadline_at=modify_until,
            currency=restaurant.currency,
        ),
        cancel_deadline_at=deadline,
        modify_deadline_at=modify_until,
        created_at=now,
        updated_at=now,
        link_nonce=link.nonce,
        manage_token_hash=link.manage_hash,
        view_token_hash=link.view_hash,
        ip_address=booking.actor.ip,
    )
    insert_row(reservation, made={"reference": reference_sql(now)})
    return reservation, link


def reference_sql(now: datetime) -> str:
    """`RES-YYYY-NNNNNN` from a database sequence: unique without a lock; gaps are harmless."""
    number = "(SELECT nextval('bookings_reference_seq')::text AS number)"
    digits = "lpad(number, greatest(6, length(number)), '0')"
    return f"(SELECT 'RES-{now.year:04d}-' || {digits} FROM {number} AS next)"  # noqa: S608


def next_reference(now: datetime) -> str:
    """The same, for rows that are written in other ways."""
    ((reference,),) = planned(f"SELECT {reference_sql(now)}")
    return str(reference)
