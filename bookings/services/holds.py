"""Holds: tables kept for a few minutes while a guest fills in the form (rules 48-52)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection, transaction

from bookings import realtime
from bookings.availability import Channel, Query, Seat, SlotAnswer, answer_slot
from bookings.errors import HoldExpired, HoldLimitReached, SlotUnavailable
from bookings.loading import LoadedDay, is_paced, load_day, prepared_day
from bookings.models import Hold
from bookings.selectors import alternatives_payload
from bookings.services.placing import party_place
from bookings.services.records import restaurant_for_booking
from bookings.services.requests import Held, Start
from bookings.services.seats import Claim
from bookings.services.starts import resolve_start
from bookings.validation import area_errors, party_errors
from reservehub.core.errors import ValidationFailed
from reservehub.core.locks import advisory_day_lock, advisory_name_lock
from reservehub.core.tokens import hash_token, random_token
from restaurants.models import Restaurant

MAX_LIVE = 3
"""Holds of one address (rule 48)."""


def hold_create(
    *,
    restaurant_id: int,
    start: Start,
    party_size: int,
    area_id: int | None = None,
    required_features: frozenset[str] = frozenset(),
    owner_key: str,
    ip_key: str = "",
    now: datetime,
) -> Held:
    """Keep real tables for one session; an earlier hold of the session is given up in the same
    transaction (rule 49).

    :param owner_key: the session, hashed; one live hold each
    :param ip_key: the address, hashed; at most three live holds each, "" does not count
    :raises SlotUnavailable: with reasons and alternatives
    :raises HoldLimitReached: for the fourth live hold of an address
    """
    restaurant = restaurant_for_booking(restaurant_id)
    errors = [*party_errors(party_size), *area_errors(area_id, restaurant)]
    if errors:
        raise ValidationFailed(errors=errors)
    query = Query(
        party_size=party_size,
        now=now,
        channel=Channel.ONLINE,
        area_id=area_id,
        required_features=required_features,
    )
    try:
        return _hold(restaurant, start, query, owner_key=owner_key, ip_key=ip_key, now=now)
    except SlotUnavailable as refusal:
        refusal.extra["alternatives"] = alternatives_payload(
            restaurant=restaurant,
            date=start.date,
            time=start.time,
            party_size=party_size,
            area_id=area_id,
            channel=Channel.ONLINE,
            required_features=required_features,
            now=now,
        )
        raise


@transaction.atomic
def _hold(
    restaurant: Restaurant,
    start: Start,
    query: Query,
    *,
    owner_key: str,
    ip_key: str,
    now: datetime,
) -> Held:
    prepared = prepared_day(restaurant, start.date)
    resolved = resolve_start(prepared, start)
    addresses = [f"hold:address:{ip_key}"] if ip_key else []
    advisory_name_lock([f"hold:session:{restaurant.pk}:{owner_key}", *addresses])
    earlier = _earlier_holds(restaurant, owner_key)
    if earlier or is_paced(prepared):
        # A swap frees and takes tables, so it needs the days of both (see bookings.services.seats).
        advisory_day_lock(restaurant.pk, [start.date, *(hold.service_date for hold in earlier)])
    for hold in earlier:
        hold_use(hold)
    _check_address(ip_key, now=now)
    day = load_day(restaurant, start.date, now=now)
    answer = answer_slot(day.service, query, resolved.starts_at)
    if not answer.available:
        raise SlotUnavailable(reasons=[reason.value for reason in answer.reasons])
    token = random_token()
    hold, _seat = hold_place(
        restaurant=restaurant,
        day=day,
        query=query,
        answer=answer,
        owner_key=owner_key,
        ip_key=ip_key,
        token=token,
        expires_at=now + timedelta(minutes=restaurant.policy.hold_minutes),
    )
    return Held(hold, token)


def hold_place(
    *,
    restaurant: Restaurant,
    day: LoadedDay,
    query: Query,
    answer: SlotAnswer,
    owner_key: str,
    token: str,
    expires_at: datetime,
    ip_key: str = "",
) -> tuple[Hold, Seat]:
    """Write a hold and take the best tables for it.

    The caller is in a transaction and has found the start free; where the day is paced, or several
    holds are made at once, it holds the day.

    :raises SlotUnavailable: if a rival was faster
    """
    hold = Hold(
        restaurant=restaurant,
        token_hash=hash_token(token),
        owner_key=owner_key,
        ip_key=ip_key,
        service_date=day.prepared.config.date,
        starts_at=answer.starts_at,
        ends_at=answer.ends_at,
        party_size=query.party_size,
        area_id=query.area_id,
        is_online=query.channel is Channel.ONLINE,
        created_at=query.now,
        expires_at=expires_at,
    )
    hold.save(force_insert=True)
    seat = party_place(
        restaurant=restaurant,
        day=day,
        query=query,
        starts_at=answer.starts_at,
        claim_for=lambda seat: Claim(
            table_ids=seat.table_ids,
            starts_at=hold.starts_at,
            ends_at=seat.occupied_until,
            hold_id=hold.pk,
            expires_at=hold.expires_at,
        ),
    )
    if seat is None:
        raise SlotUnavailable(reasons=["no_table_free"])
    if seat.ends_at != hold.ends_at:
        hold.ends_at = seat.ends_at
        hold.save(update_fields=["ends_at"])
    realtime.push_holds(restaurant.pk)
    return hold, seat


def _earlier_holds(restaurant: Restaurant, owner_key: str) -> list[Hold]:
    """What the session holds now, locked; it goes in this transaction: a failed swap keeps it."""
    holds = Hold.objects.select_for_update().filter(restaurant=restaurant, owner_key=owner_key)
    return list(holds.order_by("pk"))


def _check_address(ip_key: str, *, now: datetime) -> None:
    """:raises HoldLimitReached: if the address has as many live holds as it may"""
    if ip_key and Hold.objects.filter(ip_key=ip_key, expires_at__gt=now).count() >= MAX_LIVE:
        raise HoldLimitReached


def _live(token: str, *, now: datetime) -> Hold:
    hold = (
        Hold.objects.select_for_update(of=("self",), no_key=True)
        .select_related("restaurant__policy")
        .filter(token_hash=hash_token(token), expires_at__gt=now)
        .first()
    )
    if hold is None:
        raise HoldExpired
    return hold


@transaction.atomic
def hold_extend(*, token: str, now: datetime) -> Hold:
    """Give the guest the full time again (WCAG 2.2.1: at least ten times).

    :raises HoldExpired: if it is gone
    :raises HoldLimitReached: after the allowed number of extensions
    """
    hold = _live(token, now=now)
    if hold.extensions >= hold.restaurant.policy.hold_extensions:
        raise HoldLimitReached
    hold.extensions += 1
    hold.expires_at = now + timedelta(minutes=hold.restaurant.policy.hold_minutes)
    hold.save(update_fields=["extensions", "expires_at"])
    hold.occupancies.update(expires_at=hold.expires_at)
    realtime.push_holds(hold.restaurant_id)
    return hold


@transaction.atomic
def hold_release(*, token: str) -> None:
    """Give the tables back; releasing twice or too late is no error."""
    hold = Hold.objects.select_for_update().filter(token_hash=hash_token(token)).first()
    if hold is not None:
        hold_use(hold)
        realtime.push_holds(hold.restaurant_id)


def hold_for_use(token: str, *, restaurant_id: int, now: datetime) -> Hold | None:
    """Lock the live hold of a token; None if there is none any more: the booking then tries without
    it (rule 52).
    """
    if not token:
        return None
    return (
        Hold.objects.select_for_update(no_key=True)
        .filter(token_hash=hash_token(token), restaurant_id=restaurant_id, expires_at__gt=now)
        .first()
    )


def hold_use(hold: Hold) -> None:
    """Consume a hold: it and whatever it still occupies are gone. The caller has locked its row."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM bookings_occupancy WHERE hold_id = %s", [hold.pk])
        cursor.execute("DELETE FROM bookings_hold WHERE id = %s", [hold.pk])


TIDY = """
    WITH gone AS (
        SELECT id FROM bookings_hold WHERE expires_at <= %s
        ORDER BY id LIMIT 1000 FOR UPDATE SKIP LOCKED
    ), freed AS (
        DELETE FROM bookings_occupancy WHERE hold_id IN (SELECT id FROM gone)
    )
    SELECT id FROM gone
"""


@transaction.atomic
def holds_tidy(*, now: datetime) -> int:
    """Delete expired holds; correctness never waits for this (rule 50). Returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(TIDY, [now])
        ids = [row[0] for row in cursor.fetchall()]
        cursor.execute("DELETE FROM bookings_hold WHERE id = ANY(%s)", [ids])
    return len(ids)
