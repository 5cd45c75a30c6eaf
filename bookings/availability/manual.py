"""What staff should know before they assign tables by hand (rules 26-31, 38)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from bookings.availability.asking import Asking
from bookings.availability.day import ServiceDay
from bookings.availability.fits import Party
from bookings.availability.model import TableSpec
from bookings.availability.question import Query
from bookings.availability.reasons import Reason


def check_manual(
    day: ServiceDay,
    query: Query,
    starts_at: datetime,
    table_ids: tuple[int, ...],
    *,
    occupied_until: datetime | None = None,
) -> tuple[Reason, ...]:
    """The rules that giving these tables would break; empty if none.

    ``TABLE_UNKNOWN`` and ``TABLE_BUSY`` cannot be overridden, the others are for staff to accept.
    The stay is the turn time of the first table's area unless ``occupied_until`` (buffer included)
    says otherwise.
    """
    floor = day.prepared.floor
    wanted = tuple(dict.fromkeys(table_ids))
    if not wanted or any(table_id not in floor.number for table_id in wanted):
        return (Reason.TABLE_UNKNOWN,)
    slot = day.prepared.slot_for(starts_at)
    asking = Asking(day, query, step=day.prepared.step_for(slot.starts_at, query.minutes))
    tables = [floor.tables[floor.number[table_id]] for table_id in wanted]
    until = occupied_until or asking.until(asking.view(slot), query.party_size, tables[0].area_id)
    found: list[Reason] = []
    if asking.board.taken(asking.board.window(slot.starts_at, until)) & floor.mask_of(wanted):
        found.append(Reason.TABLE_BUSY)
    party = asking.party(asking.view(slot), query.party_size)
    found += _capacity(day, party, wanted, tables)
    found += _wishes(party, tables)
    return tuple(dict.fromkeys(found))


def _capacity(
    day: ServiceDay, party: Party, wanted: tuple[int, ...], tables: list[TableSpec]
) -> Iterator[Reason]:
    floor = day.prepared.floor
    least = sum(table.min_party for table in tables)
    most = sum(table.max_party for table in tables)
    seats = sum(table.seats for table in tables)
    if len(tables) > 1:
        combos = [combo for combo in floor.combos if set(combo.table_ids) == set(wanted)]
        if combos:
            least = min(combo.min_party for combo in combos)
            most = seats = max(combo.max_party for combo in combos)
        else:
            yield Reason.NOT_A_COMBINATION
    if party.size > most:
        yield Reason.TABLE_TOO_SMALL
    if party.size < least:
        yield Reason.TABLE_TOO_LARGE
    elif floor.is_oversize(seats, party):
        yield Reason.OVERSIZE


def _wishes(party: Party, tables: list[TableSpec]) -> Iterator[Reason]:
    for table in tables:
        if party.area_id is not None and table.area_id != party.area_id:
            yield Reason.WRONG_AREA
        if not party.features <= table.features:
            yield Reason.FEATURE_MISSING
        if not party.channel.can_use(table.access_in(party.period_id)):
            yield Reason.ACCESS
