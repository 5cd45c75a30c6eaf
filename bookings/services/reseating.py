"""Another time, size or place for a party that has a booking: the new seat is secured before the
old one is let go (rules 47, 70-73).
"""

from __future__ import annotations

from datetime import date, datetime

from bookings import policies
from bookings.availability import (
    SPACE_REASONS,
    Channel,
    Query,
    Reason,
    SlotAnswer,
    answer_slot,
    check_manual,
)
from bookings.errors import SameGuestOverlap, SlotUnavailable, TableTaken, TableUnsuitable
from bookings.lifecycle import Status, pending_expires_at
from bookings.loading import LoadedDay, load_day, prepared_day
from bookings.models import Reservation
from bookings.services.people import other_bookings
from bookings.services.placing import party_place
from bookings.services.questions import STAFF_REASONS, accepted_reasons
from bookings.services.records import is_guest, minutes_between
from bookings.services.requests import Changes, Start
from bookings.services.seats import Claim, seats_release, seats_take
from bookings.services.starts import ResolvedStart, resolve_start
from reservehub.core.actors import Actor
from restaurants.models import Restaurant


def area_wished(changes: Changes, reservation: Reservation) -> int | None:
    if changes.area_id is None:
        return reservation.area_preference_id
    return changes.area_id or None


def needs_reseating(changes: Changes, reservation: Reservation) -> bool:
    """Whether the place or time of the party changes, rather than only its wishes."""
    return (
        (changes.date is not None and changes.date != reservation.service_date)
        or (changes.time is not None and changes.time != reservation.local_time)
        or (changes.fold is not None and changes.fold != reservation.fold)
        or (changes.party_size is not None and changes.party_size != reservation.party_size)
        or area_wished(changes, reservation) != reservation.area_preference_id
        or bool(changes.table_ids)
        or (changes.minutes is not None and changes.minutes != _minutes(reservation))
    )


def _minutes(reservation: Reservation) -> int:
    return minutes_between(reservation.starts_at, reservation.ends_at)


def party_reseat(
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

    :raises SlotUnavailable: with `reasons`
    :raises TableTaken, TableUnsuitable: if staff named tables
    """
    start = resolve_start(
        prepared_day(restaurant, new_date),
        Start(
            date=new_date,
            time=changes.time or reservation.local_time,
            fold=reservation.fold if changes.fold is None else changes.fold,
        ),
    )
    query = _query(restaurant, reservation, changes, start, actor=actor, now=now)
    day = load_day(restaurant, new_date, now=now)
    answer = answer_slot(day.service, query, start.starts_at)
    _check_start(answer, changes)
    _check_other_bookings(restaurant, reservation, start, answer.ends_at, changes)
    if changes.table_ids:
        claim = _named_claim(day, query, answer, reservation, changes)
        seats_release(reservation_ids=[reservation.pk])
        if not seats_take([claim], restaurant_id=restaurant.pk, now=now):
            raise TableTaken
        table_ids, ends_at, until = claim.table_ids, answer.ends_at, answer.occupied_until
    else:
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
        table_ids, ends_at, until = seat.table_ids, seat.ends_at, seat.occupied_until
    _set_place(restaurant, reservation, changes, start, new_date=new_date, actor=actor, now=now)
    reservation.ends_at = ends_at
    reservation.buffer_minutes = minutes_between(ends_at, until)
    reservation.service_period_id = answer.period_id or None
    reservation.is_table_locked = bool(changes.table_ids)
    reservation.undo = None  # what it remembers is another time and place
    return list(table_ids)


def _check_start(answer: SlotAnswer, changes: Changes) -> None:
    """Tables that staff named are checked by themselves; hours and pacing bind them all the same
    (rule 43).
    """
    reasons = set(answer.reasons) - (SPACE_REASONS if changes.table_ids else set())
    if reasons:
        told = [reason.value for reason in answer.reasons if reason in reasons]
        raise SlotUnavailable(reasons=told)


def _named_claim(
    day: LoadedDay,
    query: Query,
    answer: SlotAnswer,
    reservation: Reservation,
    changes: Changes,
) -> Claim:
    """The tables that staff named, for the length of the stay."""
    table_ids = tuple(sorted(set(changes.table_ids)))
    reasons = check_manual(
        day.service,
        query,
        answer.starts_at,
        table_ids,
        occupied_until=answer.occupied_until,
    )
    refused = [reason.value for reason in reasons if reason not in query.overrides]
    if Reason.TABLE_BUSY in reasons:
        raise TableTaken(reasons=refused)
    if refused:
        raise TableUnsuitable(reasons=refused)
    return Claim(
        table_ids=table_ids,
        starts_at=answer.starts_at,
        ends_at=answer.occupied_until,
        reservation_id=reservation.pk,
    )


def _query(
    restaurant: Restaurant,
    reservation: Reservation,
    changes: Changes,
    start: ResolvedStart,
    *,
    actor: Actor,
    now: datetime,
) -> Query:
    by_guest = is_guest(actor)
    overrides = accepted_reasons(changes.overrides, restaurant=restaurant)
    if not by_guest and start.starts_at == reservation.starts_at:
        # It was accepted then; staff may still change its tables or length when it has begun.
        overrides |= {Reason.PAST, *STAFF_REASONS["hours"], *STAFF_REASONS["notice"]}
    return Query(
        party_size=changes.party_size or reservation.party_size,
        now=now,
        channel=Channel.ONLINE if by_guest else Channel.IN_HOUSE,
        area_id=area_wished(changes, reservation),
        required_features=frozenset(reservation.required_features),
        exclude_reservation_id=reservation.pk,
        is_notice_exempt=not by_guest,
        overrides=overrides,
        minutes=changes.minutes,
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
    reservation.area_preference_id = area_wished(changes, reservation)
    reservation.party_size = changes.party_size or reservation.party_size
    if time_moves:
        reservation.reconfirmed_at = None
        reservation.late_eta_at = None
        reservation.table_ready_at = None
    asks_again = policies.needs_approval(policy, party_size=reservation.party_size)
    if is_guest(actor) and (time_moves or grows) and asks_again:
        reservation.status = Status.PENDING
        reservation.confirmed_at = None
    if reservation.status == Status.PENDING:
        reservation.expires_at = pending_expires_at(now, start.starts_at)
    elif reservation.status == Status.PENDING_PAYMENT and reservation.expires_at is not None:
        reservation.expires_at = min(reservation.expires_at, start.starts_at)
