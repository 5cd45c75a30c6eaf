"""Small service days for tests: a builder with defaults, and strategies that vary everything."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from bookings.availability import (
    Access,
    Booked,
    Busy,
    Channel,
    ComboSpec,
    DayConfig,
    DayLoad,
    Period,
    PreparedDay,
    Query,
    Rules,
    Seat,
    ServiceDay,
    TableSpec,
    TurnBand,
    TurnRule,
    seatings,
)

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
FRIDAY = date(2026, 6, 5)
LONG_BEFORE = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
DINNER = Period(1, "Dinner", time(18), time(21), time(23))
HOUR = TurnRule((TurnBand(None, 60),))


def config(
    tables: Iterable[TableSpec] = (TableSpec(1, 2), TableSpec(2, 4)), **changes: object
) -> DayConfig:
    """A Friday dinner in Amsterdam, 18:00 to 21:00, one hour each, no notice to speak of."""
    base = DayConfig(
        restaurant_id=1,
        date=FRIDAY,
        rules=Rules(zone=AMSTERDAM, oversize_cap=None),
        periods=(DINNER,),
        turn_rules=(HOUR,),
        tables=tuple(tables),
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def service_day(given: DayConfig | None = None, load: DayLoad | None = None) -> ServiceDay:
    """A service day, by default an empty one."""
    return ServiceDay.of(config() if given is None else given, load)


def ask(party_size: int = 2, **changes: object) -> Query:
    """A question asked online, days before."""
    return replace(Query(party_size, LONG_BEFORE), **changes)  # type: ignore[arg-type]


def at(hour: int, minute: int = 0, *, day: date = FRIDAY, zone: ZoneInfo = AMSTERDAM) -> datetime:
    """The UTC instant of a local time."""
    return datetime.combine(day, time(hour, minute), zone).astimezone(UTC)


def seated(load: DayLoad, seat: Seat, query: Query, starts_at: datetime, number: int) -> DayLoad:
    """What is taken once a seat has been given, with the moves it asked for."""
    new_tables = {move.reservation_id: move.to_tables for move in seat.moves}
    busy = [row for row in load.busy if row.reservation_id not in new_tables]
    for reservation_id, table_ids in new_tables.items():
        old = next(row for row in load.busy if row.reservation_id == reservation_id)
        busy += [replace(old, table_id=table_id) for table_id in table_ids]
    busy += [
        Busy(table_id, starts_at, seat.occupied_until, number, is_movable=True)
        for table_id in seat.table_ids
    ]
    booked = Booked(
        starts_at,
        seat.ends_at,
        query.party_size,
        number,
        channel=query.channel,
        area_id=query.area_id,
        required_features=query.required_features,
    )
    return DayLoad(tuple(busy), (*load.booked, booked))


def assert_sound(prepared: PreparedDay, load: DayLoad) -> None:
    """No overlap, and everybody movable sits where size, area, features and channel permit."""
    rows = sorted(load.busy, key=lambda row: (row.table_id, row.starts_at))
    for one, other in pairwise(rows):
        assert one.table_id != other.table_id or one.ends_at <= other.starts_at, (one, other)
    floor = prepared.floor
    for booked in load.booked:
        ids = tuple(
            sorted(r.table_id for r in load.busy if r.reservation_id == booked.reservation_id)
        )
        tables = [floor.tables[floor.number[table_id]] for table_id in ids]
        assert tables
        if len(tables) == 1:
            assert tables[0].min_party <= booked.covers <= tables[0].max_party
        else:
            combos = [combo for combo in floor.combos if tuple(sorted(combo.table_ids)) == ids]
            assert any(c.min_party <= booked.covers <= c.max_party for c in combos)
        for table in tables:
            assert booked.area_id in {None, table.area_id}
            assert booked.required_features <= table.features
            assert booked.channel.can_use(table.access)


@st.composite
def floors(draw: st.DrawFn, most: int = 5) -> DayConfig:
    """Up to five tables in two areas, some combinations, a short dinner."""
    count = draw(st.integers(1, most))
    tables = []
    for number in range(1, count + 1):
        seats = draw(st.sampled_from((2, 2, 4, 4, 6)))
        tables.append(
            TableSpec(
                number,
                seats,
                min_party=draw(st.sampled_from((1, 1, seats // 2))),
                area_id=draw(st.sampled_from((1, 1, 2))),
                features=frozenset(draw(st.sampled_from(((), (), ("window",))))),
                priority=draw(st.integers(0, 2)),
                access=draw(st.sampled_from((Access.ONLINE, Access.ONLINE, Access.IN_HOUSE))),
            )
        )
    combos = []
    for number, (one, other) in enumerate(pairwise(tables)):
        if one.area_id == other.area_id and draw(st.booleans()):
            capacity = one.seats + other.seats
            combos.append(
                ComboSpec(100 + number, (one.id, other.id), 3, capacity, area_id=one.area_id)
            )
    period = replace(
        DINNER,
        last_seating=draw(st.sampled_from((time(19), time(20)))),
        slot_interval_minutes=30,
        buffer_minutes=draw(st.sampled_from((0, 10))),
    )
    bands = (TurnBand(2, 60), TurnBand(None, draw(st.sampled_from((60, 75, 90)))))
    cap = draw(st.sampled_from((None, 2)))
    return config(
        tables,
        combos=tuple(combos),
        periods=(period,),
        turn_rules=(TurnRule(bands),),
        rules=Rules(zone=AMSTERDAM, oversize_cap=cap),
    )


@st.composite
def queries(draw: st.DrawFn) -> Query:
    """A party with or without wishes."""
    return ask(
        draw(st.sampled_from((1, 2, 2, 2, 3, 4, 4, 5, 6, 8))),
        channel=draw(st.sampled_from((Channel.ONLINE, Channel.ONLINE, Channel.IN_HOUSE))),
        area_id=draw(st.sampled_from((None, None, None, 1, 2))),
        required_features=frozenset(draw(st.sampled_from(((), (), (), ("window",))))),
    )


@st.composite
def days(draw: st.DrawFn, most_tables: int = 5, most_bookings: int = 6) -> ServiceDay:
    """A floor with bookings put wherever there was room, some of them locked."""
    prepared = PreparedDay(draw(floors(most_tables)))
    load = DayLoad()
    for number in range(1, draw(st.integers(0, most_bookings)) + 1):
        query = replace(draw(queries()), allows_moves=False)
        slot = draw(st.sampled_from(prepared.slots))
        found = list(seatings(ServiceDay(prepared, load), query, slot.starts_at))
        if found:
            seat = found[draw(st.integers(0, len(found) - 1))]
            load = seated(load, seat, query, slot.starts_at, number)
            if draw(st.sampled_from((False, False, False, True))):
                load = locked(load, number)
    return ServiceDay(prepared, load)


def locked(load: DayLoad, number: int) -> DayLoad:
    """The same load with one reservation locked to its tables."""
    rows = (
        replace(row, is_movable=row.is_movable and row.reservation_id != number)
        for row in load.busy
    )
    return DayLoad(tuple(rows), load.booked)


def minutes(count: int) -> timedelta:
    """So many minutes."""
    return timedelta(minutes=count)
