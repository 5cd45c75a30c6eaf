"""Making a reservation: the heart of the house (rules 48-58)."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from django.db import transaction

from bookings.availability import (
    SPACE_REASONS,
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
from bookings.lifecycle import Status
from bookings.loading import LoadedDay, is_paced, load_day, prepared_day
from bookings.models import Hold, Reservation
from bookings.selectors import alternatives_payload
from bookings.services.deposits.asking import deposit_ask_new, payment_asked
from bookings.services.holds import hold_for_use, hold_use
from bookings.services.inserting import Booking, reservation_insert
from bookings.services.people import other_bookings
from bookings.services.placing import party_place
from bookings.services.questions import query_of
from bookings.services.records import (
    event_members,
    minutes_between,
    overridden,
    reservation_record,
    restaurant_for_booking,
)
from bookings.services.requests import Booked, BookingRequest
from bookings.services.seats import Claim, seats_convert, seats_take
from bookings.services.starts import ResolvedStart, resolve_start
from bookings.validation import contact_of, request_check
from guests.models import ConsentPurpose, Guest
from guests.services import consent_record, guest_match
from payments.models import Payment
from reservehub.core.actors import Actor
from reservehub.core.locks import advisory_day_lock
from restaurants.models import Restaurant

SPACE = {Reason.NO_TABLE_FREE, Reason.AREA_FULL, Reason.NO_TABLE_FITS}


class _Guest(NamedTuple):
    """Who books; nobody for walk-ins without contact. New ones have no bookings yet."""

    guest: Guest | None
    is_new: bool


def reservation_create(
    *,
    request: BookingRequest,
    actor: Actor,
    now: datetime,
    restaurant: Restaurant | None = None,
) -> Booked:
    """Book a table, or ask for one where staff must approve.

    Takes the guest row, the hold, the day (if it is paced) and the tables, in this order, in one
    transaction.

    :param restaurant: that of the request, where the caller has just read it
    :raises ValidationFailed: for bad contact data or party size, with pointers
    :raises SlotUnavailable: with `reasons` and up to three `alternatives`
    :raises NoOnlineAvailability: for a blocked guest
    :raises SameGuestOverlap: if the guest has a booking within the gap (rule 57)
    :raises TableUnsuitable: if staff named tables that break a rule they did not override
    :raises TableTaken: if staff named tables that are taken
    """
    if restaurant is None or restaurant.pk != request.restaurant_id:
        restaurant = restaurant_for_booking(request.restaurant_id)
    request_check(request, restaurant)
    contact = contact_of(request, restaurant)
    try:
        return _create(
            Booking(restaurant=restaurant, request=request, contact=contact, actor=actor, now=now)
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
def _create(booking: Booking) -> Booked:
    restaurant, request, now = booking.restaurant, booking.request, booking.now
    prepared = prepared_day(restaurant, request.date)
    start = resolve_start(prepared, request.start)
    guest, is_new = _guest(booking)
    hold = hold_for_use(request.hold_token, restaurant_id=restaurant.pk, now=now)
    days = _days_to_lock(request, start, hold)
    if days or is_paced(prepared):
        advisory_day_lock(restaurant.pk, [request.date, *days])
    day = load_day(restaurant, request.date, now=now)
    query = query_of(request, restaurant=restaurant, hold_id=hold.pk if hold else None, now=now)
    answer = answer_slot(day.service, query, start.starts_at)
    visits = 0 if is_new else _check_other_bookings(booking, guest, answer)
    if request.table_ids:
        _check_start(answer)
        _check_tables(day, query, start, request.table_ids)
    elif not answer.available and not (_may_be_tableless(booking) and set(answer.reasons) <= SPACE):
        raise SlotUnavailable(reasons=[reason.value for reason in answer.reasons])
    reservation, link = reservation_insert(booking, guest, start, answer, visits=visits)
    table_ids = _seat(booking, day, query, reservation, hold=hold)
    if hold is not None:
        hold_use(hold)
    payment = _ask_money(booking, day, reservation, guest, table_ids)
    _announce(booking, reservation, table_ids, payment)
    return Booked(reservation, link.manage_token, table_ids)


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


def _guest(booking: Booking) -> _Guest:
    """The guest's record, matched or new, and locked; walk-ins may leave no contact."""
    contact, request = booking.contact, booking.request
    if not contact.phone and not contact.email:
        return _Guest(None, is_new=True)
    matched = guest_match(
        organisation_id=booking.restaurant.organisation_id,
        name=request.guest_name,
        phone=contact.phone,
        email=contact.email,
        language=request.guest_language,
        user_id=request.customer_id,
        now=booking.now,
    )
    if matched.guest.is_blocked and request.channel is Channel.ONLINE:
        raise NoOnlineAvailability
    if request.marketing_words:
        consent_record(
            guest_id=matched.guest.pk,
            purpose=ConsentPurpose.MARKETING,
            is_given=True,
            wording=request.marketing_words,
            source=f"booking_{booking.actor.channel}",
            actor=booking.actor,
            ip=booking.actor.ip,
            now=booking.now,
        )
    return _Guest(*matched)


def _check_other_bookings(booking: Booking, guest: Guest | None, answer: SlotAnswer) -> int:
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


def _may_be_tableless(booking: Booking) -> bool:
    """Rule 37: only in volume mode, or when staff insist."""
    request = booking.request
    insists = request.channel is not Channel.ONLINE and "capacity" in request.overrides
    return booking.restaurant.policy.is_volume_mode or insists


def _check_start(answer: SlotAnswer) -> None:
    """Hours and pacing bind a booking also where staff name its tables (rule 43)."""
    refused = [reason.value for reason in answer.reasons if reason not in SPACE_REASONS]
    if refused:
        raise SlotUnavailable(reasons=refused)


def _check_tables(
    day: LoadedDay, query: Query, start: ResolvedStart, table_ids: tuple[int, ...]
) -> None:
    reasons = check_manual(day.service, query, start.starts_at, table_ids)
    refused = [reason for reason in reasons if reason not in query.overrides]
    if Reason.TABLE_BUSY in refused:
        raise TableTaken(reasons=[reason.value for reason in refused])
    if refused:
        raise TableUnsuitable(reasons=[reason.value for reason in refused])


def _seat(
    booking: Booking,
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
        held = seats_convert(hold_id=hold.pk, reservation_id=reservation.pk)
        if held is not None:
            _keep_stay(reservation, hold.ends_at, held[1])
            return held[0]
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


def _ask_money(
    booking: Booking,
    day: LoadedDay,
    reservation: Reservation,
    guest: Guest | None,
    table_ids: tuple[int, ...],
) -> Payment | None:
    """What the guest has to pay before it is confirmed (rule 77)."""
    if not day.snapshot.deposit_rules:
        return None
    area_id = booking.request.area_id
    if area_id is None and table_ids:
        label = day.snapshot.labels.get(table_ids[0])
        area_id = label.area_id if label else None
    return deposit_ask_new(booking, reservation, guest, area_id=area_id)


def _announce(
    booking: Booking,
    reservation: Reservation,
    table_ids: tuple[int, ...],
    payment: Payment | None,
) -> None:
    about = event_members(reservation, actor=booking.actor, now=booking.now)
    event: ReservationEvent = ReservationRequested(**about)
    if payment is not None:
        event = payment_asked(reservation, payment, actor=booking.actor, now=booking.now)
    elif reservation.status == Status.CONFIRMED:
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
            **overridden(booking.request.overrides),
        },
        table_ids=list(table_ids),
        now=booking.now,
    )
