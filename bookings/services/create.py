"""Making a reservation: the heart of the house (rules 48-58)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection, transaction

from bookings import policies
from bookings.availability import (
    Channel,
    Query,
    Reason,
    Seat,
    SlotAnswer,
    answer_slot,
    check_manual,
)
from bookings.errors import (
    NoOnlineAvailability,
    SameGuestOverlap,
    SlotUnavailable,
    TableTaken,
    TableUnsuitable,
)
from bookings.events import ReservationConfirmed, ReservationEvent, ReservationRequested
from bookings.lifecycle import Status, pending_expires_at
from bookings.links import new_link
from bookings.loading import LoadedDay, is_paced, load_day, prepared_day
from bookings.models import Hold, Reservation
from bookings.selectors import alternatives_payload
from bookings.services.holds import hold_for_use, hold_use
from bookings.services.people import other_bookings
from bookings.services.placing import party_place
from bookings.services.questions import query_of
from bookings.services.records import (
    event_members,
    minutes_between,
    reservation_record,
    restaurant_for_booking,
)
from bookings.services.requests import Booked, BookingRequest
from bookings.services.seats import Claim, seats_convert, seats_take
from bookings.services.starts import ResolvedStart, resolve_start
from bookings.validation import Contact, contact_of, request_check
from guests.models import Guest
from guests.services import guest_match_or_create
from reservehub.core.actors import Actor, ActorKind
from reservehub.core.locks import advisory_day_lock
from reservehub.core.rows import insert_row
from restaurants.models import Restaurant

SPACE = {Reason.NO_TABLE_FREE, Reason.AREA_FULL, Reason.NO_TABLE_FITS}


@dataclass(frozen=True, kw_only=True)
class _Booking:
    """One booking in the making: what is known before the tables are looked at."""

    restaurant: Restaurant
    request: BookingRequest
    contact: Contact
    actor: Actor
    now: datetime


def reservation_create(*, request: BookingRequest, actor: Actor, now: datetime) -> Booked:
    """Book a table, or ask for one where staff must approve.

    Takes the guest row, the hold, the day (if it is paced) and the tables, in this order, in one
    transaction.

    :raises ValidationFailed: for bad contact data or party size, with pointers
    :raises SlotUnavailable: with `reasons` and up to three `alternatives`
    :raises NoOnlineAvailability: for a blocked guest
    :raises SameGuestOverlap: if the guest has a booking within the gap (rule 57)
    :raises TableUnsuitable: if staff named tables that break a rule they did not override
    :raises TableTaken: if staff named tables that are taken
    """
    restaurant = restaurant_for_booking(request.restaurant_id)
    request_check(request, restaurant)
    contact = contact_of(request, restaurant)
    try:
        return _create(
            _Booking(restaurant=restaurant, request=request, contact=contact, actor=actor, now=now)
        )
    except SlotUnavailable as refusal:
        refusal.extra.setdefault("reasons", [])
        refusal.extra["alternatives"] = (
            []
            if isinstance(refusal, NoOnlineAvailability)
            else alternatives_payload(
                restaurant=restaurant,
                date=request.date,
                time=request.time,
                party_size=request.party_size,
                area_id=request.area_id,
                channel=request.channel,
                required_features=request.required_features,
                now=now,
            )
        )
        raise


@transaction.atomic
def _create(booking: _Booking) -> Booked:
    restaurant, request, now = booking.restaurant, booking.request, booking.now
    prepared = prepared_day(restaurant, request.date)
    start = resolve_start(prepared, request.start)
    guest = _guest(booking)
    hold = hold_for_use(request.hold_token, restaurant_id=restaurant.pk, now=now)
    days = _days_to_lock(request, start, hold)
    if days or is_paced(prepared):
        advisory_day_lock(restaurant.pk, [request.date, *days])
    day = load_day(restaurant, request.date, now=now)
    query = query_of(request, restaurant=restaurant, hold_id=hold.pk if hold else None, now=now)
    answer = answer_slot(day.service, query, start.starts_at)
    visits = _check_other_bookings(booking, guest, answer)
    if request.table_ids:
        _check_tables(day, query, start, request.table_ids)
    elif not answer.available and not (_may_be_tableless(booking) and set(answer.reasons) <= SPACE):
        raise SlotUnavailable(reasons=[reason.value for reason in answer.reasons])
    reservation = _insert(booking, guest, start, answer, visits=visits)
    table_ids = _seat(booking, day, query, reservation, hold=hold)
    if hold is not None:
        hold_use(hold)
    _announce(booking, reservation, table_ids)
    return Booked(reservation, new_link(reservation.link_nonce).manage_token, table_ids)


def _days_to_lock(request: BookingRequest, start: ResolvedStart, hold: Hold | None) -> list[date]:
    """Whoever takes other tables than those held, or several, needs the days alone
    (`bookings.services.seats`).
    """
    if hold is not None and not _is_held(hold, request, start.starts_at):
        return [hold.service_date]
    return [request.date] if len(request.table_ids) > 1 else []


def _is_held(hold: Hold, request: BookingRequest, starts_at: datetime) -> bool:
    return (
        hold.starts_at == starts_at
        and hold.party_size == request.party_size
        and hold.area_id == request.area_id
    )


def _guest(booking: _Booking) -> Guest | None:
    """The guest's record, matched or new, and locked; walk-ins may leave no contact."""
    contact, request = booking.contact, booking.request
    if not contact.phone and not contact.email:
        return None
    guest = guest_match_or_create(
        organisation_id=booking.restaurant.organisation_id,
        name=request.guest_name,
        phone=contact.phone,
        email=contact.email,
        language=request.guest_language,
        user_id=request.customer_id,
        now=booking.now,
    )
    if guest.is_blocked and request.channel is Channel.ONLINE:
        raise NoOnlineAvailability
    return guest


def _check_other_bookings(booking: _Booking, guest: Guest | None, answer: SlotAnswer) -> int:
    """The guest's earlier visits; refuses a booking too near another (rule 57)."""
    if guest is None:
        return 0
    others = other_bookings(
        guest_id=guest.pk,
        restaurant_id=booking.restaurant.pk,
        starts_at=answer.starts_at,
        ends_at=answer.ends_at,
        gap_minutes=booking.restaurant.policy.same_guest_gap_minutes,
    )
    if others.overlap and "same_guest" not in booking.request.overrides:
        raise SameGuestOverlap
    return others.visits


def _may_be_tableless(booking: _Booking) -> bool:
    """Rule 37: only in volume mode, or when staff insist."""
    request = booking.request
    insists = request.channel is not Channel.ONLINE and "capacity" in request.overrides
    return booking.restaurant.policy.is_volume_mode or insists


def _check_tables(
    day: LoadedDay, query: Query, start: ResolvedStart, table_ids: tuple[int, ...]
) -> None:
    reasons = check_manual(day.service, query, start.starts_at, table_ids)
    refused = [reason for reason in reasons if reason not in query.overrides]
    if Reason.TABLE_BUSY in refused:
        raise TableTaken(reasons=[reason.value for reason in refused])
    if refused:
        raise TableUnsuitable(reasons=[reason.value for reason in refused])


@dataclass(frozen=True)
class _Decision:
    status: Status
    method: str
    expires_at: datetime | None


def _decide(booking: _Booking, start: ResolvedStart) -> _Decision:
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


def _insert(
    booking: _Booking,
    guest: Guest | None,
    start: ResolvedStart,
    answer: SlotAnswer,
    *,
    visits: int,
) -> Reservation:
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
        reference=next_reference(now),
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
    insert_row(reservation)
    return reservation


def next_reference(now: datetime) -> str:
    """`RES-YYYY-NNNNNN` from a database sequence: unique without a lock; gaps are harmless."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('bookings_reference_seq')")
        (number,) = cursor.fetchone()
    return f"RES-{now.year}-{number:06d}"


def _seat(
    booking: _Booking,
    day: LoadedDay,
    query: Query,
    reservation: Reservation,
    *,
    hold: Hold | None,
) -> tuple[int, ...]:
    """Take the tables: those staff named, those held, or the best that are free."""
    restaurant = booking.restaurant
    if booking.request.table_ids:
        table_ids = tuple(sorted(booking.request.table_ids))
        claim = _claim(reservation, table_ids, reservation.occupied_until)
        if not seats_take([claim], restaurant_id=restaurant.pk, now=booking.now):
            raise TableTaken
        return table_ids
    if hold is not None and _is_held(hold, booking.request, reservation.starts_at):
        table_ids, occupied_until = seats_convert(hold_id=hold.pk, reservation_id=reservation.pk)
        _keep_stay(reservation, hold.ends_at, occupied_until)
        return table_ids
    if hold is not None:
        hold_use(hold)

    def claim_for(seat: Seat) -> Claim:
        return _claim(reservation, seat.table_ids, seat.occupied_until)

    seat = party_place(
        restaurant=restaurant,
        day=day,
        query=query,
        starts_at=reservation.starts_at,
        claim_for=claim_for,
    )
    if seat is not None:
        _keep_stay(reservation, seat.ends_at, seat.occupied_until)
        return seat.table_ids
    if _may_be_tableless(booking):
        return ()
    raise SlotUnavailable(reasons=[Reason.NO_TABLE_FREE.value])


def _claim(reservation: Reservation, table_ids: tuple[int, ...], until: datetime) -> Claim:
    return Claim(
        table_ids=table_ids,
        starts_at=reservation.starts_at,
        ends_at=until,
        reservation_id=reservation.pk,
    )


def _keep_stay(reservation: Reservation, ends_at: datetime, occupied_until: datetime) -> None:
    """Turn times may differ by area; what is stored is the stay at the table that was taken (rule
    24).
    """
    if reservation.ends_at != ends_at:
        reservation.ends_at = ends_at
        reservation.buffer_minutes = minutes_between(ends_at, occupied_until)
        reservation.save(update_fields=["ends_at", "buffer_minutes"])


def _announce(booking: _Booking, reservation: Reservation, table_ids: tuple[int, ...]) -> None:
    about = event_members(reservation, actor=booking.actor, now=booking.now)
    event: ReservationEvent = ReservationRequested(**about)
    if reservation.status == Status.CONFIRMED:
        event = ReservationConfirmed(is_new=True, **about)
    reservation_record(
        reservation,
        event,
        actor=booking.actor,
        action="reservation.created",
        before={},
        after={
            "reference": reservation.reference,
            "status": str(reservation.status),
            "starts_at": reservation.starts_at.isoformat(),
            "party_size": reservation.party_size,
            "guest_name": reservation.guest_name,
            "tables": list(table_ids),
            "source": reservation.source,
        },
        table_ids=list(table_ids),
        now=booking.now,
    )
