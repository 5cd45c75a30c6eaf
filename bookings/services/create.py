"""Making a reservation: the heart of the house (rules 48-58)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db import connection, transaction

from bookings import policies, realtime
from bookings.availability import (
    PACING_REASONS,
    Channel,
    Query,
    Reason,
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
from bookings.events import ReservationConfirmed, ReservationRequested
from bookings.lifecycle import OCCUPYING, Status, pending_expires_at
from bookings.links import new_link
from bookings.loading import LoadedDay, is_paced, load_day, prepared_day
from bookings.models import Hold, Reservation
from bookings.selectors import alternatives_payload
from bookings.services.holds import hold_for_use, hold_use
from bookings.services.placing import party_place
from bookings.services.requests import Booked, BookingRequest
from bookings.services.seats import Claim, seats_convert, seats_take
from bookings.services.starts import ResolvedStart, resolve_start
from bookings.validation import Contact, contact_of, request_check
from guests.models import Guest
from guests.services import guest_match_or_create
from reservehub.core import audit, events
from reservehub.core.actors import Actor, ActorKind
from reservehub.core.errors import NotFound, ValidationFailed
from reservehub.core.locks import advisory_day_lock
from restaurants.models import Restaurant

STAFF_REASONS: dict[str, frozenset[Reason]] = {
    "pacing": PACING_REASONS | {Reason.WALK_IN_QUOTA},
    "hours": frozenset(
        {
            *(Reason.CLOSED, Reason.OUTSIDE_HOURS, Reason.NOT_A_SLOT, Reason.MUST_FINISH_BY_CLOSE),
            *(Reason.PRIVATE_EVENT, Reason.MAINTENANCE, Reason.WEATHER, Reason.CLOSED_SLOT),
        }
    ),
    "capacity": frozenset(
        {
            *(Reason.TABLE_TOO_SMALL, Reason.TABLE_TOO_LARGE, Reason.OVERSIZE, Reason.ACCESS),
            *(Reason.NOT_A_COMBINATION, Reason.WRONG_AREA, Reason.FEATURE_MISSING),
            *(Reason.OVERRIDE_PARTY_MIN, Reason.OVERRIDE_PARTY_MAX),
        }
    ),
    "notice": frozenset({Reason.NOTICE, Reason.NOTICE_CUTOFF, Reason.HORIZON, Reason.NOT_RELEASED}),
}
"""What each override of a `BookingRequest` accepts; "same_guest" concerns rule 57 alone."""


def restaurant_for_booking(restaurant_id: int) -> Restaurant:
    """:raises NotFound: if there is no such active restaurant"""
    restaurant = (
        Restaurant.objects.select_related("policy").filter(pk=restaurant_id, is_active=True).first()
    )
    if restaurant is None:
        raise NotFound
    return restaurant


def reservation_create(*, request: BookingRequest, actor: Actor, now: datetime) -> Booked:
    """Book a table, or ask for one where staff must approve.

    Takes the guest row, the hold, the day (if it is paced) and the tables, in this order, in one transaction.

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
            restaurant=restaurant, request=request, contact=contact, actor=actor, now=now
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
def _create(
    *, restaurant: Restaurant, request: BookingRequest, contact: Contact, actor: Actor, now: datetime
) -> Booked:
    prepared = prepared_day(restaurant, request.date)
    start = resolve_start(prepared, request.start)
    guest = _guest(restaurant, request, contact, now)
    hold = hold_for_use(request.hold_token, restaurant_id=restaurant.pk, now=now)
    if is_paced(prepared):
        advisory_day_lock(restaurant.pk, [request.date])
    day = load_day(restaurant, request.date, now=now)
    query = query_of(request, restaurant=restaurant, hold=hold, now=now)
    visits = _check_other_bookings(restaurant, request, guest, start, now=now, day=day, query=query)
    answer = answer_slot(day.service, query, start.starts_at)
    if request.table_ids:
        _check_tables(day, query, start, request.table_ids)
    elif not answer.available and not _may_stay_unassigned(restaurant, request, answer):
        raise SlotUnavailable(reasons=[reason.value for reason in answer.reasons])
    reservation = _insert(
        restaurant, request, contact, guest, start, answer, visits=visits, actor=actor, now=now
    )
    table_ids = _seat(restaurant, day, query, reservation, request=request, hold=hold)
    if hold is not None:
        hold_use(hold)
    _announce(reservation, table_ids, actor=actor, now=now)
    return Booked(reservation, new_link(reservation.link_nonce).manage_token, table_ids)


def query_of(
    request: BookingRequest, *, restaurant: Restaurant, hold: Hold | None, now: datetime
) -> Query:
    """The engine's question for a request: staff are exempt from notice and may accept some reasons (rules 18, 43)."""
    accepted: set[Reason] = set()
    for name in request.overrides:
        if name == "pacing" and restaurant.policy.is_pacing_mandatory:
            continue
        accepted |= STAFF_REASONS.get(name, frozenset())
    return Query(
        party_size=request.party_size,
        now=now,
        channel=request.channel,
        area_id=request.area_id,
        required_features=request.required_features,
        exclude_hold_id=hold.pk if hold else None,
        is_notice_exempt=request.channel is not Channel.ONLINE,
        overrides=frozenset(accepted),
    )


def _guest(
    restaurant: Restaurant, request: BookingRequest, contact: Contact, now: datetime
) -> Guest | None:
    """The guest's record, matched or new; walk-ins may leave no contact."""
    if not contact.phone and not contact.email:
        return None
    guest = guest_match_or_create(
        organisation_id=restaurant.organisation_id,
        name=request.guest_name,
        phone=contact.phone,
        email=contact.email,
        language=request.guest_language,
        user_id=request.customer_id,
        now=now,
    )
    guest_lock(guest.pk)
    if guest.is_blocked and request.channel is Channel.ONLINE:
        raise NoOnlineAvailability
    return guest


OTHERS = """
    SELECT count(*) FILTER (WHERE status = 'completed'),
           min(reference) FILTER (WHERE restaurant_id = %s AND status = ANY(%s)
               AND starts_at < %s + make_interval(mins => %s) AND ends_at > %s - make_interval(mins => %s))
    FROM bookings_reservation WHERE guest_id = %s AND id IS DISTINCT FROM %s
"""


class Others(NamedTuple):
    """What else a guest has booked: past visits, and the reference of a booking too close in time."""

    visits: int
    overlap: str | None


def guest_lock(guest_id: int) -> None:
    """Two requests of one person wait for each other. First in the lock order; a statement of its own, so that the next one
    sees what a rival committed.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM guests_guest WHERE id = %s FOR NO KEY UPDATE", [guest_id])


def other_bookings(
    *,
    guest_id: int,
    restaurant_id: int,
    starts_at: datetime,
    ends_at: datetime,
    gap_minutes: int,
    reservation_id: int | None = None,
) -> Others:
    """Look at a guest's bookings (rule 57). The caller has locked the guest, so that nothing is added meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute(
            OTHERS,
            [
                *(restaurant_id, [str(s) for s in OCCUPYING], ends_at, gap_minutes),
                *(starts_at, gap_minutes, guest_id, reservation_id),
            ],
        )
        visits, overlap = cursor.fetchone()
    return Others(visits, overlap)


def _check_other_bookings(
    restaurant: Restaurant,
    request: BookingRequest,
    guest: Guest | None,
    start: ResolvedStart,
    *,
    now: datetime,
    day: LoadedDay,
    query: Query,
) -> int:
    if guest is None:
        return 0
    ends_at = answer_slot(day.service, query, start.starts_at).ends_at
    others = other_bookings(
        guest_id=guest.pk,
        restaurant_id=restaurant.pk,
        starts_at=start.starts_at,
        ends_at=ends_at,
        gap_minutes=restaurant.policy.same_guest_gap_minutes,
    )
    if others.overlap and "same_guest" not in request.overrides:
        raise SameGuestOverlap
    return others.visits


def _may_stay_unassigned(
    restaurant: Restaurant, request: BookingRequest, answer: SlotAnswer
) -> bool:
    """Rule 37: only in volume mode or when staff insist, and only if nothing but tables is missing."""
    from_staff = request.channel is not Channel.ONLINE and "capacity" in request.overrides
    return (restaurant.policy.is_volume_mode or from_staff) and set(answer.reasons) <= {
        Reason.NO_TABLE_FREE,
        Reason.AREA_FULL,
        Reason.NO_TABLE_FITS,
    }


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


def _decide(
    restaurant: Restaurant, request: BookingRequest, start: ResolvedStart, actor: Actor, now: datetime
) -> _Decision:
    is_by_staff = actor.kind in (ActorKind.STAFF, ActorKind.PLATFORM)
    if is_by_staff or not policies.needs_approval(
        restaurant.policy, party_size=request.party_size
    ):
        method = "partner" if actor.kind == ActorKind.PARTNER else "instant"
        return _Decision(Status.CONFIRMED, "manual" if is_by_staff else method, None)
    expires_at = pending_expires_at(now, start.starts_at)
    return _Decision(Status.PENDING, "manual", expires_at)


def _insert(
    restaurant: Restaurant,
    request: BookingRequest,
    contact: Contact,
    guest: Guest | None,
    start: ResolvedStart,
    answer: SlotAnswer,
    *,
    visits: int,
    actor: Actor,
    now: datetime,
) -> Reservation:
    decision = _decide(restaurant, request, start, actor, now)
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
        buffer_minutes=int((answer.occupied_until - answer.ends_at).total_seconds() // 60),
        service_period_id=answer.period_id or None,
        party_size=request.party_size,
        guest_name=request.guest_name,
        guest_email=contact.email,
        guest_phone=contact.phone,
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
        ip_address=actor.ip,
    )
    reservation.save(force_insert=True)
    return reservation


def next_reference(now: datetime) -> str:
    """`RES-YYYY-NNNNNN` from a database sequence: unique without a lock; gaps are harmless."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('bookings_reference_seq')")
        (number,) = cursor.fetchone()
    return f"RES-{now.year}-{number:06d}"


def _seat(
    restaurant: Restaurant,
    day: LoadedDay,
    query: Query,
    reservation: Reservation,
    *,
    request: BookingRequest,
    hold: Hold | None,
) -> tuple[int, ...]:
    def claim(table_ids: tuple[int, ...], until: datetime) -> Claim:
        return Claim(
            table_ids=table_ids,
            starts_at=reservation.starts_at,
            ends_at=until,
            reservation_id=reservation.pk,
        )

    if request.table_ids:
        taken = claim(tuple(sorted(request.table_ids)), reservation.occupied_until)
        if not seats_take([taken], restaurant_id=restaurant.pk):
            raise TableTaken
        return taken.table_ids
    if hold is not None and _fits_hold(hold, reservation):
        return seats_convert(hold_id=hold.pk, reservation_id=reservation.pk)
    if hold is not None:
        hold_use(hold)
    seat = party_place(
        restaurant=restaurant,
        day=day,
        query=query,
        starts_at=reservation.starts_at,
        claim_for=lambda seat: claim(seat.table_ids, seat.occupied_until),
    )
    if seat is not None:
        _keep_stay(reservation, seat.ends_at, seat.occupied_until)
        return seat.table_ids
    if _may_be_tableless(restaurant, request):
        return ()
    raise SlotUnavailable(reasons=[Reason.NO_TABLE_FREE.value])


def _may_be_tableless(restaurant: Restaurant, request: BookingRequest) -> bool:
    from_staff = request.channel is not Channel.ONLINE and "capacity" in request.overrides
    return restaurant.policy.is_volume_mode or from_staff


def _keep_stay(reservation: Reservation, ends_at: datetime, occupied_until: datetime) -> None:
    """Turn times may differ by area; what is stored is the stay at the table that was taken (rule 24)."""
    if reservation.ends_at != ends_at:
        reservation.ends_at = ends_at
        reservation.buffer_minutes = int((occupied_until - ends_at).total_seconds() // 60)
        reservation.save(update_fields=["ends_at", "buffer_minutes"])


def _fits_hold(hold: Hold, reservation: Reservation) -> bool:
    return (
        hold.starts_at == reservation.starts_at
        and hold.party_size == reservation.party_size
        and hold.ends_at == reservation.ends_at
        and hold.area_id == reservation.area_preference_id
    )


def _announce(
    reservation: Reservation, table_ids: tuple[int, ...], *, actor: Actor, now: datetime
) -> None:
    audit.record(
        actor=actor,
        action="reservation.created",
        obj=reservation,
        now=now,
        restaurant_id=reservation.restaurant_id,
        after={
            "reference": reservation.reference,
            "status": reservation.status,
            "starts_at": reservation.starts_at.isoformat(),
            "party_size": reservation.party_size,
            "guest_name": reservation.guest_name,
            "tables": list(table_ids),
            "source": reservation.source,
        },
    )
    about = {
        "reservation_id": reservation.pk,
        "restaurant_id": reservation.restaurant_id,
        "service_date": reservation.service_date,
        "starts_at": reservation.starts_at,
        "version": reservation.version,
        "actor_kind": str(actor.kind),
        "channel": actor.channel,
        "occurred_at": now,
    }
    if reservation.status == Status.CONFIRMED:
        events.publish(ReservationConfirmed(is_new=True, **about))
    else:
        events.publish(ReservationRequested(**about))
    realtime.push_tables(reservation, table_ids)
