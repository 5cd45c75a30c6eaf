"""Finding a party its tables: try the best seats in order, re-pack unlocked parties if that makes
room (rules 32-36, 53).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from itertools import islice

from django.db import transaction
from django.db.models import F

from bookings import realtime
from bookings.availability import Move, Query, Seat, seatings
from bookings.events import ReservationTablesChanged
from bookings.loading import LoadedDay, load_day
from bookings.models import Reservation
from bookings.services.seats import Claim, seats_release, seats_take
from reservehub.core import audit, events
from reservehub.core.actors import SYSTEM, Actor
from reservehub.core.locks import advisory_day_lock
from restaurants.models import Restaurant

TRIES = 3
TRIES_ALONE = 20
"""Only direct claims of single tables can still be faster; one that is has filled a table."""

ClaimFor = Callable[[Seat], Claim]


def party_place(
    *,
    restaurant: Restaurant,
    day: LoadedDay,
    query: Query,
    starts_at: datetime,
    claim_for: ClaimFor,
) -> Seat | None:
    """Take the best tables that are really free; None if there are none.

    The caller is in a transaction, has locked the guest and, where the day is paced, the day.
    """
    direct = seatings(day.service, query, starts_at)
    for seat in islice(direct, TRIES):
        if seat.moves or len(seat.table_ids) > 1:
            break  # takes more than one table: only alone
        if seats_take([claim_for(seat)], restaurant_id=restaurant.pk, now=query.now):
            return seat
    return _place_alone(
        restaurant=restaurant, day=day, query=query, starts_at=starts_at, claim_for=claim_for
    )


def _place_alone(
    *,
    restaurant: Restaurant,
    day: LoadedDay,
    query: Query,
    starts_at: datetime,
    claim_for: ClaimFor,
) -> Seat | None:
    """Rivals were faster, or others must move: nobody else changes this day now, and what is read
    is true.
    """
    date = day.prepared.config.date
    advisory_day_lock(restaurant.pk, [date])
    for _ in range(TRIES_ALONE):
        fresh = load_day(restaurant, date, now=query.now)
        best = next(iter(seatings(fresh.service, query, starts_at)), None)
        if best is None:
            return None
        if _take_with_moves(restaurant, fresh, best, claim_for(best), now=query.now):
            return best
    return None


def _take_with_moves(
    restaurant: Restaurant, day: LoadedDay, seat: Seat, claim: Claim, *, now: datetime
) -> bool:
    before = transaction.savepoint()
    moved = moves_apply(restaurant=restaurant, day=day, moves=seat.moves, extra=[claim], now=now)
    if moved is None:
        transaction.savepoint_rollback(before)
        return False
    tables_changed_record(moved, moves=seat.moves, now=now)
    return True


def moves_apply(
    *,
    restaurant: Restaurant,
    day: LoadedDay,
    moves: Iterable[Move],
    extra: Iterable[Claim] = (),
    now: datetime,
) -> list[Reservation] | None:
    """Give parties other tables, all or none; None if one of them changed since the day was read.

    The caller holds the day lock and wraps this in a savepoint that it rolls back on None.
    """
    wanted = {move.reservation_id: move for move in moves}
    rows = list(
        Reservation.objects.select_for_update(no_key=True)
        .filter(pk__in=wanted, is_table_locked=False)
        .order_by("pk")
    )
    if len(rows) != len(wanted) or any(day.versions.get(r.pk) != r.version for r in rows):
        return None
    spans = {
        busy.reservation_id: (busy.starts_at, busy.ends_at)
        for busy in day.load.busy
        if busy.reservation_id in wanted
    }
    claims = [
        Claim(
            table_ids=wanted[row.pk].to_tables,
            starts_at=spans[row.pk][0] if row.pk in spans else row.starts_at,
            ends_at=spans[row.pk][1] if row.pk in spans else row.occupied_until,
            reservation_id=row.pk,
        )
        for row in rows
    ]
    seats_release(reservation_ids=[row.pk for row in rows])
    if not seats_take([*claims, *extra], restaurant_id=restaurant.pk, now=now):
        return None
    return rows


def tables_changed_record(
    rows: Iterable[Reservation],
    *,
    moves: Iterable[Move],
    now: datetime,
    actor: Actor = SYSTEM,
) -> None:
    """Bump versions, audit and publish for parties that were given other tables automatically."""
    wanted = {move.reservation_id: move for move in moves}
    for row in rows:
        move = wanted[row.pk]
        Reservation.objects.filter(pk=row.pk).update(version=F("version") + 1, updated_at=now)
        row.version += 1
        audit.record(
            actor=actor,
            action="reservation.repacked",
            obj=row,
            now=now,
            restaurant_id=row.restaurant_id,
            before={"tables": list(move.from_tables)},
            after={"tables": list(move.to_tables)},
        )
        events.publish(
            ReservationTablesChanged(
                reservation_id=row.pk,
                restaurant_id=row.restaurant_id,
                service_date=row.service_date,
                starts_at=row.starts_at,
                version=row.version,
                actor_kind=str(actor.kind),
                channel=actor.channel,
                occurred_at=now,
                table_ids=move.to_tables,
                old_table_ids=move.from_tables,
            )
        )
        realtime.push_tables(row, {*move.from_tables, *move.to_tables})
