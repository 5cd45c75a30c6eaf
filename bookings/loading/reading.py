"""Reading what is taken on some days, and whether anything about it changed.

Instants come as microseconds: integers are read several times faster than timestamps.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from bookings.availability import Booked, Channel
from bookings.lifecycle import AWAITING, PACING, Status
from reservehub.core.planned import planned

MOVABLE = frozenset({*AWAITING, Status.CONFIRMED})
"""States in which a party may be given another table without being asked (rule 34)."""
_COUNTED = ", ".join(sorted(f"'{status}'" for status in [*PACING, Status.COMPLETED]))

_MICROS = "(date_part('epoch', {}) * 1000000)::bigint"


def _micros(*columns: str) -> str:
    return ", ".join(_MICROS.format(column) for column in columns)


_OF_THE_DAYS = f"""
    FROM bookings_reservation
    WHERE restaurant_id = $1 AND service_date = ANY($2::date[]) AND status IN ({_COUNTED})
"""
# The cast is vital: the index by evening knows bigint = bigint only, and is not used without it.
_OF_THE_SPAN = "WHERE o.restaurant_id = $1::bigint AND o.period && tstzrange({}, {})"

RESERVATIONS = f"""
    SELECT id, version, service_date, {_micros("starts_at", "ends_at")}, party_size, is_online,
           source, service_period_id, area_preference_id, required_features, status, is_table_locked
    {_OF_THE_DAYS}
"""

OCCUPANCIES = f"""
    SELECT o.table_id, {_micros("lower(o.period)", "upper(o.period)")}, o.reservation_id,
           o.hold_id, {_micros("o.expires_at")}, h.service_date,
           {_micros("h.starts_at", "h.ends_at")}, h.party_size, h.is_online, h.area_id
    FROM bookings_occupancy o LEFT JOIN bookings_hold h ON h.id = o.hold_id
    {_OF_THE_SPAN.format("$2", "$3")}
"""  # noqa: S608 - no values of callers

STATE = f"""
    SELECT (SELECT array_agg(xmin)::text || array_agg(ctid)::text {_OF_THE_DAYS}),
           (SELECT array_agg(o.xmin)::text || array_agg(o.ctid)::text
            FROM bookings_occupancy o {_OF_THE_SPAN.format("$3", "$4")})
"""  # noqa: S608 - no values of callers

State = tuple[str | None, str | None]


def state_of(restaurant_id: int, days: Sequence[date], first: datetime, last: datetime) -> State:
    """Which versions of which rows there are: equal if nothing changed, whoever changed it.

    `xmin` is the transaction that wrote a row and `ctid` where it put it, so every change shows,
    also a second one of the same transaction. Much cheaper than the rows.
    """
    ((reservations, occupancies),) = planned(STATE, [restaurant_id, _dates(days), first, last])
    return reservations, occupancies


class Reserved(NamedTuple):
    """A reservation of a service date."""

    id: int
    version: int
    service_date: date
    booked: Booked
    may_move: bool


class Taken(NamedTuple):
    """A table that is taken, and by whom. `expires_at`, `hold_date` and `hold` belong to holds."""

    table_id: int
    starts_at: datetime
    ends_at: datetime
    reservation_id: int | None
    hold_id: int | None
    expires_at: datetime | None
    hold_date: date | None
    hold: Booked | None


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FOREVER = datetime.max.replace(tzinfo=UTC)
_NEVER = datetime.min.replace(tzinfo=UTC)


def _instant(micros: int) -> datetime:
    return _EPOCH + timedelta(microseconds=micros)


def reserved_on(restaurant_id: int, days: Sequence[date]) -> list[Reserved]:
    """The reservations of some service dates that count."""
    return [_reserved(row) for row in planned(RESERVATIONS, [restaurant_id, _dates(days)])]


def _dates(days: Sequence[date]) -> str:
    """PostgreSQL's own writing of an array: psycopg takes several times longer over a list."""
    return f"{{{','.join([day.isoformat() for day in days])}}}"


def taken_between(restaurant_id: int, first: datetime, last: datetime) -> list[Taken]:
    """Everything that takes a table in a span."""
    return [_taken(row) for row in planned(OCCUPANCIES, [restaurant_id, first, last])]


def _reserved(row: tuple[Any, ...]) -> Reserved:
    (id_, version, day, starts_at, ends_at, covers, is_online, source, period_id) = row[:9]
    (area_id, features, status, is_locked) = row[9:]
    from_house = Channel.WALK_IN if source == "walk_in" else Channel.IN_HOUSE
    booked = Booked(
        starts_at=_instant(starts_at),
        ends_at=_instant(ends_at),
        covers=covers,
        reservation_id=id_,
        channel=Channel.ONLINE if is_online else from_house,
        period_id=period_id,
        area_id=area_id,
        required_features=frozenset(features),
    )
    return Reserved(id_, version, day, booked, status in MOVABLE and not is_locked)


def _taken(row: tuple[Any, ...]) -> Taken:
    table_id, starts_at, ends_at, reservation_id, hold_id, expires_at = row[:6]
    hold_date = hold = None
    if hold_id is not None:
        hold_date = row[6]
        hold = Booked(
            starts_at=_instant(row[7]),
            ends_at=_instant(row[8]),
            covers=row[9],
            hold_id=hold_id,
            channel=Channel.ONLINE if row[10] else Channel.IN_HOUSE,
            area_id=row[11],
        )
    return Taken(
        table_id,
        _NEVER if starts_at is None else _instant(starts_at),
        _FOREVER if ends_at is None else _instant(ends_at),
        reservation_id,
        hold_id,
        None if expires_at is None else _instant(expires_at),
        hold_date,
        hold,
    )
