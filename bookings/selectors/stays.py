"""What takes tables on a business day, and who has no table yet: one written statement each.

Read whenever anything changes at the host stand, so instants come as microseconds and without
models in between: several times faster for an evening of 250 parties.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

from bookings.floor import Stay, Visit
from bookings.lifecycle import OCCUPYING, Status
from reservehub.core.planned import planned
from reservehub.core.timezones import business_day_bounds
from restaurants.models import Restaurant

Stays = Mapping[int, Sequence[Stay]]

_OCCUPYING = [str(status) for status in OCCUPYING]


def _micros(column: str) -> str:
    return f"(date_part('epoch', {column}) * 1000000)::bigint"


_VISIT = f"""
    r.id, r.reference, r.status, r.version, r.guest_name,
    coalesce(r.actual_party_size, r.party_size), {_micros("r.starts_at")}, {_micros("r.ends_at")},
    {_micros("r.late_eta_at")}, {_micros("r.arrived_at")}, {_micros("r.seated_at")},
    {_micros("r.completed_at")}, r.is_vip, r.special_occasion,
    r.special_requests <> '' OR r.internal_notes <> '', cardinality(r.dietary_restrictions) > 0,
    r.is_table_locked, r.source, r.previous_visits
"""

# The cast is vital: the index by evening knows bigint = bigint only, and is not used without it.
_OF_THE_DAY = "o.restaurant_id = $1::bigint AND o.period && tstzrange($2, $3)"

STAYS = f"""
    SELECT o.table_id, {_micros("lower(o.period)")}, {_micros("upper(o.period)")}, o.kind,
           {_micros("o.expires_at")}, o.block_id, b.reason, h.party_size, {_VISIT}
    FROM bookings_occupancy o
    LEFT JOIN bookings_reservation r ON r.id = o.reservation_id
    LEFT JOIN bookings_hold h ON h.id = o.hold_id
    LEFT JOIN bookings_tableblock b ON b.id = o.block_id
    WHERE {_OF_THE_DAY}
"""  # noqa: S608 - no values of callers

STAYS_OF_TABLES = f"""{STAYS} AND (o.table_id = ANY($4) OR o.reservation_id IN (
        SELECT o.reservation_id FROM bookings_occupancy o
        WHERE {_OF_THE_DAY} AND o.table_id = ANY($4) AND o.reservation_id IS NOT NULL))
"""  # noqa: S608 - no values of callers

IN_ORDER = " ORDER BY lower(o.period), o.table_id"

UNASSIGNED = f"""
    SELECT {_VISIT} FROM bookings_reservation r
    WHERE r.restaurant_id = $1 AND r.service_date = $2 AND r.status = ANY($3)
      AND NOT EXISTS (SELECT FROM bookings_occupancy o WHERE o.reservation_id = r.id)
    ORDER BY r.starts_at, r.id
"""  # noqa: S608 - no values of callers

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def stays_of_day(
    restaurant: Restaurant,
    *,
    service_date: date,
    now: datetime,
    table_ids: Collection[int] | None = None,
) -> Stays:
    """What takes each table during a business day (rule 11), in order of time; expired holds are
    left out (rule 50). One query.

    :param table_ids: only these
    """
    bounds = business_day_bounds(service_date, restaurant.timezone, restaurant.business_day_cut)
    values: list[Any] = [restaurant.pk, *bounds]
    if table_ids is None:
        return _stays(planned(STAYS + IN_ORDER, values), bounds, now=now)
    rows = planned(STAYS_OF_TABLES + IN_ORDER, [*values, list(table_ids)])
    found = _stays(rows, bounds, now=now)
    return {t: found[t] for t in table_ids if t in found}


def unassigned_of(restaurant: Restaurant, *, service_date: date) -> tuple[Visit, ...]:
    """Parties of a service date that have no table, in order of time. One query."""
    rows = planned(UNASSIGNED, [restaurant.pk, service_date, _OCCUPYING])
    return tuple(_visit(row, ()) for row in rows)


def _stays(
    rows: Sequence[tuple[Any, ...]], bounds: tuple[datetime, datetime], *, now: datetime
) -> dict[int, list[Stay]]:
    tables: dict[int, set[int]] = defaultdict(set)
    for row in rows:
        if row[8] is not None:
            tables[row[8]].add(row[0])
    visits: dict[int, Visit] = {}
    found: dict[int, list[Stay]] = defaultdict(list)
    for row in rows:
        table_id, starts_at, ends_at, kind, expires_at, block_id, reason, party_size = row[:8]
        visit_id = row[8]
        if expires_at is not None and _instant(expires_at) <= now:
            continue  # decided here; whoever needs the place deletes it (rule 51)
        if visit_id is not None and visit_id not in visits:
            visits[visit_id] = _visit(row[8:], tuple(sorted(tables[visit_id])))
        found[table_id].append(
            Stay(
                table_id=table_id,
                starts_at=bounds[0] if starts_at is None else _instant(starts_at),
                ends_at=bounds[1] if ends_at is None else _instant(ends_at),
                kind=_kind(kind),
                visit=visits.get(visit_id),
                reason=reason or "",
                expires_at=_moment(expires_at),
                party_size=party_size or 0,
                block_id=block_id,
            )
        )
    return found


def _instant(micros: int) -> datetime:
    return _EPOCH + timedelta(microseconds=micros)


def _moment(micros: int | None) -> datetime | None:
    return None if micros is None else _instant(micros)


def _kind(kind: str) -> Literal["reservation", "hold", "block"]:
    if kind == "hold":
        return "hold"
    return "block" if kind == "block" else "reservation"


def _visit(row: Sequence[Any], table_ids: tuple[int, ...]) -> Visit:
    (visit_id, reference, status, version, name, size, starts_at, ends_at) = row[:8]
    (eta_at, arrived_at, seated_at, completed_at, is_vip) = row[8:13]
    return Visit(
        reservation_id=visit_id,
        reference=reference,
        status=Status(status),
        version=version,
        guest_name=name,
        party_size=size,
        starts_at=_instant(starts_at),
        ends_at=_instant(ends_at),
        eta_at=_moment(eta_at),
        arrived_at=_moment(arrived_at),
        seated_at=_moment(seated_at),
        completed_at=_moment(completed_at),
        is_vip=is_vip,
        flags=_flags(status, is_vip, row[13:]),
        table_ids=table_ids,
    )


def _flags(status: str, is_vip: bool, row: Sequence[Any]) -> tuple[str, ...]:
    occasion, has_note, has_diet, is_locked, source, previous_visits = row
    is_walk_in = source == "walk_in"
    said = {
        "vip": is_vip,
        "allergy": has_diet,
        "birthday": occasion == "birthday",
        "occasion": occasion not in ("none", "birthday"),
        "note": has_note,
        "walk_in": is_walk_in,
        "first_visit": previous_visits == 0 and not is_walk_in,
        "partly_seated": status == Status.PARTIALLY_SEATED,
        "locked": is_locked,
        "unpaid": status == Status.PENDING_PAYMENT,
    }
    return tuple(flag for flag, is_so in said.items() if is_so)
