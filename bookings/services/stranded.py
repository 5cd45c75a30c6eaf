"""Which future bookings no longer fit the configuration (rule 17, requirement B8).

Registered with `restaurants.impact`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from bookings.availability import Access, PreparedDay, Slot, TableSpec
from bookings.lifecycle import AT_TABLE, AWAITING, OCCUPYING, Status
from bookings.loading import prepared_day
from bookings.models import Occupancy, Reservation
from bookings.services.room import FORGOTTEN
from restaurants.impact import Stranded
from restaurants.models import Restaurant

AHEAD = [*AWAITING, Status.CONFIRMED]


def stranded_reservations(restaurant_id: int, now: datetime) -> list[Stranded]:
    """Bookings ahead that could not be made like this any more, each with the first reason found.

    Looks at the configuration as it is in the current transaction; four queries plus none per
    booking.
    """
    restaurant = Restaurant.objects.select_related("policy").get(pk=restaurant_id)
    ahead = list(
        Reservation.objects.filter(
            restaurant=restaurant, status__in=AHEAD, starts_at__gt=now
        ).order_by("starts_at", "id")
    )
    tables = _tables_of(ahead)
    found = []
    for reservation in ahead:
        reason = _misfit(restaurant, reservation, tables[reservation.pk])
        if reason is not None:
            found.append(_stranded(reservation, *reason))
    return found


def reservations_on_tables(table_ids: Sequence[int], now: datetime) -> list[Stranded]:
    """Bookings that sit or will sit at one of these tables; one query. A table that is only being
    cleaned is needed by nobody.
    """
    ahead = Q(occupancies__period__endswith__gt=now) | Q(
        status__in=AT_TABLE, seated_at__gt=now - FORGOTTEN
    )
    rows = Reservation.objects.filter(ahead, occupancies__table__in=table_ids, status__in=OCCUPYING)
    return [
        _stranded(reservation, "table_archived", _("This booking needs the table."))
        for reservation in rows.distinct().order_by("starts_at", "id")
    ]


def _tables_of(reservations: list[Reservation]) -> dict[int, frozenset[int]]:
    found: defaultdict[int, set[int]] = defaultdict(set)
    rows = Occupancy.objects.filter(reservation__in=reservations)
    for reservation_id, table_id in rows.values_list("reservation_id", "table_id"):
        if reservation_id is not None:
            found[reservation_id].add(table_id)
    return {r.pk: frozenset(found[r.pk]) for r in reservations}


def _misfit(
    restaurant: Restaurant, reservation: Reservation, table_ids: frozenset[int]
) -> tuple[str, str] | None:
    prepared = prepared_day(restaurant, reservation.service_date)
    if prepared.config.is_closed or not prepared.config.periods:
        return "closed", _("The restaurant would be closed that day.")
    slot = prepared.slot_at.get(reservation.starts_at)
    if slot is None:
        return "outside_hours", _("This would no longer be a time that can be booked.")
    return next(_misfits(prepared, slot, reservation, table_ids), None)


def _misfits(
    prepared: PreparedDay, slot: Slot, reservation: Reservation, table_ids: frozenset[int]
) -> Iterator[tuple[str, str]]:
    rules, size = prepared.rules_for(slot), reservation.party_size
    limits = prepared.config.rules
    if rules.refusal is not None:
        yield rules.refusal.value, _("This time would be closed.")
    smallest, largest = rules.min_party or limits.min_party, rules.max_party or limits.max_party
    if reservation.is_online and (size < smallest or (largest is not None and size > largest)):
        yield "party_size", _("Parties of this size would no longer be taken.")
    known = {table.id: table for table in prepared.config.tables}
    if not table_ids <= known.keys():
        yield "table_archived", _("A table of this booking would be gone.")
        return
    longest = max((turn.minutes for turn in prepared.turns(slot, size)), default=0)
    if longest * 60 > (reservation.ends_at - reservation.starts_at).total_seconds():
        yield "turn_time", _("Parties of this size would stay longer than this booking allows.")
    if len(table_ids) == 1:
        yield from _table_misfits(known[min(table_ids)], slot, reservation)
    elif table_ids:
        yield from _combo_misfits(prepared, reservation, table_ids)


def _table_misfits(
    table: TableSpec, slot: Slot, reservation: Reservation
) -> Iterator[tuple[str, str]]:
    if not table.min_party <= reservation.party_size <= table.max_party:
        yield "table_capacity", _("The table would no longer suit the party.")
    is_free_choice = reservation.is_online and not reservation.is_table_locked
    if is_free_choice and table.access_in(slot.period.id) is not Access.ONLINE:
        yield "table_access", _("The table would no longer be bookable online.")


def _combo_misfits(
    prepared: PreparedDay, reservation: Reservation, table_ids: frozenset[int]
) -> Iterator[tuple[str, str]]:
    combos = [c for c in prepared.config.combos if frozenset(c.table_ids) == table_ids]
    if not combos and not reservation.is_table_locked:
        yield "combination_gone", _("These tables could no longer be combined.")
    elif combos and not any(c.min_party <= reservation.party_size <= c.max_party for c in combos):
        yield "table_capacity", _("The tables would no longer suit the party.")


def _stranded(reservation: Reservation, reason: str, detail: str) -> Stranded:
    local = f"{reservation.local_date.isoformat()} {reservation.local_time:%H:%M}"
    return Stranded(
        reservation_id=reservation.pk,
        reference=reservation.reference,
        starts_at=reservation.starts_at,
        label=local,
        guest_name=reservation.guest_name,
        party_size=reservation.party_size,
        reason=reason,
        detail=detail,
    )
