"""Which tables could take a party now: what a floor plan lights up while it is moved (rules 26-31,
64).
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from bookings import lifecycle
from bookings.availability import Reason, ServiceDay, check_manual
from bookings.errors import TransitionRefused
from bookings.lifecycle import Status
from bookings.loading import load_day
from bookings.models import Occupancy, Reservation
from bookings.services.records import restaurant_for_booking
from bookings.services.requests import Period
from bookings.services.room import sitting_at
from bookings.services.seats import seats_of
from bookings.services.tables import stay_ahead, table_query
from reservehub.core.errors import NotFound


class PossibleSeat(NamedTuple):
    """A table or declared combination, and what giving it to the party would break.

    `is_possible` is what `reservation_assign_tables` would accept without overrides; `reasons` say
    why not, and `in_the_way` which reservations have one of the tables then. `is_present` marks the
    tables the party has.
    """

    table_ids: tuple[int, ...]
    combo_id: int | None
    is_possible: bool
    reasons: tuple[str, ...]
    in_the_way: tuple[int, ...]
    is_present: bool

    @property
    def is_overridable(self) -> bool:
        """Whether the override "capacity" would be enough."""
        return not self.is_possible and Reason.TABLE_BUSY.value not in self.reasons


def tables_possible(*, reservation_id: int, now: datetime) -> list[PossibleSeat]:
    """All tables, then all declared combinations, for what is left of a party's stay: from now on
    if it should be there already, else from its booked start. The number of queries is constant.

    :raises NotFound: if there is no such reservation
    :raises TransitionRefused: if it is over
    """
    reservation = Reservation.objects.filter(pk=reservation_id).first()
    if reservation is None:
        raise NotFound
    if Status(reservation.status) not in lifecycle.OCCUPYING:
        raise TransitionRefused(status_now=reservation.status)
    restaurant = restaurant_for_booking(reservation.restaurant_id)
    rows = seats_of(reservation.pk)
    span = stay_ahead(reservation, rows, now=now)
    day = load_day(restaurant, reservation.service_date, now=now)
    query = table_query(restaurant, reservation, frozenset(), now)
    floor = day.prepared.floor
    sitting: dict[int, int] = {}
    if span.starts_at <= now:
        here = sitting_at([table.id for table in floor.tables], now=now, besides=[reservation.pk])
        sitting = {one.table_id: one.reservation_id for one in here}
    free = {reservation.pk}
    if Status(reservation.status) in lifecycle.AT_TABLE:
        free |= _cleaned(restaurant.pk, now=now)
    taken = _taken(day.service, free, span)
    present = {row[0] for row in rows}
    found = []
    seats: list[tuple[tuple[int, ...], int | None]] = [((t.id,), None) for t in floor.tables]
    seats += [(tuple(sorted(combo.table_ids)), combo.id) for combo in floor.combos]
    for table_ids, combo_id in seats:
        reasons = check_manual(
            day.service, query, span.starts_at, table_ids, occupied_until=span.ends_at
        )
        others = {one for table_id in table_ids for one in taken.get(table_id, ())}
        others |= {sitting[table_id] for table_id in table_ids if table_id in sitting}
        is_busy = any(table_id in taken or table_id in sitting for table_id in table_ids)
        codes = [reason.value for reason in reasons if reason is not Reason.TABLE_BUSY]
        codes = [Reason.TABLE_BUSY.value, *codes] if is_busy else codes
        found.append(
            PossibleSeat(
                table_ids=table_ids,
                combo_id=combo_id,
                is_possible=not codes,
                reasons=tuple(codes),
                in_the_way=tuple(sorted(others)),
                is_present=set(table_ids) == present,
            )
        )
    return found


def _cleaned(restaurant_id: int, *, now: datetime) -> set[int]:
    """Parties that have left and whose tables are being cleaned: who sits down there ends that."""
    rows = Occupancy.objects.filter(
        restaurant_id=restaurant_id, reservation__status=Status.COMPLETED, period__contains=now
    )
    return {one for one in rows.values_list("reservation_id", flat=True) if one is not None}


def _taken(day: ServiceDay, besides: set[int], span: Period) -> dict[int, set[int]]:
    """Who else has which table in a span, to the second; holds and blocks are nobody's name."""
    found: dict[int, set[int]] = {}
    for row in day.load.busy:
        if row.reservation_id in besides:
            continue
        if row.starts_at < span.ends_at and row.ends_at > span.starts_at:
            names = found.setdefault(row.table_id, set())
            if row.reservation_id is not None:
                names.add(row.reservation_id)
    return found
